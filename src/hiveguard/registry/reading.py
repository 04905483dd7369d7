"""One reading of a list, and the rule that says whether it is one state that the list really had.

A loop by index over a list that changes misses entries, or sees some twice, and still ends with a clean "no
more items". So a stamp is taken before and after. Equal stamps prove that nothing changed in between only
where a change could not have left them equal: a generation number always; a last-write time only when it lies
so far from the reading that every change within would have got another one.
Must not know: how often a reading is repeated, any one registry. Source: HiveGuard's own contract; the
"racily clean" rule of git's index; Microsoft, "RegNotifyChangeKeyValue function".
"""

from __future__ import annotations

from ..core.filetime import from_unix_ns, text
from .settle import NEAR
from .source import NoMore
from .steady import JUMP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Generic, TypeVar

    from ..core.clock import Clock
    from .source import Source, Stamp
    from .steady import Look, Steadiness

    T = TypeVar("T")
else:
    from .source import Generic, T

__all__ = ("Reading",)

#: A last-write time that lies within so many ns of the reading proves nothing: a writer may take its time before
#: its change shows (34 ms are allowed for), the clock ticks (15.6 ms), and so little of a jump cannot be seen.
_NEAR = NEAR + JUMP
_MARGIN = 1_000_000
#: A list into which somebody inserts faster than it is read never ends: left at twice its length and this.
_GROWTH = 1_024
_MOST = 1 << 24  # where the registry tells no length


class Reading(Generic[T]):
    """One pass over a list, and what was known before and after it.

    ``items``: what was read. ``before`` and ``after``: stamps. ``start`` and ``end``: looks at the clocks, just
    inside the stamps, or None. ``tripped``: what the tripwire told; None where there is none.
    """

    __slots__ = ("after", "before", "end", "is_snapshot", "items", "overran", "start", "tripped")
    items: Sequence[T]
    before: Stamp
    after: Stamp
    start: Look | None
    end: Look | None
    tripped: bool | None

    def __init__(self) -> None:
        self.items = ()
        self.start = self.end = self.tripped = None
        self.is_snapshot = self.overran = False

    def take(self, source: Source[T], clock: Clock) -> None:
        """Read. After an error, ``items`` holds what came before it."""
        whole = source.snapshot()
        if whole is not None:
            self.items, self.before = whole
            self.after = self.before
            self.is_snapshot = True
            return
        tripwire = source.tripwire()  # armed before the first stamp: a change before it does no harm
        try:
            self.before = before = source.stamp()
            timed = before.generation is None
            self.start = _look(source, clock) if timed else None
            self._by_index(source, _MOST if before.count is None else 2 * before.count + _GROWTH)
            self.after = source.stamp()
            self.end = _look(source, clock) if timed else None
            if tripwire is not None:
                self.tripped = tripwire.is_tripped()
        finally:
            if tripwire is not None:
                tripwire.close()

    def _by_index(self, source: Source[T], most: int) -> None:
        items: list[T] = []
        self.items = items
        try:
            items.extend(map(source.item, range(most)))  # keeps what it got when it is interrupted
        except NoMore:
            return
        self.overran = True

    def change(self) -> str:
        """The sign that the list changed meanwhile; empty: none was seen."""
        if self.before != self.after:
            return "changed while they were read"
        if self.overran:
            return "grew faster than they were read"
        if self.tripped:
            return "were signalled to have changed"
        return ""

    def doubt(self, steadiness: Steadiness) -> tuple[str, int | None]:
        """Why equal stamps prove nothing here, and the ns after which they might (None: never); empty: they do."""
        if self.is_exact:
            return "", None
        start, end, written = self.start, self.end, self.before.written
        if start is None or end is None or written is None:
            return "the registry gives no stamp by which it could be proven", None
        if not steadiness.shown(start, end):
            return "the clock was set, or not seen long enough to go steadily", NEAR + _MARGIN
        if start[0] - _NEAR <= written <= end[0] + _NEAR:
            # When the clock has passed it by so much, a reading that begins then is far enough from it.
            return f"changed within {_NEAR // 1_000_000} ms of the reading", max(written + _NEAR - end[0], 0) + _MARGIN
        return "", None

    @property
    def is_exact(self) -> bool:
        """Whether the stamps cannot be equal over a change."""
        return self.is_snapshot or self.before.generation is not None

    @property
    def proof(self) -> str:
        """What a reading without change or doubt rests on."""
        return "exact" if self.is_exact else "stamp" if self.tripped is None else "stamp+tripwire"

    def fault(self, source: Source[T]) -> str:
        """Where a reading without change or doubt contradicts the registry; empty: it does not."""
        count, read = self.before.count, len(self.items)
        if count is not None and count != read:
            return f"{source.label}: it says that it has {count:,} {source.what}, and {read:,} were there"
        if len(set(source.names(self.items))) != read:
            return f"{source.label}: a name is there more than once among its {source.what}"
        return ""

    def facts(self) -> tuple[str, ...]:
        """What a reading without change or doubt rests on, for the evidence."""
        stamp = self.before
        if self.is_snapshot:
            how = "taken all at once"
        elif stamp.generation is not None:
            how = f"generation {stamp.generation} before and after"
        else:
            how = f"last written {_time(stamp.written)} before and after, by a clock that nobody set meanwhile"
        return (how,) if self.tripped is None else (how, "a tripwire for changes stayed silent")


def _time(written: int | None) -> str:
    ticks = from_unix_ns(written or 0)
    return text(ticks) or f"{ticks} ticks"


def _look(source: Source[T], clock: Clock) -> Look | None:
    wall, monotonic = clock.beside(source.clock)
    return None if wall is None else (wall, monotonic)
