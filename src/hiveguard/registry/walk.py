"""A walk over a hive file: one snapshot, all its keys, one verdict.

Must not know: output. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from functools import partial

from ..core.ending import Ending
from ..core.errors import Incomplete
from ..core.walk import Progress, Walk
from ..regf.damage import Findings
from ..regf.walk import walk_tree
from .hive_key import HiveKey, root_key
from .view import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..core.clock import Clock
    from ..core.verdict import Moment, Verdict
    from .path import PathLike
    from .search import Match, Query
    from .snapshot import Snapshot

__all__ = ("HiveWalk",)


class HiveWalk:
    """The steps of one walk and what it concludes; people get the `Walk` that `start` returns."""

    __slots__ = (
        "_clock",
        "_label",
        "_moved",
        "_path",
        "_progress",
        "_started",
        "_strict",
        "_take",
        "_view",
        "findings",
    )

    def __init__(self, take: Callable[[], Snapshot], label: str, clock: Clock, path: PathLike, *, strict: bool) -> None:
        self._take = take
        self._label = label
        self._clock = clock
        self._path = path
        self._strict = strict
        self._progress = Progress()
        self._view: View | None = None
        self._started: Moment | None = None
        self._moved: Verdict | None = None
        self.findings = Findings()

    def start(self, *, raises: bool) -> Walk[HiveKey]:
        """The walk; nothing is read before its first key is asked for."""
        return Walk(self._steps(), self._conclude, raises=raises, progress=self._progress)

    def search(self, query: Query, *, raises: bool) -> Walk[Match]:
        """The walk that delivers what a query finds among its keys and values."""
        return Walk(query.matches(self._steps()), self._conclude, raises=raises, progress=self._progress)

    def _steps(self) -> Iterator[HiveKey]:
        self._started = self._clock.now()
        try:
            snapshot = self._take()
        except Incomplete as moved:  # it did not stand still long enough to be read at all
            self._moved = moved.verdict
            return
        self.findings = snapshot.findings
        view = self._view = View.of(snapshot, self._label)
        if snapshot.root is None:
            return
        if self._strict:
            from ..regf.strict import check_strictly

            check_strictly(snapshot.image, snapshot.root, snapshot.header, self.findings)
        start, above = snapshot.root, None
        if self._path:
            key = root_key(view).key(self._path)
            start, above = key.offset, key.parent
        make_key = partial(HiveKey, view)
        sound, spoilt = view.sound_values, view.spoilt_values
        yield from walk_tree(snapshot.image, start, make_key, sound, spoilt, self.findings, self._progress, above)
        if snapshot.image.beyond_claim:
            self.findings.where = str
            self.findings.add("size-claim-short", None)

    def _conclude(self, stopped_by: str | None) -> Verdict:
        least = _STOPS.get(stopped_by, Ending.STOPPED)
        reasons: tuple[str, ...] = ()
        label = self._label
        if stopped_by is not None:
            reasons = (f"{label}: ended early by the {stopped_by}",)
        view = self._view
        if view is None:
            if self._moved is not None:
                return self._moved
            from ..core.verdict import Verdict

            return Verdict(least, reasons, stopped_by=stopped_by, started=self._started, finished=self._clock.now())
        if view.root is None:
            least = Ending.FAILED
            reasons = (*reasons, f"{label}: no root key was found")
        return view.verdict(
            self.findings,
            {"keys": self._progress.keys, "values": self._progress.values},
            f"a walk over {label}",
            least=least,
            reasons=reasons,
            stopped_by=None if stopped_by == "error" else stopped_by,
            started=self._started,
            finished=self._clock.now(),
        )


#: what ended a walk early to its mildest ending
_STOPS = {None: Ending.COMPLETE, "error": Ending.FAILED}
