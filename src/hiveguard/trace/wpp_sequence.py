"""The numbers that a session gives its messages: what is missing among them was lost.

Numbers are taken a moment before the time is, so that neighbours of two processors may stand in the other order: a
number that comes late fills its hole. Must not know: messages. Source: Microsoft, "TraceMessage function (evntrace.h)"
(TRACE_MESSAGE_SEQUENCE); "Logging Mode Constants" (numbers of one session, or of all sessions together).
"""

from __future__ import annotations

from bisect import bisect_right

from .limits import WPP_HOLES_KEPT, WPP_LATE_MAX

TYPE_CHECKING = False

__all__ = ("WppSequence",)

_ROUND = 1 << 32  # the numbers have 32 bits, and begin again
_HALF = _ROUND >> 1


class WppSequence:
    """Told every number in order. ``count``: how many there were; ``again``: how many of them had been there."""

    __slots__ = ("_closed", "_ends", "_first", "_next", "_starts", "again", "count")

    def __init__(self) -> None:
        self.count = 0
        self.again = 0
        self._first = 0  # the lowest
        self._next = 0  # the number that should come, counted on beyond 32 bits
        self._starts: list[int] = []  # holes in order: their first and last numbers
        self._ends: list[int] = []
        self._closed = 0  # numbers in holes that were too many to keep

    def take(self, number: int) -> int:
        """The next message's number; returns how many are missing directly before it."""
        self.count += 1
        if self.count == 1:
            self._first, self._next = number, number + 1
            return 0
        # The nearest number with these 32 bits.
        ahead = (number - self._next + _HALF) % _ROUND - _HALF
        place = self._next + ahead
        if ahead < 0:
            self._fill(place)
            return 0
        if ahead:
            if len(self._starts) >= WPP_HOLES_KEPT:
                self._closed += self._ends.pop(0) - self._starts.pop(0) + 1
            self._starts.append(self._next)
            self._ends.append(place - 1)
        self._next = place + 1
        return ahead

    def _fill(self, place: int) -> None:
        if self._first - WPP_LATE_MAX <= place < self._first:
            self._begin_at(place)
            return
        at = bisect_right(self._starts, place) - 1
        if at < 0 or place > self._ends[at]:
            self.again += 1
            return
        first, last = self._starts[at], self._ends[at]
        if first == last:
            del self._starts[at], self._ends[at]
        elif place == first:
            self._starts[at] += 1
        elif place == last:
            self._ends[at] -= 1
        elif len(self._starts) < WPP_HOLES_KEPT:
            self._ends[at] = place - 1
            self._starts.insert(at + 1, place + 1)
            self._ends.insert(at + 1, last)
        else:
            self._closed += last - place
            self._ends[at] = place - 1

    def _begin_at(self, place: int) -> None:
        """The first ones may stand in the other order, too."""
        last, self._first = self._first - 1, place
        if place == last:
            return
        if len(self._starts) < WPP_HOLES_KEPT:
            self._starts.insert(0, place + 1)
            self._ends.insert(0, last)
        else:
            self._closed += last - place

    @property
    def missing(self) -> int:
        """How many numbers are not there."""
        return self._closed + sum(self._ends) - sum(self._starts) + len(self._starts)

    @property
    def holes(self) -> tuple[tuple[int, int], ...]:
        """(first, last) of the holes that are kept, in order; 32 bits each."""
        return tuple((first % _ROUND, last % _ROUND) for first, last in zip(self._starts, self._ends))
