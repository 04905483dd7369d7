"""Holes in message numbers that a late number may still fill: by then it is known that nothing was lost there.

Bounded: only the newest holes, and small ones, are waited for; every other is a loss for good. Must not know: who
waits. Source: HiveGuard's own contract (docs/wpp.md).
"""

from __future__ import annotations

from .limits import WPP_LATE_MAX

TYPE_CHECKING = False

__all__ = ("WppHoles",)

_ROUND = 1 << 32  # the numbers have 32 bits, and begin again


class WppHoles:
    """Holes in the numbers, and whatever else is lost between them."""

    __slots__ = ("_final", "_final_at", "_lowest", "_open")

    def __init__(self) -> None:
        self._final_at = -1
        self._final = 0  # holes that nobody waits for
        self._open: list[tuple[int, set[int]]] = []  # when it was met, the numbers that are not there
        self._lowest: int | None = None  # the first number, or one that came late and stands before it

    def lose(self, at: int) -> None:
        """A loss that no number can take back."""
        self._final_at = at

    def open(self, at: int, number: int, missing: int) -> None:
        """``missing`` numbers are not there directly before this one."""
        if missing > WPP_LATE_MAX:
            self._final += 1
            self._final_at = at
            return
        if len(self._open) >= WPP_LATE_MAX:
            self._final += 1
            self._final_at = max(self._final_at, self._open.pop(0)[0])
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

    @property
    def lost_at(self) -> int:
        """The moment of the last loss that is one by now; -1: there is none."""
        return max(self._final_at, self._open[-1][0] if self._open else -1)

    @property
    def count(self) -> int:
        """How many holes there are by now."""
        return self._final + len(self._open)
