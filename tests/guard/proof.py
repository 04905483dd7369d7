"""Runs listings against an oracle: any factory that gives a `Stage` will do.

Every listing is one question; beside it a loop by index is asked in the same world, from the same seed.
Must not know: which registry it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Literal

from hiveguard import HiveError
from hiveguard.registry.listing import Guard
from hiveguard.registry.source import NoMore, Source, Stamp

from .history import History, Question
from .world import World, WorldClock

Reopen = Literal["never", "same", "any"]
PATIENCE = 500_000_000  # ns in which all waits that are promised find room


class Stage:
    """One world with a registry in it.

    ``handle`` opens the list anew and gives its source (which lets time pass: `Interleaved`) with the
    identities of the key and of the load of its hive; it raises `HiveError` where there is nothing to open.
    ``pauses`` gives the ns between two questions, and so how many there are. ``ambush`` is called with the ns
    until the next question: who wants to change something just then, is told when.
    """

    def __init__(
        self,
        world: World,
        history: History,
        handle: Callable[[], tuple[Source[Any], int, int]],
        pauses: list[int],
        *,
        provable: bool = True,
        contradicts: bool = False,
        reopen: Reopen = "same",
        ambush: Callable[[int], None] = lambda pause: None,
        deadline: int = 2_000_000_000,
    ) -> None:
        self.world = world
        self.history = history
        self.handle = handle
        self.pauses = pauses
        self.provable = provable
        self.contradicts = contradicts
        self.reopen = reopen
        self.ambush = ambush
        self.deadline = deadline


class Totals:
    """What came of many listings of one kind."""

    def __init__(self) -> None:
        self.endings: Counter[str] = Counter()
        self.attempts = 0
        self.objections: list[str] = []
        self.loops = 0
        self.ended_wrong = 0  # a loop by index that ended with "no more" and was no state that ever was
        self.count_wrong = 0  # ... though the number of entries was the same before and after
        self.stamp_wrong = 0  # ... though the whole stamp was

    @property
    def listings(self) -> int:
        return sum(self.endings.values())


def opened(stage: Stage) -> tuple[Source[Any], int, int]:
    """A handle, as soon as there is something to open."""
    while True:
        try:
            return stage.handle()
        except HiveError:
            stage.world.advance(10_000_000)


def ask_guard(stage: Stage, seed: object, totals: Totals) -> None:
    """Every listing of a stage through the guard, judged."""
    guard = Guard(WorldClock(stage.world), reopen=stage.reopen, deadline=stage.deadline)
    for number, pause in enumerate(stage.pauses):
        stage.ambush(pause)
        stage.world.advance(pause)
        source, key, load = opened(stage)
        start = stage.world.now
        listing = guard.list(source, on_incomplete="record")
        question = Question(
            start,
            stage.world.now,
            key,
            load,
            stage.reopen,
            stage.provable,
            stage.contradicts,
            stage.deadline >= PATIENCE,
        )
        totals.endings[listing.verdict.ending.name] += 1
        totals.attempts += listing.verdict.attempts
        objection = stage.history.objection(listing, question)
        if objection:
            totals.objections.append(f"seed {seed}, listing {number}: {objection}")


def ask_loop(stage: Stage, totals: Totals) -> None:
    """Every listing of a stage by a plain loop, with what two plain rules would have said of it."""
    for pause in stage.pauses:
        stage.ambush(pause)
        stage.world.advance(pause)
        source, key, load = opened(stage)
        start = stage.world.now
        totals.loops += 1
        try:
            before = source.stamp()
            items = tuple(by_index(source))
            after: Stamp | None = source.stamp()
        except HiveError:
            continue  # an error is no silence
        question = Question(start, stage.world.now, key, load, "never", True, False, True)
        if not stage.history.was(items, question):
            totals.ended_wrong += 1
            totals.count_wrong += after is not None and before.count == after.count
            totals.stamp_wrong += before == after


def by_index(source: Source[Any]) -> Iterator[object]:
    """What everybody writes."""
    index = 0
    while index < 10_000:
        try:
            yield source.item(index)
        except NoMore:
            return
        index += 1
