"""What a loaded hive cannot give whole: told as a file's reader tells it, with everything else delivered."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

import hiveguard
from hiveguard.core.ending import Ending
from hiveguard.embedded.key_content import subkey_rows, value_records
from hiveguard.regf import layout as L
from hiveguard.testing import HiveBuilder
from hiveguard.testing.hive_image import HiveImage
from tests.unit.embedded.faulty_disk import FaultyDisk

KEY = r"HKU\Test\Key"
FAR = 0x00F0_0000

Break = Callable[[HiveImage], None]


def whole() -> HiveImage:
    builder = HiveBuilder()
    key = builder.root.key("Key", class_name="a class")
    key.text("first", "x" * 50)
    key.text("second", "y" * 50)
    key.key("Below").dword("v", 1)
    key.key("Beside")
    return builder.image()


@pytest.fixture
def registry() -> Iterator[hiveguard.Registry]:
    with hiveguard.Registry(bare=True, lazy_flush=None) as made:
        yield made


def load(registry: hiveguard.Registry, harm: Break | None) -> bytes:
    image = whole()
    if harm is not None:
        harm(image)
    registry.load(r"HKU\Test", FaultyDisk(bytes(image.seal())))
    return bytes(image)


def data_outside(image: HiveImage) -> None:
    image.put_u32(image.value("Key", "first"), L.VK_DATA_OFFSET, FAR)


def value_name_cut(image: HiveImage) -> None:
    image.put_u16(image.value("Key", "first"), L.VK_NAME_LENGTH, 5000)


def no_value(image: HiveImage) -> None:
    image.put(image.value("Key", "first"), 0, b"xx")


def class_cut(image: HiveImage) -> None:
    image.put_u32(image.key("Key"), L.NK_CLASS, FAR)


def no_security(image: HiveImage) -> None:
    image.put_u32(image.key("Key"), L.NK_SECURITY, FAR)


def key_name_cut(image: HiveImage) -> None:
    image.put_u16(image.key(r"Key\Beside"), L.NK_NAME_LENGTH, 5000)


def no_key(image: HiveImage) -> None:
    image.put(image.key(r"Key\Beside"), 0, b"xx")


def astray(image: HiveImage) -> None:
    image.put_u32(image.key(r"Key\Beside"), L.NK_PARENT, 0x20)


@pytest.mark.parametrize("by_index", [False, True])
@pytest.mark.parametrize(
    ("harm", "code", "names"),
    [
        (data_outside, "data-outside", ["first", "second"]),
        (value_name_cut, "value-name-cut", ["first", "second"]),
        (no_value, "not-a-value", ["second"]),
    ],
)
def test_values_that_are_damaged(
    registry: hiveguard.Registry, harm: Break, code: str, names: list[str], by_index: bool
) -> None:
    load(registry, harm)
    with registry.open(KEY) as key:
        values = key.values(on_incomplete="record", by_index=by_index)
        assert [(value.name or "")[:6].rstrip("\0") for value in values][-1] == names[-1]
        assert len(values) == len(names)
        assert values.verdict.ending is Ending.DAMAGED
        assert [finding.code for finding in values.verdict.damage] == [code]
        assert values.verdict.damage[0].path == r"\REGISTRY\USER\Test\Key"
        with pytest.raises(hiveguard.Incomplete):
            key.values(by_index=by_index)
        if code == "data-outside":
            with pytest.raises(hiveguard.Incomplete) as told:
                key.value("first")
            assert [value.raw for value in told.value.items] == [b""]
        elif code == "not-a-value":
            with pytest.raises(hiveguard.Incomplete, match="cannot be told for certain"):
                key.value("first")  # not finding it in a damaged list is no proof
        assert key.value("second").data == "y" * 50


@pytest.mark.parametrize("by_index", [False, True])
@pytest.mark.parametrize(
    ("harm", "code", "count"), [(key_name_cut, "key-name-cut", 2), (no_key, "not-a-key", 1), (astray, "key-astray", 1)]
)
def test_subkeys_that_are_damaged(
    registry: hiveguard.Registry, harm: Break, code: str, count: int, by_index: bool
) -> None:
    load(registry, harm)
    with registry.open(KEY) as key:
        subkeys = key.subkeys(on_incomplete="record", by_index=by_index)
        assert len(subkeys) == count
        assert subkeys[0].name == "Below"
        assert subkeys.verdict.ending is Ending.DAMAGED
        assert [finding.code for finding in subkeys.verdict.damage] == [code]
        assert code == "key-name-cut" or registry.open(rf"{KEY}\Below")


@pytest.mark.parametrize(
    ("harm", "code", "what"), [(class_cut, "class-cut", "class_name"), (no_security, "security", "security")]
)
def test_what_else_a_key_has(registry: hiveguard.Registry, harm: Break, code: str, what: str) -> None:
    data = load(registry, harm)
    with registry.open(KEY) as key, hiveguard.open(data) as hive:
        assert key.values().verdict.is_complete
        for read in (key, hive.key("Key")):
            with pytest.raises(hiveguard.Incomplete) as told:
                getattr(read, what)
            assert [finding.code for finding in told.value.verdict.damage] == [code]
            assert [finding.code for finding in read.damage()] == [code]


@pytest.mark.parametrize(
    "harm", [None, data_outside, value_name_cut, no_value, class_cut, no_security, key_name_cut, no_key]
)
def test_a_walk_tells_what_a_file_s_walk_tells(registry: hiveguard.Registry, harm: Break | None) -> None:
    data = load(registry, harm)
    live = registry.walk(r"HKU\Test", on_incomplete="record")
    keys = [key.name for key in live][1:]
    with hiveguard.open(data) as hive:
        walk = hive.walk(on_incomplete="record")
        assert [key.name for key in walk][1:] == keys
    assert live.verdict is not None
    assert walk.verdict is not None
    assert live.verdict.ending is walk.verdict.ending
    assert [each.code for each in live.verdict.damage] == [each.code for each in walk.verdict.damage]
    assert live.verdict.counts == walk.verdict.counts


def freed(image: HiveImage) -> None:
    image.free_cell(image.key("Key"))


def test_a_key_whose_own_cell_is_damaged_proves_nothing(registry: hiveguard.Registry) -> None:
    load(registry, freed)
    with registry.open(KEY) as key:
        assert key.values(on_incomplete="record").verdict.ending is Ending.DAMAGED
        assert key.subkeys(on_incomplete="record").verdict.ending is Ending.DAMAGED
        with pytest.raises(hiveguard.Incomplete):
            key.value("nowhere")
        with pytest.raises(hiveguard.Incomplete):
            _ = key.security


def test_a_value_is_not_absent_where_a_name_is_damaged(registry: hiveguard.Registry) -> None:
    load(registry, value_name_cut)
    with registry.open(KEY) as key:
        for name in ("first", "nowhere", None):
            with pytest.raises(hiveguard.Incomplete):
                key.value(name)
        assert key.value("second").data == "y" * 50


def test_the_default_value_is_not_one_whose_name_is_lost(registry: hiveguard.Registry) -> None:
    builder = HiveBuilder()
    key = builder.root.key("Key")
    key.text("Ω", "named")
    key.text(None, "default")
    image = builder.image()
    image.put_u16(image.value("Key", "Ω"), L.VK_NAME_LENGTH, 1)
    registry.load(r"HKU\Test", FaultyDisk(bytes(image.seal())))
    with registry.open(KEY) as opened:
        assert opened.value(None).data == "default"


def test_what_is_irregular_costs_nothing(registry: hiveguard.Registry) -> None:
    def more_than_counted(image: HiveImage) -> None:
        image.put_u32(image.key("Key"), L.NK_SUBKEYS, 1)

    load(registry, more_than_counted)
    with registry.open(KEY) as key:
        subkeys = key.subkeys()
        assert [child.name for child in subkeys] == ["Below", "Beside"]
        assert [finding.code for finding in subkeys.verdict.damage] == ["subkeys-uncounted"]


def test_an_item_at_an_index_does_not_cost_a_look_at_the_whole_list(registry: hiveguard.Registry) -> None:
    load(registry, None)
    with registry.open(KEY, write=True) as key:
        block = key.handle.block
        first = value_records(block)
        assert value_records(block) is first
        key.set_value("third", 3)
        assert len(value_records(block)) == 3


def test_lists_that_are_kept_up_are_those_that_would_be_read(registry: hiveguard.Registry) -> None:
    registry.load(r"HKU\Test", None)
    chance = random.Random(7)
    names = [f"{'aAbBzZ'[number % 6]}{number}" for number in range(60)]
    with registry.create(r"HKU\Test\Many") as key:
        key.subkeys()
        key.values()
        for _ in range(600):
            name = chance.choice(names)
            there = {child.name: child for child in key.subkeys()}
            if name in there:
                key.delete(name)
            else:
                key.create(name, volatile=name.startswith("z")).close()
            if name in {value.name for value in key.values()}:
                key.delete_value(name)
            else:
                key.set_value(name, 1)
            block = key.handle.block
            kept = list(subkey_rows(block)), list(value_records(block))
            block.subkeys_read = block.values_read = None
            assert kept == (subkey_rows(block), value_records(block))
