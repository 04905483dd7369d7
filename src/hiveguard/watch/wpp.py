"""A light subscriber: what a driver's WPP messages say of hives, as events and as what is held about each hive.

A driver (or any program) that guards hives logs HIVE_LOAD, HIVE_UNLOAD and HIVE_DIRTY; its TMF tells which messages
these are and which argument is the hive's path. It is one channel: nobody is asked, so that at most three stars are
given, and whatever may have hidden a message (a hole in the numbers, a message that stays raw) counts as a loss.

Must not know: where messages come from, TMF files. Source: HiveGuard's own contract (docs/wpp.md has the rules).
"""

from __future__ import annotations

from functools import partial
from threading import Event, Lock

from ..core.clock import Clock
from ..core.ending import Ending
from ..core.errors import BadArgument, HiveError, Incomplete
from ..core.filetime import to_unix_ns
from ..core.hive_event import EventKind, HiveEvent
from ..core.verdict import Evidence, Verdict
from ..core.walk import Walk
from ..trace.limits import HIVES_KEPT, WPP_LATE_MAX
from ..trace.wpp_holes import WppHoles
from ..trace.wpp_messages import WppWalk
from .channels import Channels
from .judge import Judge
from .limits import INTERVAL
from .sightings import Face, Notice, NoticeKind
from .worker import Worker
from .wpp_words import HiveWords, hive_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..core.liveness import Liveness
    from ..trace.tmf import Tmf
    from ..trace.wpp_message import WppMessage
    from .channels import Told

__all__ = ("CHANNEL", "WppChannels")

CHANNEL = "wpp"
_LOADED, _UNLOADED = EventKind.LOADED, EventKind.UNLOADED
#: what shows that the hive is there, whatever was seen of it before
_THERE = frozenset((_LOADED, EventKind.DIRTY, EventKind.UNLOAD_REFUSED))
#: what does not even end what was held: a call that begins, or that changed nothing
#: (an unload that failed may have found nothing, since another one was before it)
_SHOW_NOTHING = frozenset(
    (EventKind.LOAD_STARTED, EventKind.LOAD_FAILED, EventKind.UNLOAD_STARTED, EventKind.UNLOAD_FAILED)
)
_UNSEEN_LOAD, _UNSEEN_UNLOAD = "its load was not seen", "the unload before it was not seen"
_LATE = "its number is older than that of the one before: it came late"
_FAR = "its number is far behind: what was last is not known"
_ROUND = 1 << 32  # the numbers have 32 bits, and begin again


class _Known:
    """What is known of one hive: its name as first told, its mount point, which load of it, whether it is loaded, and
    the number of the message that told it last."""

    __slots__ = ("incarnation", "is_loaded", "mount", "name", "number")

    def __init__(self, name: str) -> None:
        self.name = name
        self.mount: str | None = None
        self.incarnation = 0
        self.is_loaded = False
        self.number: int | None = None

    def behind(self, number: int | None) -> int:
        """By how many a message's number is older than that of the last one; 0: it is not."""
        if self.number is None or number is None:
            return 0
        older = (self.number - number) % _ROUND
        return older if older < _ROUND >> 1 else 0


class WppChannels(Channels):
    """``messages``: a walk of `wpp_messages`, or any other source of them in time order; ``tmf``: by which they were
    formatted. Raises `BadArgument` if that has no message about hives: silence would mean nothing.
    """

    def __init__(
        self, messages: Iterable[WppMessage], tmf: Tmf, *, label: str = "WPP messages", clock: Clock | None = None
    ) -> None:
        self.label = label
        self._messages = messages
        self._tmf = tmf
        self._words: dict[tuple[bytes, int], HiveWords] = {}
        for form in tmf:
            words = hive_words(form)
            if words is not None:
                self._words[form.guid, form.number] = words
        if not self._words:
            raise BadArgument(f"{tmf!r} has no message about hives: its texts need one of HIVE_LOAD, HIVE_UNLOAD ...")
        self._clock = clock or Clock()
        self._lock = Lock()
        self._stop = Event()
        self._worker: Worker | None = None
        self._judge: Judge | None = None
        self._tell: Callable[[Told], None] = print
        self._hives: dict[str, _Known] = {}
        self._at = self._wall = 0
        self._number = self._met = self._unread = self._cut = self._beyond = 0
        self._holes = WppHoles()
        self._is_quiet = False
        self._ended: Verdict | None = None

    # --- its life ---------------------------------------------------------------------------

    def start(self, tell: Callable[[Told], None], ended: Callable[[], None]) -> None:
        self._tell = tell
        self._judge = Judge(self._tell_liveness, INTERVAL, events=CHANNEL, cannot_ask="messages cannot be asked")
        self._judge.take_health(self._now(), self._clock.wall(), "")
        self._worker = Worker(partial(self._run, ended), "hiveguard watch wpp")

    def stop(self) -> None:
        self._stop.set()
        if self._worker is not None:
            self._worker.join()
            self._worker = None

    def _now(self) -> int:
        """A moment behind every one before: what a loss hides must be older than what follows it."""
        self._at = max(self._clock.monotonic(), self._at + 1)
        return self._at

    def _tell_liveness(self, told: Told) -> None:
        if not isinstance(told, HiveEvent) and not self._is_quiet:  # the events are told as the messages have them
            self._tell(told)

    def _run(self, ended: Callable[[], None]) -> None:
        try:
            self._end(self._listen())
        except BaseException as error:  # noqa: BLE001  # whatever it is, it is how the watch ended: its verdict
            self._ended = _failed(error)
        finally:
            ended()  # a stream that nobody ends is waited for, for ever

    def _listen(self) -> Verdict:
        verdict = Verdict.empty()
        try:
            for message in self._messages:
                self._met += 1
                if self._stop.is_set():
                    break
                with self._lock:
                    self._take(message)
        except Incomplete as incomplete:
            verdict = incomplete.verdict
        except BaseException as error:  # noqa: BLE001  # messages come from anywhere: what ends them ends no thread
            verdict = _failed(error)
        try:
            if isinstance(self._messages, Walk):
                self._messages.close()
                if verdict.ending is not Ending.FAILED and self._messages.verdict is not None:
                    verdict = self._messages.verdict
        except BaseException as error:  # noqa: BLE001  # the same
            verdict = _failed(error)
        return verdict

    def _end(self, verdict: Verdict) -> None:
        with self._lock:
            self._ended = verdict
            # What single messages hide was told in its place; what the trace as a whole does, may be anywhere.
            whole: Verdict | None = verdict
            if isinstance(self._messages, WppWalk) and verdict.ending is not Ending.FAILED:
                whole = self._messages.records.verdict
            if whole is None or whole.ending not in (Ending.COMPLETE, Ending.STOPPED):
                self._disbelieve(self._now())  # no loss to count: the ending says what it is

    # --- messages ---------------------------------------------------------------------------

    def _disbelieve(self, at: int) -> None:
        assert self._judge is not None
        self._judge.take_loss(at, self._wall)

    def _lose(self, number: int | None) -> None:
        at = self._now()
        self._holes.lose(at, number)
        self._disbelieve(at)

    def _miss(self, number: int | None) -> None:
        self._unread += 1
        self._lose(number)

    def _take_number(self, message: WppMessage) -> bool:
        """A hole may have hidden an unload, until the numbers have come that are missing there: whether they have."""
        sequence = message.sequence
        if sequence is None:
            if message.missing:
                self._miss(message.sequence)
            return False
        behind = self._holes.behind(sequence, message.missing)
        if message.missing:
            self._doubt(sequence, message.missing)
            return False
        if behind:  # the first ones came in another order, and not all of them: what is missing came before some
            self._doubt(sequence + behind + 1, behind)
            return False
        return self._holes.fill(sequence)

    def _doubt(self, number: int, missing: int) -> None:
        at = self._now()
        self._holes.open(at, number, missing)
        self._disbelieve(at)

    def _take(self, message: WppMessage) -> None:
        if message.time is not None:
            self._wall = to_unix_ns(message.time)
        is_filled = self._take_number(message)
        self._take_words(message)
        if is_filled:  # only now: the late one may be the unload itself
            assert self._judge is not None
            self._judge.take_back(self._holes.lost_at, self._now(), self._wall)

    def _take_words(self, message: WppMessage) -> None:
        form = message.form
        words = self._words.get((form.guid, form.number)) if form is not None else None
        if words is None:
            if form is None and message.guid is not None and self._is_of_driver(message.guid):
                self._miss(message.sequence)  # a message of the driver that nobody can read
            return
        name = words.file(message)
        found = words.happened(message)
        if message.is_raw:
            self._miss(message.sequence)
        elif found is None:
            self._cut += 1
            self._lose(message.sequence)  # it may have been an unload, and it may have failed: neither is told
        elif name is None:
            self._miss(message.sequence)
        if found is None:
            return
        kind, status = found
        if message.is_raw or name is None:
            self._event(kind, message, None, words.mount(message), status or "of which hive is not told")
            return
        self._happened(kind, message, name, words.mount(message), status)

    def _is_of_driver(self, guid: str) -> bool:
        from ..trace.kernel_groups import guid_bytes

        return self._tmf.knows(guid_bytes(guid))

    def _happened(self, kind: EventKind, message: WppMessage, name: str, mount: str | None, status: str | None) -> None:
        key = name.casefold()
        hive = self._hives.get(key)
        if hive is None:
            if len(self._hives) >= HIVES_KEPT:
                self._beyond += 1
                self._event(kind, message, _Known(name), mount, status)
                return
            hive = self._hives[key] = _Known(name)
        behind = hive.behind(message.sequence)
        if 0 < behind <= WPP_LATE_MAX:
            self._came_late(kind, message, hive, mount, status)
            return
        is_last = kind in _THERE or kind is _UNLOADED  # what it tells counts until one with a newer number comes
        if is_last:
            hive.number = message.sequence
        is_far = is_last and behind > 0
        was_loaded = hive.is_loaded
        if kind is _LOADED or (kind in _THERE and not was_loaded):
            hive.incarnation += 1
            hive.is_loaded = True
            hive.mount = mount  # another load may be mounted elsewhere
        elif kind is _UNLOADED:
            hive.is_loaded = False
            mount, hive.mount = mount or hive.mount, None
        elif was_loaded and kind in _THERE:
            mount = hive.mount = mount or hive.mount
        elif was_loaded and kind is not EventKind.LOAD_FAILED:  # that tells where it was not mounted
            mount = mount or hive.mount
        if kind is _LOADED and was_loaded:
            status = status or _UNSEEN_UNLOAD
        elif kind in (_UNLOADED, EventKind.DIRTY) and not was_loaded:
            status = status or _UNSEEN_LOAD
        if is_far:
            status = f"{status}; {_FAR}" if status else _FAR
        self._event(kind, message, hive, mount, status)
        self._notice(kind, hive, was_loaded=was_loaded)
        if is_far:  # of another session, or very late: its order is not that of the messages
            self._lose(None)
        elif is_last:
            self._outlast(hive)

    def _outlast(self, hive: _Known) -> None:
        """A loss whose number is newer than that of what was told of the hive now may be what happened last."""
        if hive.number is not None and self._holes.outlast(hive.number, at := self._now()):
            self._disbelieve(at)

    def _came_late(
        self, kind: EventKind, message: WppMessage, hive: _Known, mount: str | None, status: str | None
    ) -> None:
        """A newer message has told already what became of the hive: this one is told, and changes nothing of that."""
        # Which load it was of is not known.
        self._event(kind, message, _Known(hive.name), mount, f"{status}; {_LATE}" if status else _LATE)
        if kind is _LOADED and not hive.is_loaded and not hive.incarnation:
            # Its unload came first, and nobody knew of which hive: now that is known, and only that is told.
            hive.incarnation = 1
            self._is_quiet = True
            self._notice(_LOADED, hive, was_loaded=False)
            self._is_quiet = False
            self._notice(_UNLOADED, hive, was_loaded=True)
            self._outlast(hive)

    def _notice(self, kind: EventKind, hive: _Known, *, was_loaded: bool) -> None:
        """What the judge is told: a load, an unload, or that somebody works with it."""
        if kind in _SHOW_NOTHING:
            return
        judge = self._judge
        assert judge is not None
        at = self._now()
        face = None
        noticed = NoticeKind.TRAFFIC
        if kind is _UNLOADED:
            noticed = NoticeKind.VANISHED
        elif kind is _LOADED or (hive.is_loaded and not was_loaded):
            noticed = NoticeKind.APPEARED
            face = Face(hive.incarnation, None, at)
        judge.take_notice(Notice(noticed, hive.name, at, self._wall, face))

    def _event(
        self, kind: EventKind, message: WppMessage, hive: _Known | None, mount: str | None, status: str | None
    ) -> None:
        self._number += 1
        self._tell(
            HiveEvent(
                kind,
                self._number,
                to_unix_ns(message.time) if message.time is not None else None,
                mount=mount,
                file=hive.name if hive is not None else None,
                incarnation=(hive.incarnation or None) if hive is not None else None,
                channel=CHANNEL,
                pid=message.pid,
                tid=message.tid,
                status=status,
            )
        )

    # --- how it went ------------------------------------------------------------------------

    def held(self) -> tuple[Liveness, ...]:
        judge = self._judge
        if judge is None:
            return ()
        with self._lock:
            return tuple(judge.liveness(hive, self._at, self._wall) for hive in judge.hives)

    def verdict(self) -> Verdict:
        with self._lock:
            read = self._ended if self._ended is not None else Verdict.empty()
            ending, reasons = read.ending, list(read.reasons)
            # Holes in the numbers are told by the walk, which knows whose numbers they are.
            losses = self._unread + (0 if isinstance(self._messages, WppWalk) else self._holes.count)
            if losses and ending < Ending.LOST:
                ending = Ending.LOST
                where = "one place" if losses == 1 else f"{losses:,} places"
                reasons.append(f"messages about hives may be missing at {where}")
            if self._cut:
                ending = max(ending, Ending.DAMAGED)
                calls = "one call" if self._cut == 1 else f"{self._cut:,} calls"
                reasons.append(f"the end of {calls} is not told: the status is cut")
            if self._beyond:
                ending = max(ending, Ending.UNPROVEN)
                reasons.append(f"{self._beyond:,} events of more hives than can be followed")
            if not self._number and self._ended is not None:
                ending = max(ending, Ending.UNPROVEN)
                reasons.append("there is no message about hives, and nothing shows that any was logged")
            facts = (f"one channel: {self.label}", f"{self._number:,} messages about hives")
            return Verdict(
                ending,
                tuple(reasons),
                read.damage,
                read.more_damage,
                (Evidence(f"what happened to hives by {self.label}", facts), *read.evidence),
                {"messages": self._met} if self._ended is not None else (),
                1,
                read.stopped_by,
            )


def _failed(error: BaseException) -> Verdict:
    why = (
        str(error)
        if isinstance(error, HiveError)
        else f"the watch ended by {type(error).__name__}: {error}".removesuffix(": ")
    )
    return Verdict(Ending.FAILED, (why,))
