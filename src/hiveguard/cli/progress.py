"""Progress on long work: one line on a terminal's standard error, erased at the end.

Must not know: what is counted. Source: HiveGuard's own contract (first after 0.5 s, then 10 times a second).
"""

from __future__ import annotations

import sys
import time

__all__ = ("Meter",)

_FIRST = 0.5
_EVERY = 0.1
_LOOK_EACH = 256


class Meter:
    """Counts steps; shows them only where a person waits."""

    __slots__ = ("_count", "_next", "_shown", "_started", "label")

    def __init__(self, label: str = "") -> None:
        self.label = label
        self._count = 0
        self._shown = False
        self._started = time.monotonic()
        self._next = self._started + _FIRST if _is_watched() else None

    def tick(self) -> None:
        """One step was made."""
        self._count += 1
        if self._next is not None and not self._count % _LOOK_EACH:
            now = time.monotonic()
            if now >= self._next:
                self._next = now + _EVERY
                self._shown = True
                rate = self._count / (now - self._started)
                text = f"{self.label}: {self._count:,} keys, {rate:,.0f} a second"
                sys.stderr.write(f"\r\x1b[K{text[:78]}")
                sys.stderr.flush()

    def erase(self) -> None:
        """Take the line away again."""
        if self._shown:
            self._shown = False
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _is_watched() -> bool:
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):
        return False
