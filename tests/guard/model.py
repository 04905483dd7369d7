"""A fake registry: one key with one list, its writers, and sources of every kind over it.

Every change happens at one moment of a `World` and is written into a `History`. A change's last-write time
may have been taken some time before; nothing else here is kinder than a real registry.
Must not know: the guard's rules.
"""

from __future__ import annotations

from collections.abc import Sequence

from hiveguard.core.errors import (
    AccessDenied,
    HandleClosed,
    HiveError,
    HiveUnloaded,
    KeyDeleted,
    Unavailable,
)
from hiveguard.registry.source import NoMore, Source, Stamp, Tripwire

from .history import History
from .world import MS, Task, World

Item = tuple[str, int]  # a name and what stands there: a subkey's identity, or a value's data

ERRORS = {
    "denied": AccessDenied("fake: access denied"),
    "unavailable": Unavailable("fake: nobody answers"),
    "failed": HiveError("fake: error 1450"),
}


class FakeRegistry:
    """One key in one hive. ``sorted_names``: as subkeys are, else in order of creation as values are."""

    def __init__(self, world: World, history: History, *, sorted_names: bool, names: int) -> None:
        self.world = world
        self.history = history
        self.sorted_names = sorted_names
        self.load = 1
        self.key = 1
        self.is_loaded = self.is_there = True
        self.generation = 1  # one counter for the whole registry
        self.written = world.system_time()
        self.trouble = ""
        self.tripwires: list[FakeTripwire] = []
        self.notified_late = 0
        self.entries: dict[str, int] = {f"k{number:03}": 0 for number in range(0, 2 * names, 2)}
        self.items: tuple[Item, ...] = ()
        self.record("begin")

    def record(self, event: str) -> None:
        """Make the present state what readers see, and write it down."""
        if self.is_loaded and self.is_there:
            items = self.entries.items()
            self.items = tuple(sorted(items)) if self.sorted_names else tuple(items)
            self.history.record(self.world.now, self.items, self.key, self.load, event)
        else:
            self.history.record(self.world.now, None, self.key, self.load, event)

    def changed(self, event: str, taken: int) -> None:
        """A change of the list becomes visible, with a last-write time that was taken before."""
        self.generation += 1
        self.written = taken
        self.record(event)
        self.trip()

    def trip(self) -> None:
        """Signal the tripwires, sooner or later."""
        for tripwire in self.tripwires:
            tripwire.signal_at(self.world.now + self.world.random.randint(0, self.notified_late))

    def put(self, name: str, taken: int) -> None:
        """Create an entry, or give it other data."""
        if self.is_loaded and self.is_there:
            self.generation += 1
            self.entries[name] = self.generation
            self.changed("change", taken)

    def drop(self, name: str, taken: int) -> None:
        """Delete an entry."""
        if self.is_loaded and self.is_there and name in self.entries:
            del self.entries[name]
            self.changed("change", taken)

    def delete_key(self) -> None:
        """The key goes away."""
        self.is_there = False
        self.record("deleted")
        self.trip()

    def make_key(self) -> None:
        """Another key of the same name, with a list of its own."""
        if self.is_loaded:
            self.is_there = True
            self.key += 1
            self.generation += 1
            self.written = self.world.system_time()
            self.entries = dict(list(self.entries.items())[1:])
            self.record("made")

    def unload(self) -> None:
        """The hive goes away."""
        self.is_loaded = False
        self.record("unloaded")
        self.trip()

    def load_again(self) -> None:
        """The same file is loaded again; the last-write time comes from the file."""
        self.is_loaded = True
        self.load += 1
        self.generation += 1
        self.record("loaded")


class FakeTripwire(Tripwire):
    """Signalled late, if at all."""

    def __init__(self, registry: FakeRegistry) -> None:
        self.registry = registry
        self.at: int | None = None
        registry.tripwires.append(self)

    def signal_at(self, moment: int) -> None:
        self.at = moment if self.at is None else min(self.at, moment)

    def is_tripped(self) -> bool:
        return self.at is not None and self.at <= self.registry.world.now

    def close(self) -> None:
        if self in self.registry.tripwires:
            self.registry.tripwires.remove(self)


class FakeSource(Source[Item]):
    """A handle on the fake key. Which stamps it gives is a matter of its making."""

    def __init__(
        self,
        registry: FakeRegistry,
        *,
        generation: bool = False,
        tripwire: bool = False,
        snapshot: bool = False,
        remote: bool = False,
        counts: bool = True,
        miscounts: bool = False,
    ) -> None:
        self.label = "fake"
        self.what = "subkeys" if registry.sorted_names else "values"
        self.registry = registry
        self.key, self.load = registry.key, registry.load
        self.is_closed = False
        self.generation = generation
        self.has_tripwire = tripwire
        self.has_snapshot = snapshot
        self.remote = remote
        self.counts = counts
        self.miscounts = miscounts

    def check(self) -> FakeRegistry:
        registry = self.registry
        if self.is_closed:
            raise HandleClosed("fake: the handle was closed")
        if registry.load != self.load or not registry.is_loaded:
            raise HiveUnloaded("fake: the hive was unloaded")
        if registry.key != self.key or not registry.is_there:
            raise KeyDeleted("fake: the key was deleted")
        if registry.trouble:
            raise ERRORS[registry.trouble]
        return registry

    def stamp(self) -> Stamp:
        registry = self.check()
        return Stamp(
            len(registry.items) + self.miscounts if self.counts else None,
            registry.generation if self.generation else None,
            registry.written,
            registry.load,
        )

    def item(self, index: int) -> Item:
        items = self.check().items
        if index < len(items):
            return items[index]
        raise NoMore("fake: no more")

    def names(self, items: Sequence[Item]) -> list[str]:
        return [item[0] for item in items]

    def clock(self) -> int | None:
        return None if self.remote else self.registry.world.system_time()

    def refresh(self, *, same: bool) -> None:
        registry = self.registry
        if not registry.is_loaded or (same and registry.load != self.load):
            raise HiveUnloaded("fake: that load of the hive is gone")
        if not registry.is_there:
            raise KeyDeleted("fake: there is no such key")
        self.key, self.load = registry.key, registry.load

    def snapshot(self) -> tuple[Sequence[Item], Stamp] | None:
        if not self.has_snapshot:
            return None
        return self.check().items, self.stamp()

    def tripwire(self) -> Tripwire | None:
        return FakeTripwire(self.check()) if self.has_tripwire else None


# --- what the others do ---------------------------------------------------------------------


def exchange(registry: FakeRegistry, delay: int, between: int) -> Task:
    """Two changes after which the count is as before: the worst for a loop by index.

    ``delay``: up to so many ns lie between taking the time and the change. ``between``: ns from one to the other.
    """
    world, random = registry.world, registry.world.random
    names = list(registry.entries) or ["new"]
    victim = names[0] if random.random() < 0.5 else random.choice(names)
    for act, name in ((registry.drop, victim), (registry.put, random.choice((victim, f"k{random.randrange(60):03}")))):
        taken = world.system_time()
        yield random.randrange(delay + 1)
        act(name, taken)
        yield random.randrange(between + 1)


def churn(registry: FakeRegistry, gap: int, delay: int) -> Task:
    """Bursts of changes with some ``gap`` ns between, and pauses."""
    random = registry.world.random
    while True:
        for _ in range(random.randrange(1, 8)):
            if len(registry.entries) < 4:
                registry.put("new", registry.world.system_time())
            yield from exchange(registry, delay, gap)
        yield random.choice((0, 10 * gap, random.randrange(300 * MS)))


def deletions(registry: FakeRegistry) -> Task:
    """The key is deleted, and made again after a while or at once."""
    random = registry.world.random
    while True:
        yield random.randrange(900 * MS)
        if registry.is_there and registry.is_loaded:
            registry.delete_key()
            yield random.choice((0, random.randrange(2 * MS), random.randrange(200 * MS)))
            registry.make_key()


def reloads(registry: FakeRegistry) -> Task:
    """The hive is unloaded, and loaded again after a while or at once."""
    random = registry.world.random
    while True:
        yield random.randrange(900 * MS)
        if registry.is_loaded:
            registry.unload()
            yield random.choice((0, random.randrange(2 * MS), random.randrange(200 * MS)))
            registry.load_again()
            if not registry.is_there:
                registry.make_key()


def troubles(registry: FakeRegistry) -> Task:
    """Access is taken away, or the source does not answer, for a while."""
    random = registry.world.random
    while True:
        yield random.randrange(900 * MS)
        registry.trouble = random.choice(tuple(ERRORS))
        registry.record(registry.trouble)
        yield random.randrange(30 * MS)
        registry.trouble = ""
        registry.record("answers again")


def closings(registry: FakeRegistry, handles: list[FakeSource]) -> Task:
    """Somebody closes the handle that is read through."""
    random = registry.world.random
    while True:
        yield random.randrange(900 * MS)
        for handle in handles:
            handle.is_closed = True
        registry.record("closed")


def ticking(world: World) -> Task:
    """The tick of the clock changes now and then."""
    while True:
        world.tick = world.random.choice((15_625_000, 15_625_000, 1_000_000, 500_000, 100))
        yield world.random.randrange(100 * MS)


def clock_setting(world: World, apart: int) -> Task:
    """Somebody sets the wall clock, at least ``apart`` ns after the last time."""
    random = world.random
    if not world.set_at or world.now - world.set_at[-1] >= apart:
        size = random.choice((8 * MS, 16 * MS, 20 * MS, 60 * MS, 200 * MS, 3_600_000 * MS))
        by = random.choice((-1, 1)) * random.randrange(size // 2, size + 1)
        if world.set_by and random.random() < 0.4:
            by = -world.set_by.pop()  # set right again
        else:
            world.set_by.append(by)
        world.set_clock(by)
    yield from ()
