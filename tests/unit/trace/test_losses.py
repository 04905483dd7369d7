"""Everything by which events get lost makes the verdict say so. Real traces have little of it: all here is made."""

from __future__ import annotations

import pytest

from hiveguard.core.ending import Ending
from hiveguard.core.errors import Incomplete
from hiveguard.core.verdict import Verdict
from hiveguard.testing import TraceBuilder
from hiveguard.trace import open_trace
from hiveguard.trace.layout import FLAG_BUFFER_LOST, FLAG_EVENTS_LOST, MODE_CIRCULAR, MODE_NEW_FILE

ID = bytes(range(16))


def verdict_of(data: bytes, order: str = "file") -> tuple[int, Verdict]:
    """Records delivered, and the verdict."""
    walk = open_trace(data).records(order, on_incomplete="record")
    count = sum(1 for _ in walk)
    assert walk.verdict is not None
    assert walk.verdict.count("records") == count
    return count, walk.verdict


def of_buffers(count: int, **options: int) -> TraceBuilder:
    builder = TraceBuilder(**options)  # type: ignore[arg-type]
    for number in range(count):
        builder.event(ID, number).flush()
    return builder


def test_nothing_lost() -> None:
    count, verdict = verdict_of(of_buffers(5).build())
    assert (count, verdict.ending, verdict.reasons, verdict.damage) == (6, Ending.COMPLETE, (), ())
    assert verdict.count("buffers") == 6


def test_losses_that_the_session_counted() -> None:
    _, verdict = verdict_of(TraceBuilder(events_lost=3, buffers_lost=2).event(ID, 1).build())
    assert verdict.ending is Ending.LOST
    assert verdict.reasons == ("3 events were lost, says the session", "2 buffers were lost, says the session")


@pytest.mark.parametrize(
    ("flag", "reason"),
    [(FLAG_EVENTS_LOST, "events were lost before 1 buffer"), (FLAG_BUFFER_LOST, "buffers were lost before 1 buffer")],
)
@pytest.mark.parametrize("order", ["file", "time"])
def test_losses_flagged_on_a_buffer(flag: int, reason: str, order: str) -> None:
    builder = TraceBuilder().event(ID, 1).flush(flags=flag).event(ID, 2)
    count, verdict = verdict_of(builder.build(), order)
    assert (count, verdict.ending, verdict.reasons) == (3, Ending.LOST, (reason,))


def test_hole_in_the_sequence_numbers() -> None:
    builder = of_buffers(2).skip(3)
    builder.event(ID, 9).flush().skip().event(ID, 10)
    _, verdict = verdict_of(builder.build())
    assert verdict.ending is Ending.LOST
    assert verdict.reasons == ("4 buffers missing: sequence 3 to 5 and 1 more",)


def test_hole_directly_behind_the_first_buffer() -> None:
    _, verdict = verdict_of(of_buffers(2, first_sequence=3).build())
    assert verdict.reasons == ("2 buffers missing: sequence 1 to 2",)


def test_buffers_of_several_processors_out_of_sequence_are_no_hole() -> None:
    image = of_buffers(6).image()
    _, verdict = verdict_of(image.in_order(0, 3, 2, 1, 6, 5, 4))
    assert verdict.is_complete


def test_buffer_taken_out_is_a_hole_and_a_short_file() -> None:
    _, verdict = verdict_of(of_buffers(6).image().without(3))
    assert verdict.ending is Ending.DAMAGED
    assert "1 buffer missing: sequence 3" in verdict.reasons
    assert [found.code for found in verdict.damage] == ["short"]


def test_file_of_a_series_goes_on_with_the_numbers_of_the_one_before() -> None:
    assert verdict_of(of_buffers(5, mode=MODE_NEW_FILE, first_sequence=908).build())[1].is_complete
    builder = of_buffers(2, mode=MODE_NEW_FILE, first_sequence=908).skip()
    _, verdict = verdict_of(builder.event(ID, 7).build())
    assert verdict.reasons == ("1 buffer missing: sequence 910",), "inside the file a hole is a loss"
    _, verdict = verdict_of(of_buffers(2, mode=MODE_NEW_FILE).skip().event(ID, 1).build())
    assert verdict.reasons == ("1 buffer missing: sequence 3",), "the first file of a series begins at 1"


def test_circular_file_that_overwrote_its_oldest_buffers() -> None:
    image = of_buffers(9, mode=MODE_CIRCULAR).image()
    wrapped = image.in_order(0, 8, 9, 5, 6, 7)
    count, verdict = verdict_of(wrapped)
    assert count == 6
    assert verdict.ending is Ending.LOST
    assert verdict.reasons == ("4 buffers overwritten by newer ones (circular file)",)
    assert verdict.damage == ()
    walk = open_trace(wrapped).records("time", on_incomplete="record")
    assert [record.id for record in walk][1:] == [4, 5, 6, 7, 8]
    assert walk.verdict == verdict


def test_circular_file_that_never_wrapped() -> None:
    assert verdict_of(of_buffers(4, mode=MODE_CIRCULAR).build())[1].is_complete


def test_session_that_was_not_closed() -> None:
    count, verdict = verdict_of(TraceBuilder(closed=False).event(ID, 1).build())
    assert (count, verdict.ending) == (2, Ending.UNPROVEN)
    assert verdict.reasons[0].startswith("the session was not closed")


def test_file_with_fewer_or_more_buffers_than_counted() -> None:
    _, verdict = verdict_of(TraceBuilder(buffers_written=9).event(ID, 1).build())
    assert verdict.ending is Ending.DAMAGED
    assert [found.code for found in verdict.damage] == ["short"]
    _, verdict = verdict_of(of_buffers(3, buffers_written=2).build())
    assert verdict.is_complete
    assert [found.code for found in verdict.damage] == ["uncounted"]


def test_sequence_number_twice() -> None:
    image = of_buffers(3).image()
    _, verdict = verdict_of(image.in_order(0, 1, 1, 2, 3))
    assert [found.code for found in verdict.damage] == ["sequence-again", "uncounted"]


def test_more_buffers_ahead_than_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hiveguard.trace.losses.REORDER_MAX", 3)
    image = of_buffers(12).image()
    _, verdict = verdict_of(image.in_order(0, 2, 3, 4, 5, 6, 1, 7, 8, 9, 10, 11, 12))
    assert verdict.reasons == ("1 buffer missing: sequence 1",)
    assert [found.code for found in verdict.damage] == ["sequence-again"]


def test_holes_beyond_those_kept_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hiveguard.trace.losses.HOLES_KEPT", 2)
    builder = TraceBuilder()
    for number in range(6):
        builder.event(ID, number).flush().skip(2)
    walk = open_trace(builder.build()).records(on_incomplete="record")
    list(walk)
    assert walk.losses.missing == 10
    assert len(walk.losses.holes) == 2


def test_incomplete_is_raised_where_the_loop_would_have_ended_quietly() -> None:
    walk = open_trace(TraceBuilder(events_lost=1).event(ID, 1).build()).records()
    seen = []
    with pytest.raises(Incomplete, match="1 event was lost") as raised:
        for record in walk:
            seen.append(record)
    assert len(seen) == 2
    assert raised.value.verdict is walk.verdict


def test_break_is_stopped_and_counts_what_was_delivered() -> None:
    walk = open_trace(of_buffers(3).build()).records()
    for number, _ in enumerate(walk):
        if number == 1:
            break
    assert walk.verdict is not None
    assert (walk.verdict.ending, walk.verdict.stopped_by) == (Ending.STOPPED, "caller")
    assert walk.verdict.count("records") == 2
