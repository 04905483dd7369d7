"""`HiveStateObserver`: a watch for those who prefer callbacks.

Must not know: where hives are. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from threading import Thread, current_thread

from ..core.ending import Ending
from ..core.hive_event import HiveEvent
from ..core.liveness import Liveness
from ..core.verdict import Verdict
from .watch import Watch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from ..core.subscription import Lost

__all__ = ("HiveStateObserver",)


class HiveStateObserver:
    """Calls back, in order and from one thread of its own, with what a `Watch` delivers.

    Register callbacks, then `start` it, or use it as a context manager: what came before one was registered is not
    told to it. A callback that raises ends the observer, whatever it raises (`SystemExit`, too): ``error`` holds it,
    `close` raises it again, and the verdict is then FAILED.
    """

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._changes: list[Callable[[Liveness], object]] = []
        self._events: list[Callable[[HiveEvent], object]] = []
        self._losses: list[Callable[[Lost], object]] = []
        self._thread: Thread | None = None
        self._failed = ""
        self._untold = 0  # items behind the one whose callback raised
        self.error: BaseException | None = None

    def on_change(self, call: Callable[[Liveness], object]) -> Callable[[Liveness], object]:
        """Call with every change of what is held about a hive. Returns the callback, so that it may decorate."""
        self._changes.append(call)
        return call

    def on_event(self, call: Callable[[HiveEvent], object]) -> Callable[[HiveEvent], object]:
        """Call with every event."""
        self._events.append(call)
        return call

    def on_loss(self, call: Callable[[Lost], object]) -> Callable[[Lost], object]:
        """Call where events are missing."""
        self._losses.append(call)
        return call

    def start(self) -> None:
        """Begin to call back; done again it does nothing."""
        if self._thread is not None:
            return
        self._thread = Thread(target=self._run, name="hiveguard observer", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            for item in self._watch:
                if isinstance(item, HiveEvent):
                    for on_event in self._events:
                        on_event(item)
                elif isinstance(item, Liveness):
                    for on_change in self._changes:
                        on_change(item)
                else:
                    for on_loss in self._losses:
                        on_loss(item)
        except BaseException as error:  # noqa: BLE001  # the caller's code: kept, and raised again by `close`
            self._failed = f"a callback raised {type(error).__name__}"
            self.error = error

    @property
    def verdict(self) -> Verdict | None:
        """How it ended; None while it goes on."""
        verdict = self._watch.verdict
        if verdict is None or not self._failed:
            return verdict
        reason = f"{self._failed}; {self._untold:,} items behind it were told to nobody"
        return verdict & Verdict(Ending.FAILED, (reason,))

    def close(self) -> None:
        """End the watch, and wait until every callback has returned. Raises what a callback raised."""
        self._watch.close()
        if self._thread is current_thread():
            return  # a callback closes it: the rest is still told, and what it raises is for who closes it next
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        for _ in self._watch:  # what no callback took: a watch whose items wait has no verdict
            self._untold += 1
        error, self.error = self.error, None
        if error is not None:
            raise error

    def __enter__(self) -> HiveStateObserver:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
