"""Every listed name can be looked up, in any case, through lists in any order, with hints and hashes right or wrong."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hiveguard
from hiveguard.regf.layout import BASE_BLOCK_SIZE, CELL_HEADER, LIST_ELEMENTS
from hiveguard.regf.names import fold
from hiveguard.testing import HiveBuilder, HiveImage, ValueSpec

units = st.text(st.characters(min_codepoint=1, max_codepoint=0xFFFF, exclude_characters="\\"), min_size=1, max_size=6)
telling = st.sampled_from(
    ["a", "A", "ß", "SS", "ı", "I", "É", "é", "\ud800", "\uff21", "\U0001f600", "text/html", 'a"b', "Ω"]
)
many = st.lists(units | telling, min_size=1, max_size=20, unique_by=fold)


def other_case(name: str) -> str:
    """The name in another case, as far as Windows knows one."""
    swapped = "".join(c.lower() if fold(c.lower()) == fold(c) else c for c in name)
    return swapped if swapped != name else fold(name)


@given(many, st.sampled_from([2, 3, 5]), st.randoms(use_true_random=False), st.booleans())
def test_every_listed_key_and_value_is_found(names: list[str], minor: int, chance: random.Random, spoil: bool) -> None:
    builder = HiveBuilder(minor=minor)
    for name in names:
        builder.root.key((name,)).value(name, 3, name.encode("utf-16-le", "surrogatepass"))
    image = builder.image()
    if spoil and minor > 2:  # neither hash nor order can be relied on any more
        cell = image.subkey_list("")
        for number in range(len(names)):
            image.put_u32(cell, LIST_ELEMENTS + 8 * number + 4, chance.randrange(1 << 32))
    with hiveguard.open(bytes(image)) as hive:
        for key in hive.root.subkeys():
            for spelling in (key.name, other_case(key.name)):
                found = hive.key((spelling,))
                assert found.offset == key.offset
                value = found.value(other_case(key.name))
                assert value.raw == key.name.encode("utf-16-le", "surrogatepass")
            assert hive.key(key.path).offset == key.offset
        with pytest.raises(hiveguard.NotFound):
            hive.key(("no such name in any of them",))


@given(st.lists(telling, min_size=2, max_size=8))
def test_equal_names_are_told_apart_by_their_ordinal(names: list[str]) -> None:
    builder = HiveBuilder()
    for number, name in enumerate(names):
        builder.root.another_key(name).dword("number", number)
        builder.root.another_value(ValueSpec(name, 4, number.to_bytes(4, "little")))
    met: dict[str, int] = {}
    with hiveguard.open(builder.build()) as hive:
        root = hive.root
        for key in root.subkeys():
            met[fold(key.name)] = ordinal = met.get(fold(key.name), 0) + 1
            assert hive.key(((key.name, ordinal),)).offset == key.offset
        met.clear()
        for value in root.values():
            met[fold(value.name or "")] = ordinal = met.get(fold(value.name or ""), 0) + 1
            assert root.value(value.name, ordinal) == value


@given(st.lists(telling, min_size=2, max_size=8), st.randoms(use_true_random=False))
def test_every_equal_name_is_reached_whatever_hashes_and_order_say(names: list[str], chance: random.Random) -> None:
    builder = HiveBuilder()
    for name in names:
        builder.root.another_key(name)
    image = builder.image()
    cell = image.subkey_list("")
    elements = [image.data[at : at + 4] for at in _places(image, cell, len(names))]
    chance.shuffle(elements)
    for number, element in enumerate(elements):
        image.put(cell, LIST_ELEMENTS + 8 * number, bytes(element) + chance.randbytes(4))
    with hiveguard.open(bytes(image)) as hive:
        offsets = {key.offset for key in hive.root.subkeys()}
        for name in set(map(fold, names)):
            equal = [fold(other) for other in names].count(name)
            for ordinal in range(1, equal + 1):
                offsets.discard(hive.key(((name, ordinal),)).offset)
        assert offsets == set()


def _places(image: HiveImage, cell: int, count: int) -> list[int]:
    start = BASE_BLOCK_SIZE + cell + CELL_HEADER + LIST_ELEMENTS
    return [start + 8 * number for number in range(count)]
