"""The hives of an embedded registry of this process: its events as the one channel, looks at its mounts as the other.

No handle is opened: who watches must not keep a hive from being unloaded. Must not know: who listens. Source:
HiveGuard's own contract.
"""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from threading import Event, Lock

from ..core.clock import Clock
from ..core.ending import Ending
from ..core.errors import HiveBusy
from ..core.hive_event import EventKind, HiveEvent
from ..core.subscription import Lost
from ..core.verdict import Evidence, Verdict
from .channels import Channels
from .judge import Judge
from .sightings import Answer, Face, Notice, NoticeKind, Round
from .worker import Worker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..core.subscription import Subscription
    from ..embedded.mount_point import MountPoint
    from ..embedded.registry import Registry
    from .channels import Told

__all__ = ("EmbeddedChannels",)

POLL, EVENTS = "look", "embedded"
NAME = "hiveguard watch embedded"
_BUSY = 0.5  #: s that a look waits for a registry that somebody holds
_APPEARED = (EventKind.LOADED, EventKind.INVENTORY)


class EmbeddedChannels(Channels):
    """``interval``: ns between two looks at the mounts."""

    def __init__(self, registry: Registry, *, interval: int, clock: Clock | None = None) -> None:
        self.label = "an embedded registry"
        self._registry = registry
        self._interval = interval
        self._clock = clock or Clock()
        self._lock = Lock()
        self._stop = Event()
        self._worker: Worker | None = None
        self._tell: Callable[[Told], None] = print
        self._ended: Callable[[], None] = print
        self._judge: Judge | None = None
        self._stream: Subscription[HiveEvent] | None = None
        self._faces: dict[str, Face] = {}
        self._lost = 0

    def start(self, tell: Callable[[Told], None], ended: Callable[[], None]) -> None:
        self._tell, self._ended = tell, ended
        self._judge = Judge(self._tell_rest, self._interval, poll=POLL, events=EVENTS, by_mount=True)
        self._stream = self._registry.events()
        if not self._stream.is_open:
            raise HiveBusy("the registry was closed; make another one")
        with self._lock:
            self._judge.take_health(self._clock.monotonic(), self._clock.wall(), "")
            self._look()
        self._worker = Worker(partial(self._guarded, self._run, ended), NAME)

    def stop(self) -> None:
        self._stop.set()
        if self._stream is not None:
            self._stream.close()
        if self._worker is not None:
            self._worker.join()
            self._worker = None

    def _tell_rest(self, told: Told) -> None:
        """What the judge says. Events are told by the registry itself, unless some of them were lost."""
        if not isinstance(told, HiveEvent) or (self._lost and told.channel == POLL):
            self._tell(told)

    # --- both channels ----------------------------------------------------------------------

    def _run(self) -> None:
        stream = self._stream
        assert stream is not None
        due = self._clock.monotonic() + self._interval
        while not self._stop.is_set():
            item = stream.get(max(due - self._clock.monotonic(), 0) / 1e9)
            with self._lock:
                if item is not None:
                    self._take(item)
                elif not stream.is_open:
                    break
                if self._clock.monotonic() >= due or (self._judge is not None and self._judge.again):
                    self._look()
                    due = self._clock.monotonic() + self._interval
        if not self._stop.is_set():
            self._ended()

    def _take(self, item: HiveEvent | Lost) -> None:
        judge = self._judge
        assert judge is not None
        at, wall = self._clock.monotonic(), self._clock.wall()
        if isinstance(item, Lost):
            self._lost += item.count
            judge.take_loss(at, wall)
            return
        self._tell(item)
        name, told_at = item.mount or "", wall if item.time is None else item.time
        if item.kind in _APPEARED:
            face = Face(item.incarnation, None, at, incarnation=item.incarnation)
            judge.take_notice(Notice(NoticeKind.APPEARED, name, at, told_at, face))
        elif item.kind is EventKind.UNLOADED:
            judge.take_notice(Notice(NoticeKind.VANISHED, name, at, told_at))
        else:
            judge.take_notice(Notice(NoticeKind.TRAFFIC, name, at, told_at))

    def _look(self) -> None:
        """Look at every mount. What the registry told until then is taken first, so that it is not told twice."""
        judge, stream = self._judge, self._stream
        assert judge is not None
        assert stream is not None
        start, wall = self._clock.monotonic(), self._clock.wall()
        again, judge.again = judge.again, set()
        registry_lock = self._registry.lock
        if not registry_lock.acquire(timeout=min(self._interval / 1e9, _BUSY)):
            blind = tuple(Answer(name, None, "the registry is busy") for name in self._faces)
            judge.take_round(Round(blind, start, self._clock.monotonic(), wall))
            return
        try:
            while (item := stream.get(0)) is not None:
                self._take(item)
            at = self._clock.monotonic()
            faces = {point.path: face for point in self._registry.mount_points() if (face := _face(point, at))}
        finally:
            registry_lock.release()
        answers = [
            Answer(name, face)
            for name, face in faces.items()
            if name not in self._faces
            or name in again
            or (face.identity, face.stamp) != (self._faces[name].identity, self._faces[name].stamp)
        ]
        answers += [Answer(name, None) for name in self._faces.keys() | again if name not in faces]
        self._faces = faces
        judge.take_round(Round(tuple(answers), start, self._clock.monotonic(), wall))

    # --- how it went ------------------------------------------------------------------------

    def verdict(self) -> Verdict:
        judge = self._judge
        rounds, notices = (judge.rounds, judge.notices) if judge is not None else (0, 0)
        reasons: tuple[str, ...] = (f"{EVENTS}: {self._lost:,} events were lost on the way",) if self._lost else ()
        facts = (f"{POLL}: {rounds:,} looks, one every {self._interval / 1e6:g} ms", f"{EVENTS}: {notices:,} events")
        ending = Ending.LOST if self._lost else Ending.COMPLETE
        if self._failed:
            ending, reasons = Ending.FAILED, (*reasons, self._failed)
        return Verdict(
            ending,
            reasons,
            evidence=(Evidence(f"hives in {self.label}", facts),),
            attempts=rounds,
        )


def _face(point: MountPoint, at: int) -> Face | None:
    hive = point.hive
    if hive is None or hive.ended:
        return None
    root = hive.root
    descriptor = root.editor.descriptor(root.offset) or b""
    stamp = (root.editor.last_write(root.offset), sha256(descriptor).digest())
    return Face(hive.incarnation, stamp, at, incarnation=hive.incarnation)
