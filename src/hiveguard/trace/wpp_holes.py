"""Holes in message numbers that a late number may still fill: by then it is known that nothing was lost there.

Bounded: only the newest holes, and small ones, are waited for; every other is a loss for good. Must not know: who
waits. Source: HiveGuard's own contract (docs/wpp.md).
"""

from __future__ import annotations

from .limits import WPP_LATE_MAX

TYPE_CHECKING = False

__all__ = ("WppHoles",)

_ROUND = 1 << 32  # the numbers have 32 bits, and begin again


def _is_newer(number: int, other: int) -> bool:
    return 0 < (number - other) % _ROUND < _ROUND >> 1


class WppHoles:
    """Holes in the numbers, and whatever else is lost between them."""

    __slots__ = ("_final", "_final_at", "_final_number", "_lowest", "_open")

    def __init__(self) -> None:
        self._final_at = -1
        self._final_number: int | None = None  # where: the newest
        self._final = 0  # holes that nobody waits for
        self._open: list[tuple[int, set[int]]] = []  # when it was met, the numbers that are not there
        self._lowest: int | None = None  # the first number, or one that came late and stands before it

    def lose(self, at: int, number: int | None = None) -> None:
        """A loss that no number can take back; ``number``: of the message that shows it."""
        self._final_at = max(self._final_at, at)
        if number is not None and (self._final_number is None or _is_newer(number, self._final_number)):
            self._final_number = number

    def open(self, at: int, number: int, missing: int) -> None:
        """``missing`` numbers are not there directly before this one."""
        if missing > WPP_LATE_MAX:
            self._final += 1
            self.lose(at, (number - 1) % _ROUND)
            return
        if len(self._open) >= WPP_LATE_MAX:
            self._final += 1
            met, numbers = self._open.pop(0)
            for each in numbers:
                self.lose(met, each)
        self._open.append((at, {each % _ROUND for each in range(number - missing, number)}))

    def behind(self, number: int, missing: int) -> int:
        """How many numbers are not there directly behind this one, because it comes late and is the lowest by now.
        To be told every number, with how many are missing directly before it: those have a hole of their own."""
        if self._lowest is None:
            self._lowest = (number - missing) % _ROUND
            return 0
        below = (self._lowest - number) % _ROUND
        if not 0 < below <= WPP_LATE_MAX:
            return 0
        self._lowest = number
        return below - 1

    def fill(self, number: int) -> bool:
        """A number that came; whether it was the last one of a hole."""
        for place, (_, numbers) in enumerate(self._open):
            if number in numbers:
                numbers.discard(number)
                if not numbers:
                    del self._open[place]
                return not numbers
        return False

    def outlast(self, number: int, at: int) -> bool:
        """Losses whose numbers are newer than this one, of a message that came late: it says nothing of what they hid,
        so that they count as met now. Whether there are any."""
        found = False
        if self._final_number is not None and _is_newer(self._final_number, number):
            self._final_at, found = at, True
        for place, (_, numbers) in enumerate(self._open):
            if any(_is_newer(each, number) for each in numbers):
                self._open[place], found = (at, numbers), True
        return found

    @property
    def lost_at(self) -> int:
        """The moment of the last loss that is one by now; -1: there is none."""
        return max(self._final_at, max((at for at, _ in self._open), default=-1))

    @property
    def count(self) -> int:
        """How many holes there are by now."""
        return self._final + len(self._open)
