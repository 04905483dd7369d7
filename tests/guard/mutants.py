"""The guard with one rule broken, each time another one: a proof that does not notice proves nothing.

A mutant takes the place of the rule for as long as its block lasts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hiveguard.core.errors import HiveError, HiveUnloaded, KeyDeleted
from hiveguard.registry import listing, reading, steady
from hiveguard.registry.reading import Reading
from hiveguard.registry.source import NoMore

from .proof import Stage
from .stages import hasty_stage, narrow_stage, stage

Break = Callable[[pytest.MonkeyPatch], None]

_doubt = Reading.doubt
_change = Reading.change


def near_is_trusted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reading, "_NEAR", -(1 << 70))


def one_tick_is_far(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reading, "_NEAR", 15_625_000)


def small_jumps_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reading, "_NEAR", reading.NEAR)


def jumps_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(steady.Steadiness, "shown", lambda *_: True)


def old_looks_count(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(steady, "_KEPT", 1 << 70)


def young_looks_count(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(steady, "NEAR", 0)


def the_future_is_waited_for(patch: pytest.MonkeyPatch) -> None:
    def doubt(self: Reading[Any], steadiness: steady.Steadiness) -> tuple[str, int | None]:
        why, wait = _doubt(self, steadiness)
        if not why and self.end is not None and (self.before.written or 0) > self.end[0]:
            return "it was written in the future", 50_000_000
        return why, wait

    patch.setattr(Reading, "doubt", doubt)


def counts_are_compared(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Reading, "change", lambda self: "changed" if self.before.count != self.after.count else "")


def nothing_is_compared(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Reading, "change", lambda self: "")


def a_tripwire_replaces_trust(patch: pytest.MonkeyPatch) -> None:
    def doubt(self: Reading[Any], steadiness: steady.Steadiness) -> tuple[str, int | None]:
        return ("", None) if self.tripped is False else _doubt(self, steadiness)

    patch.setattr(Reading, "doubt", doubt)


def faults_are_passed_over(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Reading, "fault", lambda self, source: "")


def changes_are_faults(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Reading, "doubt", lambda self, steadiness: ("", None))
    patch.setattr(Reading, "change", lambda self: "")


def the_last_reading_will_do(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(listing._Run, "_give_up", lambda self, why: self._end("COMPLETE"))


def no_clock_will_do(patch: pytest.MonkeyPatch) -> None:
    def doubt(self: Reading[Any], steadiness: steady.Steadiness) -> tuple[str, int | None]:
        return ("", None) if self.start is None else _doubt(self, steadiness)

    patch.setattr(Reading, "doubt", doubt)


def an_error_is_the_end(patch: pytest.MonkeyPatch) -> None:
    def by_index(self: Reading[Any], source: Any, most: int) -> None:
        items: list[Any] = []
        self.items = items
        try:
            for index in range(most):
                items.append(source.item(index))
        except (NoMore, HiveError):
            self.after = self.before

    patch.setattr(Reading, "_by_index", by_index)
    patch.setattr(Reading, "take", _take_without_after)


def _take_without_after(self: Reading[Any], source: Any, clock: Any) -> None:
    self.before = self.after = source.stamp()
    self.start = self.end = (self.before.written + (1 << 60), 0)
    self._by_index(source, 1 << 20)


def any_load_is_the_same(patch: pytest.MonkeyPatch) -> None:
    broke_off = listing._Run._broke_off

    def any_load(self: Any, error: HiveError) -> Any:
        policy, self.guard.reopen = self.guard.reopen, "any"
        try:
            return broke_off(self, error)
        finally:
            self.guard.reopen = policy

    patch.setattr(listing._Run, "_broke_off", any_load)


def all_gone_is_deleted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(HiveUnloaded, "ending", KeyDeleted.ending)


def doubt_is_called_change(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(listing._Run, "_give_up", lambda self, why: self._end("CHANGED", why))


def change_is_called_doubt(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(listing._Run, "_give_up", lambda self, why: self._end("UNPROVEN", why))


def waits_are_attempts(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(listing._Run, "_give_up", listing._Run._give_up)
    attempt = listing._Run._attempt

    def impatient(self: Any) -> Any:
        further = attempt(self)
        return self._give_up(further[1]) if further is not None and self.waits else further

    patch.setattr(listing._Run, "_attempt", impatient)


#: mutant, the kind of source that it shows with, and the making of the stage that shows it
MUTANTS: tuple[tuple[Break, str, Callable[[str, int], Stage]], ...] = (
    (near_is_trusted, "stamp", stage),
    (one_tick_is_far, "stamp", narrow_stage),
    (small_jumps_are_forgotten, "stamp", narrow_stage),
    (jumps_are_forgotten, "stamp", narrow_stage),
    (old_looks_count, "stamp", narrow_stage),
    (young_looks_count, "stamp", hasty_stage),
    (the_future_is_waited_for, "stamp", stage),
    (counts_are_compared, "generation", stage),
    (nothing_is_compared, "generation", stage),
    (a_tripwire_replaces_trust, "stamp+tripwire", stage),
    (faults_are_passed_over, "wrong count", stage),
    (changes_are_faults, "stamp", stage),
    (the_last_reading_will_do, "stamp", stage),
    (no_clock_will_do, "no clock", stage),
    (an_error_is_the_end, "stamp", stage),
    (any_load_is_the_same, "stamp", stage),
    (all_gone_is_deleted, "stamp", stage),
    (doubt_is_called_change, "no clock", stage),
    (change_is_called_doubt, "stamp", stage),
    (waits_are_attempts, "stamp", stage),
)
