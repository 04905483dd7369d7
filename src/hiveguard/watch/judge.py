"""Who makes sense of both channels: takes what they bring, and says what happened and what is held about each hive.

Pure: no clock, no thread, no file; whoever owns it calls it under one lock. A hive is told loaded, unloaded, dirty
or flushed once, by the channel that saw it first. Must not know: where hives are. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.hive_event import EventKind, HiveEvent
from ..core.liveness import Fused, Liveness, LivenessState, Order, Polled, Said, fuse
from ..core.verdict import Evidence, Moment
from .hive_memory import HiveMemory
from .limits import GONE_KEPT
from .sightings import Answer, NoticeKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Set
    from typing import TypeAlias

    from .sightings import Face, Notice, Round

    Told: TypeAlias = HiveEvent | Liveness

__all__ = ("Judge",)

_NEVER = -1
_INTERVALS = 3  #: an answer older than so many intervals counts as none
#: pairs that nothing but a new answer or event can change
_CALM = frozenset(
    (polled, said)
    for polled, said in (
        (Polled.SAME, Said.QUIET),
        (Polled.SAME, Said.LOADED),
        (Polled.SAME, Said.OFF),
        (Polled.GONE, Said.UNLOADED),
        (Polled.GONE, Said.OFF),
    )
)


class Judge:
    """``tell`` is given everything, in order. ``interval``: ns between two rounds of the poll. ``poll`` and
    ``events``: the names of the channels. ``group``: the part of the event channel that a hive belongs to, which is
    healthy or not by itself (a folder); None: there is only one. ``unheard``: why it is off for a hive by itself;
    empty: it is not. ``by_mount``: hives are named by where they are mounted, not by their files. ``cannot_ask``: why
    the poll is blind of a hive that it never answered for.
    """

    def __init__(
        self,
        tell: Callable[[Told], None],
        interval: int,
        *,
        poll: str = "poll",
        events: str = "events",
        group: Callable[[str], str] | None = None,
        unheard: Callable[[str], str] | None = None,
        by_mount: bool = False,
        cannot_ask: str = "not asked yet",
    ) -> None:
        self._tell = tell
        self._interval = interval
        self._names = (poll, events)
        self._hives: dict[str, HiveMemory] = {}
        self._restless: set[str] = set()
        self._gone: dict[str, None] = {}  # those told unloaded, the first first
        self.forgotten = 0  #: hives that were gone, and are remembered no more
        self._dirty: set[str] = set()
        self._owned: set[str] = set()
        self._number = 0
        self._since = self._round = self._round_end = _NEVER
        self._is_stalled = False
        self._group = group or _one_group
        self._unheard = unheard
        self._by_mount = by_mount
        self._cannot_ask = cannot_ask
        self._members: dict[str, dict[str, None]] = {}  # the hives of each group
        self._why_off: dict[str, str] = {}  # by group; empty: proven healthy
        self._lost_at = _NEVER
        self.again: set[str] = set()  #: hives to ask for at once; whoever polls takes them
        self.rounds = 0
        self.notices = 0

    # --- what comes in ----------------------------------------------------------------------

    def take_round(self, round_: Round) -> None:
        """A round of the poll is over."""
        self.rounds += 1
        changed = {answer.name: answer for answer in round_.answers}
        if round_.asked is None:
            self._since, self._round, self._round_end = self._round, round_.start, round_.end
            was_stalled, self._is_stalled = self._is_stalled, False
            asked: Iterable[str] = (set(self._hives) if was_stalled else self._restless) | changed.keys()
        else:
            asked = round_.asked | changed.keys()
        for name in sorted(asked):
            answer = changed.get(name)
            hive = self._hives.get(name)
            if answer is None:
                if hive is not None:
                    self._take_silence(hive, round_)
                continue
            if hive is None:
                if answer.face is None:
                    continue  # nothing was ever there
                hive = self._hives[name] = self._new(name)
            self._take_answer(hive, answer, round_)

    def _take_silence(self, hive: HiveMemory, round_: Round) -> None:
        """Nothing about it: it is as it was, or, if it never was met, not there."""
        why = round_.blind.get(self._group(hive.name))
        if hive.polled_face is None and why is not None:
            self._take_answer(hive, Answer(hive.name, None, why), round_)
            return
        if hive.polled_face is None and hive.looked_at > round_.start:
            self.again.add(hive.name)  # it was met while the round went on
            return
        hive.take_silence(round_.start)
        self._judge(hive, round_.end, round_.wall)
        if hive.polled is Polled.GONE and (hive.gone_twice or not self._contradicts(hive)):
            self._vanish(hive, round_.wall, self._names[0])

    def _take_answer(self, hive: HiveMemory, answer: Answer, round_: Round) -> None:
        face = answer.face
        if face is not None and face.at < hive.looked_at:
            self.again.add(hive.name)  # the event channel has looked since: what was seen before it says nothing
            return
        if face is None and not answer.blind and hive.looked_at > round_.start:
            self.again.add(hive.name)  # the same; when exactly it was not there is not known
            return
        first = not self._is_known(hive)
        hive.take_answer(answer, round_.start)
        if face is not None:
            self._see(hive, face, round_.wall, self._names[0], is_inventory=first and self.rounds == 1)
        self._judge(hive, round_.end, round_.wall)
        if face is None and not answer.blind and (hive.gone_twice or not self._contradicts(hive)):
            self._vanish(hive, round_.wall, self._names[0])

    def take_notice(self, notice: Notice) -> None:
        """The event channel noticed something."""
        self.notices += 1
        hive = self._hives.get(notice.name)
        if hive is None:
            if notice.kind is NoticeKind.VANISHED or notice.face is None:
                return
            hive = self._hives[notice.name] = self._new(notice.name)
        hive.traffic_at = max(hive.traffic_at, notice.at)
        face, known = notice.face, hive.face
        if notice.kind is NoticeKind.VANISHED and notice.at < hive.looked_at:
            self.again.add(hive.name)  # the poll has looked since
        elif notice.kind is NoticeKind.VANISHED:
            hive.looked_at = max(hive.looked_at, notice.at)
            hive.take_lifecycle(Said.UNLOADED, notice.at)
            self._vanish(hive, notice.wall, self._names[1])
        elif face is not None and face.at >= hive.looked_at:
            if not hive.is_told_loaded or known is None or not face.continues(known):
                hive.take_lifecycle(Said.LOADED, notice.at)
            self._see(hive, face, notice.wall, self._names[1])
        self._judge(hive, notice.at, notice.wall)

    def take_loss(self, at: int, wall: int) -> None:
        """Events were lost just now."""
        self._lost_at = at
        self._judge_all(at, wall)

    def take_back(self, lost_at: int, at: int, wall: int) -> None:
        """What was taken for a loss was none: the last one that stands was then (-1: there was none)."""
        self._lost_at = lost_at
        self._judge_all(at, wall)

    def take_health(self, at: int, wall: int, why_off: str, group: str = "") -> None:
        """A group of the event channel is proven healthy (empty), or not, and why."""
        if self._why_off.get(group) != why_off:
            self._why_off[group] = why_off
            for hive in self._in_order(self._members.get(group, ())):
                self._judge(hive, at, wall)

    @property
    def off(self) -> dict[str, str]:
        """The groups of the event channel that are not proven healthy, and why."""
        return {group: why for group, why in self._why_off.copy().items() if why}

    def forget_groups(self, but: Set[str]) -> None:
        """The health of groups that are no more, and that have no hives, is of no use."""
        for group in self._why_off.keys() - but - self._members.keys():
            del self._why_off[group]

    def take_time(self, at: int, wall: int) -> None:
        """Time goes by: a poll that does not come round any more has nothing to say."""
        slow = max(self._interval, self._round_end - self._round)  # rounds may take longer than an interval
        late = self._round_end >= 0 and at - self._round_end > _INTERVALS * slow
        if late and not self._is_stalled:
            self._is_stalled = True
            self._judge_all(at, wall)

    def take_owners(self, owned: Callable[[HiveMemory], bool], wall: int) -> None:
        """Who has hives locked: one that nobody has any more, and that is dirty still, has lost its owner."""
        lost = []
        for name in self._dirty | self._owned:
            hive = self._hives[name]
            was_owned, hive.is_owned = hive.is_owned, owned(hive)
            (self._owned.add if hive.is_owned else self._owned.discard)(name)
            if was_owned and not hive.is_owned and hive.is_told_loaded and hive.is_told_dirty:
                lost.append(name)
        for hive in self._in_order(lost):
            self._event(
                EventKind.OWNER_LOST, hive, wall, self._names[0], "nobody has it locked any more, and it is dirty"
            )

    # --- what is held -----------------------------------------------------------------------

    def of_group(self, group: str) -> tuple[str, ...]:
        """The names of a group's hives."""
        return tuple(self._members.get(group, ()))

    def has(self, name: str) -> bool:
        """Whether a hive of that name was ever seen."""
        return name in self._hives

    @property
    def hives(self) -> tuple[HiveMemory, ...]:
        """All that were ever seen."""
        return tuple(self._hives.values())

    def next_number(self) -> int:
        """The number of the next event."""
        self._number += 1
        return self._number

    def _new(self, name: str) -> HiveMemory:
        hive = HiveMemory(name, name if self._by_mount else None)
        hive.why_blind = self._cannot_ask
        self._members.setdefault(self._group(name), {})[name] = None
        return hive

    def _is_known(self, hive: HiveMemory) -> bool:
        return hive.face is not None or hive.last_was_gone

    def _contradicts(self, hive: HiveMemory) -> bool:
        return hive.fused is not None and hive.fused.contradict

    # --- what happened ----------------------------------------------------------------------

    def _see(self, hive: HiveMemory, face: Face, wall: int, channel: str, *, is_inventory: bool = False) -> None:
        """It looks like this now: tell what that means, once."""
        known, hive.face = hive.face, face
        hive.looked_at = face.at
        self._gone.pop(hive.name, None)
        is_other = known is not None and not face.continues(known)
        if hive.is_told_loaded and is_other:
            self._event(EventKind.UNLOADED, hive, wall, channel, "replaced by another one")
            hive.is_told_loaded = False
        if not hive.is_told_loaded:
            hive.is_told_loaded = True
            hive.last_was_gone = hive.gone_twice = False  # that was before
            hive.incarnation = hive.incarnation + 1 if face.incarnation is None else face.incarnation
            hive.is_told_dirty = False
            status = "replaced another one" if is_other and not is_inventory else None
            self._event(EventKind.INVENTORY if is_inventory else EventKind.LOADED, hive, wall, channel, status)
        if face.is_dirty is not None and face.is_dirty is not hive.is_told_dirty:
            hive.is_told_dirty = face.is_dirty
            (self._dirty.add if face.is_dirty else self._dirty.discard)(hive.name)
            self._event(EventKind.DIRTY if face.is_dirty else EventKind.FLUSHED, hive, wall, channel)

    def _vanish(self, hive: HiveMemory, wall: int, channel: str) -> None:
        if hive.is_told_loaded:
            hive.is_told_loaded = False
            self._event(EventKind.UNLOADED, hive, wall, channel)
            self._gone[hive.name] = None
            if len(self._gone) > GONE_KEPT:
                self._forget(next(iter(self._gone)))

    def _forget(self, name: str) -> None:
        """One that is gone for long: names that come and go must not fill the memory."""
        del self._gone[name], self._hives[name]
        members = self._members[self._group(name)]
        del members[name]
        if not members:
            del self._members[self._group(name)]
        for names in (self._restless, self._dirty, self._owned, self.again):
            names.discard(name)
        self.forgotten += 1

    def _event(self, kind: EventKind, hive: HiveMemory, wall: int, channel: str, status: str | None = None) -> None:
        self._tell(
            HiveEvent(
                kind,
                self.next_number(),
                wall,
                mount=hive.mount,
                file=hive.name if hive.mount is None else None,
                incarnation=hive.incarnation,
                channel=channel,
                status=status,
            )
        )

    # --- what it means ----------------------------------------------------------------------

    def _judge_all(self, at: int, wall: int) -> None:
        for hive in self._in_order(self._hives):
            self._judge(hive, at, wall)

    def _in_order(self, names: Iterable[str]) -> list[HiveMemory]:
        return [self._hives[name] for name in sorted(names)]

    def _judge(self, hive: HiveMemory, at: int, wall: int) -> None:
        polled = Polled.BLIND if self._is_stalled else hive.polled
        said = self._said(hive)
        newer = hive.newer(said)
        pair = (polled, said, newer)
        fused = fuse(*pair, last_was_gone=hive.last_was_gone)
        if fused.contradict and pair == hive.pair and hive.asked_again:
            # Asked again, and the same answer: a lifecycle event that is older than both is set aside.
            if said in (Said.LOADED, Said.UNLOADED) and newer is Order.POLL:
                hive.is_aside = True
                said = self._said(hive)
                pair = (polled, said, hive.newer(said))
                fused = fuse(*pair, last_was_gone=hive.last_was_gone)
        if pair != hive.pair:
            hive.pair = pair
            hive.asked_again = fused.contradict
            if fused.contradict:
                self.again.add(hive.name)
        self._settle(hive, polled, said)
        before, hive.fused = hive.fused, fused
        if before is None or (before.state, before.stars) != (fused.state, fused.stars):
            self._tell(self._liveness(hive, fused, polled, said, at, wall))

    def _said(self, hive: HiveMemory) -> Said:
        return hive.said(self._since, self._lost_at, is_healthy=not self._off(hive))

    def _off(self, hive: HiveMemory) -> str:
        alone = self._unheard(hive.name) if self._unheard is not None else ""
        return alone or self._why_off.get(self._group(hive.name), "not started")

    def _settle(self, hive: HiveMemory, polled: Polled, said: Said) -> None:
        if (polled, said) in _CALM and not (polled is Polled.GONE and hive.is_told_loaded):
            self._restless.discard(hive.name)
        else:
            self._restless.add(hive.name)

    def liveness(self, hive: HiveMemory, at: int, wall: int) -> Liveness:
        """What is held about a hive now."""
        polled = Polled.BLIND if self._is_stalled else hive.polled
        said = self._said(hive)
        fused = hive.fused or Fused(LivenessState.UNKNOWN, 1)
        return self._liveness(hive, fused, polled, said, at, wall)

    def _liveness(self, hive: HiveMemory, fused: Fused, polled: Polled, said: Said, at: int, wall: int) -> Liveness:
        poll_name, event_name = self._names
        asked = self._poll_words(hive, polled, at)
        heard = self._event_words(hive, said, at)
        return Liveness(
            fused.state,
            fused.stars,
            polled,
            said,
            Moment(at, wall),
            mount=hive.mount,
            file=hive.name if hive.mount is None else None,
            incarnation=hive.incarnation or None,
            reasons=(f"{poll_name}: {asked}", f"{event_name}: {heard}"),
            evidence=(
                Evidence(f"{poll_name} of {hive.name}", (asked,)),
                Evidence(f"{event_name} of {hive.name}", (heard,)),
            ),
        )

    def _poll_words(self, hive: HiveMemory, polled: Polled, at: int) -> str:
        if polled is Polled.BLIND:
            why = "it does not come round any more" if self._is_stalled else hive.why_blind
            return f"blind, {why}"
        return f"{_POLLED[polled]}, {_ago(at - max(hive.poll_start, 0))}"

    def _event_words(self, hive: HiveMemory, said: Said, at: int) -> str:
        if said is Said.OFF:
            return f"off, {self._off(hive)}"
        if said is Said.LOST:
            return f"events were lost {_ago(at - self._lost_at)}"
        if said is Said.QUIET:
            return "healthy, and nothing of this hive"
        when = hive.lifecycle_at if said is not Said.ACTIVE else hive.traffic_at
        return f"{said.value}, {_ago(at - when)}"


_POLLED = {
    Polled.MOVED: "it answers and has changed",
    Polled.SAME: "it answers, unchanged",
    Polled.OTHER: "it answers and is another one",
    Polled.GONE: "it is not there",
}


def _one_group(_: str) -> str:
    return ""


def _ago(nanoseconds: int) -> str:
    return f"{max(nanoseconds, 0) / 1e9:.3f} s ago"
