"""The traps of the format that concern keys, their names and lists, each set on purpose (X1 to X49).

Each test says what was delivered, which findings there are, and how the walk ended. Traps of values
are in `test_value_traps`, of the file as a whole in `test_file_traps`, of shared cells in
`test_sharing`. Rules:
msuhanov/regf specification; what a lenient reader does with a breach is HiveGuard's own judgement.
"""

from __future__ import annotations

import pytest

import hiveguard
from hiveguard.regf.layout import (
    LIST_ELEMENTS,
    NIL,
    NK_CLASS,
    NK_CLASS_LENGTH,
    NK_FLAGS,
    NK_NAME_LENGTH,
    NK_PARENT,
    NK_SECURITY,
    NK_SUBKEY_LIST,
    NK_SUBKEYS,
    NK_VOLATILE_LIST,
    NK_VOLATILE_SUBKEYS,
    SK_FLINK,
)
from hiveguard.testing import HiveBuilder, HiveImage, ListStyle
from hiveguard.testing.subkey_lists import root_content
from tests.acceptance.reading import found, read
from tests.acceptance.trap_hive import COMPLETE, DAMAGED, PATHS, VALUES, base, check, value_names

LEAF_WIDTH = 8


def element(image: HiveImage, path: str, index: int, cell: int) -> None:
    """Make the index-th element of a key's hash leaf point elsewhere."""
    image.put_u32(image.leaves(path)[0], LIST_ELEMENTS + LEAF_WIDTH * index, cell)


def test_base_hive_is_clean() -> None:
    for minor in range(1, 7):
        check(read(base(minor).image(), strict=True), PATHS, COMPLETE)


# --- subkey lists ------------------------------------------------------------------------------


def test_x1_leaf_names_itself() -> None:
    image = base().image()
    element(image, "", 0, image.leaves("")[0])
    check(read(image), ["", "Beta", "Gamma"], DAMAGED, "not-a-key")


def test_x2_index_root_names_itself() -> None:
    image = base(lists=ListStyle(limit=1)).image()
    root = image.subkey_list("")
    image.put_u32(root, LIST_ELEMENTS, root)
    reading = read(image)
    check(reading, ["", "Beta", "Gamma"], DAMAGED, "list-loop", "subkeys-missing")


def test_x2_index_roots_name_each_other() -> None:
    image = base(lists=ListStyle(limit=1, nested_roots=True)).image()
    outer = image.subkey_list("")
    inner = image.u32(outer, LIST_ELEMENTS)
    image.put_u32(inner, LIST_ELEMENTS + 4, outer)
    reading = read(image)
    assert reading.paths == ["", "Alpha", "Alpha\\Inner", "Gamma"]
    assert "list-loop" in reading.lost


def test_x3_index_root_in_index_root() -> None:
    image = base(lists=ListStyle(limit=1, nested_roots=True)).image()
    check(read(image), PATHS, COMPLETE, "list-nested")
    assert found(image, "Gamma")


def test_x3_index_roots_nested_too_deep() -> None:
    image = base().image()
    cell = image.leaves("")[0]
    for _ in range(12):
        cell = image.add_cell(root_content([cell]))
    image.put_u32(image.key(""), NK_SUBKEY_LIST, cell)
    reading = read(image)
    assert reading.paths == [""]
    assert "list-depth" in reading.lost


def test_x4_a_key_below_itself() -> None:
    image = base().image()
    element(image, "Alpha", 0, image.key("Alpha"))
    reading = read(image)
    check(reading, ["", "Alpha", "Alpha\\Alpha", "Beta", "Gamma"], DAMAGED, "key-seen-again")
    assert reading.values["Alpha\\Alpha"] == reading.values["Alpha"]


def test_x4_child_has_the_list_of_its_parent() -> None:
    image = base().image()
    image.put_u32(image.key("Beta"), NK_SUBKEYS, 3)
    image.put_u32(image.key("Beta"), NK_SUBKEY_LIST, image.subkey_list(""))
    paths = ["", "Alpha", "Alpha\\Inner", "Beta", "Beta\\Alpha", "Beta\\Beta", "Beta\\Gamma", "Gamma"]
    check(read(image), paths, DAMAGED, "key-seen-again", "key-seen")


def test_x6_count_above_the_list() -> None:
    image = base().image()
    image.put_u32(image.key(""), NK_SUBKEYS, 5)
    check(read(image), PATHS, DAMAGED, "subkeys-missing")


def test_x6_count_below_the_list() -> None:
    image = base().image()
    image.put_u32(image.key(""), NK_SUBKEYS, 1)
    check(read(image), PATHS, COMPLETE, "subkeys-uncounted")
    assert found(image, "Gamma")


def test_x7_count_of_zero_hides_the_list() -> None:
    image = base().image()
    image.put_u32(image.key("Alpha"), NK_SUBKEYS, 0)
    check(read(image), ["", "Alpha", "Beta", "Gamma"], COMPLETE)


def test_x8_leaf_counts_more_than_its_cell_holds() -> None:
    image = base(lists=ListStyle(room=1)).image()
    image.put_u16(image.leaves("")[0], 2, 0xFFFF)
    reading = read(image)
    assert reading.paths == PATHS
    assert "list-cut" in reading.lost


def test_x11_key_without_signature() -> None:
    image = base().image()
    image.put(image.key("Beta"), 0, b"zz")
    check(read(image), ["", "Alpha", "Alpha\\Inner", "Gamma"], DAMAGED, "not-a-key")


def test_x12_key_in_a_free_cell() -> None:
    image = base().image()
    image.free_cell(image.key("Beta"))
    check(read(image), PATHS, DAMAGED, "cell-free")


@pytest.mark.parametrize("size", [-0x7FFFFFF8, -0x80000000, -0x5C - 1])
def test_x13_impossible_cell_size_still_delivers(size: int) -> None:
    image = base().image()
    image.resize_cell(image.key("Beta"), size)
    check(read(image), PATHS, DAMAGED, "cell-size")


@pytest.mark.parametrize("size", [0, -8, -72])
def test_x13_cell_too_small_for_a_key(size: int) -> None:
    image = base().image()
    image.resize_cell(image.key("Beta"), size)
    check(read(image), ["", "Alpha", "Alpha\\Inner", "Gamma"], DAMAGED, "not-a-key")


@pytest.mark.parametrize("cell", [0xFFFFFFF0, NIL, 0x7FFFFFF8, None])
def test_x14_element_leads_to_no_cell(cell: int | None) -> None:
    image = base().image()
    element(image, "", 1, image.key("Beta") + 4 if cell is None else cell)
    check(read(image), ["", "Alpha", "Alpha\\Inner", "Gamma"], DAMAGED, "not-a-key")


def test_x15_key_name_beyond_its_cell() -> None:
    image = base().image()
    image.put_u16(image.key("Beta"), NK_NAME_LENGTH, 1000)
    reading = read(image)
    assert reading.codes == {"key-name-cut"}
    assert len(reading.paths) == len(PATHS)
    assert reading.names[3].rstrip("\0") == "Beta"


def test_x15_value_name_beyond_its_cell() -> None:
    image = base().image()
    image.put_u16(image.value("Alpha", "two"), 2, 1000)
    reading = read(image)
    assert reading.codes == {"value-name-cut"}
    assert [str(name).rstrip("\0") for name in value_names(reading)] == VALUES


def test_x23_wrong_order() -> None:
    builder = HiveBuilder(lists=ListStyle(ordered=False))
    names = [f"k{number * 7 % 20:02}" for number in range(20)]
    for name in names:
        builder.root.key(name)
    image = builder.image()
    check(read(image), ["", *names], COMPLETE)
    assert all(found(image, name.upper()) for name in names)
    check(read(image, strict=True), ["", *names], COMPLETE, "strict-order")


@pytest.mark.parametrize("minor", [3, 5])
def test_x24_wrong_hash_or_hint(minor: int) -> None:
    image = base(minor).image()
    for index in range(3):
        image.put_u32(image.leaves("")[0], LIST_ELEMENTS + LEAF_WIDTH * index + 4, 0x12345678)
    check(read(image), PATHS, COMPLETE)
    assert all(found(image, path) for path in PATHS)
    check(read(image, strict=True), PATHS, COMPLETE, "strict-hash")


def test_x25_two_subkeys_of_one_name() -> None:
    builder = base()
    builder.root.another_key("BETA").dword("second", 2)
    image = builder.image()
    paths = ["", "Alpha", "Alpha\\Inner", "Beta", "BETA", "Gamma"]
    check(read(image), paths, COMPLETE)
    check(read(image, strict=True), paths, COMPLETE, "strict-duplicate-key")
    with hiveguard.open(bytes(image)) as hive:
        assert [value.name for value in hive.key("bEtA").values()] == ["b"]


# --- names -------------------------------------------------------------------------------------


def test_x19_names_are_kept_exactly() -> None:
    names = ["nul\0inside", "\ud800", "\ud801", "\udc00 low first"]
    builder = HiveBuilder()
    for name in names:
        builder.root.key((name,)).dword(name, 1)
    image = builder.image()
    reading = read(image)
    check(reading, ["", *names], COMPLETE)
    assert all(value_names(reading, name) == [name] for name in names)
    assert all(found(image, (name,)) for name in names)


def test_x20_order_is_by_utf16_units() -> None:
    builder = HiveBuilder()
    builder.root.key("\uff21")
    builder.root.key("\U0001f600")
    image = builder.image()
    check(read(image, strict=True), ["", "\U0001f600", "\uff21"], COMPLETE)
    assert found(image, "\uff41")
    assert found(image, "\U0001f600")


def test_x21_compressed_names_are_latin_1() -> None:
    names = ["a\x80", "b\x9f", "c\xe9", "d\xc3\xa9"]
    builder = HiveBuilder()
    for name in names:
        builder.root.key(name).dword(name, 1)
    reading = read(builder.image())
    check(reading, ["", *names], COMPLETE)
    assert [value_names(reading, name) for name in names] == [[name] for name in names]


def test_x22_look_up_in_another_case() -> None:
    builder = HiveBuilder()
    for name in ("Été", "ıx", "straße", "ᾀ", "Ωmega", "software"):
        builder.root.key(name)
    image = builder.image()
    for name in ("Été", "éTÉ", "ıx", "ıX", "straße", "STRAßE", "ᾀ", "\u1f88", "ωMEGA", "SOFTWARE"):
        assert found(image, name), name
    for name in ("Ix", "ix", "STRASSE", "ete"):
        assert not found(image, name), name


def test_x27_empty_name_and_backslash() -> None:
    builder = HiveBuilder()
    for name in ("", "a\\b", "c"):
        builder.root.another_key(name).dword("v", 1)
    image = builder.image()
    reading = read(image)
    assert reading.names == ["ROOT", "", "a\\b", "c"]
    assert reading.codes == {"key-name-empty", "key-name-separator"}
    assert reading.verdict.ending is COMPLETE
    assert found(image, ("a\\b",))
    assert found(image, ("",))


def test_x28_long_name() -> None:
    builder = HiveBuilder()
    builder.root.key("n" * 300)
    image = builder.image()
    check(read(image), ["", "n" * 300], COMPLETE)
    check(read(image, strict=True), ["", "n" * 300], COMPLETE, "strict-name-length")


@pytest.mark.parametrize(("depth", "delivered", "ending"), [(600, 601, COMPLETE), (20_000, 1025, DAMAGED)])
def test_x29_depth(depth: int, delivered: int, ending: hiveguard.Ending) -> None:
    builder = HiveBuilder()
    key = builder.root
    for _ in range(depth):
        key = key.another_key("k")
    reading = read(builder.build())
    assert len(reading.paths) == delivered
    assert reading.verdict.ending is ending
    codes = [damage.code for damage in reading.verdict.damage]
    assert codes == ["depth-irregular"] + ["depth"] * (ending is DAMAGED)


# --- what else hangs on a key ------------------------------------------------------------------


@pytest.mark.parametrize("minor", [1, 5])
def test_x43_predefined_handle(minor: int) -> None:
    builder = base(minor)
    builder.root.find("Beta").values.clear()
    builder.root.find("Beta").predefined_handle = 0x80000002
    image = builder.image()
    reading = read(image)
    check(reading, PATHS, COMPLETE)
    assert reading.values["Beta"] == []
    with hiveguard.open(bytes(image)) as hive:
        assert hive.key("Beta").predefined_handle == 0x80000002


def test_x45_stale_volatile_list() -> None:
    image = base().image()
    image.put_u32(image.key("Beta"), NK_VOLATILE_SUBKEYS, 7)
    image.put_u32(image.key("Beta"), NK_VOLATILE_LIST, 0x80000120)
    check(read(image, strict=True), PATHS, COMPLETE)


def test_x46_class_beyond_its_cell() -> None:
    builder = base()
    builder.root.find("Beta").class_name = "classes"
    image = builder.image()
    image.put_u16(image.key("Beta"), NK_CLASS_LENGTH, 60_000)
    check(read(image), PATHS, DAMAGED, "class-cut")
    with hiveguard.open(bytes(image)) as hive, pytest.raises(hiveguard.Incomplete) as told:
        _ = hive.key("Beta").class_name
    (raw,) = told.value.items
    assert isinstance(raw, bytes)
    assert raw.decode("utf-16-le").startswith("classes")


def test_x46_class_length_without_a_cell() -> None:
    image = base().image()
    image.put_u16(image.key("Beta"), NK_CLASS_LENGTH, 14)
    image.put_u32(image.key("Beta"), NK_CLASS, NIL)
    check(read(image), PATHS, DAMAGED, "class-cut")


@pytest.mark.parametrize("target", [0x7FFFFFF8, 0x20])
def test_x47_no_security_there(target: int) -> None:
    image = base().image()
    image.put_u32(image.key("Beta"), NK_SECURITY, target)
    check(read(image), PATHS, DAMAGED, "security")


def test_x48_ring_of_descriptors_is_broken() -> None:
    image = base().image()
    image.put_u32(image.security(""), SK_FLINK, 0x7FFFFFF8)
    check(read(image), PATHS, COMPLETE)
    check(read(image, strict=True), PATHS, COMPLETE, "strict-security")


def test_x49_wrong_parent() -> None:
    image = base().image()
    image.put_u32(image.key("Beta"), NK_PARENT, image.key("Alpha"))
    check(read(image), PATHS, COMPLETE)
    check(read(image, strict=True), PATHS, COMPLETE, "strict-parent")


def test_unknown_key_flags_are_harmless() -> None:
    image = base().image()
    image.put_u16(image.key("Beta"), NK_FLAGS, 0x5020)
    check(read(image), PATHS, COMPLETE)
