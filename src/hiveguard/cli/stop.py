"""Signals: stop at the next record with a trailer; a second one ends at once.

Must not know: verbs. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

__all__ = ("Interrupted", "Stop")


class Interrupted(KeyboardInterrupt):
    """A signal asked us to end; ``number`` says which."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class Stop:
    """Turns SIGINT and SIGTERM into `Interrupted`, but never in the middle of a write."""

    def __init__(self) -> None:
        self.number = 0
        self._shields = 0
        self._owed = False  # a signal came in the middle of a write, and is raised behind it

    def install(self) -> None:
        """Take over the two signals. Does nothing outside the main thread."""
        import signal

        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                signal.signal(number, self._arrived)
            except ValueError:
                return

    def _arrived(self, number: int, frame: FrameType | None) -> None:
        if self.number:
            os._exit(128 + number)
        self.number = number
        if self._shields:
            self._owed = True
        else:
            raise Interrupted(number)

    def __enter__(self) -> None:
        self._shields += 1

    def __exit__(self, *_: object) -> None:
        self._shields -= 1
        if not self._shields and self._owed:
            self._owed = False
            raise Interrupted(self.number)
