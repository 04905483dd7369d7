"""The three clocks, in integer arithmetic; real traces have the first one only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiveguard.testing import TraceBuilder
from hiveguard.trace import open_trace
from hiveguard.trace.clock import SessionClock

START = 133_485_408_000_000_000


def test_performance_counter_of_any_frequency() -> None:
    clock = SessionClock.of_session(1, 5_000, START, 3_117_777, 0)
    assert clock.utc(5_000) == START
    assert clock.utc(5_000 + 3_117_777) == START + 10_000_000
    assert clock.utc(5_000 + 1) == START + 3
    assert clock.utc(5_000 - 1) == START - 4, "rounded down before the start too"
    year = 3_117_777 * 86_400 * 366
    assert clock.utc(5_000 + year) == START + 10_000_000 * 86_400 * 366, "no float loses a tick"


def test_system_time_is_what_it_says() -> None:
    assert SessionClock.of_session(2, 77, START, 0, 0).utc(START + 5) == START + 5


def test_processor_cycles() -> None:
    clock = SessionClock.of_session(3, 1_000, START, 0, 2_400)
    assert clock.utc(1_000 + 2_400 * 1_000_000) == START + 10_000_000


@pytest.mark.parametrize(
    ("kind", "frequency", "megahertz"), [(0, 10_000_000, 1), (4, 1, 1), (1, 0, 1), (1, -5, 1), (3, 1, 0)]
)
def test_clock_of_unknown_speed_gives_no_time(kind: int, frequency: int, megahertz: int) -> None:
    clock = SessionClock.of_session(kind, 0, START, frequency, megahertz)
    assert not clock.known
    assert clock.utc(5) is None


def test_records_of_an_unknown_clock_keep_their_ticks() -> None:
    builder = TraceBuilder(clock=7).event(bytes(16), 1, at=5_000_000_000).perfinfo(0x0301, at=5_000_000_001)
    builder.message(1, guid=bytes(16), at=5_000_000_002, pid=1)
    walk = open_trace(builder.build()).records()
    assert [(record.ticks, record.time) for record in walk][1:] == [
        (5_000_000_000, None),
        (5_000_000_001, None),
        (5_000_000_002, None),
    ]
    assert walk.verdict is not None
    assert any("unknown clock 7" in fact for fact in walk.verdict.evidence[0].facts)


@given(
    st.sampled_from([1, 2, 3]),
    st.sampled_from([10_000_000, 2_337_949, 3_117_777, 3_513_594, 24_000_000, 1]),
    st.lists(st.integers(START, START + 10**13), min_size=1, max_size=20),
)
def test_synthetic_times_come_back_to_the_resolution_of_the_clock(clock: int, frequency: int, times: list[int]) -> None:
    builder = TraceBuilder(clock=clock, frequency=frequency)
    for time in sorted(times):
        builder.event(bytes(16), 1, at=builder.at(time))
    got = [record.time for record in open_trace(builder.build()).records("file")][1:]
    step = 1 if clock != 1 else -(-10_000_000 // frequency)
    for wanted, found in zip(sorted(times), got, strict=True):
        assert found is not None
        assert 0 <= found - wanted <= step


def test_every_record_header_converts_its_time_alike() -> None:
    for frequency in (10_000_000, 3_117_777):
        builder = TraceBuilder(frequency=frequency)
        at = builder.origin + 123_456_789
        builder.event(bytes(16), 1, at=at).system(1, at=at).compact(1, at=at).perfinfo(1, at=at)
        builder.classic(bytes(16), 1, at=at).instance(bytes(16), 1, at=at)
        builder.message(1, at=at, guid=bytes(16), pid=1).message(1, at=at, sequence=4)
        trace = open_trace(builder.build())
        assert {record.time for record in list(trace.records("file"))[1:]} == {trace.session.clock.utc(at)}
