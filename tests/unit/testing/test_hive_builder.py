"""The builder's bytes, looked at field by field, without any reader."""

from __future__ import annotations

import time
from struct import unpack_from
from uuid import UUID

import pytest

from hiveguard.regf.default_security import default_descriptor
from hiveguard.regf.layout import (
    BASE_BLOCK_SIZE,
    BIN,
    BIN_HEADER_SIZE,
    CELL_HEADER,
    HEADER_BINS_SIZE,
    HEADER_FLAG_LAYERED_KEYS,
    HEADER_FLAGS,
    HEADER_NAME,
    HEADER_RM_ID,
    HEADER_ROOT,
    INLINE,
    KEY_COMP_NAME,
    LF,
    LH,
    LI,
    NIL,
    NK,
    NK_CLASS_LENGTH,
    NK_FLAGS,
    NK_MAX_CLASS,
    NK_MAX_NAME,
    NK_MAX_VALUE_DATA,
    NK_MAX_VALUE_NAME,
    NK_NAME,
    NK_NAME_LENGTH,
    NK_PARENT,
    NK_SUBKEY_LIST,
    NK_SUBKEYS,
    NK_VALUES,
    RI,
    SK_BLINK,
    SK_FLINK,
    SK_REFERENCES,
    VK_DATA_OFFSET,
    VK_DATA_SIZE,
    VK_FLAGS,
    VK_NAME_LENGTH,
)
from hiveguard.regf.names import order
from hiveguard.testing import HiveBuilder, HiveImage, ListStyle, ValueSpec
from hiveguard.testing.base_block import header_checksum
from hiveguard.testing.cells import cell_form

ALL_VERSIONS = range(7)


def cells_of(data: bytes, minor: int) -> list[tuple[int, int]]:
    """(offset, size field) of every cell, after checking that bins and cells have no gaps."""
    header, alignment = cell_form(minor)
    (size,) = unpack_from("<I", data, HEADER_BINS_SIZE)
    cells, start = [], 0
    while start < size:
        signature, own, length, *_ = BIN.unpack_from(data, BASE_BLOCK_SIZE + start)
        assert (signature, own) == (b"hbin", start)
        at, previous = start + BIN_HEADER_SIZE, NIL
        while at < start + length:
            (cell_size,) = unpack_from("<i", data, BASE_BLOCK_SIZE + at)
            assert abs(cell_size) % alignment == 0
            assert abs(cell_size) >= alignment
            if header > CELL_HEADER:
                assert unpack_from("<I", data, BASE_BLOCK_SIZE + at + CELL_HEADER) == (previous,)
                previous = at - start
            if cell_size > 0:
                assert not cells or cells[-1][1] < 0 or at == start + BIN_HEADER_SIZE
            cells.append((at, cell_size))
            at += abs(cell_size)
        assert at == start + length
        start += length
    assert len(data) == BASE_BLOCK_SIZE + size
    return cells


def rich(minor: int) -> HiveBuilder:
    builder = HiveBuilder(minor)
    root = builder.root
    root.key("Software\\Guard", class_name="cls").text("Path", "C:\\x")
    root.key("Software\\Ωmega").dword("Größe", 7)
    root.key("Software").value(None, 1, b"")
    root.key("System", security=b"\1\0\0\x80" + bytes(16)).binary("big", bytes(range(256)) * 200)
    for number in range(30):
        root.key(f"Many\\k{number:02}").text("v", "x" * number)
    return builder


def ring(image: HiveImage) -> dict[int, int]:
    start = image.security("")
    found, at = {}, start
    while at not in found:
        found[at] = image.u32(at, SK_REFERENCES)
        assert image.u32(image.u32(at, SK_FLINK), SK_BLINK) == at
        at = image.u32(at, SK_FLINK)
    assert at == start
    return found


@pytest.mark.parametrize("minor", ALL_VERSIONS)
def test_bins_and_cells_have_no_gaps(minor: int) -> None:
    data = rich(minor).build()
    cells_of(data, minor)
    assert header_checksum(data) == unpack_from("<I", data, 508)[0]


@pytest.mark.parametrize("minor", ALL_VERSIONS)
def test_the_same_specs_give_the_same_bytes(minor: int) -> None:
    assert rich(minor).build() == rich(minor).build()


def test_an_empty_hive_is_one_bin_with_root_descriptor_and_a_free_cell() -> None:
    data = HiveBuilder(3).build()
    assert len(data) == 8192
    (root, root_size), (sk, sk_size), (_, free) = cells_of(data, 3)
    assert root == BIN_HEADER_SIZE == unpack_from("<I", data, HEADER_ROOT)[0]
    assert unpack_from("<HH", data, BASE_BLOCK_SIZE + root + 4) == (NK, 0x2C)
    assert root_size < 0
    assert sk_size == -168
    assert sk == root - root_size
    assert free > 0


def test_checksum_avoids_the_two_reserved_numbers() -> None:
    assert header_checksum(bytes(512)) == 1
    assert header_checksum(b"\xff" * 4 + bytes(508)) == 0xFFFFFFFE


def test_default_descriptor_has_the_known_length() -> None:
    assert len(default_descriptor()) == 144


@pytest.mark.parametrize(
    ("minor", "count", "kind", "leaves"),
    [
        (1, 20, LI, 1),
        (2, 20, LI, 1),
        (3, 511, LF, 1),
        (3, 512, LI, 1),
        (4, 1013, RI, 2),
        (5, 1012, LH, 1),
        (5, 1013, RI, 2),
        (6, 5000, RI, 5),
    ],
)
def test_lists_by_version(minor: int, count: int, kind: int, leaves: int) -> None:
    builder = HiveBuilder(minor)
    for number in range(count):
        builder.root.key(f"k{number}")
    image = builder.image()
    top = image.u32(image.key(""), NK_SUBKEY_LIST)
    assert top == image.subkey_list("")
    assert image.u16(top, 0) == kind
    assert len(image.leaves("")) == leaves
    assert sum(image.u16(leaf, 2) for leaf in image.leaves("")) == count


def test_order_is_by_utf16_units_over_all_leaves() -> None:
    builder = HiveBuilder(5, lists=ListStyle(limit=2))
    names = ["b", "A", "\U0001f600", "\uff21", "É", "é1", "ab"]
    for name in names:
        builder.root.key((name,))
    image = builder.image()
    stored = []
    for leaf in image.leaves(""):
        for index in range(image.u16(leaf, 2)):
            key = image.u32(leaf, 4 + 8 * index)
            stored.append(next(name for name in names if image.key((name,)) == key))
    assert stored == sorted(names, key=order)
    assert stored.index("\U0001f600") < stored.index("\uff21")


def test_list_styles_can_be_wrong_on_purpose() -> None:
    builder = HiveBuilder(5)
    odd = builder.root.key("odd", lists=ListStyle(leaf="lf", limit=2, nested_roots=True, ordered=False, room=3))
    for name in ("c", "a", "b"):
        odd.key(name)
    odd.dword("x", 1)
    image = builder.image()
    outer = image.subkey_list("odd")
    inner = image.u32(outer, 4)
    assert [image.u16(cell, 0) for cell in (outer, inner, *image.leaves("odd"))] == [RI, RI, LF, LF]
    assert image.u32(image.leaves("odd")[0], 4) == image.key("odd\\c")
    assert -image.cell_size(image.value_list("odd")) >= 4 + 4 * 4


def test_key_node_fields() -> None:
    builder = HiveBuilder(5)
    parent = builder.root.key("Parent", last_write=42)
    parent.key("Longer name", class_name="class")
    parent.key("kurz")
    parent.text("Ω", "text")
    image = builder.image()
    node = image.key("Parent")
    assert image.u16(node, NK_FLAGS) == KEY_COMP_NAME
    assert image.u32(node, 4) == 42
    assert image.u32(node, NK_PARENT) == image.key("")
    assert image.u32(node, NK_SUBKEYS) == 2
    assert image.u32(node, NK_VALUES) == 1
    assert image.u16(node, NK_MAX_NAME) == 22
    assert image.u32(node, NK_MAX_CLASS) == 10
    assert image.u32(node, NK_MAX_VALUE_NAME) == 2
    assert image.u32(node, NK_MAX_VALUE_DATA) == 10
    child = image.key("Parent\\Longer name")
    assert image.u16(child, NK_CLASS_LENGTH) == 10
    assert image.class_cell("Parent\\Longer name") != NIL


@pytest.mark.parametrize("minor", [1, 3])
def test_names_are_compressed_when_the_version_knows_it(minor: int) -> None:
    builder = HiveBuilder(minor)
    builder.root.key("É")
    builder.root.key("Ω")
    image = builder.image()
    expected = b"\xc9" if minor > 1 else b"\xc9\0"
    at = image.file_offset(image.key("É"), NK_NAME)
    assert image.u16(image.key("É"), NK_NAME_LENGTH) == len(expected)
    assert image.data[at : at + len(expected)] == expected
    assert image.u16(image.key("Ω"), NK_NAME_LENGTH) == 2


def test_value_storage() -> None:
    builder = HiveBuilder(5)
    root = builder.root
    for size in range(6):
        root.binary(f"b{size}", bytes(range(size)))
    root.value("cell", 3, b"ab", storage="cell")
    root.text(None, "default")
    root.tombstone("gone")
    image = builder.image()

    def size_and_offset(name: str | None) -> tuple[int, int]:
        cell = image.value("", name)
        return image.u32(cell, VK_DATA_SIZE), image.u32(cell, VK_DATA_OFFSET)

    assert size_and_offset("b0") == (INLINE, 0)
    assert size_and_offset("b3") == (INLINE | 3, 0x020100)
    assert size_and_offset("b5") == (5, image.data_cell("", "b5"))
    assert size_and_offset("cell") == (2, image.data_cell("", "cell"))
    assert size_and_offset("gone") == (0, NIL)
    assert image.u16(image.value("", "gone"), VK_FLAGS) == 3
    default = image.value("", None)
    assert (image.u16(default, VK_NAME_LENGTH), image.u16(default, VK_FLAGS)) == (0, 0)


def test_large_data_by_version() -> None:
    raw = bytes(range(251)) * 160
    plain, big = HiveBuilder(3), HiveBuilder(4)
    for builder in (plain, big):
        builder.root.binary("v", raw)
    old, new = plain.image(), big.image()
    assert old.cell_size(old.data_cell("", "v")) == -65536
    assert new.data[new.file_offset(new.data_cell("", "v"), 0) :][:4] == b"db\3\0"
    assert [new.cell_size(cell) for cell in new.segments("", "v")] == [-16352] * 3
    assert old.bins[1] + 65536 + 4096 == len(old.data) - BASE_BLOCK_SIZE


def test_descriptors_are_shared_and_counted() -> None:
    builder = rich(5)
    image = builder.image()
    counts = ring(image)
    assert len(counts) == 2
    assert counts[image.security("System")] == 1
    assert sum(counts.values()) == 36


def test_base_block_fields() -> None:
    rm = UUID("00112233-4455-6677-8899-aabbccddeeff")
    builder = HiveBuilder(6, seq=(9, 8), file_name="\\a very long path to some\\file.dat", rm_id=rm)
    data = builder.build()
    assert unpack_from("<II", data, 4) == (9, 8)
    assert data[HEADER_NAME].decode("utf-16-le") == "ery long path to some\\file.dat".rjust(31, "v") + "\0"
    assert data[HEADER_RM_ID] == rm.bytes_le
    assert unpack_from("<I", data, HEADER_FLAGS) == (HEADER_FLAG_LAYERED_KEYS,)


def test_duplicates_and_separators_are_made_when_asked_for() -> None:
    builder = HiveBuilder(5)
    first, second = builder.root.another_key("a\\b"), builder.root.another_key("A\\B")
    builder.root.another_value(ValueSpec("v", 3, b"1"))
    builder.root.another_value(ValueSpec("V", 3, b"2"))
    assert builder.root.find_value("v").raw == b"1"
    image = builder.image()
    assert image.key(("a\\b",)) == image.key(first) != image.key(second)
    assert image.u32(image.key(""), NK_VALUES) == 2


def test_setting_a_value_again_replaces_it() -> None:
    builder = HiveBuilder(5)
    builder.root.dword("Count", 1)
    builder.root.dword("COUNT", 2)
    assert [value.raw for value in builder.root.values] == [b"\2\0\0\0"]


def test_an_added_cell_lies_in_a_bin_of_its_own() -> None:
    image = HiveBuilder(5).image()
    cell = image.add_cell(b"content")
    assert cell == 4096 + BIN_HEADER_SIZE
    assert cells_of(bytes(image), 5)[-2:] == [(cell, -16), (cell + 16, 4096 - 32 - 16)]


def test_a_tail_follows_the_last_bin() -> None:
    assert HiveBuilder(5, tail=b"rest").build().endswith(b"rest")


def test_unknown_names_and_versions_are_told() -> None:
    builder = HiveBuilder(5)
    with pytest.raises(LookupError, match="nowhere"):
        builder.image().key("nowhere")
    with pytest.raises(LookupError, match="nothing"):
        builder.image().value("", "nothing")
    with pytest.raises(ValueError, match="version 7"):
        HiveBuilder(7)


def test_depth_and_number_cost_little() -> None:
    started = time.process_time()
    deep = HiveBuilder(5)
    key = deep.root
    for _ in range(20_000):
        key = key.another_key("k")
    wide = HiveBuilder(5)
    for number in range(10_000):
        wide.root.another_key(f"k{number}")
    assert len(deep.build()) > len(wide.build())
    assert time.process_time() - started < 10
