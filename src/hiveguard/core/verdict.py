"""The verdict: how a read ended, why, on what evidence, and what was delivered.

Must not know: any registry, any clock. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from .ending import Ending

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .damage import Damage

__all__ = ("Evidence", "Frozen", "Moment", "Verdict", "replace")


class Frozen:
    """A value object: set once in ``__init__``, equal by content, hashable."""

    __slots__: tuple[str, ...] = ()

    def _fields(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is immutable")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash(self._fields())

    def __repr__(self) -> str:
        inner = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__slots__)
        return f"{type(self).__name__}({inner})"

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), self._fields())


class Moment(Frozen):
    """One moment on both clocks: ``wall`` in ns since 1970 UTC, ``monotonic`` in ns of this machine."""

    __slots__ = ("monotonic", "wall")
    wall: int
    monotonic: int

    def __init__(self, monotonic: int, wall: int) -> None:
        object.__setattr__(self, "monotonic", monotonic)
        object.__setattr__(self, "wall", wall)

    def __lt__(self, other: Moment) -> bool:
        return (self.monotonic, self.wall) < (other.monotonic, other.wall)


class Evidence(Frozen):
    """What one answer rests on: what was asked, what answered, and the kind of proof.

    ``proof`` is ``exact`` (a snapshot or a generation), ``stamp`` (equal, trusted stamps before and
    after), ``stamp+tripwire``, or None where nothing proves it. ``facts`` are sentences in order.
    """

    __slots__ = ("asked", "facts", "proof")
    asked: str
    facts: tuple[str, ...]
    proof: str | None

    def __init__(self, asked: str, facts: tuple[str, ...] = (), proof: str | None = None) -> None:
        object.__setattr__(self, "asked", asked)
        object.__setattr__(self, "facts", facts)
        object.__setattr__(self, "proof", proof)


def _earliest(a: Moment | None, b: Moment | None) -> Moment | None:
    return b if a is None else a if b is None else min(a, b)


def _latest(a: Moment | None, b: Moment | None) -> Moment | None:
    return b if a is None else a if b is None else b if a < b else a


def _sum(a: Iterable[tuple[str, int]], b: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    total = dict(a)
    for name, count in b:
        total[name] = total.get(name, 0) + count
    return tuple(sorted(total.items()))


class Verdict(Frozen):
    """How something ended. True in a condition only when it is complete.

    ``ending``: an `Ending`. ``reasons``: sentences, in order. ``damage``: findings; ``more_damage``
    counts by code those that were too many to keep. ``evidence``: what it rests on. ``counts``:
    what was delivered, by name (``keys``, ``values``). ``attempts``: readings made. ``stopped_by``:
    None, ``caller``, ``limit``, ``deadline`` or ``signal``; it is kept when a graver ending stands.
    ``started`` and ``finished``: `Moment`, or None.
    """

    __slots__ = (
        "ending",
        "reasons",
        "damage",
        "more_damage",
        "evidence",
        "counts",
        "attempts",
        "stopped_by",
        "started",
        "finished",
    )
    ending: Ending
    reasons: tuple[str, ...]
    damage: tuple[Damage, ...]
    more_damage: tuple[tuple[str, int], ...]
    evidence: tuple[Evidence, ...]
    counts: tuple[tuple[str, int], ...]
    attempts: int
    stopped_by: str | None
    started: Moment | None
    finished: Moment | None

    def __init__(
        self,
        ending: Ending = Ending.COMPLETE,
        reasons: tuple[str, ...] = (),
        damage: tuple[Damage, ...] = (),
        more_damage: tuple[tuple[str, int], ...] = (),
        evidence: tuple[Evidence, ...] = (),
        counts: Mapping[str, int] | tuple[tuple[str, int], ...] = (),
        attempts: int = 0,
        stopped_by: str | None = None,
        started: Moment | None = None,
        finished: Moment | None = None,
    ) -> None:
        def put(name: str, value: object) -> None:
            object.__setattr__(self, name, value)

        put("ending", ending)
        put("reasons", reasons)
        put("damage", damage)
        put("more_damage", more_damage)
        put("evidence", evidence)
        put("counts", tuple(sorted(dict(counts).items())))
        put("attempts", attempts)
        put("stopped_by", stopped_by)
        put("started", started)
        put("finished", finished)

    @classmethod
    def empty(cls) -> Verdict:
        """The identity of ``&``: complete, nothing delivered, nothing asked."""
        return cls()

    @property
    def is_complete(self) -> bool:
        """Whether everything that was there was delivered, and the evidence shows it."""
        return self.ending is Ending.COMPLETE

    def __bool__(self) -> bool:
        return self.is_complete

    def count(self, name: str) -> int:
        """How many of ``name`` (``keys``, ``values``) were delivered."""
        return dict(self.counts).get(name, 0)

    @property
    def irregularities(self) -> int:
        """How many findings cost nothing."""
        return sum(not finding.lost for finding in self.damage)

    @property
    def losses(self) -> int:
        """How many findings cost content, of those that are kept one by one."""
        return sum(finding.lost for finding in self.damage)

    def __and__(self, other: Verdict) -> Verdict:
        """The verdict over both: the graver ending, everything else joined or added up."""
        if not isinstance(other, Verdict):
            return NotImplemented
        return Verdict(
            ending=max(self.ending, other.ending),
            reasons=self.reasons + other.reasons,
            damage=self.damage + other.damage,
            more_damage=_sum(self.more_damage, other.more_damage),
            evidence=self.evidence + other.evidence,
            counts=_sum(self.counts, other.counts),
            attempts=self.attempts + other.attempts,
            stopped_by=self.stopped_by or other.stopped_by,
            started=_earliest(self.started, other.started),
            finished=_latest(self.finished, other.finished),
        )

    def summary(self) -> str:
        """One line: the ending, what was delivered, and the first reason or loss."""
        delivered = ", ".join(f"{count:,} {name}" for name, count in self.counts)
        line = self.ending.words + (f": {delivered}" if delivered else "")
        first = self.reasons[:1] or tuple(found.cost for found in self.damage if found.lost)[:1]
        return line + (f" ({first[0]})" if first else "")


def replace(
    verdict: Verdict, *, reasons: tuple[str, ...] | None = None, counts: Mapping[str, int] | None = None
) -> Verdict:
    """The verdict with other reasons or counts."""
    return Verdict(
        verdict.ending,
        verdict.reasons if reasons is None else reasons,
        verdict.damage,
        verdict.more_damage,
        verdict.evidence,
        verdict.counts if counts is None else counts,
        verdict.attempts,
        verdict.stopped_by,
        verdict.started,
        verdict.finished,
    )
