"""The traps of the format that concern values and their data, each set on purpose (X9 to X52)."""

from __future__ import annotations

import pytest

import hiveguard
from hiveguard.regf.layout import (
    BIG_DATA_SEGMENT,
    NIL,
    NK_VALUE_LIST,
    NK_VALUES,
    VK_DATA_OFFSET,
    VK_DATA_SIZE,
)
from hiveguard.testing import HiveBuilder, HiveImage, ValueSpec
from tests.acceptance.reading import read
from tests.acceptance.trap_hive import COMPLETE, DAMAGED, PATHS, TWELVE, VALUES, base, check, value_names


@pytest.mark.parametrize("count", [9, 0x7FFFFFFF, 0xFFFFFFFF])
def test_x9_more_values_counted_than_listed(count: int) -> None:
    image = base().image()
    image.put_u32(image.key("Alpha"), NK_VALUES, count)
    reading = read(image)
    assert reading.paths == PATHS
    assert value_names(reading)[:3] == VALUES
    assert reading.verdict.ending is DAMAGED
    assert "values-cut" in reading.lost


def test_x10_value_list_is_nil() -> None:
    image = base().image()
    image.put_u32(image.key("Alpha"), NK_VALUE_LIST, NIL)
    reading = read(image)
    check(reading, PATHS, DAMAGED, "values-unreadable")
    assert reading.values["Alpha"] == []


def test_x10_list_entry_is_nil() -> None:
    image = base().image()
    image.put_u32(image.value_list("Alpha"), 4, NIL)
    reading = read(image)
    check(reading, PATHS, DAMAGED, "not-a-value")
    assert value_names(reading) == ["one", "three"]


def test_x10_value_without_signature() -> None:
    image = base().image()
    image.put(image.value("Alpha", "one"), 0, b"zz")
    reading = read(image)
    check(reading, PATHS, DAMAGED, "not-a-value")
    assert value_names(reading) == ["two", "three"]


@pytest.mark.parametrize("size", [0x1000, 0x7FFFFFFF])
def test_x16_x17_data_longer_than_their_cell(size: int) -> None:
    image = base().image()
    image.put_u32(image.value("Alpha", "three"), VK_DATA_SIZE, size)
    reading = read(image)
    check(reading, PATHS, DAMAGED, "data-cut")
    assert reading.raw("Alpha", "three") == TWELVE


@pytest.mark.parametrize("offset", [NIL, 0x7FFFFFF8, 0xFFFFFFF0])
def test_x17_data_outside(offset: int) -> None:
    image = base().image()
    image.put_u32(image.value("Alpha", "three"), VK_DATA_OFFSET, offset)
    reading = read(image)
    check(reading, PATHS, DAMAGED, "data-outside")
    assert reading.raw("Alpha", "three") == b""


def test_data_in_a_free_cell_are_doubtful() -> None:
    image = base().image()
    image.free_cell(image.data_cell("Alpha", "three"))
    reading = read(image)
    check(reading, PATHS, DAMAGED, "data-cell")
    assert reading.raw("Alpha", "three") == TWELVE


def test_x18_inline_data_of_eight_bytes() -> None:
    image = base().image()
    image.put_u32(image.value("Alpha", "two"), VK_DATA_SIZE, 0x80000008)
    reading = read(image)
    check(reading, PATHS, DAMAGED, "data-inline-size")
    assert reading.raw("Alpha", "two") == b"\2\0\0\0"


def test_x26_values_of_one_name() -> None:
    builder = HiveBuilder()
    for name in ("twice", "TWICE", None, None):
        builder.root.another_value(ValueSpec(name, 3, str(name).encode()))
    image = builder.image()
    reading = read(image)
    check(reading, [""], COMPLETE)
    assert value_names(reading, "") == ["twice", "TWICE", None, None]
    check(read(image, strict=True), [""], COMPLETE, "strict-duplicate-value")
    with hiveguard.open(bytes(image)) as hive:
        assert hive.key("").value("Twice").raw == b"twice"


@pytest.mark.parametrize("minor", [2, 3])
def test_x38_big_data_in_a_version_that_has_none(minor: int) -> None:
    raw = bytes(range(251)) * 200
    builder = HiveBuilder(minor)
    builder.root.value("v", 3, raw, storage="big")
    image = builder.image()
    reading = read(image)
    check(reading, [""], COMPLETE)
    assert reading.raw("", "v") == raw


@pytest.mark.parametrize("minor", [1, 3, 5])
def test_x39_large_data_in_one_cell(minor: int) -> None:
    for raw in (b"db" + bytes(51_198), b"db\2\0\x20\0\0\0" + bytes(20_000)):
        builder = HiveBuilder(minor)
        builder.root.value("v", 3, raw, storage="cell")
        reading = read(builder.image())
        check(reading, [""], COMPLETE)
        assert reading.raw("", "v") == raw


def big(size: int = 51_200) -> tuple[HiveImage, bytes]:
    raw = (bytes(range(251)) * (size // 251 + 1))[:size]
    builder = HiveBuilder()
    builder.root.binary("v", raw)
    return builder.image(), raw


def test_x40_too_few_segments() -> None:
    image, raw = big()
    image.put_u16(image.data_cell("", "v"), 2, 2)
    reading = read(image)
    check(reading, [""], DAMAGED, "big-data")
    assert reading.raw("", "v") == raw[: 2 * BIG_DATA_SEGMENT]


def test_x41_segment_outside() -> None:
    image, raw = big()
    image.put_u32(image.segment_list("", "v"), 8, 0x7FFFFFF8)
    reading = read(image)
    check(reading, [""], DAMAGED, "big-data")
    assert reading.raw("", "v") == raw[: 2 * BIG_DATA_SEGMENT]


def test_x41_size_and_count_beyond_all_reason() -> None:
    image, raw = big()
    image.put_u32(image.value("", "v"), VK_DATA_SIZE, 0x7FFFFFFF)
    image.put_u16(image.data_cell("", "v"), 2, 0xFFFF)
    reading = read(image)
    assert reading.verdict.ending is DAMAGED
    assert reading.raw("", "v")[: 3 * BIG_DATA_SEGMENT] == raw[: 3 * BIG_DATA_SEGMENT]
    assert len(reading.raw("", "v")) <= len(image.data)


@pytest.mark.parametrize("size", [BIG_DATA_SEGMENT + 1, 2 * BIG_DATA_SEGMENT, 2 * BIG_DATA_SEGMENT + 1, 51_200])
@pytest.mark.parametrize("tight", [False, True])
def test_x42_big_data_to_the_last_byte(size: int, tight: bool) -> None:
    image, raw = big(size)
    if tight:
        rest = size % BIG_DATA_SEGMENT or BIG_DATA_SEGMENT
        image.shrink_cell(image.segments("", "v")[-1], rest)
    reading = read(image)
    check(reading, [""], COMPLETE)
    assert reading.raw("", "v") == raw


def test_x44_tombstone_value() -> None:
    builder = HiveBuilder(6)
    builder.root.tombstone("gone")
    image = builder.image()
    reading = read(image)
    check(reading, [""], COMPLETE)
    assert reading.values[""] == [("gone", 0, b"")]
    with hiveguard.open(bytes(image)) as hive:
        assert hive.key("").value("gone").is_tombstone


def test_x52_odd_data_are_raw_to_the_byte() -> None:
    odd: list[tuple[int, bytes]] = [
        (1, b""), (1, b"a"), (1, b"a\0"), (1, b"a\0b\0"), (1, b"a\0\0\0junk"), (1, b"a\0b\0\0"),
        (1, b"8-bit text\0"), (1, b"\0\xd8"), (2, b"%\0A\0"), (4, b""), (4, b"\1"), (4, b"12345678"),
        (5, b"123"), (6, b"\\\0R\0"), (7, b""), (7, b"\0\0"), (7, b"a\0\0\0\0\0b\0\0\0"), (7, b"a\0\0"),
        (11, b"1234"), (0xFFFF0012, b"x\0\0\0"),
    ]  # fmt: skip
    builder = HiveBuilder()
    for index, (kind, raw) in enumerate(odd):
        builder.root.value(f"v{index}", kind, raw)
    reading = read(builder.image())
    check(reading, [""], COMPLETE)
    assert [(kind, raw) for _, kind, raw in reading.values[""]] == odd


@pytest.mark.parametrize("part", ["value", "data", "key"])
def test_a_cell_that_runs_past_the_end_of_the_file_is_doubtful(part: str) -> None:
    """What is in it can be read; where it says that it ends there is no file."""
    image = base().image()
    cell = {
        "value": lambda: image.value("Alpha", "three"),
        "data": lambda: image.data_cell("Alpha", "three"),
        "key": lambda: image.key("Alpha"),
    }[part]()
    image.resize_cell(cell, -(1 << 20))
    reading = read(image)
    check(reading, PATHS, DAMAGED, "data-cell" if part == "data" else "cell-size")
    assert reading.raw("Alpha", "three") == TWELVE


def test_large_data_in_a_cell_that_is_cut_are_not_taken_for_big_data() -> None:
    """Their first bytes are no signature, whatever the size says."""
    builder = HiveBuilder(minor=5)
    content = b"zz\x03\0\x20\0\0\0" + bytes(range(24)) * 600  # as if: three segments, listed in the first cell
    builder.root.another_value(ValueSpec("large", 3, content, storage="cell"))
    image = builder.image()
    image.put_u32(image.value("", "large"), VK_DATA_SIZE, 60_000)
    reading = read(image)
    assert reading.lost == {"data-cut"}
    assert reading.raw("", "large")[: len(content)] == content
