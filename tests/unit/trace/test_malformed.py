"""A short run of mutants: any bytes give records and a verdict, or HiveError. `make fuzz` has the long one."""

from __future__ import annotations

import random
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiveguard.core.errors import HiveError
from hiveguard.testing import TraceBuilder
from hiveguard.testing.trace_image import buffer_header
from hiveguard.testing.trace_records import perfinfo_record
from hiveguard.testing.trace_xpress import xpress
from hiveguard.trace import open_trace
from tests.fuzz.trace_mutate import mutant
from tests.fuzz.trace_seeds import built
from tests.fuzz.trace_target import read_trace

SEEDS = built()
ID = bytes(range(16))


@given(st.integers(0, (1 << 32) - 1), st.integers(0, 15))
def test_mutants(number: int, choice: int) -> None:
    chance = random.Random(number)
    read_trace(mutant(chance.choice(SEEDS)[1], chance), choice)


@given(st.binary(max_size=2_000), st.integers(0, 15))
def test_any_bytes_behind_a_valid_first_buffer(tail: bytes, choice: int) -> None:
    read_trace(TraceBuilder(buffer_size=1_024).build() + tail, choice)


@given(st.binary(max_size=900), st.booleans(), st.integers(0, 15))
def test_any_bytes_as_the_records_of_a_buffer(body: bytes, compressed: bool, choice: int) -> None:
    image = TraceBuilder(buffer_size=1_024, compressed=compressed).flush().image()
    buffer = image.buffers[1]
    head = buffer_header(
        size=72 + len(body), end=1_024 if compressed else 72 + len(body), time=0, sequence=1, cpu=0, logger=1, state=3,
        flags=0x60 if compressed else 0x20, kind=0, current=0,
    )  # fmt: skip
    read_trace(bytes(image)[: buffer.offset] + head + body, choice)


def test_expansion_of_a_small_file_is_bounded() -> None:
    """Each of thousands of buffers of some hundred bytes stands for 1,000 records."""
    first = TraceBuilder(compressed=True, buffer_size=16 * 1024 * 1024).build()
    record = perfinfo_record(10**10, 0x0F2E)
    image = record * 1_000
    packed = xpress(image)
    head = buffer_header(
        size=72 + len(packed), end=72 + len(image), time=0, sequence=1, cpu=0, logger=1, state=3,
        flags=0x60, kind=0, current=0,
    )  # fmt: skip
    data = first + (head + packed) * 5_000
    walk = open_trace(data).records("file", on_incomplete="record")
    count = sum(1 for _ in walk)
    assert count * len(record) <= 64 * len(data) + 1_000
    assert walk.verdict is not None
    assert "limit-expansion" in {found.code for found in walk.verdict.damage}


def test_many_processors_of_one_record_each_take_no_longer_than_their_number() -> None:
    builder = TraceBuilder(buffer_size=1_024)
    for number in range(20_000):
        builder.event(ID, number, cpu=number * 7 % 2_048)
    walk = open_trace(builder.build()).records("time")
    assert [record.id for record in walk][1:] == [*range(20_000)]


@pytest.mark.parametrize("filler", [b"\0" * 72, b"\xee" * 72, pack("<HI", 1, 3) * 12], ids=["zeros", "ee", "ids"])
def test_long_stretches_of_rubbish_are_passed_in_one_go(filler: bytes) -> None:
    for compressed in (False, True):
        builder = TraceBuilder(compressed=compressed, buffer_size=1_024).event(ID, 1).flush().event(ID, 2)
        image = builder.image()
        place = image.buffers[2].offset
        gap = filler * 40_000
        gap = gap[: len(gap) // 1_024 * 1_024]
        data = bytes(image)[:place] + gap + bytes(image)[place:]
        walk = open_trace(data).records("file", on_incomplete="record")
        ids = [record.id for record in walk if record.kind == "event"]
        assert ids == [1, 2]
        assert walk.verdict is not None
        assert not walk.verdict.is_complete


def test_zeros_and_ones_in_turn_are_passed_in_linear_time() -> None:
    data = TraceBuilder(buffer_size=1_024).event(ID, 1).build() + (bytes(100_000) + b"\1") * 100
    for order in ("file", "time"):
        walk = open_trace(data).records(order, on_incomplete="record")
        assert sum(1 for _ in walk) == 2


def test_empty_buffers_without_end() -> None:
    first = TraceBuilder(compressed=True, buffer_size=1_024).build()
    head = buffer_header(
        size=72, end=72, time=0, sequence=1, cpu=0, logger=1, state=3, flags=0x60, kind=0, current=0
    )  # fmt: skip
    walk = open_trace(first + head * 100_000).records("time", on_incomplete="record")
    assert sum(1 for _ in walk) == 1


def test_refusals_are_hive_errors() -> None:
    data = TraceBuilder().build()
    for size in range(0, 500, 7):
        try:
            open_trace(data[:size])
        except HiveError:
            continue
        assert size > 72 + 32 + 280
