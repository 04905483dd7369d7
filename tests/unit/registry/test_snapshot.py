"""When a reading of a file may be called complete: by stamps that are equal and far enough from the clock.

The file is a fake (`MovingFile`): a real one cannot be made to change between two given calls.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hiveguard import Ending
from hiveguard.core.clock import Clock
from hiveguard.registry.hive_bytes import GONE, HiveBytes
from hiveguard.registry.logs import Logs
from hiveguard.registry.settle import NEAR
from hiveguard.registry.snapshot import ATTEMPTS, DEADLINE, take_snapshot
from hiveguard.testing import HiveBuilder

HIVE = HiveBuilder().build()
START = 1_700_000_000_000_000_000


class HandClock(Clock):
    """A clock that moves only when it is told to, or slept on."""

    def __init__(self) -> None:
        self.time = START
        self.steady = 0
        self.slept: list[int] = []

    def wall(self) -> int:
        return self.time

    def monotonic(self) -> int:
        return self.steady

    def sleep(self, nanoseconds: int) -> None:
        assert nanoseconds >= 0
        self.slept.append(nanoseconds)
        self.pass_(nanoseconds)

    def pass_(self, nanoseconds: int) -> None:
        self.time += nanoseconds
        self.steady += nanoseconds


class MovingFile(HiveBytes):
    """A fake of a file: `during(number)` is called in the middle of each reading."""

    def __init__(self, clock: HandClock, during: Callable[[int], None] = lambda number: None) -> None:
        self.label = "moving"
        self.size = len(HIVE)
        self.clock = clock
        self.during = during
        self.readings = 0
        self.changed = START - 3_600_000_000_000
        self.generation = 0
        self.gone = self.replaced = False

    def touch(self, at: int | None = None) -> None:
        self.generation += 1
        self.changed = self.clock.time if at is None else at

    def pread(self, position: int, count: int) -> bytes:
        return HIVE[position : position + count]

    def read_all(self) -> bytes:
        self.readings += 1
        self.during(self.readings)
        self.clock.pass_(1_000_000)
        return HIVE

    def read_into(self, target: memoryview) -> int:
        raise AssertionError("no log is applied here")

    def quick_stamp(self) -> tuple[object, ...] | None:
        return GONE if self.gone else (self.generation, self.changed)

    stamp = quick_stamp

    def times(self) -> tuple[int, ...]:
        return (self.changed,)

    def is_replaced(self) -> bool:
        return self.replaced


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


def take(file: MovingFile):  # type: ignore[no-untyped-def]
    return take_snapshot(file, Logs("ignore", None), file.clock)


def test_a_file_that_stands_still_is_complete_by_its_stamp(clock: HandClock) -> None:
    snapshot = take(MovingFile(clock))
    assert (snapshot.ending, snapshot.proof, snapshot.attempts) == (Ending.COMPLETE, "stamp", 1)
    assert clock.slept == []


def test_a_file_that_changed_once_is_read_again(clock: HandClock) -> None:
    file = MovingFile(clock)
    file.during = lambda number: file.touch(START - 3_000_000_000) if number == 1 else None
    snapshot = take(file)
    assert (snapshot.ending, snapshot.attempts) == (Ending.COMPLETE, 2)


def test_a_file_that_never_stands_still_changed(clock: HandClock) -> None:
    file = MovingFile(clock)
    file.during = lambda number: file.touch()
    snapshot = take(file)
    assert (snapshot.ending, snapshot.attempts, snapshot.proof) == (Ending.CHANGED, ATTEMPTS, None)
    assert len(snapshot.reasons) == ATTEMPTS


@pytest.mark.parametrize("before", [0, 1, NEAR - 1, NEAR])
def test_a_change_just_before_is_waited_out(clock: HandClock, before: int) -> None:
    file = MovingFile(clock)
    file.touch(START - before)
    snapshot = take(file)
    assert (snapshot.ending, snapshot.attempts, file.readings) == (Ending.COMPLETE, 1, 2)
    assert len(clock.slept) == 1
    assert file.changed < clock.time - NEAR


def test_a_slow_reading_may_outlast_the_wait(clock: HandClock) -> None:
    file = MovingFile(clock)
    file.touch(START - 1)
    file.during = lambda number: clock.pass_(3 * NEAR)  # as on a busy machine
    snapshot = take(file)
    assert (snapshot.ending, file.readings) == (Ending.COMPLETE, 2)
    assert clock.slept == [0]


def test_a_time_in_the_near_future_is_waited_out_and_a_far_one_is_trusted(clock: HandClock) -> None:
    file = MovingFile(clock)
    file.touch(START + NEAR // 2)
    assert take(file).ending is Ending.COMPLETE
    assert file.readings == 2
    other = MovingFile(HandClock())
    other.touch(START + 3_600_000_000_000)
    assert take(other).ending is Ending.COMPLETE
    assert other.readings == 1


def test_a_stamp_that_follows_the_clock_is_never_proof(clock: HandClock) -> None:
    file = MovingFile(clock)

    def follow(number: int) -> None:
        file.changed = clock.time  # its times move on, but both stamps of a reading are alike
        clock.pass_(DEADLINE // 8)

    file.during = follow
    file.stamp = file.quick_stamp = lambda: (0,)  # type: ignore[method-assign,assignment]
    snapshot = take(file)
    assert snapshot.ending is Ending.UNPROVEN or snapshot.attempts == 1
    file.times = lambda: (clock.time,)  # type: ignore[method-assign]
    snapshot = take(file)
    assert (snapshot.ending, snapshot.proof) == (Ending.UNPROVEN, None)


def test_a_pause_between_the_two_clocks_is_no_jump(clock: HandClock) -> None:
    """On a busy machine the process may be put aside between asking one clock and the other."""
    pauses = iter([NEAR] * 3)
    plain = HandClock.wall

    class Busy(HandClock):
        def wall(self) -> int:
            time = plain(self)
            self.pass_(next(pauses, 0))
            return time

    busy = Busy()
    file = MovingFile(busy)
    snapshot = take(file)
    assert (snapshot.ending, file.readings) == (Ending.COMPLETE, 1)


def test_a_clock_that_is_set_during_the_reading_proves_nothing(clock: HandClock) -> None:
    file = MovingFile(clock)

    def set_back(number: int) -> None:
        if number == 1:
            clock.time -= 60_000_000_000

    file.during = set_back
    snapshot = take(file)
    assert (snapshot.ending, file.readings) == (Ending.COMPLETE, 2)


@pytest.mark.parametrize(("how", "words"), [("gone", "removed"), ("replaced", "replaced")])
def test_a_file_that_goes_away_is_an_unloaded_hive(clock: HandClock, how: str, words: str) -> None:
    file = MovingFile(clock)
    file.during = lambda number: setattr(file, how, True)
    snapshot = take(file)
    assert snapshot.ending is Ending.HIVE_UNLOADED
    assert words in snapshot.reasons[0]
    assert snapshot.root is not None  # what was read is there all the same
