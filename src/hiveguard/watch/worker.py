"""A thread that is owned: begun, and waited for, also when the waiting is interrupted.

Must not know: what it works at. Source: CPython, threading (a `join` that a signal interrupts counts a thread that runs
as ended in Python 3.11, so its end is waited for by an event of its own).
"""

from __future__ import annotations

import os
from threading import Event, Thread, current_thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ("Worker",)


class Worker:
    """Runs ``work`` in a thread of that name, at once."""

    def __init__(self, work: Callable[[], None], name: str) -> None:
        self.name = name
        self._work = work
        self._over = Event()
        self._pid = os.getpid()
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._work()
        finally:
            self._over.set()

    def join(self, timeout: float | None = None) -> bool:
        """Wait until it has ended, for so many seconds at most; whether it has. Who is in it does not wait, and a fork
        has none."""
        if os.getpid() != self._pid:
            return True
        if current_thread() is self._thread:
            return False
        if not self._over.wait(timeout):
            return False
        self._thread.join()  # what is left of it is its last step
        return True
