"""What is remembered of one hive that is watched: what each channel said of it last, and what was told.

The table of liveness has no memory; this is it. Must not know: other hives, files. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.liveness import Fused, Order, Polled, Said

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .sightings import Answer, Face

__all__ = ("HiveMemory",)

_NEVER = -1


class HiveMemory:
    """``name``: the hive's file or mount; ``incarnation``: which load of it, counted from 1 as it is watched."""

    __slots__ = (
        "asked_again",
        "face",
        "fused",
        "gone_twice",
        "incarnation",
        "is_aside",
        "is_owned",
        "is_told_dirty",
        "is_told_loaded",
        "last_was_gone",
        "lifecycle",
        "lifecycle_at",
        "looked_at",
        "mount",
        "name",
        "pair",
        "poll_start",
        "polled",
        "polled_face",
        "traffic_at",
        "why_blind",
    )

    def __init__(self, name: str, mount: str | None = None) -> None:
        self.name = name
        self.mount = mount
        self.incarnation = 0
        # what was told
        self.face: Face | None = None  # the newest, by whichever channel
        self.looked_at = _NEVER  # when that look began, or when it was noticed that it is gone
        self.is_told_loaded = False
        self.is_told_dirty: bool | None = None
        self.is_owned = False  # somebody had it locked when that was looked at last
        self.fused: Fused | None = None
        self.pair: tuple[Polled, Said, Order] | None = None
        self.asked_again = False  # for this pair
        # what the poll said
        self.polled = Polled.BLIND
        self.polled_face: Face | None = None
        self.poll_start = _NEVER
        self.last_was_gone = False
        self.gone_twice = False
        self.why_blind = "not asked yet"
        # what the event channel said
        self.lifecycle: Said | None = None
        self.lifecycle_at = _NEVER
        self.is_aside = False
        self.traffic_at = _NEVER

    def take_answer(self, answer: Answer, start: int) -> None:
        """The poll asked for it."""
        if answer.blind:
            self.polled, self.why_blind = Polled.BLIND, answer.blind
            return
        self.poll_start = start
        face, before = answer.face, self.polled_face
        if face is None:
            self.gone_twice = self.last_was_gone
            self.polled, self.last_was_gone, self.polled_face = Polled.GONE, True, None
            return
        if before is None:
            self.polled = Polled.SAME  # the first answer, or the first since it was gone
        elif not face.continues(before):
            self.polled = Polled.OTHER
        else:
            self.polled = Polled.SAME if face.stamp == before.stamp else Polled.MOVED
        self.polled_face = face
        self.last_was_gone = self.gone_twice = False

    def take_silence(self, start: int) -> None:
        """The poll asked for all, and it is as it was at the last answer; one that was never met is not there."""
        self.poll_start = start
        if self.polled_face is None:
            self.gone_twice = self.last_was_gone
            self.polled, self.last_was_gone = Polled.GONE, True
        else:
            self.polled = Polled.SAME

    def take_lifecycle(self, said: Said, at: int) -> None:
        """The event channel noticed that it was loaded, or unloaded."""
        self.lifecycle, self.lifecycle_at, self.is_aside = said, at, False
        self.traffic_at = max(self.traffic_at, at)

    def said(self, since: int, lost_at: int, *, is_healthy: bool) -> Said:
        """What the event channel says: ``since`` when the answered poll before this one began, ``lost_at`` when
        events were lost last."""
        if not is_healthy:
            return Said.OFF
        if self.lifecycle is not None and not self.is_aside and self.lifecycle_at > lost_at:
            return self.lifecycle
        if self.traffic_at > max(since, lost_at):
            return Said.ACTIVE
        return Said.LOST if lost_at > since else Said.QUIET

    def newer(self, said: Said) -> Order:
        """Whether the event that counts is at least as new as the start of the poll."""
        at = self.lifecycle_at if said in (Said.LOADED, Said.UNLOADED) else self.traffic_at
        return Order.EVENT if at >= self.poll_start else Order.POLL
