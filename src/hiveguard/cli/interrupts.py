"""Signals in the shell: Ctrl-C ends the line that is typed or the command that looks, never a change, and never the
shell; SIGTERM and SIGHUP end the shell behind a change.

Must not know: commands. Source: HiveGuard's own contract; the manners of Python's own prompt.
"""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager

from .stop import SIGHUP, Interrupted, take_over

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType
    from typing import NoReturn

__all__ = ("Interrupts",)

_AGAIN = 0.05  #: s between two tries to raise what could not be raised at once


class Interrupts:
    """Within it, as a context, a signal raises `Interrupted`, once: there we only wait for input or for output.
    Anywhere else one of our locks may be held, which an exception out of nowhere would leave locked: there a signal
    waits for the next such context; but at a prompt a Ctrl-C that nothing could take is forgotten: who pressed twice
    meant the same thing. A second one that would have to wait ends the process.

    ``completer``: code that is called back while a line is typed; what is raised in it would be dropped.
    """

    def __init__(self, *, at_prompt: bool) -> None:
        self.at_prompt = at_prompt
        self.completer: CodeType | None = None
        self._is_open = False
        self._is_looking = False
        self._is_deaf = False  # to Ctrl-C, until there is a next context
        self._owed = 0

    def install(self) -> None:
        """Take over the signals. Does nothing outside the main thread."""
        take_over(self._arrived)

    def are_over(self, interrupt: Interrupted) -> bool:
        """Whether that was a Ctrl-C at a prompt, and the next line can be typed."""
        return not self._ends(interrupt.number)

    def _ends(self, number: int) -> bool:
        """Whether it ends the shell, not only what goes on in it."""
        return number != signal.SIGINT or not self.at_prompt

    @contextmanager
    def looking(self) -> Iterator[None]:
        """Within it a Ctrl-C at a prompt waits, too: for the next line that the look shows."""
        self._is_looking = True
        try:
            yield
        finally:
            self._is_looking = False
            self._forget()

    @property
    def are_owed(self) -> bool:
        """Whether a signal waits."""
        return bool(self._owed)

    def _forget(self) -> None:
        """A Ctrl-C is for what went on when it was pressed."""
        if self._owed and not self._ends(self._owed):
            self._owed = 0

    def _arrived(self, number: int, frame: FrameType | None) -> None:
        if self._is_open and not self._is_called_back(frame):
            self._raise(number)
        if not self._ends(number):
            if self._is_looking or self._is_open:
                self._owed = self._owed or number
        elif self._owed and self._ends(self._owed) and number != SIGHUP:  # that one comes twice by itself
            os._exit(128 + number)  # the second one does not wait
        else:
            self._owed = number
        if self._is_open and hasattr(signal, "setitimer"):
            signal.signal(signal.SIGALRM, self._again)
            signal.setitimer(signal.ITIMER_REAL, _AGAIN, _AGAIN)

    def _is_called_back(self, frame: FrameType | None) -> bool:
        while frame is not None:
            if frame.f_code is self.completer or frame.f_code.co_name == "__del__":
                return True
            frame = frame.f_back
        return False

    def _again(self, number: int, frame: FrameType | None) -> None:
        """Raise what came while something was called back: who waits for input would not ask for it."""
        if self._is_open and self._owed and self._is_called_back(frame):
            return
        signal.setitimer(signal.ITIMER_REAL, 0)
        if self._is_open and self._owed:
            self._raise(self._owed)

    def _raise(self, number: int) -> NoReturn:
        self._is_open = False
        self._owed = 0
        if not self._ends(number):
            # CPython asks for signals once more on its way out of `input`, with this exception set: code of Python
            # that ran then would undo it, or make a SystemError of it. So the system itself forgets who presses on.
            signal.signal(number, signal.SIG_IGN)
            self._is_deaf = True
        raise Interrupted(number)

    def __enter__(self) -> None:
        if self._is_deaf:
            self._is_deaf = False
            signal.signal(signal.SIGINT, self._arrived)
        self._is_open = True
        if self._owed:
            self._raise(self._owed)

    def __exit__(self, *_: object) -> None:
        self._is_open = False
        if not self._is_looking:
            self._forget()
