"""A recorded trace replayed as if it happened now, or faster: the event channel alone, for a trace cannot be asked.

Must not know: who listens, the trace's format. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from threading import Event, Lock, Thread

from ..core.clock import Clock
from ..core.ending import Ending
from ..core.errors import BadArgument, HiveError
from ..core.hive_event import EventKind, HiveEvent
from ..core.verdict import Evidence, Verdict, replace
from ..trace.hive_trace import hive_events
from ..trace.trace import open_trace
from .channels import Channels
from .judge import Judge
from .limits import INTERVAL
from .sightings import Face, Notice, NoticeKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from .channels import Told

__all__ = ("TraceChannels",)

_NOTICES = {
    EventKind.LOADED: NoticeKind.APPEARED,
    EventKind.INVENTORY: NoticeKind.APPEARED,
    EventKind.UNLOADED: NoticeKind.VANISHED,
}


class TraceChannels(Channels):
    """``speed``: how many seconds of the trace go by in one; 0: as fast as it can be read. Raises `NotATrace`,
    `Unreadable`."""

    def __init__(self, path: str | PathLike[str], *, speed: float = 1.0, clock: Clock | None = None) -> None:
        if not 0 <= speed < float("inf"):
            raise BadArgument(f"a speed of {speed}: 1 is that of the trace, 0 as fast as it goes")
        self._trace = open_trace(path)
        self.label = str(path)
        self._speed = speed
        self._clock = clock or Clock()
        self._lock = Lock()
        self._stop = Event()
        self._thread: Thread | None = None
        self._judge: Judge | None = None
        self._tell: Callable[[Told], None] = print
        self._verdict: Verdict | None = None
        self._failed = ""
        self._loads = 0

    def start(self, tell: Callable[[Told], None], ended: Callable[[], None]) -> None:
        self._tell = tell
        self._judge = Judge(
            self._tell_liveness, INTERVAL, poll="poll", events="trace", cannot_ask="a trace cannot be asked"
        )
        self._judge.take_health(self._clock.monotonic(), self._clock.wall(), "")
        self._thread = Thread(target=self._run, args=(ended,), name="hiveguard watch trace", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._trace.close()

    def _tell_liveness(self, told: Told) -> None:
        if not isinstance(told, HiveEvent):  # the trace's own events are told as they are
            self._tell(told)

    def _run(self, ended: Callable[[], None]) -> None:
        walk = hive_events(self._trace, on_incomplete="record")
        try:
            first: int | None = None
            begun = self._clock.monotonic()
            for item in walk:
                if not isinstance(item, HiveEvent):
                    continue
                if first is None:
                    first = item.time
                if self._speed:
                    due = begun + int((item.time - first) / self._speed)
                    if self._stop.wait(max(due - self._clock.monotonic(), 0) / 1e9):
                        break
                elif self._stop.is_set():
                    break
                self._take(item)
        except HiveError as error:
            self._failed = str(error)
        walk.close()
        self._verdict = walk.verdict
        if self._verdict is not None and self._verdict.ending >= Ending.LOST:
            self._lose()  # an unload that is missing must not become "still loaded"
        ended()

    def _lose(self) -> None:
        assert self._judge is not None
        with self._lock:
            self._judge.take_loss(self._clock.monotonic(), self._clock.wall())

    def _take(self, event: HiveEvent) -> None:
        judge = self._judge
        assert judge is not None
        with self._lock:
            self._tell(event)
            at = self._clock.monotonic()
            kind = _NOTICES.get(event.kind, NoticeKind.TRAFFIC)
            name = event.file or event.mount
            if name is None:
                return  # it belongs to no hive that is known
            face = None
            if kind is NoticeKind.APPEARED:
                self._loads += event.kind is EventKind.LOADED
                face = Face(self._loads, None, at)
            judge.take_notice(Notice(kind, name, at, event.time, face))

    def verdict(self) -> Verdict:
        if self._failed:
            return Verdict(Ending.FAILED, (self._failed,), attempts=1)
        if self._verdict is not None:  # the events are counted by the stream
            return replace(self._verdict, counts={"records": self._verdict.count("records")})
        return Verdict(evidence=(Evidence(f"what happened to hives by {self.label}", ("one channel: a trace",)),))
