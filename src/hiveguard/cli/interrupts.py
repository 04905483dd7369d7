"""Signals in the shell: Ctrl-C ends the line that is typed or the command that looks, never a change, and never the
shell; SIGTERM ends the shell behind a change.

Must not know: commands. Source: HiveGuard's own contract; the manners of Python's own prompt.
"""

from __future__ import annotations

import os
import signal

from .stop import Interrupted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

__all__ = ("Interrupts",)


class Interrupts:
    """Within it, as a context, a signal raises `Interrupted`, once. Elsewhere it waits for the next such context;
    but at a prompt a Ctrl-C that nothing could take is forgotten: who pressed twice meant the same thing. A second
    one that would have to wait ends the process.
    """

    def __init__(self, *, at_prompt: bool) -> None:
        self.at_prompt = at_prompt
        self._is_open = False
        self._owed = 0

    def install(self) -> None:
        """Take over the two signals. Does nothing outside the main thread."""
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                signal.signal(number, self._arrived)
            except ValueError:
                return

    def are_over(self, interrupt: Interrupted) -> bool:
        """Whether that was a Ctrl-C at a prompt, and the next line can be typed."""
        return self.at_prompt and interrupt.number == signal.SIGINT

    def _arrived(self, number: int, frame: FrameType | None) -> None:
        if self._is_open:
            self._is_open = False
            raise Interrupted(number)
        if number != signal.SIGINT or not self.at_prompt:
            if self._owed:
                os._exit(128 + number)  # the second one does not wait
            self._owed = number

    def __enter__(self) -> None:
        self._is_open = True
        if self._owed:
            self._is_open = False
            number, self._owed = self._owed, 0
            raise Interrupted(number)

    def __exit__(self, *_: object) -> None:
        self._is_open = False
