"""The kinds of stage with the fake registry: what its sources offer, what its clocks do, who writes.

Must not know: the guard's rules.
"""

from __future__ import annotations

from random import Random

from hiveguard.core.errors import HiveUnloaded, KeyDeleted

from . import model
from .history import History
from .proof import Stage
from .world import MS, SECOND, Interleaved, World

#: kind of source: what it offers, and how many of a hundred listings are of it
KINDS: dict[str, tuple[dict[str, bool], int]] = {
    "stamp": ({}, 30),
    "stamp+tripwire": ({"tripwire": True}, 20),
    "stamp, no count": ({"counts": False}, 8),
    "generation": ({"generation": True}, 15),
    "generation+tripwire": ({"generation": True, "tripwire": True}, 7),
    "snapshot": ({"snapshot": True, "generation": True}, 8),
    "no clock": ({"remote": True}, 6),
    "wrong count": ({"miscounts": True}, 6),
}
LISTINGS = 10  # of one stage
TICK = 15_625_000
APART = 1_500 * MS  # between two settings of the clock


def stage(kind: str, seed: int) -> Stage:
    """The stage of that kind and seed. Writers, clocks and pauses are drawn from the seed."""
    offers, _ = KINDS[kind]
    world = World(seed)
    random = world.random
    history = History()
    history.clock_set = world.set_at
    world.pace = random.choice((200, 20_000, 200_000, 1_000_000))
    world.preempted = random.choice((0.0, 0.0, 0.001, 0.01))
    world.tick = random.choice((15_625_000, 1_000_000, 100))
    registry = model.FakeRegistry(world, history, sorted_names=random.random() < 0.5, names=random.choice((8, 20, 30)))
    registry.notified_late = random.choice((0, 1, 10)) * MS
    handles: list[model.FakeSource] = []
    if random.random() < 0.3:
        world.start(model.ticking(world))
    is_clock_set = random.random() < 0.4
    delay = random.choice((0, 1, 30)) * MS
    gap = random.choice((1, 10, 100)) * world.pace // 2
    for _ in range(random.choice((0, 0, 1, 2))):
        world.start(model.churn(registry, gap, delay), random.randrange(SECOND))
    is_ambushed = random.random() < 0.7
    reading = world.pace * len(registry.entries) // 2

    def ambush(pause: int) -> None:
        # Changes just before the reading and within it; the clock set about then.
        if is_ambushed and len(registry.entries) > 4:
            for start in (pause - random.randrange(60 * MS), pause + random.randrange(reading)):
                if start >= 0:
                    world.start(model.exchange(registry, delay, random.randrange(reading)), max(start - delay // 2, 0))
        if is_clock_set:
            # Not back and forth within one reading: that is outside of what a stamp can prove.
            at = pause + random.randrange(-60 * MS, reading + 1)
            world.start(model.clock_setting(world, APART), max(at, 0))

    life = random.random()
    if life < 0.10:
        world.start(model.deletions(registry))
    elif life < 0.20:
        world.start(model.reloads(registry))
    elif life < 0.25:
        world.start(model.troubles(registry))
    elif life < 0.30:
        world.start(model.closings(registry, handles))

    def handle() -> tuple[Interleaved[model.Item], int, int]:
        if not registry.is_loaded:
            raise HiveUnloaded("fake: not loaded")
        if not registry.is_there:
            raise KeyDeleted("fake: no such key")
        source = model.FakeSource(registry, **offers)
        handles[:] = [source]
        return Interleaved(source, world), source.key, source.load

    pauses = [_pause(random) for _ in range(LISTINGS)]
    return Stage(
        world,
        history,
        handle,
        pauses,
        provable="remote" not in offers,
        contradicts="miscounts" in offers,
        reopen=random.choice(("never", "same", "any")),
        ambush=ambush,
    )


def narrow_stage(kind: str, seed: int, begin: tuple[int, ...] = (20, 38)) -> Stage:
    """All allowances used up at once.

    A writer shows its change up to 33 ms after it took its time, in the tick of the change before; between the
    two the clock may be set (forward by so little that it hardly shows, or by hours, or right again), and its
    tick shrinks from 15.6 ms to 1 ms.
    """
    offers, _ = KINDS[kind]
    world = World(seed)
    random = world.random
    history = History()
    history.clock_set = world.set_at
    world.tick, world.pace = TICK, 1
    registry = model.FakeRegistry(world, history, sorted_names=True, names=20)
    setting = random.choice(("never", "little", "much", "right again"))

    def late_writer() -> model.Task:
        yield TICK - random.randrange(1, MS)
        taken = world.system_time()
        yield random.choice((33, 33, 20, 5)) * MS
        registry.drop(next(iter(registry.entries)), taken)
        registry.put(f"z{len(history.entries):05}", taken)

    def clock_setter(by: int) -> model.Task:
        yield 20 * MS
        world.tick = MS
        if by:
            world.set_clock(by)

    def ambush(_: int) -> None:
        world.tick, world.pace = TICK, 1
        by = 0
        if setting == "little":
            by = random.choice((-1, 1, 1)) * random.randrange(16 * MS)
        elif setting == "much":
            by = random.choice((-1, 1, 1)) * random.randrange(16 * MS, 3_600 * SECOND)
        elif setting == "right again":
            by = random.choice((-1, 1, 1)) * random.randrange(16 * MS, 3_600 * SECOND)
            world.advance(10 * MS)
            world.set_clock(-by)
            world.advance(APART)
        world.advance(60 * MS + random.randrange(TICK))
        world.advance(-(world.now + world.offset) % TICK + random.randrange(1, 1_000))
        registry.put("a", world.system_time())
        world.start(late_writer())
        world.start(clock_setter(by))
        world.advance(random.choice(begin) * MS + random.randrange(8 * MS))
        world.pace = 800_000

    def handle() -> tuple[Interleaved[model.Item], int, int]:
        source = model.FakeSource(registry, **offers)
        return Interleaved(source, world), source.key, source.load

    return Stage(world, history, handle, [0] * LISTINGS, ambush=ambush)


def hasty_stage(kind: str, seed: int) -> Stage:
    """A deadline that leaves no time for waits, and one listing right after the other.

    What the first saw of the clock must not mislead the second: the clock was set just before.
    """
    stage = narrow_stage(kind, seed, (20,))
    ambush, world = stage.ambush, stage.world
    turn = iter(range(LISTINGS))

    def in_pairs(pause: int) -> None:
        if next(turn) % 2 == 0:
            ambush(pause)
            world.pace = 1  # over at once
        else:
            world.advance(14 * MS + world.random.randrange(4 * MS))
            world.pace = 800_000  # this one meets the change

    stage.ambush = in_pairs
    stage.deadline = MS
    return stage


def _pause(random: Random) -> int:
    return random.choice((0, random.randrange(MS), random.randrange(60 * MS), random.randrange(3 * SECOND)))
