"""The guarded listing: a list is read whole, again if need be, and called complete only when that is proven.

One reading and the rule that judges it are in `reading`; here is the patience, and what is said in the end.
Must not know: any one registry (`Source` is all that it sees), output. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.clock import Clock
from ..core.errors import BadArgument, HiveError, HiveUnloaded, Incomplete, KeyDeleted
from ..core.listing import Listing
from .key import raises
from .reading import Reading
from .seen import Seen
from .steady import Steadiness

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Generic, Literal, TypeAlias, TypeVar

    from ..core.verdict import Verdict
    from ..regf.damage import Findings
    from .key import OnIncomplete
    from .source import Source, Stamp

    T = TypeVar("T")
    Further: TypeAlias = tuple[int, str]
    Reopen: TypeAlias = Literal["never", "same", "any"]
else:
    from .source import Generic, T

__all__ = ("Guard",)

#: Pauses before reading again what changed, in ns; each is varied, so that two do not keep step.
_BACKOFF = (0, 1_000_000, 5_000_000, 25_000_000, 125_000_000)
_TOLD = 8  # signs of change that are told one by one


class Guard:
    """Lists through any `Source`. One for each registry, for it remembers how the clock has gone.

    ``attempts``: readings of a list that changes. ``deadline``: ns after which no reading is begun; one that
    was begun is finished. ``reopen``: whether a key that was deleted, or whose hive was unloaded, is opened
    again by its path: ``never``; ``same``: in the same load of its hive; ``any``: in a later one too.
    Threads may share it.
    """

    __slots__ = ("attempts", "clock", "deadline", "reopen", "steadiness")

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        attempts: int = 5,
        deadline: int = 2_000_000_000,
        reopen: Reopen = "same",
    ) -> None:
        if attempts < 1 or reopen not in ("never", "same", "any"):
            raise BadArgument(f'attempts={attempts}, reopen={reopen!r}: use 1 or more; "never", "same" or "any"')
        self.clock = clock or Clock()
        self.attempts = attempts
        self.deadline = deadline
        self.reopen = reopen
        self.steadiness = Steadiness()

    def list(self, source: Source[T], *, on_incomplete: OnIncomplete = "raise") -> Listing[T]:
        """The whole list, as it was at one moment of this call.

        Raises `Incomplete` with what was read, unless ``on_incomplete`` is ``record``: then the listing's
        verdict tells how it ended.
        """
        raising = raises(on_incomplete)
        run = _Run(self, source)
        run.go()
        listing = Listing(run.reading.items, run.verdict)
        run.let_go()
        if raising and run.ending != "COMPLETE":
            raise Incomplete(listing.verdict, tuple(listing))
        return listing


class _Run(Generic[T]):
    """One call of the guard: readings, until one is proven or nothing more can be done."""

    __slots__ = (
        "attempts",
        "differed",
        "earlier",
        "ending",
        "fault",
        "finished",
        "found",
        "guard",
        "is_shown",
        "label",
        "notes",
        "reading",
        "reasons",
        "seen",
        "source",
        "started",
        "stopped_by",
        "waits",
        "what",
    )

    def __init__(self, guard: Guard, source: Source[T]) -> None:
        self.guard = guard
        self.source = source
        self.label, self.what = source.label, source.what
        self.started = self.finished = guard.clock.pair()
        self.attempts = self.waits = 0
        self.reading: Reading[T] = Reading()
        self.earlier: Stamp | None = None
        self.seen: Seen | None = None
        self.differed: list[str] = []  # every sign of a change, in order
        self.notes: list[str] = []
        self.ending = self.fault = ""
        self.is_shown = False  # that what was read is one state of the list, whatever is wrong with it
        self.found: Findings | None = None
        self.reasons: tuple[str, ...] = ()
        self.stopped_by: str | None = None

    def go(self) -> None:
        """Read until it ends."""
        while (further := self._attempt()) is not None:
            pause, why = further
            left = self._left()
            if left <= 0:
                self.stopped_by = "deadline"
                self._give_up(why)
                break
            self.guard.clock.sleep(min(pause, left))
        self.finished = self.guard.clock.pair()

    def _attempt(self) -> Further | None:
        """One reading. Gives the ns to wait before the next one and why there has to be one, or ends."""
        self.attempts += 1
        reading: Reading[T] = Reading()
        try:
            reading.take(self.source, self.guard.clock)
        except HiveError as error:
            if reading.items or not self.reading.items:
                self.reading = reading
            return self._broke_off(error)
        self.reading = reading
        sign = reading.change()
        if sign:
            self._compare()
            return self._again(f"the {self.what} {sign} (reading {self.attempts})")
        doubt, wait = reading.doubt(self.guard.steadiness)
        fault = reading.fault(self.source) if wait is None else ""
        if not doubt:
            self.is_shown = True
            self.found = found = self.source.found()
            loss = found.loss if found is not None else ""
            self.fault = fault = "" if loss else fault  # what is lost is why the list contradicts
            return self._end("DAMAGED" if fault or loss else "COMPLETE", loss, fault)
        self._compare()
        if fault:  # whether by damage or by a change, this registry cannot show
            return self._again(fault)
        if wait is None:
            return self._give_up(doubt)
        self.attempts -= 1  # only the clock has to move on
        self.waits += 1
        return wait, doubt

    def _broke_off(self, error: HiveError) -> Further | None:
        """After an error: open the key again, if that is wanted and can help, or end."""
        policy = self.guard.reopen
        if policy != "never" and isinstance(error, (KeyDeleted, HiveUnloaded)) and self._may_try_again():
            try:
                self.source.refresh(same=policy == "same")
            except HiveError as refused:
                self.notes.append(f"opening it again by its path: {refused}")
            else:
                self.notes.append(f"reopened after: {error}")
                return self._again(str(error))
        return self._end(_ending(error), str(error))

    def _again(self, sign: str) -> Further | None:
        """The list changed: read it again after a while, or give up."""
        self._differed(sign)
        if self.attempts >= self.guard.attempts:
            return self._give_up(sign)
        return self.guard.clock.jitter(_BACKOFF[min(self.attempts, len(_BACKOFF)) - 1]), sign

    def _compare(self) -> None:
        """Set this reading beside the earlier ones."""
        if self.seen is None:
            self.seen = Seen()
        self.seen.add(self.source.names(self.reading.items))
        if (self.earlier is not None and self.earlier != self.reading.before) or self.seen.differ:
            self._differed(f"the {self.what} changed between two readings")
        self.earlier = self.reading.after

    def _differed(self, sign: str) -> None:
        if sign not in self.differed and len(self.differed) < _TOLD:
            self.differed.append(sign)

    def _left(self) -> int:
        return self.started[1] + self.guard.deadline - self.guard.clock.monotonic()

    def _may_try_again(self) -> bool:
        return self.attempts < self.guard.attempts and self._left() > 0

    def _give_up(self, why: str) -> Further | None:
        others = [sign for sign in self.differed if sign != why]
        return self._end("CHANGED" if self.differed else "UNPROVEN", why, *others)

    def _end(self, ending: str, *reasons: str) -> Further | None:
        self.ending = ending
        self.reasons = tuple(filter(None, reasons))
        return None

    def let_go(self) -> None:
        """Forget what the verdict does not need: it may be asked for late, and the source holds a handle."""
        self.reading.items = ()
        del self.source

    def verdict(self, listing: Listing[T]) -> Verdict:
        """What there is to say of it: made when somebody asks."""
        from ..core.damage import Damage
        from ..core.ending import Ending
        from ..core.verdict import Evidence, Moment, Verdict

        label, what = self.label, self.what
        ending = Ending[self.ending]
        is_complete = ending is Ending.COMPLETE
        facts = list(self.reading.facts()) if self.is_shown else []
        facts += self.notes
        if self.waits:
            facts.append(f"waited {self.waits:,} times for the clock to move on")
        if self.seen is not None and not is_complete:
            facts += self.seen.facts(what)
        proof = self.reading.proof if is_complete else None
        contradiction = (Damage("list-contradicts", None, label, self.fault, True),) if self.fault else ()
        found = self.found
        return Verdict(
            ending,
            self.reasons,
            damage=(*found.damage, *contradiction) if found is not None else contradiction,
            more_damage=found.more if found is not None else (),
            evidence=(Evidence(f"the {what} of {label}", tuple(facts), proof),),
            counts={"keys" if what == "subkeys" else what: len(listing)},
            attempts=self.attempts,
            stopped_by=self.stopped_by,
            started=Moment(self.started[1], self.started[0]),
            finished=Moment(self.finished[1], self.finished[0]),
        )


def _ending(error: HiveError) -> str:
    """The ending that an error of a source means: it is written at the errors themselves."""
    if isinstance(error, Incomplete):
        return error.verdict.ending.name
    return str(getattr(error, "ending", "FAILED"))
