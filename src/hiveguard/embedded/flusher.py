"""The lazy flusher: one thread of a registry that flushes what is dirty and tidies logs when it is quiet.

Must not know: how either is done. Source: HiveGuard's own contract, after the lazy writer of Windows'
configuration manager.
"""

from __future__ import annotations

from threading import Event, Thread

from ..core.errors import BadArgument, HiveError
from .states import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .registry import Registry

__all__ = ("Flusher",)

_IDLE = 5_000_000_000  #: ns without a change after which a log is written back


class Flusher:
    """``every``: seconds between two looks. The thread starts with the first hive that has a file; `stop` joins it."""

    __slots__ = ("_every", "_registry", "_stopped", "_thread")

    def __init__(self, registry: Registry, every: float) -> None:
        if every <= 0:
            raise BadArgument(f"lazy_flush={every}: give seconds above 0, or None for no lazy flush")
        self._registry = registry
        self._every = every
        self._stopped = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Start the thread, if it does not run. The registry's lock must be held."""
        if self._thread is None and not self._stopped.is_set():
            self._thread = Thread(target=self._run, name="hiveguard lazy flusher", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(self._every):
            self.look()

    def look(self) -> None:
        """Flush every dirty hive, write back the log of one left alone for a while, let go what was dropped."""
        clock = self._registry.ground.clock
        self._registry.tidy()
        for point in self._registry.mount_points():
            try:
                if point.state is State.DIRTY:
                    point.flush()
                elif point.state is State.CLEAN and clock.monotonic() - point.last_written > _IDLE:
                    point.reconcile(always=True)
            except (HiveError, MemoryError):
                continue  # told by an event; the changes stay, and are tried again at the next look
