"""A walk over keys that can change meanwhile: every listing guarded, one verdict over all.

Each key was as it was read at one moment; the whole is no one moment, and the verdict says so. Must not know: any
one registry. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.ending import Ending
from ..core.errors import HiveBusy, HiveError, Incomplete, NotFound, Unavailable
from ..core.verdict import Evidence, Verdict
from ..core.walk import Progress, Walk
from ..regf.damage import Findings
from ..regf.limits import DEPTH_MAX
from .key import raises

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeAlias, TypeVar

    from ..core.clock import Clock
    from ..core.damage import Damage
    from .key import Key, OnIncomplete

    T = TypeVar("T")
    Finding: TypeAlias = tuple[str, int | None]

__all__ = ("walk_keys",)

_REASONS_MOST = 100
_TOLD_BY_DAMAGE = (Ending.COMPLETE, Ending.DAMAGED)
_WEAKEST_FIRST = ("stamp", "stamp+tripwire", "exact")


def walk_keys(
    start: Key,
    clock: Clock,
    on_incomplete: OnIncomplete,
    choose: Callable[[Iterable[Key]], Iterator[T]],
) -> Walk[T]:
    """The walk from a key on: what ``choose`` picks from its keys."""
    keys = _Keys(start, clock)
    return Walk(choose(keys.steps()), keys.conclude, raises=raises(on_incomplete), progress=keys.progress)


class _Keys:
    def __init__(self, start: Key, clock: Clock) -> None:
        self._start = start
        self._clock = clock
        self._began = clock.now()
        self._ending = Ending.COMPLETE
        self._reasons: list[str] = []
        self._found = Findings()
        self._listed: set[Finding] = set()  # what was wrong with keys as their lists told it
        self._proofs: set[str | None] = set()
        self._attempts = 0
        self.progress = Progress()

    def steps(self) -> Iterator[Key]:
        todo = [(self._start, 0)]
        while todo:
            key, depth = todo.pop()
            self.progress.keys += 1
            try:
                damage, values = key.at_one_go()
                own = {(each.code, each.offset) for each in damage}
                self._found.take(_but(self._listed, damage))
                self._take(values.verdict, key.path, own)
                self.progress.values += len(values)
                if key is not self._start:  # that one is its owner's, and may be asked again later
                    key.hold_values(values)
                yield key
                if depth >= DEPTH_MAX:
                    self._note(Ending.DAMAGED, f"{key.path}: the tree is too deep to follow")
                    continue
                subkeys = key.subkeys(on_incomplete="record")
            except Incomplete as incomplete:  # one that cannot be told from another
                self._found.take(incomplete.verdict.damage, incomplete.verdict.more_damage)
                self._note(incomplete.verdict.ending, f"{key.path}: {incomplete.verdict.reasons[0]}")
                continue
            except HiveError as error:
                self._note(_ending(error), str(error))
                continue
            self._take(subkeys.verdict, key.path, own)
            self._listed.update((each.code, each.offset) for each in subkeys.verdict.damage)
            todo += [(child, depth + 1) for child in reversed(subkeys)]

    def _take(self, verdict: Verdict, path: str, own: set[Finding]) -> None:
        self._attempts += verdict.attempts
        self._proofs.update(each.proof for each in verdict.evidence)
        self._found.take(_but(own, verdict.damage), verdict.more_damage)
        if verdict.ending not in _TOLD_BY_DAMAGE:
            self._note(verdict.ending, f"{path}: {verdict.reasons[0] if verdict.reasons else verdict.ending.words}")

    def _note(self, ending: Ending, reason: str) -> None:
        self._ending = max(self._ending, ending)
        if len(self._reasons) < _REASONS_MOST:
            self._reasons.append(reason)

    def conclude(self, stopped_by: str | None) -> Verdict:
        ending, reasons = self._ending, tuple(self._reasons)
        if self._found.lost:
            ending = max(ending, Ending.DAMAGED)
            reasons = (self._found.loss, *reasons)
        if stopped_by is not None:
            ending = max(ending, Ending.FAILED if stopped_by == "error" else Ending.STOPPED)
            reasons = (*reasons, f"{self._start.path}: ended early by the {stopped_by}")
        weakest = next((each for each in _WEAKEST_FIRST if each in self._proofs), None)
        proof = None if None in self._proofs or ending > Ending.COMPLETE else weakest
        fact = "each key as it was at one moment; the keys together are no one moment"
        return Verdict(
            ending,
            reasons,
            damage=self._found.damage,
            more_damage=self._found.more,
            evidence=(Evidence(f"a walk over {self._start.path}", (fact,), proof),),
            counts={"keys": self.progress.keys, "values": self.progress.values},
            attempts=self._attempts,
            stopped_by=None if stopped_by == "error" else stopped_by,
            started=self._began,
            finished=self._clock.now(),
        )


def _but(told: set[Finding], damage: tuple[Damage, ...]) -> Iterator[Damage]:
    """The findings that were not told already: what is wrong with a key shows in its lists, and where it is listed."""
    return (each for each in damage if (each.code, each.offset) not in told)


def _ending(error: HiveError) -> Ending:
    """What an error on the way means for the walk. What was listed and is not there now has changed."""
    if isinstance(error, (HiveBusy, Unavailable)):
        return Ending.UNAVAILABLE
    return Ending[getattr(error, "ending", "CHANGED" if isinstance(error, NotFound) else "FAILED")]
