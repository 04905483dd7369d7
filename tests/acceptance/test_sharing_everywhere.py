"""Shared cells, long names and deep chains, read in every way: walk, listings, strict, recover, map.

Each hive is small, and a naive reading of it takes minutes or gigabytes.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import pack

import pytest

import hiveguard
from hiveguard.regf.cell_map import map_cells
from hiveguard.regf.layout import (
    BIG_DATA,
    DB,
    KEY_COMP_NAME,
    KEY_NODE,
    KEY_VALUE,
    LI,
    LIST_HEADER,
    NIL,
    NK,
    NK_SUBKEY_LIST,
    NK_SUBKEYS,
    NK_VALUE_LIST,
    NK_VALUES,
    VALUE_COMP_NAME,
    VK,
)
from hiveguard.testing import HiveBuilder, HiveImage
from hiveguard.testing.subkey_lists import root_content
from tests.acceptance.test_sharing import bounded


def node(
    name: bytes, *, parent: int = NIL, values: int = 0, value_list: int = NIL, subkeys: int = 0, kids: int = NIL
) -> bytes:
    fields = (NK, KEY_COMP_NAME, 0, 0, 0, 0, parent, subkeys, 0, kids, NIL, values, value_list, NIL, NIL)
    return KEY_NODE.pack(*fields, 0, 0, 0, 0, 0, 0, 0, len(name), 0) + name


def record(name: bytes, size: int, where: int) -> bytes:
    return KEY_VALUE.pack(VK, len(name), size, where, 3, VALUE_COMP_NAME, 0) + name


def one_value_with_a_long_name(image: HiveImage) -> None:
    value = image.add_cell(record(b"v" * 65_535, 0x80000000, 0))
    listing = image.add_cell(pack("<40000I", *(value,) * 40_000))
    image.put_u32(image.key("k"), NK_VALUES, 40_000)
    image.put_u32(image.key("k"), NK_VALUE_LIST, listing)


def one_key_with_a_long_name(image: HiveImage) -> None:
    key = image.add_cell(node(b"k" * 65_535))
    leaves = [image.add_cell(LIST_HEADER.pack(LI, 20_000) + pack("<20000I", *(key,) * 20_000)) for _ in range(2)]
    image.put_u32(image.key("k"), NK_SUBKEYS, 40_000)
    image.put_u32(image.key("k"), NK_SUBKEY_LIST, image.add_cell(root_content(leaves)))


def one_root_of_many_leaves_for_many_keys(image: HiveImage) -> None:
    leaf = image.add_cell(LIST_HEADER.pack(LI, 1) + pack("<I", image.key("k")))
    root = image.add_cell(root_content([leaf] * 60_000))
    keys = [image.add_cell(node(b"%d" % number, subkeys=60_000, kids=root)) for number in range(150)]
    image.put_u32(image.key("k"), NK_SUBKEYS, len(keys))
    image.put_u32(image.key("k"), NK_SUBKEY_LIST, image.add_cell(LIST_HEADER.pack(LI, 150) + pack("<150I", *keys)))


def one_big_datum_of_many_segments_for_many_values(image: HiveImage) -> None:
    segments = image.add_cell(pack("<65535I", *(0x20,) * 65_535))
    data = image.add_cell(BIG_DATA.pack(DB, 65_535, segments) + bytes(4))
    values = [image.add_cell(b"".join(record(b"%05d" % n, 17_000, data) for n in range(1)))] * 10_000
    image.put_u32(image.key("k"), NK_VALUES, 10_000)
    image.put_u32(image.key("k"), NK_VALUE_LIST, image.add_cell(pack("<10000I", *values)))


def a_deep_chain_of_deleted_keys(image: HiveImage) -> None:
    parent = image.key("k")
    bodies = b""
    start = image.add_cell(bytes(1 << 21))
    for number in range((1 << 21) // 96 - 1):
        content = pack("<i", 96) + node(b"key %07d" % number, parent=parent)
        parent = start + 4 + len(bodies)
        bodies += content.ljust(96, b"\0")
    image.put(start, 0, bodies)
    image.free_cell(start)


def one_list_for_many_deleted_keys(image: HiveImage) -> None:
    values = [image.add_cell(record(b"%04d" % number, 0x80000004, number)) for number in range(4)]
    listing = image.add_cell(pack("<1000I", *(values * 250)))
    for value in (*values, listing):
        image.free_cell(value)
    start = image.add_cell(
        b"".join(
            (pack("<i", 96) + node(b"key %07d" % number, values=1_000, value_list=listing)).ljust(96, b"\0")
            for number in range(10_000)
        )
    )
    image.free_cell(start)


def one_large_datum_for_many_values(image: HiveImage) -> None:
    data = image.add_cell(bytes(1 << 20))
    values = [image.add_cell(record(b"%05d" % number, 1 << 20, data)) for number in range(64)] * 600
    image.put_u32(image.key("k"), NK_VALUES, len(values))
    image.put_u32(image.key("k"), NK_VALUE_LIST, image.add_cell(pack(f"<{len(values)}I", *values)))


HIVES = (
    one_value_with_a_long_name,
    one_key_with_a_long_name,
    one_root_of_many_leaves_for_many_keys,
    one_big_datum_of_many_segments_for_many_values,
    a_deep_chain_of_deleted_keys,
    one_list_for_many_deleted_keys,
    one_large_datum_for_many_values,
)


def collected(hive: hiveguard.Hive) -> None:
    hive.walk(on_incomplete="record").collect()


def strictly(hive: hiveguard.Hive) -> None:
    for _ in hive.walk(strict=True, on_incomplete="record"):
        pass


def listed(hive: hiveguard.Hive) -> None:
    hive.key("k").values(on_incomplete="record")
    hive.key("k").subkeys(on_incomplete="record")


def looked_up(hive: hiveguard.Hive) -> None:
    with pytest.raises(hiveguard.HiveError):
        hive.key("k").key("not there")
    with pytest.raises(hiveguard.HiveError):
        hive.key("k").value("not there")


def recovered(hive: hiveguard.Hive) -> None:
    hive.recover()


def mapped(hive: hiveguard.Hive) -> None:
    snapshot = hive.snapshot()
    map_cells(snapshot.image, snapshot.root)


@pytest.mark.parametrize("read", [collected, strictly, listed, looked_up, recovered, mapped])
@pytest.mark.parametrize("make", HIVES)
def test_time_and_memory_stay_bounded(
    make: Callable[[HiveImage], None], read: Callable[[hiveguard.Hive], None]
) -> None:
    builder = HiveBuilder()
    builder.root.key("k").key("below")
    image = builder.image()
    make(image)
    with hiveguard.open(bytes(image), logs="ignore") as hive, bounded():
        read(hive)
