"""The guard's patience and its words, over a source that does what each test tells it to."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence

import pytest

from hiveguard import Ending, Incomplete
from hiveguard.core.clock import Clock
from hiveguard.core.errors import (
    AccessDenied,
    BadArgument,
    HandleClosed,
    HiveError,
    HiveUnloaded,
    KeyDeleted,
    Unavailable,
)
from hiveguard.registry.listing import Guard
from hiveguard.registry.source import NoMore, Source, Stamp, Tripwire

MS = 1_000_000
START = 1_700_000_000_000 * MS
LONG_AGO = START - 3_600_000 * MS


class HandClock(Clock):
    """A clock that moves only when it is slept on or told to; no jitter."""

    def __init__(self) -> None:
        self.time = START
        self.steady = 0
        self.slept: list[int] = []

    def wall(self) -> int:
        return self.time

    def monotonic(self) -> int:
        return self.steady

    def sleep(self, nanoseconds: int) -> None:
        self.slept.append(nanoseconds)
        self.pass_(nanoseconds)

    def pass_(self, nanoseconds: int) -> None:
        self.time += nanoseconds
        self.steady += nanoseconds

    def jitter(self, nanoseconds: int) -> int:
        return nanoseconds


class Wire(Tripwire):
    def __init__(self, source: Fake) -> None:
        self.source = source
        self.is_closed = False

    def is_tripped(self) -> bool:
        return self.source.trips

    def close(self) -> None:
        self.is_closed = True


class Fake(Source[str]):
    """A fake list; ``during(reading)`` is called when a reading's first item is asked for."""

    def __init__(self, clock: HandClock, during: Callable[[int], None] = lambda reading: None) -> None:
        self.label, self.what = "HKCU\\Fake", "subkeys"
        self.here = clock
        self.during = during
        self.entries = ["a", "b", "c"]
        self.count: int | None = 3
        self.generation: int | None = 7
        self.written: int | None = LONG_AGO
        self.readings = 0
        self.trips: bool = False
        self.wires: list[Wire] = []
        self.has_wire = self.is_remote = self.is_whole = False
        self.again: HiveError | None = None
        self.reopened: list[bool] = []
        self.after: Callable[[], None] = lambda: None

    def stamp(self) -> Stamp:
        return Stamp(self.count, self.generation, self.written, 1)

    def item(self, index: int) -> str:
        if index == 0:
            self.readings += 1
            self.during(self.readings)
        if index >= len(self.entries):
            raise NoMore("")
        return self.entries[index]

    def names(self, items: Sequence[str]) -> Sequence[str]:
        return items

    def clock(self) -> int | None:
        return None if self.is_remote else self.here.time

    def refresh(self, *, same: bool) -> None:
        self.reopened.append(same)
        if self.again is not None:
            raise self.again
        self.after()

    def snapshot(self) -> tuple[Sequence[str], Stamp] | None:
        return (self.entries, self.stamp()) if self.is_whole else None

    def tripwire(self) -> Tripwire | None:
        if not self.has_wire:
            return None
        self.wires.append(Wire(self))
        return self.wires[-1]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def fake(clock: HandClock) -> Fake:
    return Fake(clock)


def listed(fake: Fake, **policy: object):  # type: ignore[no-untyped-def]
    return Guard(fake.here, **policy).list(fake, on_incomplete="record")  # type: ignore[arg-type]


def proof(listing) -> str | None:  # type: ignore[no-untyped-def]
    (evidence,) = listing.verdict.evidence
    return evidence.proof


# --- complete -------------------------------------------------------------------------------


def test_a_generation_proves_at_once(fake: Fake) -> None:
    listing = listed(fake)
    assert listing == ("a", "b", "c")
    verdict = listing.verdict
    assert (verdict.ending, verdict.attempts, proof(listing)) == (Ending.COMPLETE, 1, "exact")
    assert dict(verdict.counts) == {"keys": 3}
    assert verdict.evidence[0].facts == ("generation 7 before and after",)
    assert verdict.started is not None
    assert fake.here.slept == []


def test_a_snapshot_is_taken_where_there_is_one(fake: Fake) -> None:
    fake.is_whole, fake.generation, fake.is_remote = True, None, True
    listing = listed(fake)
    assert (listing.verdict.ending, proof(listing), fake.readings) == (Ending.COMPLETE, "exact", 0)


def test_a_stamp_proves_once_the_clock_was_seen_to_go_steadily(fake: Fake) -> None:
    fake.generation = None
    guard = Guard(fake.here)
    first = guard.list(fake)
    assert (first.verdict.attempts, proof(first), fake.readings) == (1, "stamp", 2)
    assert fake.here.slept == [51 * MS]
    fake.here.pass_(100 * MS)
    guard.list(fake)
    assert fake.readings == 3  # the clock is known by now
    assert fake.here.slept == [51 * MS]
    fake.here.pass_(60_000 * MS)
    guard.list(fake)
    assert fake.readings == 5  # ... and after a minute no longer


@pytest.mark.parametrize("age, waits", [(0, 16 * MS), (20 * MS, 0), (-66 * MS, 82 * MS), (-150 * MS, 0)])
def test_a_last_write_that_is_near_is_waited_out(fake: Fake, age: int, waits: int) -> None:
    fake.generation = None
    fake.written = START - age  # by the second reading the clock has moved on by 51 ms
    listing = listed(fake)
    assert (listing.verdict.ending, listing.verdict.attempts) == (Ending.COMPLETE, 1)
    assert fake.here.slept == [51 * MS] + ([waits] if waits else [])
    assert "waited" in listing.verdict.evidence[0].facts[-1]


def test_a_clock_that_was_set_is_waited_for(fake: Fake) -> None:
    fake.generation = None
    guard = Guard(fake.here)
    guard.list(fake)
    fake.here.pass_(100 * MS)
    fake.here.time += 17 * MS
    guard.list(fake)
    assert fake.here.slept == [51 * MS, 51 * MS]


def test_a_tripwire_is_armed_first_asked_last_and_always_closed(fake: Fake) -> None:
    fake.has_wire, fake.generation = True, None
    listing = listed(fake)
    assert proof(listing) == "stamp+tripwire"
    assert all(wire.is_closed for wire in fake.wires)
    assert len(fake.wires) == fake.readings == 2


# --- not complete ---------------------------------------------------------------------------


def test_a_list_that_keeps_changing(fake: Fake) -> None:
    def change(reading: int) -> None:
        fake.generation = 100 + reading
        fake.entries[0] = f"x{reading}"

    fake.during = change
    listing = listed(fake)
    verdict = listing.verdict
    assert listing == ("x5", "b", "c")
    assert (verdict.ending, verdict.attempts, proof(listing)) == (Ending.CHANGED, 5, None)
    assert fake.here.slept == [0, 1 * MS, 5 * MS, 25 * MS]
    assert verdict.evidence[0].facts == (
        "2 subkeys were seen in each of 5 readings",
        "5 only in some of them: 'x1', 'x2', 'x3', 'x4', 'x5'",
    )


def test_a_list_that_changes_once(fake: Fake) -> None:
    fake.during = lambda reading: setattr(fake, "generation", 8)
    listing = listed(fake)
    assert (listing.verdict.ending, listing.verdict.attempts) == (Ending.COMPLETE, 2)


def test_the_deadline_ends_it(fake: Fake) -> None:
    def change(reading: int) -> None:
        fake.generation = 100 + reading
        fake.here.pass_(600 * MS)

    fake.during = change
    verdict = listed(fake, attempts=100).verdict
    assert (verdict.ending, verdict.stopped_by, verdict.attempts) == (Ending.CHANGED, "deadline", 4)


def test_a_clock_that_never_goes_steadily_proves_nothing(fake: Fake) -> None:
    def jump(reading: int) -> None:
        fake.here.time += 1_000 * MS

    fake.generation, fake.during = None, jump
    verdict = listed(fake).verdict
    assert (verdict.ending, verdict.stopped_by) == (Ending.UNPROVEN, "deadline")
    assert "clock was set" in verdict.reasons[0]


@pytest.mark.parametrize("lacks", ["clock", "time"])
def test_a_stamp_that_cannot_prove_anything_and_nobody_waits_for_it(fake: Fake, lacks: str) -> None:
    fake.generation = None
    fake.is_remote = lacks == "clock"
    fake.written = None if lacks == "time" else fake.written
    verdict = listed(fake).verdict
    assert (verdict.ending, verdict.stopped_by, fake.readings) == (Ending.UNPROVEN, None, 1)
    assert fake.here.slept == []


def test_a_tripwire_overrules_equal_stamps(fake: Fake) -> None:
    fake.has_wire = fake.trips = True
    verdict = listed(fake).verdict
    assert verdict.ending is Ending.CHANGED
    assert "signalled" in verdict.reasons[0]


def test_a_list_that_never_ends_is_left(fake: Fake) -> None:
    fake.item = lambda index: "again"  # type: ignore[method-assign]
    verdict = listed(fake).verdict
    assert verdict.ending is Ending.CHANGED
    assert "grew faster" in verdict.reasons[0]


@pytest.mark.parametrize(
    "entries, words", [(["a", "b"], "3 subkeys, and 2 were there"), (["a", "b", "a"], "more than once")]
)
@pytest.mark.parametrize("whole", [False, True])
def test_a_registry_that_contradicts_itself_is_damaged(fake: Fake, entries: list[str], words: str, whole: bool) -> None:
    fake.entries, fake.is_whole = entries, whole
    verdict = listed(fake).verdict
    assert (verdict.ending, verdict.attempts) == (Ending.DAMAGED, 1)
    (damage,) = verdict.damage
    assert (damage.code, damage.lost) == ("list-contradicts", True)
    assert words in damage.cost


def test_a_contradiction_without_proof_may_be_a_change(fake: Fake) -> None:
    fake.generation, fake.is_remote, fake.count = None, True, 4
    verdict = listed(fake).verdict
    assert (verdict.ending, verdict.attempts, verdict.damage) == (Ending.CHANGED, 5, ())


def test_incomplete_is_raised_with_what_was_read(fake: Fake) -> None:
    fake.generation, fake.is_remote = None, True
    with pytest.raises(Incomplete, match="unproven: 3 keys") as caught:
        Guard(fake.here).list(fake)
    assert caught.value.items == ("a", "b", "c")


# --- errors ---------------------------------------------------------------------------------

ERRORS = {
    KeyDeleted("deleted"): Ending.KEY_DELETED,
    HiveUnloaded("unloaded"): Ending.HIVE_UNLOADED,
    HandleClosed("closed"): Ending.HANDLE_CLOSED,
    AccessDenied("denied"): Ending.ACCESS_DENIED,
    Unavailable("away"): Ending.UNAVAILABLE,
    HiveError("error 1450"): Ending.FAILED,
}


@pytest.mark.parametrize("error", ERRORS, ids=str)
def test_each_error_has_its_ending(fake: Fake, error: HiveError) -> None:
    def fail(index: int) -> str:
        if index == 2:
            raise error
        return fake.entries[index]

    fake.has_wire = True
    fake.item = fail  # type: ignore[method-assign]
    listing = listed(fake, reopen="never")
    assert (listing.verdict.ending, listing.verdict.reasons) == (ERRORS[error], (str(error),))
    assert listing == ("a", "b")
    assert fake.reopened == []
    assert fake.wires[0].is_closed


@pytest.mark.parametrize("policy, same", [("same", True), ("any", False)])
@pytest.mark.parametrize("error", [KeyDeleted("deleted"), HiveUnloaded("unloaded")], ids=str)
def test_a_key_is_opened_again(fake: Fake, policy: str, same: bool, error: HiveError) -> None:
    def die(reading: int) -> None:
        if reading == 1:
            raise error

    fake.during = die
    listing = listed(fake, reopen=policy)
    assert (listing.verdict.ending, listing.verdict.attempts, fake.reopened) == (Ending.COMPLETE, 2, [same])
    assert f"reopened after: {error}" in listing.verdict.evidence[0].facts


def test_a_key_that_cannot_be_opened_again(fake: Fake) -> None:
    def die(reading: int) -> None:
        raise KeyDeleted("deleted")

    fake.during, fake.again = die, HiveUnloaded("gone too")
    verdict = listed(fake).verdict
    assert (verdict.ending, verdict.reasons) == (Ending.KEY_DELETED, ("deleted",))
    assert "opening it again by its path: gone too" in verdict.evidence[0].facts


def test_a_key_that_is_deleted_again_and_again(fake: Fake) -> None:
    def die(reading: int) -> None:
        raise KeyDeleted("deleted")

    fake.during = die
    verdict = listed(fake).verdict
    assert (verdict.ending, verdict.attempts, len(fake.reopened)) == (Ending.KEY_DELETED, 5, 4)


@pytest.mark.parametrize("error", [HandleClosed("closed"), AccessDenied("denied")], ids=str)
def test_what_somebody_wanted_is_not_undone(fake: Fake, error: HiveError) -> None:
    def die(reading: int) -> None:
        raise error

    fake.during = die
    listed(fake, reopen="any")
    assert fake.reopened == []


def test_foreign_errors_are_not_hidden_and_the_tripwire_is_closed(fake: Fake) -> None:
    def bug(reading: int) -> None:
        raise ZeroDivisionError

    fake.has_wire, fake.during = True, bug
    with pytest.raises(ZeroDivisionError):
        listed(fake)
    assert fake.wires[0].is_closed


@pytest.mark.parametrize("wrong", [{"attempts": 0}, {"reopen": "sometimes"}])
def test_policies_that_mean_nothing(wrong: dict[str, object]) -> None:
    with pytest.raises(BadArgument):
        Guard(**wrong)  # type: ignore[arg-type]


def test_a_listing_does_not_keep_its_source(clock: HandClock) -> None:
    fake = Fake(clock)
    gone = weakref.ref(fake)
    listing = listed(fake)
    del fake
    assert gone() is None
    assert listing.verdict.is_complete
