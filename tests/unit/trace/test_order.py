"""Time order over several processors: nothing is out of place however far apart the buffers stand. Synthetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiveguard.testing import TraceBuilder
from hiveguard.trace import Record, open_trace

ID = bytes(range(16))


def records(data: bytes, order: str) -> list[Record]:
    walk = open_trace(data).records(order)
    found = list(walk)
    assert walk.verdict is not None
    assert walk.verdict.count("records") == len(found)
    return found


def test_quiet_processor_whose_buffer_comes_last_in_the_file() -> None:
    builder = TraceBuilder()
    builder.event(ID, 0, at=10**10, cpu=1)  # kept in its buffer until the end
    for number in range(1, 400):
        builder.event(ID, number, bytes(200), at=10**10 + number, cpu=0)
    data = builder.build()
    assert [record.id for record in records(data, "file")][-1] == 0
    assert [record.id for record in records(data, "time")][1:] == [*range(400)]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 6), st.booleans()), max_size=60),
    st.booleans(),
    st.integers(1, 9),
)
def test_order_is_by_time_then_processor_then_position(
    plan: list[tuple[int, int, bool]], compressed: bool, often: int
) -> None:
    builder = TraceBuilder(compressed=compressed, buffer_size=1_024)
    now = builder.origin
    for number, (cpu, step, flush) in enumerate(plan):
        now += step
        builder.event(ID, number, at=now, cpu=cpu)
        if flush and number % often == 0:
            builder.flush(cpu)
    data = builder.build()
    in_file = records(data, "file")
    in_time = records(data, "time")
    assert in_time[0] == in_file[0]
    keyed = sorted(in_file[1:], key=lambda record: (record.place, record.cpu))
    assert in_time[1:] == keyed


def test_records_without_a_time_keep_their_place_on_their_processor() -> None:
    builder = TraceBuilder()
    for number in range(0, 300, 3):
        builder.event(ID, number, at=10**10 + number, cpu=number % 2)
        builder.message(number + 1, timed=False, cpu=number % 2).raw(13, b"raw", cpu=number % 2)
    found = records(builder.build(), "time")[1:]
    for event, message, raw in _by_three(found):
        assert event.id is not None
        assert message.id == event.id + 1
        assert raw.place == event.place
        assert (message.ticks, message.time, raw.ticks) == (None, None, None)


def _by_three(found: list[Record]) -> list[tuple[Record, ...]]:
    return [tuple(found[at : at + 3]) for at in range(0, len(found), 3)]


def test_records_of_the_first_buffer_are_put_in_order_too() -> None:
    from hiveguard.testing.trace_records import perfinfo_record

    builder = TraceBuilder().event(ID, 1, at=2 * 10**9)
    builder.in_first_buffer(perfinfo_record(3 * 10**9, 0x40, b"RSDS"))
    data = builder.build()
    assert [record.hook for record in records(data, "file")] == [0, 0x40, None]
    assert [record.hook for record in records(data, "time")] == [0, None, 0x40]


def test_clock_that_was_set_back_is_an_irregularity() -> None:
    builder = TraceBuilder(buffer_size=1_024)
    for number in range(20):
        builder.event(ID, number, bytes(300), at=10**10 - number * 1_000_000)
    walk = open_trace(builder.build()).records("time")
    assert sorted(record.id or 0 for record in walk) == [0, *range(20)]
    assert walk.verdict is not None
    assert walk.verdict.is_complete
    assert {found.code for found in walk.verdict.damage} == {"order"}


def test_too_many_large_buffers_open_together_come_in_file_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hiveguard.trace.time_order.OPEN_BYTES_MAX", 20_000)
    builder = TraceBuilder()
    for number in range(30):
        builder.event(ID, number, cpu=2 - number % 3)
    walk = open_trace(builder.build()).records("time")
    assert [record.id for record in walk] == [record.id for record in records(builder.build(), "file")]
    assert walk.verdict is not None
    assert [found.code for found in walk.verdict.damage] == ["unordered"]


def test_many_processors_share_what_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hiveguard.trace.time_order.MERGE_BYTES_MIN", 64)
    monkeypatch.setattr("hiveguard.trace.time_order.MERGE_BYTES", 1_024)
    builder = TraceBuilder(processors=40)
    for number in range(2_000):
        builder.event(ID, number, at=10**10 + number, cpu=number * 7 % 40)
    assert [record.id for record in records(builder.build(), "time")][1:] == [*range(2_000)]


@pytest.mark.parametrize("old", [False, True])
def test_processor_numbers_of_windows_7_and_later(old: bool) -> None:
    builder = TraceBuilder(old_processors=old)
    for cpu in (0, 1, 15, 255):
        builder.event(ID, cpu, cpu=cpu)
    assert [record.cpu for record in records(builder.build(), "time")] == [0, 0, 1, 15, 255]


def test_two_walks_of_one_trace_at_once() -> None:
    builder = TraceBuilder()
    for number in range(50):
        builder.event(ID, number, cpu=number % 2)
    trace = open_trace(builder.build())
    for one, two in zip(trace.records(), trace.records(), strict=True):
        assert one == two
