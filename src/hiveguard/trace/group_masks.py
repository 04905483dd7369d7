"""What a kernel session recorded, and when: the group masks as a function of time.

A verdict needs it to tell "no such event happened" from "such events were not recorded". The masks of a file must not
be joined: the first ones are all zero, the real ones follow with the start of recording, and zero ones end it.

Must not know: what a group's records mean. Sources: Geoff Chappell, "Event Trace Hook IDs" (0x0005, 0x0020) and
"PERFINFO_GROUPMASK"; System Informer, ntwmi.h (PERF_REGISTRY, PERF_REG_HIVE, PERF_REG_NOTIF).
"""

from __future__ import annotations

from .layout import GROUP_MASKS
from .limits import MASKS_KEPT

TYPE_CHECKING = False

__all__ = ("REGISTRY", "REGISTRY_HIVE", "REGISTRY_NOTIFICATION", "GroupMasks", "Recorded")

#: groups: the upper 3 bits are the index of the mask, the rest is the bit in it
REGISTRY = 0x00020000
REGISTRY_HIVE = 0x41000000
REGISTRY_NOTIFICATION = 0x42000000

_INDEX_SHIFT = 29
_BITS = (1 << _INDEX_SHIFT) - 1


class Recorded:
    """Whether a group was recorded. ``answer``: ``yes``, ``no``, ``partly`` or ``unknown``.

    ``spans``: (from, to) in raw ticks where it was; the last ``to`` is None where nothing ends it.
    """

    __slots__ = ("answer", "spans")

    def __init__(self, answer: str, spans: tuple[tuple[int, int | None], ...]) -> None:
        self.answer = answer
        self.spans = spans

    def __repr__(self) -> str:
        return f"Recorded({self.answer!r}, {self.spans!r})"


class GroupMasks:
    """The changes of the masks, collected while records are read; ask it when they all were."""

    __slots__ = ("_changes", "_ends", "_sorted", "lost")

    def __init__(self) -> None:
        self._changes: list[tuple[int, tuple[int, ...]]] = []
        self._ends: list[tuple[int, tuple[int, ...]]] = []
        self._sorted = True
        self.lost = 0  #: changes that were too many to keep

    def note(self, place: int, ends: bool, payload: bytes) -> None:
        """A record of the masks: those that hold from there on, or those that end there."""
        if len(payload) < GROUP_MASKS.size:
            return
        kept = self._ends if ends else self._changes
        if len(kept) >= MASKS_KEPT:
            self.lost += 1
            return
        kept.append((place, GROUP_MASKS.unpack_from(payload)))
        self._sorted = False

    @property
    def changes(self) -> tuple[tuple[int, tuple[int, ...]], ...]:
        """(raw ticks, eight masks), in order of time: the masks that hold from there on."""
        if not self._sorted:
            self._changes.sort(key=lambda change: change[0])
            self._ends.sort(key=lambda change: change[0])
            self._sorted = True
        if not self._changes:  # nothing but "these masks end here": they held before
            return ()
        return tuple(self._changes)

    def at(self, place: int) -> tuple[int, ...] | None:
        """The masks that held at a time; None where the file does not tell."""
        held = None
        for since, masks in self.changes:
            if since > place:
                break
            held = masks
        if held is None:
            for until, masks in self._ends:
                if place < until:
                    return masks
        return held

    def recorded(self, group: int, first: int | None = None, last: int | None = None) -> Recorded:
        """Whether a group (`REGISTRY_HIVE`) was recorded between two times (by default: all along)."""
        index, bit = group >> _INDEX_SHIFT, group & _BITS
        changes = self.changes
        if not changes or self.lost:
            return Recorded("unknown", ())
        spans: list[tuple[int, int | None]] = []
        edges = [*(since for since, _ in changes[1:]), None]
        for (since, masks), until in zip(changes, edges, strict=True):
            if not masks[index] & bit:
                continue
            start = since if first is None else max(since, first)
            stop = until if last is None else last if until is None else min(until, last)
            if stop is not None and stop <= start:
                continue
            if spans and spans[-1][1] == start:
                spans[-1] = (spans[-1][0], stop)
            else:
                spans.append((start, stop))
        if not spans:
            early = first is not None and first < changes[0][0]
            return Recorded("unknown" if early and self.at(first or 0) is None else "no", ())
        begins = changes[0][0] if first is None else first
        whole = len(spans) == 1 and spans[0][0] <= begins and spans[0][1] in (None, last)
        return Recorded("yes" if whole else "partly", tuple(spans))
