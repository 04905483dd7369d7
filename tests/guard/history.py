"""What really was, and whether what a listing says agrees with it.

Must not know: how a listing is made, any registry. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

from hiveguard import Ending, Listing

from .world import MS


class Entry(NamedTuple):
    """What is so from ``at`` on: the list (None: there is none), which key it is of, which load of the hive."""

    at: int
    items: tuple[object, ...] | None
    key: int
    load: int
    event: str


class Question(NamedTuple):
    """One call: when it began and ended in true time, by which key and load its handle stood, and what it may do."""

    start: int
    end: int
    key: int
    load: int
    reopen: str
    provable: bool  # whether this source can prove anything
    contradicts: bool  # whether this registry tells a wrong count
    patient: bool  # whether the deadline leaves time for the waits that the guard promises


#: which events make an ending true
REASONS = {
    Ending.KEY_DELETED: ("deleted",),
    Ending.HIVE_UNLOADED: ("unloaded",),
    Ending.HANDLE_CLOSED: ("closed",),
    Ending.ACCESS_DENIED: ("denied",),
    Ending.UNAVAILABLE: ("unavailable",),
    Ending.FAILED: ("failed",),
}
#: a doubt lasts no longer after what gave rise to it: two waits and two slow readings
DOUBT = 400 * MS


class History:
    """Every state of one list and every event, in order of true time."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._times: list[int] = []
        self.clock_set: list[int] = []

    def record(self, at: int, items: tuple[object, ...] | None, key: int, load: int, event: str) -> None:
        """From now on it is so."""
        self.entries.append(Entry(at, items, key, load, event))
        self._times.append(at)

    def during(self, start: int, end: int) -> list[Entry]:
        """What was so at ``start``, and everything since up to ``end``."""
        first = max(bisect_right(self._times, start) - 1, 0)
        # several entries at the very moment: any of them may have been met
        while first and self._times[first] == start:
            first -= 1
        return self.entries[first : bisect_right(self._times, end)]

    def was(self, items: tuple[object, ...], question: Question) -> bool:
        """Whether the list was so at some moment of the call, of the key that was asked for."""
        for entry in self.during(question.start, question.end):
            if entry.items != items:
                continue
            if question.reopen == "never" and (entry.key, entry.load) != (question.key, question.load):
                continue
            if question.reopen == "same" and entry.load != question.load:
                continue
            return True
        return False

    def objection(self, listing: Listing[object], question: Question) -> str:
        """What is untrue in a listing; empty: nothing."""
        verdict = listing.verdict
        ending = verdict.ending
        during = self.during(question.start, question.end)
        events = {entry.event for entry in during if entry.at >= question.start}
        if ending is Ending.COMPLETE:
            if not question.provable:
                return "complete by a source that can prove nothing"
            if question.contradicts:
                return "complete by a registry that contradicts itself"
            return "" if self.was(tuple(listing), question) else "complete, and it never was so"
        if ending is Ending.DAMAGED:
            return "" if question.contradicts else "damaged, and the registry is sound"
        if ending is Ending.CHANGED:
            sound = events or (question.contradicts and not question.provable)
            return "" if sound else "changed, and nothing happened"
        if ending is Ending.UNPROVEN:
            if not question.provable:
                return ""
            if verdict.stopped_by != "deadline":
                return "unproven, and there was time"
            if not question.patient:
                return ""
            times = (*(entry.at for entry in during), *self.clock_set)
            if any(question.end - DOUBT < at <= question.end for at in times):
                return ""
            return "unproven, and all was quiet"
        if ending not in REASONS:
            return f"{ending.words}: no such ending was to be expected"
        # The handle may have been dead before the call began.
        before = (entry for entry in self.entries if (entry.key, entry.load) == (question.key, question.load))
        if any(entry.event in REASONS[ending] and entry.at <= question.end for entry in (*during, *before)):
            return ""
        return f"{ending.words}, and that never happened"
