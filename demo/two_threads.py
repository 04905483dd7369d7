"""Two threads that take turns: what one does between two steps of the other is the same in every run.

Must not know: what they do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Semaphore, Thread
from types import TracebackType

PATIENCE = 30.0  # seconds; a turn takes microseconds


class SecondThread:
    """Runs ``steps`` in a thread of its own, one step each time that `turn` is called; ended and joined at the exit."""

    def __init__(self, steps: Iterator[None]) -> None:
        self._steps = steps
        self._go, self._done = Semaphore(0), Semaphore(0)
        self._is_over = False
        self._thread = Thread(target=self._run)

    def _run(self) -> None:
        while True:
            self._go.acquire()
            if self._is_over or next(self._steps, StopIteration) is StopIteration:
                self._is_over = True
                self._done.release()
                return
            self._done.release()

    def turn(self) -> None:
        """Let it do one step, and wait for that."""
        if not self._is_over:
            self._go.release()
            if not self._done.acquire(timeout=PATIENCE):
                raise TimeoutError("the second thread does not come back")

    def __enter__(self) -> Callable[[], None]:
        self._thread.start()
        return self.turn

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over = True
        self._go.release()
        self._thread.join(PATIENCE)
