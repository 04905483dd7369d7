"""A recorded trace replayed as if it happened now, or faster: the event channel alone, for a trace cannot be asked.

Must not know: who listens, the trace's format. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from functools import partial
from threading import Event, Lock

from ..core.clock import Clock
from ..core.ending import Ending
from ..core.errors import BadArgument, HiveError
from ..core.hive_event import EventKind, HiveEvent
from ..core.verdict import Evidence, Verdict, replace
from ..trace.hive_names import KnownHives
from ..trace.hive_trace import hive_events
from ..trace.trace import open_trace
from .channels import Channels
from .judge import Judge
from .limits import INTERVAL
from .sightings import Face, Notice, NoticeKind
from .worker import Worker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

    from ..trace.hive_names import KnownHive
    from .channels import Told

__all__ = ("TraceChannels",)

_NOTICES = {
    EventKind.LOADED: NoticeKind.APPEARED,
    EventKind.INVENTORY: NoticeKind.APPEARED,
    EventKind.UNLOADED: NoticeKind.VANISHED,
    # Of the others those that only a hive that is there can give; no load that begins or fails, and no unload that
    # fails: it may have been unloaded before.
    **dict.fromkeys(
        (
            EventKind.UNLOAD_STARTED,
            EventKind.UNLOAD_REFUSED,
            EventKind.DIRTY,
            EventKind.FLUSH_STARTED,
            EventKind.FLUSHED,
            EventKind.FLUSH_FAILED,
        ),
        NoticeKind.TRAFFIC,
    ),
}
_WAIT_NS, _NS = 1_000_000_000, 1_000_000_000  # one wait at most; a second
_LONGEST = 1 << 62  # ns until an event is due at most, some 146 years: longer than anybody waits, and a number still


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
        self._worker: Worker | None = None
        self._judge: Judge | None = None
        self._tell: Callable[[Told], None] = print
        self._verdict: Verdict | None = None
        self._failed = ""
        self._hives = KnownHives()
        self._loads = 0

    def start(self, tell: Callable[[Told], None], ended: Callable[[], None]) -> None:
        self._tell = tell
        self._judge = Judge(
            self._tell_liveness, INTERVAL, poll="poll", events="trace", cannot_ask="a trace cannot be asked"
        )
        self._judge.take_health(self._clock.monotonic(), self._clock.wall(), "")
        self._worker = Worker(partial(self._run, ended), "hiveguard watch trace")

    def stop(self) -> None:
        self._stop.set()
        if self._worker is not None:
            self._worker.join()
            self._worker = None
        self._trace.close()

    def _tell_liveness(self, told: Told) -> None:
        if not isinstance(told, HiveEvent):  # the trace's own events are told as they are
            self._tell(told)

    def _run(self, ended: Callable[[], None]) -> None:
        try:
            for step in (self._replay, self._conclude):
                try:
                    step()
                except HiveError as error:
                    self._failed = self._failed or str(error)
                except Exception as error:  # noqa: BLE001  # whatever it is, it is how the replay ended: its verdict
                    self._failed = self._failed or f"the replay ended by {type(error).__name__}: {error}"
        finally:
            ended()  # a stream that nobody ends is waited for, for ever

    def _replay(self) -> None:
        walk = hive_events(self._trace, on_incomplete="record")
        try:
            first: int | None = None
            begun = self._clock.monotonic()
            for item in walk:
                if not isinstance(item, HiveEvent):
                    continue
                if item.time is not None and self._speed:
                    first = item.time if first is None else first
                    self._wait_until(begun + int(min(max(item.time - first, 0) / self._speed, _LONGEST)))
                if self._stop.is_set():
                    break
                self._take(item)
        finally:
            walk.close()
            self._verdict = walk.verdict

    def _wait_until(self, due: int) -> None:
        """In short waits: what a system waits at one go is bounded."""
        while not self._stop.is_set():
            left = due - self._clock.monotonic()
            if left <= 0:
                return
            self._stop.wait(min(left, _WAIT_NS) / _NS)

    def _conclude(self) -> None:
        """What may be missing may be an unload: it must not become "still loaded"."""
        read = self._verdict
        if self._failed or read is None or read.ending not in (Ending.COMPLETE, Ending.STOPPED):
            with self._lock:
                self._lose()

    def _lose(self) -> None:
        assert self._judge is not None
        self._judge.take_loss(self._clock.monotonic(), self._clock.wall())

    def _take(self, event: HiveEvent) -> None:
        judge = self._judge
        assert judge is not None
        with self._lock:
            self._tell(event)
            hive = self._hives.join(event.file, event.mount)
            kind = _NOTICES.get(event.kind)
            if kind is None:
                return
            if hive is None:
                if kind is NoticeKind.VANISHED:
                    self._lose()  # an unload of nobody knows which
                return
            at = self._clock.monotonic()
            wall = event.time if event.time is not None else self._clock.wall()
            if kind is NoticeKind.APPEARED:
                face = Face(self._load_of(hive, event.kind), None, at)
                judge.take_notice(Notice(kind, hive.names[0], at, wall, face))
                return
            for name in hive.names:
                judge.take_notice(Notice(kind, name, at, wall))
            if kind is NoticeKind.VANISHED:
                self._hives.unmount(hive)

    def _load_of(self, hive: KnownHive, kind: EventKind) -> int:
        """A number that each load of each hive has for itself; an inventory is none."""
        if kind is EventKind.LOADED or not hive.load:
            self._loads += 1
            hive.load = self._loads
        return hive.load

    def verdict(self) -> Verdict:
        if self._failed:
            return Verdict(Ending.FAILED, (self._failed,), attempts=1)
        if self._verdict is not None:  # the events are counted by the stream
            return replace(self._verdict, counts={"records": self._verdict.count("records")})
        return Verdict(evidence=(Evidence(f"what happened to hives by {self.label}", ("one channel: a trace",)),))
