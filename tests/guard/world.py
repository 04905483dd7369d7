"""A world in which time passes only when it is told to: one queue of tasks, one true time, the clocks over it.

A task is a generator; each step is what it does at one moment, and what it yields is the time in ns until its
next step. The reader is no task: whenever it calls a source or a clock, time passes, and whatever is due
happens first. So one seed gives one interleaving. Must not know: registries, the guard's rules.
"""

from __future__ import annotations

from collections.abc import Generator, Hashable, Iterable, Sequence
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import TypeVar

from hiveguard.core.clock import Clock
from hiveguard.registry.source import Source, Stamp, Tripwire

T = TypeVar("T")
Task = Generator[int, None, None]

EPOCH = 1_700_000_000_000_000_000  # where the wall clock begins, ns since 1970
MS = 1_000_000
SECOND = 1_000 * MS


class World:
    """True time, the tasks, and the machine's clock. ``pace``: ns that one call of the reader may take."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.now = 0
        self.offset = EPOCH
        self.tick = 1
        self.pace = 1_000
        self.preempted = 0.0  # how likely a call is held up for up to 80 ms
        self.set_at: list[int] = []  # when the wall clock was set
        self.set_by: list[int] = []  # by how much, where it was not set right again
        self._shown = 0
        self._order = count()
        self._queue: list[tuple[int, int, Task]] = []

    def start(self, task: Task, delay: int = 0) -> None:
        """Let a task begin after some ns."""
        heappush(self._queue, (self.now + delay, next(self._order), task))

    def advance(self, nanoseconds: int) -> None:
        """Let time pass, and do what is due meanwhile."""
        until = self.now + nanoseconds
        queue = self._queue
        while queue and queue[0][0] <= until:
            at, _, task = heappop(queue)
            self.now = max(self.now, at)
            delay = next(task, None)
            if delay is not None:
                heappush(queue, (self.now + delay, next(self._order), task))
        self.now = max(self.now, until)

    def spend(self) -> None:
        """What one call of the reader takes."""
        chance = self.random.random()
        if chance < self.preempted:
            self.advance(self.random.randrange(80 * MS))
        else:
            self.advance(int(chance * self.pace))

    def system_time(self) -> int:
        """The wall clock, which moves at its ticks only."""
        exact = self.now + self.offset
        self._shown = max(self._shown, exact - exact % self.tick)
        return self._shown

    def set_clock(self, by: int) -> None:
        """Somebody sets the wall clock."""
        self.offset += by
        self._shown = 0
        self.set_at.append(self.now)


class WorldClock(Clock):
    """The reader's clocks in a world; every look at one takes a moment."""

    __slots__ = ("world",)

    def __init__(self, world: World) -> None:
        self.world = world

    def wall(self) -> int:
        self.world.spend()
        return self.world.system_time()

    def monotonic(self) -> int:
        self.world.spend()
        return self.world.now

    def sleep(self, nanoseconds: int) -> None:
        assert nanoseconds >= 0
        self.world.advance(nanoseconds + self.world.random.randrange(100_000))

    def jitter(self, nanoseconds: int) -> int:
        return self.world.random.randint(nanoseconds // 2, nanoseconds * 3 // 2)


class Interleaved(Source[T]):
    """Any source, with time passing before each call."""

    __slots__ = ("_source", "_world")

    def __init__(self, source: Source[T], world: World) -> None:
        self._source = source
        self._world = world
        self.label = source.label
        self.what = source.what

    def stamp(self) -> Stamp:
        self._world.spend()
        return self._source.stamp()

    def item(self, index: int) -> T:
        self._world.spend()
        return self._source.item(index)

    def names(self, items: Sequence[T]) -> Iterable[Hashable]:
        return self._source.names(items)

    def clock(self) -> int | None:
        self._world.spend()
        return self._source.clock()

    def refresh(self, *, same: bool) -> None:
        self._world.spend()
        self._source.refresh(same=same)

    def snapshot(self) -> tuple[Sequence[T], Stamp] | None:
        self._world.spend()
        return self._source.snapshot()

    def tripwire(self) -> Tripwire | None:
        self._world.spend()
        tripwire = self._source.tripwire()
        return None if tripwire is None else _InterleavedTripwire(tripwire, self._world)


class _InterleavedTripwire(Tripwire):
    def __init__(self, tripwire: Tripwire, world: World) -> None:
        self._tripwire = tripwire
        self._world = world

    def is_tripped(self) -> bool:
        self._world.spend()
        return self._tripwire.is_tripped()

    def close(self) -> None:
        self._world.spend()
        self._tripwire.close()
