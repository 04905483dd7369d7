"""Hive files watched live: the poll and the event channel, a thread for each, and one judge of both.

The event channel is proven healthy by the folders themselves: where the poll sees a change, inotify must have told of
one. Must not know: who listens. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import os
import select
from functools import partial
from threading import Event, Lock

from ..core.clock import Clock
from ..core.ending import Ending
from ..core.errors import BadArgument, Unavailable
from ..core.verdict import Evidence, Verdict
from .channels import Channels
from .file_locks import locked_files
from .folder_events import Batch, FolderEvents
from .folder_poll import FolderPoll
from .judge import Judge
from .limits import FOLDERS_MOST, INTERVAL, INTERVAL_LEAST, INTERVAL_MOST, LOSSES_KEPT
from .sightings import Notice, NoticeKind
from .worker import Worker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .channels import Told
    from .hive_memory import HiveMemory
    from .sightings import Round

__all__ = ("FileChannels",)

_EARLY = 4  #: the part of an interval after which a round may come early
_TOLD = 3  #: what cannot be read, told one by one when a watch begins
_LINK = "a link, and what happens where it leads to is not told here"
_FOLDER_GONE = "the folder is gone"
_JOIN = 30.0  #: s that a thread is given to end: a stat on a dead mount may never come back
POLL, EVENTS = "poll", "inotify"


class FileChannels(Channels):
    """``sources``: folders and files. ``interval``: ns between two rounds. ``events``: whether to use inotify."""

    def __init__(
        self, sources: Iterable[str], *, interval: int = INTERVAL, events: bool = True, clock: Clock | None = None
    ) -> None:
        if not INTERVAL_LEAST <= interval <= INTERVAL_MOST:
            raise BadArgument(f"an interval of {interval / 1e6:g} ms: {INTERVAL_LEAST / 1e6:g} ms to a day")
        named = tuple(sources)
        self.label = ", ".join(named)
        self._clock = clock or Clock()
        self._interval = interval
        self._poll = FolderPoll(named, self._clock)
        self._events: FolderEvents | None = None
        self._why_one = "" if events else "the event channel was not asked for"
        if events:
            try:
                self._events = FolderEvents(self._clock)
            except Unavailable as error:
                self._why_one = str(error)
        self._lock = Lock()
        self._stop = Event()
        self._wake = Event()
        self._pipe: tuple[int, int] | None = None
        self._workers: list[Worker] = []
        self._heard: dict[str, int] = {}  # a folder to when inotify told of anything in it
        self._answered: dict[str, int] = {}  # a folder to when the last round began that could look into it
        self._set_at: dict[str, int] = {}  # a folder to when its watch was set
        self._doubts: dict[str, int] = {}  # a folder that moved, to since when inotify should have told
        self._losses: dict[str, int] = {}
        self._losses_more = 0
        self._unwatched: dict[str, str] = {}  # folders without inotify, and why
        self._is_early = False  # a round is wanted before it is due
        self._silent: dict[str, str] = {}  # folders that moved at some time without a word of inotify
        self._refused: list[str] = []
        self._pid = os.getpid()
        self._is_stuck = False  # whether a thread did not end when it was asked to
        self._ending = Lock()  # held by whoever stops it
        self._judge: Judge | None = None

    # --- its life ---------------------------------------------------------------------------

    def start(self, tell: Callable[[Told], None], ended: Callable[[], None]) -> None:
        self._judge = Judge(
            tell, self._interval, poll=POLL, events=EVENTS, group=self._poll.group, unheard=self._why_unheard
        )
        try:
            self._pipe = os.pipe()
        except OSError as error:
            raise Unavailable(f"{self.label}: cannot be watched: {error.strerror}") from None
        try:
            with self._lock:  # the first look: watches first, so that nothing is missed between them
                self._follow_folders()
                found = self._poll.round()
                is_new = self._follow_folders()  # before the first round is judged: it would be again behind each
                self._take_round(found)
                if is_new:
                    self._take_round(self._poll.round())
        except BaseException:  # also when interrupted: nobody else has what was opened to close it
            self.stop()
            raise
        for work, name in ((self._poll_on, POLL), (self._listen, EVENTS)):
            self._workers.append(Worker(partial(self._guarded, work, ended), f"hiveguard watch {name}"))

    def stop(self) -> None:
        with self._ending:
            self._stop.set()
            self._wake.set()
            self._join()
            if self._workers:
                return  # what they use must stay
            if self._pipe is not None:
                for descriptor in self._pipe:
                    os.close(descriptor)
                self._pipe = None
                self._poll.close()
                if self._events is not None:
                    self._events.close()

    def _join(self) -> None:
        if self._workers and self._pipe is not None and os.getpid() == self._pid:  # a fork shares the pipe
            os.write(self._pipe[1], b"x")
        most = 0 if self._is_stuck else _JOIN  # waiting so long once is enough
        self._workers = [worker for worker in self._workers if not worker.join(most)]
        self._is_stuck = bool(self._workers)
        if self._is_stuck:
            names = ", ".join(worker.name for worker in self._workers)
            self._failed = f"{names}: does not come back from a call to the system"

    def _why_unheard(self, hive: str) -> str:
        return _LINK if self._poll.is_link(hive) else ""

    # --- the poll ---------------------------------------------------------------------------

    def _poll_on(self) -> None:
        clock = self._clock
        begun = clock.monotonic()
        due = begun + self._interval
        while not self._stop.is_set():
            self._wake.wait(max(due - clock.monotonic(), 0) / 1e9)
            self._wake.clear()
            if self._stop.is_set():
                return
            again = self._taken()
            if self._is_early:  # but not again and again: a round costs a look at everything
                due = min(due, begun + self._interval // _EARLY)
            if clock.monotonic() >= due:
                self._is_early = False
                begun = clock.monotonic()
                # Before the looks: whoever let go before has written all that it wrote, and the looks find it.
                owned = locked_files()
                rounds = [self._poll.round()]
                due = max(due + self._interval, clock.monotonic())
                owned = _either(owned, locked_files())
            else:
                owned, rounds = None, []
            if again:
                rounds.append(self._poll.ask(again))
            if not rounds:
                continue
            with self._lock:
                for round_ in rounds:
                    self._take_round(round_, owned)
                if self._follow_folders():
                    due = clock.monotonic()  # a new folder: look into it again behind its watch
            if self._is_asked():
                self._wake.set()

    def _taken(self) -> set[str]:
        judge = self._judge
        assert judge is not None
        with self._lock:
            again, judge.again = judge.again, set()
        return again

    def _is_asked(self) -> bool:
        return self._judge is not None and bool(self._judge.again)

    def _take_round(self, round_: Round, owned: frozenset[tuple[int, int]] | None = None) -> None:
        """A round is over; ``owned``: what was locked about then. The lock must be held."""
        judge = self._judge
        assert judge is not None
        judge.take_round(round_)
        if owned is not None and round_.asked is None:
            judge.take_owners(lambda hive: _is_in(hive, owned), round_.wall)
        if round_.asked is None:
            self._refused = self._poll.refused()
            self._forget({folder.path for folder in self._poll.folders}, judge)
            if self._events is not None:
                self._prove(round_)

    def _forget(self, watched: set[str], judge: Judge) -> None:
        """Folders that come and go must not fill the memory."""
        judge.forget_groups(watched)
        if self._events is not None:
            self._events.keep(watched)
        for known in (self._heard, self._doubts, self._answered, self._set_at, self._unwatched):
            for path in known.keys() - watched:
                del known[path]

    def _prove(self, round_: Round) -> None:
        """Where something moved, inotify must have told of it by the next round; else nothing shows that it works."""
        assert self._events is not None
        assert self._judge is not None
        for folder in self._poll.folders:
            path = folder.path
            before = self._answered.get(path)
            if folder.is_there and not folder.blind:
                self._answered[path] = round_.start
            if self._events.watches(path) is None:
                continue
            heard = self._heard.get(path, -1)
            doubt = self._doubts.get(path)
            if doubt is not None and heard < doubt:
                why = f"{path} changed, and {EVENTS} said nothing"
                self._judge.take_health(round_.end, round_.wall, why, path)  # until it says something again
                if path in self._silent or len(self._silent) < FOLDERS_MOST:
                    self._silent[path] = why
            else:
                self._doubts.pop(path, None)
                self._judge.take_health(round_.end, round_.wall, "", path)
                # It moved since the round before that saw it; a watch that is younger need not have told.
                if folder.moved and before is not None and self._set_at.get(path, before) < before:
                    self._doubts[path] = before

    # --- the event channel ------------------------------------------------------------------

    def _follow_folders(self) -> bool:
        """Watch the folders that the poll found; whether there were new ones. The lock must be held."""
        judge, events = self._judge, self._events
        assert judge is not None
        at, wall = self._clock.pair()[1], self._clock.wall()
        is_new = False
        for folder in self._poll.folders:
            path = folder.path
            if events is None:
                judge.take_health(at, wall, self._why_one, path)
                continue
            watched = events.watches(path)
            if watched is not None:
                if folder.identity in (None, watched):
                    events.narrow(path, folder.only)
                    continue
                events.remove(path)  # another one is in its place
                self._heard.pop(path, None)
                judge.again.update(judge.of_group(path))
            if not os.path.isdir(path):
                judge.take_health(at, wall, _FOLDER_GONE, path)
                continue
            why = events.add(path, folder.only)
            if why:
                self._unwatched[path] = why
            else:
                self._unwatched.pop(path, None)
                self._doubts.pop(path, None)  # of what was before it can say nothing
                self._set_at[path] = self._clock.monotonic()
            judge.take_health(at, wall, why, path)
            is_new = is_new or not why
        return is_new

    def _listen(self) -> None:
        assert self._pipe is not None
        poll = None
        if self._events is not None:
            poll = select.poll()
            poll.register(self._pipe[0], select.POLLIN)
            poll.register(self._events.fileno(), select.POLLIN)
        while not self._stop.is_set():
            ready = []
            if poll is not None:
                ready = poll.poll(self._interval / 1e6)
            else:
                self._stop.wait(self._interval / 1e9)
            if self._events is not None and any(number == self._events.fileno() for number, _ in ready):
                came = self._events.drain()
                with self._lock:
                    batch = self._events.batch(came)
                notices = list(self._events.notices(batch))
                with self._lock:
                    self._take_batch(batch, notices)
            with self._lock:
                assert self._judge is not None
                self._judge.take_time(self._clock.monotonic(), self._clock.wall())
            if self._is_asked() or self._is_early:
                self._wake.set()

    def _take_batch(self, batch: Batch, notices: list[Notice]) -> None:
        judge = self._judge
        assert judge is not None
        at, wall = self._clock.monotonic(), self._clock.wall()
        if batch.lost:
            self._lose("the queue of inotify was full")
            judge.take_loss(at, wall)
        for notice in _as_spelled(notices, judge):
            judge.take_notice(notice)
        for folder in batch.heard:
            self._heard[folder] = at
        for folder in batch.taken:
            self._lose(f"its watch on {folder} was taken away")
            judge.take_health(at, wall, "its watch was taken away", folder)
            judge.take_loss(at, wall)
        for folder in batch.gone:
            judge.take_health(at, wall, _FOLDER_GONE, folder)
        for folder in batch.taken | batch.gone:
            judge.again.update(judge.of_group(folder))
        if batch.taken or batch.gone or batch.folders or batch.lost:
            self._is_early = True
            self._follow_folders()

    def _lose(self, what: str) -> None:
        if what in self._losses or len(self._losses) < LOSSES_KEPT:
            self._losses[what] = self._losses.get(what, 0) + 1
        else:
            self._losses_more += 1

    # --- how it went ------------------------------------------------------------------------

    def notes(self) -> tuple[str, ...]:
        one = tuple(f"one channel only: {why}" for why in (self._why_one, *self._unwatched.copy().values()) if why)[:1]
        one += tuple(f"cannot be read: {refused}" for refused in self._refused[:_TOLD])
        one += tuple(self._poll.not_watched)
        return (*one, *(f"{source}: not there yet, and waited for" for source in self._poll.awaited))

    def verdict(self) -> Verdict:
        judge = self._judge
        rounds = judge.rounds if judge is not None else 0
        notices = judge.notices if judge is not None else 0
        ending, reasons = Ending.COMPLETE, []
        if self._losses:
            ending = Ending.LOST
            reasons += [f"{EVENTS}: {loss}" for loss in self._losses]
            if self._losses_more:
                reasons.append(f"{EVENTS}: {self._losses_more:,} losses more")
        refused = self._refused
        if refused:
            ending = max(ending, Ending.ACCESS_DENIED)
            more = f", and {len(refused) - 1:,} more" if len(refused) > 1 else ""
            reasons.append(f"could not be read: {refused[0]}{more}")
        if self._failed:
            ending = Ending.FAILED
            reasons.append(self._failed)
        stopped_by = None
        if self._poll.not_watched:
            ending = max(ending, Ending.STOPPED)
            reasons += self._poll.not_watched
            stopped_by = "limit"
        reasons += self._one_channel()
        channels = [f"{POLL}: {rounds:,} rounds, one every {self._interval / 1e6:g} ms"]
        if self._events is not None:
            channels.append(f"{EVENTS}: {notices:,} notices")
        if judge is not None and judge.forgotten:
            channels.append(f"{judge.forgotten:,} hives that were gone are remembered no more")
        return Verdict(
            ending,
            tuple(reasons),
            evidence=(Evidence(f"hives in {self.label}", tuple(channels)),),
            attempts=rounds,
            stopped_by=stopped_by,
        )

    def _one_channel(self) -> list[str]:
        """Where only the poll could tell: it weighs on every event of the watch, whatever its ending."""
        if self._events is None:
            return [f"one channel only: {self._why_one}"]
        off = self._judge.off if self._judge is not None else {}
        now = {path: why for path, why in off.items() if why != _FOLDER_GONE}
        earlier = {path: why for path, why in self._silent.copy().items() if path not in now}
        found = []
        for where, when in ((now, "only"), (earlier, "at times")):
            if where:
                path, why = next(iter(where.items()))
                more = f", and in {len(where) - 1:,} folders more" if len(where) > 1 else ""
                found.append(f"one channel {when} in {path}: {why}{more}")
        links = [hive.name for hive in self._judge.hives if self._poll.is_link(hive.name)] if self._judge else []
        if links:
            more = f" and {len(links) - 1:,} more" if len(links) > 1 else ""
            found.append(f"one channel only for {links[0]}{more}: {_LINK}")
        return found


def _as_spelled(notices: Iterable[Notice], judge: Judge) -> Iterator[Notice]:
    """What a log tells is of its hive, however Windows spelled either of the names: NTUSER.DAT, ntuser.dat.LOG1."""
    spelled: dict[str, dict[str, str]] = {}
    for notice in notices:
        name = notice.name
        if notice.kind is NoticeKind.TRAFFIC and not judge.has(name):
            folder = os.path.dirname(name)
            if folder not in spelled:
                spelled[folder] = {hive.lower(): hive for hive in judge.of_group(folder)}
            name = spelled[folder].get(name.lower(), name)
            notice = Notice(notice.kind, name, notice.at, notice.wall)
        yield notice


def _either(
    one: frozenset[tuple[int, int]] | None, other: frozenset[tuple[int, int]] | None
) -> frozenset[tuple[int, int]] | None:
    return None if one is None or other is None else one | other


def _is_in(hive: HiveMemory, locked: frozenset[tuple[int, int]]) -> bool:
    identity = hive.face.identity if hive.face is not None else None
    return isinstance(identity, tuple) and identity[:2] in locked
