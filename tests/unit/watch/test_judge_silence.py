"""A poll that says nothing of a hive any more, after it said that it is gone."""

from __future__ import annotations

from hiveguard.core.hive_event import EventKind, HiveEvent
from hiveguard.core.liveness import Polled
from hiveguard.watch.judge import Judge
from hiveguard.watch.sightings import Answer, Face, Notice, NoticeKind, Round


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


def at_rest() -> tuple[Judge, list[object]]:
    """A hive that was there, and is gone for long."""
    told: list[object] = []
    judge = Judge(told.append, 500)
    judge.take_health(0, 0, "")
    judge.take_round(Round((Answer("A", Face((1, 2, b""), (1,), 5, sequence=1, is_dirty=False)),), 5, 6, 6))
    judge.take_notice(Notice(NoticeKind.VANISHED, "A", 10, 10))
    for at in (20, 30, 40):
        judge.take_round(Round((Answer("A", None),) if at == 20 else (), at, at + 1, at + 1))
    return judge, told


def kinds(told: list[object]) -> list[EventKind]:
    return [event.kind for event in told if isinstance(event, HiveEvent)]


def back(judge: Judge, at: int) -> None:
    judge.take_notice(Notice(NoticeKind.APPEARED, "A", at, at, Face((1, 3, b""), (2,), at, sequence=1, is_dirty=False)))


def test_the_silence_of_a_round_that_began_before_it_came_back_says_nothing() -> None:
    judge, told = at_rest()
    back(judge, 55)
    judge.take_round(Round((), 50, 60, 60))  # it was under way
    assert "A" in judge.again
    judge.take_round(Round((Answer("A", Face((1, 3, b""), (2,), 70, sequence=1, is_dirty=False)),), 70, 71, 71))
    assert kinds(told) == [EventKind.INVENTORY, EventKind.UNLOADED, EventKind.LOADED]


def test_a_hive_that_came_back_is_asked_for_twice_before_it_is_gone_again() -> None:
    judge, told = at_rest()
    back(judge, 55)
    judge.take_round(Round((), 60, 61, 61))
    assert kinds(told)[-1] is EventKind.LOADED
    judge.take_round(Round((), 70, 71, 71))
    assert kinds(told)[-1] is EventKind.UNLOADED


def test_the_silence_of_a_folder_that_cannot_be_looked_into_is_blindness() -> None:
    told: list[object] = []
    judge = Judge(told.append, 500, group=lambda name: "folder")
    judge.take_health(0, 0, "", "folder")
    back(judge, 5)
    for at in (10, 20, 30):
        judge.take_round(Round((), at, at + 1, at + 1, blind={"folder": "Permission denied"}))
    assert kinds(told) == [EventKind.LOADED]
    assert judge.hives[0].polled is Polled.BLIND


def test_a_hive_that_is_gone_and_was_not_told_so_is_asked_for_again_and_again() -> None:
    told: list[object] = []
    judge = Judge(told.append, 500)
    judge.take_health(0, 0, "")
    judge.take_round(Round((Answer("A", Face((1, 2, b""), (1,), 5, sequence=1, is_dirty=False)),), 5, 6, 6))
    judge.take_round(Round((Answer("A", None),), 20, 21, 21))
    judge.again.clear()  # whoever took it did not come to ask
    judge.take_health(22, 22, "the folder is gone")
    for at in (30, 40):
        judge.take_round(Round((), at, at + 1, at + 1))
    assert kinds(told) == [EventKind.INVENTORY, EventKind.UNLOADED]
