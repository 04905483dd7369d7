"""When a file's times prove that it stood still: not within a tick of its last change.

Must not know: hives. Source: the "racily clean" rule of git's index; Windows' clock ticks every 1 to
15.6 ms, and a writer may take its time a little before its change shows.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..core.clock import Clock

__all__ = ("NEAR", "near", "settle")

#: A change within so many ns of a reading may leave no trace in the file's times.
NEAR = 50_000_000
_MARGIN = 1_000_000


def near(times: Iterable[int], start: int, end: int) -> list[int]:
    """Those times (ns since 1970) that lie too close to a reading from ``start`` to ``end``."""
    return [time for time in times if start - NEAR <= time <= end + NEAR]


def settle(times: Iterable[int], clock: Clock) -> bool:
    """Wait until every time lies far enough back to be trusted; whether there was anything to wait for."""
    now = clock.wall()
    close = near(times, now, now)
    if close:
        clock.sleep(max(close) + NEAR + _MARGIN - now)
    return bool(close)
