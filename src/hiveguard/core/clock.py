"""The clocks and the sleep that the guard uses, replaceable in tests without patching.

Must not know: any registry. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import sys
import time
from os import urandom

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from .verdict import Moment

    T = TypeVar("T")

__all__ = ("Clock",)

# Windows' monotonic clock moves by 15.6 ms at a time before Python 3.13; its performance counter is as steady.
_monotonic = time.perf_counter_ns if sys.platform == "win32" else time.monotonic_ns
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
        return _monotonic()

    def sleep(self, nanoseconds: int) -> None:
        """Wait that long (0: give way to others)."""
        time.sleep(nanoseconds / 1e9)

    def jitter(self, nanoseconds: int) -> int:
        """A length of time that differs from call to call, around the one given (half to one and a half of it)."""
        return nanoseconds // 2 + nanoseconds * urandom(1)[0] // 256

    def pair(self) -> tuple[int, int]:
        """Both clocks at one moment."""
        return self.beside(self.wall)

    def beside(self, read: Callable[[], T]) -> tuple[T, int]:
        """What another clock says, and the monotonic clock at the same moment.

        Read again when something came between the two, on a busy machine.
        """
        for _ in range(_TRIES):
            before = self.monotonic()
            answer = read()
            after = self.monotonic()
            if after - before <= _TOGETHER:
                break
        return answer, (before + after) // 2

    def now(self) -> Moment:
        """This moment on both clocks."""
        from .verdict import Moment  # with it comes enum, which a look-up does not need

        return Moment(self.monotonic(), self.wall())
