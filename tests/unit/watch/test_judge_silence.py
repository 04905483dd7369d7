"""A poll that says nothing of a hive any more, after it said that it is gone."""

from __future__ import annotations

from hiveguard.core.hive_event import EventKind, HiveEvent
from hiveguard.watch.judge import Judge
from hiveguard.watch.sightings import Answer, Face, Round


def test_unloaded_is_told_also_when_the_second_answer_is_the_silence_of_a_whole_round() -> None:
    """The first contradicts a channel that is healthy and quiet, so the hive is to be asked for again. Where the next
    round is due by then, that is the second asking: of what it does not find any more it has no answer."""
    told: list[object] = []
    judge = Judge(told.append, 500)
    judge.take_health(0, 0, "")
    judge.take_round(Round((Answer("A", Face((1, 2, b""), (1,), 5, sequence=1, is_dirty=False)),), 5, 6, 6))
    judge.take_round(Round((), 10, 11, 11))
    judge.take_round(Round((Answer("A", None),), 20, 21, 21))
    assert judge.again == {"A"}
    for at in (30, 40):
        judge.take_round(Round((), at, at + 1, at + 1))
    kinds = [event.kind for event in told if isinstance(event, HiveEvent)]
    assert kinds == [EventKind.INVENTORY, EventKind.UNLOADED]
