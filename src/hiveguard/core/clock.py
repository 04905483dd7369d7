"""The clocks and the sleep that the guard uses, replaceable in tests without patching.

Must not know: any registry. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .verdict import Moment

__all__ = ("Clock",)

_TOGETHER = 1_000_000  # ns between the readings of two clocks that count as one moment
_TRIES = 8


class Clock:
    """This machine's clocks. A test passes a subclass that it moves by hand."""

    __slots__ = ()

    def wall(self) -> int:
        """Nanoseconds since 1970 UTC."""
        return time.time_ns()

    def monotonic(self) -> int:
        """Nanoseconds of a clock that is never set."""
        return time.monotonic_ns()

    def sleep(self, nanoseconds: int) -> None:
        """Wait that long (0: give way to others)."""
        time.sleep(nanoseconds / 1e9)

    def pair(self) -> tuple[int, int]:
        """Both clocks at one moment: read again when something came between the two, on a busy machine."""
        for _ in range(_TRIES):
            before = self.monotonic()
            wall = self.wall()
            after = self.monotonic()
            if after - before <= _TOGETHER:
                break
        return wall, (before + after) // 2

    def now(self) -> Moment:
        """This moment on both clocks."""
        from .verdict import Moment  # with it comes enum, which a look-up does not need

        return Moment(self.monotonic(), self.wall())
