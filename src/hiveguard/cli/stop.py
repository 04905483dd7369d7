"""Signals: stop at the next record with a trailer; a second one ends at once.

Must not know: verbs. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

__all__ = ("SIGHUP", "Interrupted", "Stop", "take_over")

SIGHUP = 1  #: the terminal was closed. Not every system has it, and the module `signal` costs a tenth of a start


class Interrupted(KeyboardInterrupt):
    """A signal asked us to end; ``number`` says which."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def take_over(arrived: Callable[[int, FrameType | None], None]) -> None:
    """Have the signals that ask us to end told to ``arrived``. Does nothing outside the main thread.

    SIGHUP is left alone where it is ignored: who said ``nohup`` wants us to outlive the terminal.
    """
    import signal

    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number: signal.Signals | None = getattr(signal, name, None)
        if number is None or (name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN):
            continue
        try:
            signal.signal(number, arrived)
        except ValueError:
            return


class Stop:
    """Turns SIGINT, SIGTERM and SIGHUP into `Interrupted`, but never in the middle of a write."""

    def __init__(self) -> None:
        self.number = 0
        self._shields = 0
        self._owed = False  # a signal came in the middle of a write, and is raised behind it

    def install(self) -> None:
        """Take over the signals. Does nothing outside the main thread."""
        take_over(self._arrived)

    def _arrived(self, number: int, frame: FrameType | None) -> None:
        if self.number:
            if number == SIGHUP:
                return  # nobody is in a hurry: the system and the shell both tell that a terminal was closed
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
