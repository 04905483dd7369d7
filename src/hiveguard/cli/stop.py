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
_SOON = 0.002  #: s until what came at a bad moment is told once more


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
        self._raise(number, frame)

    def _raise(self, _: int, frame: FrameType | None) -> None:
        if self._shields:
            self._owed = True
        elif _is_locking(frame) and _come_again(self._raise):
            return
        else:
            raise Interrupted(self.number)

    def __enter__(self) -> None:
        self._shields += 1

    def __exit__(self, *_: object) -> None:
        self._shields -= 1
        if not self._shields and self._owed:
            self._owed = False
            raise Interrupted(self.number)


def _is_locking(frame: FrameType | None) -> bool:
    """Whether a `Condition` is just being entered or left, which is code of Python: an exception there would leave it
    locked for good, and whoever ends the threads that want it would wait for ever."""
    if frame is None or frame.f_code.co_name not in ("__enter__", "__exit__"):
        return False
    return frame.f_globals.get("__name__") == "threading"


def _come_again(arrived: Callable[[int, FrameType | None], None]) -> bool:
    """Have it told once more, very soon; whether the system can."""
    import signal

    if not hasattr(signal, "setitimer"):
        return False
    signal.signal(signal.SIGALRM, arrived)
    signal.setitimer(signal.ITIMER_REAL, _SOON)
    return True
