"""Progress on long work: one line on a terminal's standard error, erased at the end.

Must not know: what is counted. Source: HiveGuard's own contract (first after 0.5 s, then 10 times a second).
"""

from __future__ import annotations

import sys
import time

from .escape import visible

__all__ = ("Meter",)

_FIRST = 0.5
_EVERY = 0.1
_LOOK_EACH = 256
_NAME_MOST = 36  # so that all of it stands on one line of 80


class Meter:
    """Counts steps; shows them only where a person waits."""

    __slots__ = ("_count", "_name", "_next", "_shown", "_started")

    def __init__(self, label: str = "") -> None:
        shown = visible(label)
        self._name = shown if len(shown) <= _NAME_MOST else f"...{shown[-_NAME_MOST + 3 :]}"
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
                _show(f"\r\x1b[K{self._name}: {self._count:,} keys, {rate:,.0f} a second")

    def erase(self) -> None:
        """Take the line away again."""
        if self._shown:
            self._shown = False
            _show("\r\x1b[K")


def _show(text: str) -> None:
    try:
        sys.stderr.buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stderr.flush()
    except (OSError, ValueError):
        return  # whoever watched has gone


def _is_watched() -> bool:
    try:
        return sys.stderr.isatty()
    except (AttributeError, ValueError):
        return False
