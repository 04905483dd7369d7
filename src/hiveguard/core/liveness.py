"""What we hold about a hive now: two channels are asked, and one table says what both answers together mean.

A last-write time that stands still is no sign of an unloaded hive, and silence is none either: ask whether it
answers, and listen beside. The table is a pure function and has no memory; the channels have it. Must not know: any
channel. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from enum import Enum

from .verdict import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .verdict import Evidence, Moment

__all__ = ("TABLE", "Fused", "Liveness", "LivenessState", "Order", "Polled", "Said", "fuse")


class Polled(Enum):
    """What the poll channel says: what came of asking for the hive."""

    MOVED = "moved"  #: it answers, and its stamp is newer
    SAME = "same"  #: it answers: the same incarnation, unmoved
    OTHER = "other"  #: it answers, and is another incarnation
    GONE = "gone"  #: there is no such hive now
    BLIND = "blind"  #: it could not be asked: denied, timed out, an answer too old, off


class Said(Enum):
    """What the event channel says."""

    ACTIVE = "active"  #: traffic on it since the answered poll before this one
    LOADED = "loaded"  #: the newest lifecycle event after the last loss
    UNLOADED = "unloaded"  #: the same
    QUIET = "quiet"  #: the channel is proven healthy, and told nothing of this hive
    LOST = "lost"  #: events were lost since then
    OFF = "off"  #: there is no channel, or nothing proves that it is healthy


class Order(Enum):
    """Which of the two is newer: the event counts as newer when it is as new as the start of the poll."""

    EVENT = "event"
    POLL = "poll"


class LivenessState(Enum):
    """Where the hive stands, as far as both channels show."""

    ALIVE = "alive"
    LOADING = "loading"
    RELOADING = "reloading"
    RELOADED = "reloaded"  #: another load of it; until the next answered poll
    UNLOADED = "unloaded"
    UNKNOWN = "unknown"


class Fused(Frozen):
    """One cell of the table: the state, how sure (1 to 5 stars), and whether the two contradict: then poll at once."""

    __slots__ = ("contradict", "stars", "state")
    state: LivenessState
    stars: int
    contradict: bool

    def __init__(self, state: LivenessState, stars: int, contradict: bool = False) -> None:
        object.__setattr__(self, "state", state)
        object.__setattr__(self, "stars", stars)
        object.__setattr__(self, "contradict", contradict)


def _both(state: LivenessState, stars: int, contradict: bool = False) -> tuple[Fused, Fused]:
    cell = Fused(state, stars, contradict)
    return cell, cell


def _either(event: Fused, poll: Fused) -> tuple[Fused, Fused]:
    return event, poll


_ALIVE, _UNKNOWN, _RELOADED = LivenessState.ALIVE, LivenessState.UNKNOWN, LivenessState.RELOADED
_GONE = LivenessState.UNLOADED
_MISSED = _either(Fused(_GONE, 4, True), Fused(_RELOADED, 3, True))  # if the poll is newer, a load was missed
_ANSWERS = {
    Said.ACTIVE: _both(_ALIVE, 5),
    Said.LOADED: _both(_ALIVE, 5),
    Said.UNLOADED: _MISSED,
    Said.QUIET: _both(_ALIVE, 5),
    Said.LOST: _both(_ALIVE, 4),
    Said.OFF: _both(_ALIVE, 4),
}

#: What both say, to the cell that holds when the event is the newer one, and the cell when the poll is.
TABLE: dict[tuple[Polled, Said], tuple[Fused, Fused]] = {
    **{(Polled.MOVED, said): cells for said, cells in _ANSWERS.items()},
    **{(Polled.SAME, said): cells for said, cells in _ANSWERS.items()},
    (Polled.OTHER, Said.ACTIVE): _both(_RELOADED, 4),
    (Polled.OTHER, Said.LOADED): _either(Fused(_RELOADED, 5), Fused(_RELOADED, 4)),
    (Polled.OTHER, Said.UNLOADED): _either(Fused(_GONE, 4, True), Fused(_RELOADED, 4)),
    (Polled.OTHER, Said.QUIET): _both(_RELOADED, 4, True),
    (Polled.OTHER, Said.LOST): _both(_RELOADED, 4),
    (Polled.OTHER, Said.OFF): _both(_RELOADED, 4),
    (Polled.GONE, Said.ACTIVE): _either(Fused(LivenessState.RELOADING, 3, True), Fused(_GONE, 3, True)),
    (Polled.GONE, Said.LOADED): _either(Fused(LivenessState.LOADING, 3, True), Fused(_GONE, 3, True)),
    (Polled.GONE, Said.UNLOADED): _both(_GONE, 5),
    (Polled.GONE, Said.QUIET): _both(_GONE, 4, True),
    (Polled.GONE, Said.LOST): _both(_GONE, 4),
    (Polled.GONE, Said.OFF): _both(_GONE, 4),
    (Polled.BLIND, Said.ACTIVE): _both(_ALIVE, 3),
    (Polled.BLIND, Said.LOADED): _both(_ALIVE, 3),
    (Polled.BLIND, Said.UNLOADED): _either(Fused(_GONE, 3), Fused(_UNKNOWN, 2)),
    (Polled.BLIND, Said.QUIET): _both(_UNKNOWN, 2),
    (Polled.BLIND, Said.LOST): _both(_UNKNOWN, 1),
    (Polled.BLIND, Said.OFF): _both(_UNKNOWN, 1),
}
#: It was loaded before the last answer, and that answer was that it is gone.
_LOADED_THEN_GONE = Fused(_UNKNOWN, 2)


def fuse(polled: Polled, said: Said, newer: Order, *, last_was_gone: bool = False) -> Fused:
    """What both channels together mean.

    ``newer``: `Order.EVENT` when the event is at least as new as the start of the poll that is judged.
    ``last_was_gone``: of a blind poll, whether the last one that was answered said `Polled.GONE`.
    """
    if polled is Polled.BLIND and said is Said.LOADED and newer is Order.POLL and last_was_gone:
        return _LOADED_THEN_GONE
    return TABLE[polled, said][newer is Order.POLL]


class Liveness(Frozen):
    """What we hold about one hive at one moment.

    ``mount`` and ``file``: which hive, as far as it is known; ``incarnation``: which load of it, or None;
    ``state``, ``stars`` (1 to 5; 5 takes two channels that agree) and ``reasons``; ``polled`` and ``said``: what each
    channel said; ``evidence``: the same with times, as sentences; ``at``: when this was judged, by both clocks.
    """

    __slots__ = (
        "at",
        "evidence",
        "file",
        "incarnation",
        "mount",
        "polled",
        "reasons",
        "said",
        "stars",
        "state",
    )
    state: LivenessState
    stars: int
    mount: str | None
    file: str | None
    incarnation: int | None
    polled: Polled
    said: Said
    reasons: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    at: Moment

    def __init__(
        self,
        state: LivenessState,
        stars: int,
        polled: Polled,
        said: Said,
        at: Moment,
        *,
        mount: str | None = None,
        file: str | None = None,
        incarnation: int | None = None,
        reasons: tuple[str, ...] = (),
        evidence: tuple[Evidence, ...] = (),
    ) -> None:
        def put(name: str, value: object) -> None:
            object.__setattr__(self, name, value)

        put("state", state)
        put("stars", stars)
        put("polled", polled)
        put("said", said)
        put("at", at)
        put("mount", mount)
        put("file", file)
        put("incarnation", incarnation)
        put("reasons", reasons)
        put("evidence", evidence)
