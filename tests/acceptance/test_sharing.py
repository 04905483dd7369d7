"""Cells that are shared by many, so that a small file asks for unbounded work: time and memory stay linear.

Each test gives the reader a hive whose naive reading takes hours or gigabytes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from resource import RUSAGE_SELF, getrusage
from struct import pack

import pytest

import hiveguard
from hiveguard.regf.layout import (
    BIG_DATA,
    DB,
    LH,
    LI,
    LIST_ELEMENTS,
    LIST_HEADER,
    NK_SUBKEY_LIST,
    NK_SUBKEYS,
    NK_VALUE_LIST,
    NK_VALUES,
    VK_DATA_OFFSET,
    VK_DATA_SIZE,
)
from hiveguard.testing import HiveBuilder, ListStyle
from hiveguard.testing.subkey_lists import root_content
from tests.acceptance.reading import Reading

pytestmark = pytest.mark.parametrize("strict", [False, True])

SECONDS = 10
MEGABYTES = 300


@contextmanager
def bounded() -> Iterator[None]:
    """Fails when the block takes too much time, or makes the process grow too much."""
    before = getrusage(RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    yield
    assert time.process_time() - started < SECONDS
    assert getrusage(RUSAGE_SELF).ru_maxrss - before < MEGABYTES << 10


def walk(hive: bytes, *, strict: bool) -> tuple[int, int, int, hiveguard.Verdict]:
    """Keys, values and data bytes delivered, and the verdict. Nothing is kept."""
    keys = values = size = 0
    with hiveguard.open(hive, logs="ignore") as opened:
        steps = opened.walk(on_incomplete="record", strict=strict)
        for key in steps:
            keys += 1
            for value in key.values():
                values += 1
                size += len(value.raw)
    assert steps.verdict is not None
    return keys, values, size, steps.verdict


def lost(verdict: hiveguard.Verdict) -> set[str]:
    return Reading([], [], {}, verdict).lost


def test_x5_forty_levels_that_name_the_same_child_twice(strict: bool) -> None:
    builder = HiveBuilder(lists=ListStyle(room=1))
    key = builder.root
    for _ in range(40):
        key = key.key("d")
    image = builder.image()
    for level in range(40):
        path = ("d",) * level
        leaf = image.leaves(path)[0]
        image.put(leaf, 0, LIST_HEADER.pack(LH, 2))
        image.put_u32(leaf, LIST_ELEMENTS + 8, image.key((*path, "d")))
        image.put_u32(image.key(path), NK_SUBKEYS, 2)
    with bounded():
        keys, _, _, verdict = walk(bytes(image), strict=strict)
    assert keys == 81
    assert verdict.ending is hiveguard.Ending.DAMAGED
    assert "key-seen-again" in lost(verdict)


def test_many_list_entries_that_name_one_large_value(strict: bool) -> None:
    builder = HiveBuilder()
    builder.root.value("v", 3, bytes(1 << 20), storage="cell")
    image = builder.image()
    listing = image.add_cell(pack("<I", image.value("", "v")) * 20_000)
    image.put_u32(image.key(""), NK_VALUES, 20_000)
    image.put_u32(image.key(""), NK_VALUE_LIST, listing)
    hive = bytes(image)
    with bounded():
        _, _, size, verdict = walk(hive, strict=strict)
    assert size <= 2 * len(hive)
    assert verdict.ending is hiveguard.Ending.DAMAGED
    assert "limit-data" in lost(verdict)
    with bounded(), hiveguard.open(hive) as opened:
        values = opened.key("").values(on_incomplete="record")
        assert sum(len(value.raw) for value in values) <= 2 * len(hive)
        assert values.verdict.ending is hiveguard.Ending.DAMAGED


def test_many_keys_that_share_one_value_list(strict: bool) -> None:
    builder = HiveBuilder()
    for number in range(3000):
        builder.root.another_key(f"k{number}")
    first = builder.root.key("k0")
    for number in range(3000):
        first.dword(f"v{number}", number)
    image = builder.image()
    for number in range(1, 3000):
        image.put_u32(image.key(f"k{number}"), NK_VALUES, 3000)
        image.put_u32(image.key(f"k{number}"), NK_VALUE_LIST, image.value_list("k0"))
    hive = bytes(image)
    with bounded():
        keys, values, _, verdict = walk(hive, strict=strict)
    assert keys == 3001
    assert values <= len(hive) // 8
    assert "limit-elements" in lost(verdict)


def test_many_keys_that_share_one_large_datum(strict: bool) -> None:
    builder = HiveBuilder()
    for number in range(2000):
        builder.root.key(f"k{number}").binary("v", b"12345")
    builder.root.value("large", 3, bytes(1 << 20), storage="cell")
    image = builder.image()
    for number in range(2000):
        value = image.value(f"k{number}", "v")
        image.put_u32(value, VK_DATA_SIZE, 1 << 20)
        image.put_u32(value, VK_DATA_OFFSET, image.data_cell("", "large"))
    hive = bytes(image)
    with bounded():
        keys, _, size, verdict = walk(hive, strict=strict)
    assert keys == 2001
    assert size <= 2 * len(hive)
    assert "limit-data" in lost(verdict)


def test_index_root_that_names_one_leaf_again_and_again(strict: bool) -> None:
    builder = HiveBuilder()
    for number in range(1000):
        builder.root.another_key(f"k{number}")
    image = builder.image()
    root = image.add_cell(root_content([image.leaves("")[0]] * 20_000))
    image.put_u32(image.key(""), NK_SUBKEY_LIST, root)
    hive = bytes(image)
    with bounded():
        keys, _, _, verdict = walk(hive, strict=strict)
    assert 1001 <= keys <= len(hive) // 8
    assert verdict.ending is hiveguard.Ending.DAMAGED


def test_lists_of_lists(strict: bool) -> None:
    """Index roots over index roots, each naming the next one many times: 64 to the power of 7 paths."""
    builder = HiveBuilder()
    builder.root.key("k")
    image = builder.image()
    cell = image.leaves("")[0]
    for _ in range(7):
        cell = image.add_cell(root_content([cell] * 64))
    image.put_u32(image.key(""), NK_SUBKEY_LIST, cell)
    with bounded():
        keys, _, _, verdict = walk(bytes(image), strict=strict)
    assert keys >= 2
    assert verdict.ending is hiveguard.Ending.DAMAGED


def test_many_keys_that_share_one_subkey_list(strict: bool) -> None:
    builder = HiveBuilder()
    for number in range(3000):
        builder.root.another_key(f"k{number}")
    for number in range(1000):
        builder.root.key("k0").another_key(f"s{number}")
    image = builder.image()
    for number in range(1, 3000):
        image.put_u32(image.key(f"k{number}"), NK_SUBKEYS, 1000)
        image.put_u32(image.key(f"k{number}"), NK_SUBKEY_LIST, image.subkey_list("k0"))
    hive = bytes(image)
    with bounded():
        keys, _, _, verdict = walk(hive, strict=strict)
    assert 4001 <= keys <= len(hive) // 8 + 1
    assert "limit-elements" in lost(verdict)


def test_a_million_bad_elements_keep_a_bounded_number_of_findings(strict: bool) -> None:
    builder = HiveBuilder()
    builder.root.key("k")
    image = builder.image()
    leaves = [image.add_cell(LIST_HEADER.pack(LI, 65_535) + b"\x08\0\0\0" * 65_535) for _ in range(15)]
    image.put_u32(image.key(""), NK_SUBKEY_LIST, image.add_cell(root_content(leaves)))
    with bounded():
        _, _, _, verdict = walk(bytes(image), strict=strict)
    assert len(verdict.damage) <= 10_000
    assert verdict.ending is hiveguard.Ending.DAMAGED


def test_big_data_larger_than_the_file(strict: bool) -> None:
    builder = HiveBuilder()
    builder.root.binary("v", bytes(40_000))
    image = builder.image()
    segments = image.add_cell(pack("<I", image.segments("", "v")[0]) * 65_535)
    image.put(image.data_cell("", "v"), 0, BIG_DATA.pack(DB, 65_535, segments))
    image.put_u32(image.value("", "v"), VK_DATA_SIZE, 65_535 * 16_344)
    hive = bytes(image)
    with bounded():
        keys, values, size, verdict = walk(hive, strict=strict)
    assert (keys, values) == (1, 1)
    assert size <= 2 * len(hive)
    assert verdict.ending is hiveguard.Ending.DAMAGED
