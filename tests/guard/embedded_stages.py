"""Stages with the embedded registry in the fake one's place: real hives, real handles, the same writers.

What is true is kept beside it, by what was asked of it, and never read from it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from random import Random
from typing import Any

from hiveguard.core.clock import Clock
from hiveguard.embedded.live_key import LiveKey
from hiveguard.embedded.live_list import SubkeyList, ValueList
from hiveguard.embedded.registry import Registry
from hiveguard.regf.new_hive import new_hive
from hiveguard.registry.hive_files import MemoryDisk
from hiveguard.registry.source import Source, Stamp, Tripwire

from . import model
from .history import History
from .proof import Stage
from .world import MS, SECOND, Interleaved, Task, World

MOUNT = "HKU\\Proof"
KEY = "HKU\\Proof\\Key"

#: kind: whether by index, and whether the generation is hidden, so that the stamp has to do
KINDS: dict[str, tuple[bool, bool]] = {
    "embedded": (False, False),
    "embedded, by index": (True, False),
    "embedded, by index and stamp": (True, True),
}
LISTINGS = 10


class StillClock(Clock):
    """The world's clock as the registry's own: looking at it takes no time, since nobody else gets its lock."""

    __slots__ = ("world",)

    def __init__(self, world: World) -> None:
        self.world = world

    def wall(self) -> int:
        return self.world.system_time()

    def monotonic(self) -> int:
        return self.world.now


class EmbeddedRegistry(model.FakeRegistry):
    """The embedded registry, driven as the fake one is; of that only what it remembers is left."""

    def __init__(self, world: World, history: History, *, sorted_names: bool, names: int) -> None:
        self.registry = Registry(bare=True, lazy_flush=None, clock=StillClock(world))
        ticks = self.registry.ground.ticks()
        self.disk = MemoryDisk(new_hive("1.5", "ROOT", ticks))
        self.registry.load(MOUNT, self.disk)
        super().__init__(world, history, sorted_names=sorted_names, names=names)
        with self.registry.create(KEY) as key:
            for name in self.entries:
                self._put(key, name, 0)

    def _put(self, key: LiveKey, name: str, data: int) -> None:
        if self.sorted_names:
            key.create(name).close()
        else:
            key.set_value(name, data.to_bytes(4, "little"))

    def put(self, name: str, taken: int) -> None:
        if not (self.is_loaded and self.is_there):
            return
        if self.sorted_names and name in self.entries:
            return  # it is only opened
        self.generation += 1
        data = 0 if self.sorted_names else self.generation
        with self.registry.open(KEY, write=True) as key:
            self._put(key, name, data)
        self.entries[name] = data
        self.record("change")

    def drop(self, name: str, taken: int) -> None:
        if not (self.is_loaded and self.is_there and name in self.entries):
            return
        with self.registry.open(KEY, write=True) as key:
            if self.sorted_names:
                key.delete(name)
            else:
                key.delete_value(name)
        del self.entries[name]
        self.record("change")

    def delete_key(self) -> None:
        self.registry.delete(KEY, tree=True)
        if self.sorted_names:
            # A tree goes from the bottom up, and a reader may come in between.
            self.entries.clear()
            self.record("change")
        super().delete_key()

    def make_key(self) -> None:
        if not self.is_loaded:
            return
        self.registry.create(KEY).close()
        self.is_there = True
        self.key += 1
        self.entries = {}
        self.record("made")
        for number in range(6):
            self.put(f"m{number}", 0)

    def unload(self) -> None:
        self.registry.unload(MOUNT, force=True)
        super().unload()

    def load_again(self) -> None:
        self.registry.load(MOUNT, self.disk)
        super().load_again()


class Plain(Source[Any]):
    """A list of the embedded registry with items that can be compared after their key is gone."""

    def __init__(self, source: Source[Any], told: Callable[[Any], model.Item], *, hide: bool) -> None:
        self.label, self.what = source.label, source.what
        self._source = source
        self._told = told
        self._hide = hide

    def _shown(self, stamp: Stamp) -> Stamp:
        return Stamp(stamp.count, None, stamp.written, stamp.incarnation) if self._hide else stamp

    def stamp(self) -> Stamp:
        return self._shown(self._source.stamp())

    def item(self, index: int) -> model.Item:
        return self._told(self._source.item(index))

    def names(self, items: Sequence[model.Item]) -> Iterable[Hashable]:
        return [item[0] for item in items]

    def clock(self) -> int | None:
        return self._source.clock()

    def refresh(self, *, same: bool) -> None:
        self._source.refresh(same=same)

    def snapshot(self) -> tuple[Sequence[model.Item], Stamp] | None:
        found = self._source.snapshot()
        return None if found is None else ([self._told(item) for item in found[0]], self._shown(found[1]))

    def tripwire(self) -> Tripwire | None:
        return self._source.tripwire()


def told_subkey(key: LiveKey) -> model.Item:
    return key.name, 0


def told_value(value: Any) -> model.Item:
    return value.name, int.from_bytes(value.raw, "little")


def closings(registry: model.FakeRegistry, keys: list[LiveKey]) -> Task:
    """Somebody closes the handle that is read through."""
    while True:
        yield registry.world.random.randrange(900 * MS)
        for key in keys:
            key.close()
        registry.record("closed")


def stage(kind: str, seed: int) -> Stage:
    """As with the fake registry, but for what the embedded one settles itself."""
    by_index, hide = KINDS[kind]
    world, history = World(seed), History()
    random = world.random
    history.clock_set = world.set_at
    world.pace = random.choice((200, 20_000, 200_000, 1_000_000))
    world.preempted = random.choice((0.0, 0.0, 0.001, 0.01))
    world.tick = random.choice((15_625_000, 1_000_000, 100))
    sorted_names = random.random() < 0.5
    registry = EmbeddedRegistry(world, history, sorted_names=sorted_names, names=random.choice((8, 20, 30)))
    keys: list[LiveKey] = []
    is_clock_set = random.random() < 0.4
    gap = random.choice((1, 10, 100)) * world.pace // 2
    for _ in range(random.choice((0, 0, 1, 2))):
        world.start(model.churn(registry, gap, 0), random.randrange(SECOND))
    life = random.choice((None, None, None, model.deletions, model.reloads, "closed"))
    if life == "closed":
        world.start(closings(registry, keys))
    elif life is not None:
        world.start(life(registry))  # type: ignore[operator]
    reading = world.pace * 15

    def ambush(pause: int) -> None:
        for start in (pause - random.randrange(60 * MS), pause + random.randrange(reading)):
            if start >= 0:
                world.start(model.exchange(registry, 0, random.randrange(reading)), start)
        if is_clock_set:
            world.start(model.clock_setting(world, 1_500 * MS), max(pause - random.randrange(60 * MS), 0))

    def handle() -> tuple[Source[Any], int, int]:
        while keys:
            keys.pop().close()
        key = registry.registry.open(KEY)
        keys.append(key)
        tree = registry.registry.tree
        if sorted_names:
            source: Source[Any] = Plain(SubkeyList(key, key.handle, tree, by_index=by_index), told_subkey, hide=hide)
        else:
            source = Plain(ValueList(key, key.handle, tree, by_index=by_index), told_value, hide=hide)
        return Interleaved(source, world), registry.key, registry.load

    reopen = random.choice(("never", "same", "any"))
    return Stage(world, history, handle, [_pause(random) for _ in range(LISTINGS)], reopen=reopen, ambush=ambush)


def _pause(random: Random) -> int:
    return random.choice((0, random.randrange(MS), random.randrange(60 * MS), random.randrange(3 * SECOND)))
