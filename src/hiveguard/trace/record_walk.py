"""One walk over the records of a trace, and the verdict in which it ends.

Must not know: what payloads mean. Source: HiveGuard's own contract; what makes a trace incomplete is told by
Microsoft's "TRACE_LOGFILE_HEADER structure (evntrace.h)" and Geoff Chappell's "WMI_BUFFER_HEADER".
"""

from __future__ import annotations

from _operator import length_hint
from itertools import repeat

from ..core.ending import Ending
from ..core.verdict import Evidence, Verdict
from ..core.walk import Progress, Walk
from .buffer_bodies import BufferBodies
from .chain import Chain
from .damage import Findings
from .frames import Frames
from .group_masks import GroupMasks
from .losses import Losses
from .record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from .buffer import Buffer
    from .frames import Row
    from .session import Session
    from .source import FileBytes, MemoryBytes

    RecordWalkBase = Walk[Record]
else:
    RecordWalkBase = Walk

__all__ = ("RecordWalk",)

_new = tuple.__new__


class RecordWalk(RecordWalkBase):
    """The records, one by one; ``.verdict`` is None until they end.

    ``losses`` and ``masks`` fill while records are read: ask them at the end. ``delivered``: records so far.
    """

    __slots__ = ("_findings", "_order", "_session", "_source", "_wanted", "delivered", "losses", "masks")

    def __init__(
        self,
        source: MemoryBytes | FileBytes,
        session: Session,
        *,
        order: str,
        wanted: AbstractSet[bytes] | None,
        raises: bool,
    ) -> None:
        self._source = source
        self._session = session
        self._order = order
        self._wanted = wanted
        self._findings = Findings()
        self.losses = Losses(session)
        self.masks = GroupMasks()
        self.delivered = 0
        super().__init__(self._records(), self._conclude_walk, raises=raises, progress=Progress())

    def _records(self) -> Iterator[Record]:
        cls = repeat(Record)
        for rows in self._rows():
            self.delivered += len(rows)
            rest = iter(rows)
            try:
                yield from map(_new, cls, rest)
            finally:
                self.delivered -= length_hint(rest)

    def _rows(self) -> Iterator[list[Row]]:
        session, read, size = self._session, self._source.read, self._source.size
        if session.unsupported:
            return
        frames = Frames(session.clock, self._wanted, self.masks.note)
        bodies = BufferBodies(read, size, session, frames, self._findings)
        buffers = self._buffers(Chain(read, size, session, self._findings))
        if self._order == "file":
            for buffer in buffers:
                yield from bodies.rows(buffer)
            return
        from .time_order import BufferIndex, merged

        index = BufferIndex()
        for buffer in buffers:
            index.add(buffer)
        if index.too_large:
            self._findings.add("unordered", None, f"{sum(index.largest.values()):,} bytes")
            for buffer in Chain(read, size, session, Findings()):  # what is damaged there was told before
                yield from bodies.rows(buffer)
            return
        if session.circular:
            index.sort_by_sequence()
        latest = None
        for rows in merged(index, read, bodies):
            if latest is not None and rows[0][0] < latest:
                self._findings.add("order", None)
            latest = rows[-1][0]
            yield rows

    def _buffers(self, chain: Chain) -> Iterator[Buffer]:
        losses = self.losses
        for buffer in chain:
            losses.see(buffer)
            yield buffer
        losses.finish()
        self._compare_counts()

    def _compare_counts(self) -> None:
        """The buffers found with those that the session counted."""
        session, losses, findings = self._session, self.losses, self._findings
        if losses.again:
            findings.add("sequence-again", None, f"{losses.again:,} buffers")
        if not session.closed or not session.buffers_written:
            return  # the count is of another time
        differ = session.buffers_written - losses.buffers
        if differ > 0 and not session.circular:
            findings.add("short", self._source.size, f"{losses.buffers:,} of {session.buffers_written:,}")
        elif differ < 0:
            findings.add("uncounted", None, f"{losses.buffers:,}, not {session.buffers_written:,}")

    def _conclude_walk(self, stopped_by: str | None) -> Verdict:
        session, findings = self._session, self._findings
        ending = Ending.COMPLETE
        reasons: list[str] = []

        def worse(than: Ending, why: str) -> None:
            nonlocal ending
            ending = max(ending, than)
            reasons.append(why)

        if session.unsupported:
            worse(Ending.FAILED, session.unsupported)
        if findings.lost:
            worse(Ending.DAMAGED, findings.loss)
        for reason in self.losses.reasons:
            worse(Ending.LOST, reason)
        if self._source.changed():
            worse(Ending.CHANGED, f"{self._source.name} changed while it was read: read it again")
        if stopped_by is not None:
            worse(Ending.STOPPED, f"stopped by {stopped_by} before the end of the trace")
        if not session.closed:
            worse(Ending.UNPROVEN, "the session was not closed: what its last buffers held may not be in the file")
        return Verdict(
            ending,
            tuple(reasons),
            findings.damage,
            findings.more,
            (Evidence(f"records of {self._source.name}", tuple(self._facts())),),
            {"records": self.delivered, "buffers": self.losses.buffers},
            1,
            stopped_by,
        )

    def _facts(self) -> Iterator[str]:
        session, losses = self._session, self.losses
        yield (
            f"{losses.buffers:,} buffers found, {session.buffers_written:,} written; "
            f"{session.events_lost:,} events and {session.buffers_lost:,} buffers lost by the session's count"
        )
        if not session.clock.known:
            yield f"no times in UTC: {session.clock.name}, of unknown speed"
        changes = len(self.masks.changes)
        if changes:
            yield f"what the kernel recorded changed {changes:,} times: ask masks"
        else:
            yield "the file does not tell which kernel groups or providers were recorded"
