"""What is missing from a trace: counted by the session, flagged on buffers, seen as holes in their numbers.

Must not know: records. Sources: Microsoft, "TRACE_LOGFILE_HEADER structure (evntrace.h)" (EventsLost, BuffersLost);
Geoff Chappell, "WMI_BUFFER_HEADER" (BufferFlag, SequenceNumber).
"""

from __future__ import annotations

from .layout import FLAG_BUFFER_LOST, FLAG_EVENTS_LOST
from .limits import HOLES_KEPT, REORDER_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .buffer import Buffer
    from .session import Session

__all__ = ("Losses",)


class Losses:
    """Told of every buffer in file order; says at the end what is missing.

    ``buffers``: how many there were. ``holes``: (first, last) missing sequence numbers, ``missing`` how many in all,
    ``again`` how many stood there twice. ``events_flagged``, ``buffers_flagged``: buffers with such a flag.
    """

    __slots__ = (
        "_ahead",
        "_begun",
        "_next",
        "again",
        "buffers",
        "buffers_flagged",
        "events_flagged",
        "holes",
        "missing",
        "overwritten",
        "session",
    )

    def __init__(self, session: Session) -> None:
        self.session = session
        self.buffers = 0
        self.events_flagged = 0
        self.buffers_flagged = 0
        self.holes: list[tuple[int, int]] = []
        self.missing = 0
        self.again = 0
        self.overwritten = 0  #: buffers of a circular file that newer ones replaced
        self._next = 0
        self._ahead: set[int] = set()
        self._begun = False

    def see(self, buffer: Buffer) -> None:
        """Take the next buffer of the file into account."""
        self.buffers += 1
        if buffer.flags & FLAG_EVENTS_LOST:
            self.events_flagged += 1
        if buffer.flags & FLAG_BUFFER_LOST:
            self.buffers_flagged += 1
        number = buffer.sequence
        if self.buffers == 1:
            self._next = number + 1
        elif number == self._next:
            self._next = number + 1
            self._begun = True
            if self._ahead:
                self._follow()
        elif number > self._next and number not in self._ahead:
            self._ahead.add(number)
            if len(self._ahead) > REORDER_MAX:
                self.finish()
        else:
            self.again += 1

    def _follow(self) -> None:
        while self._next in self._ahead:
            self._ahead.remove(self._next)
            self._next += 1

    def _hole(self, first: int) -> None:
        """The numbers from the next one up to this are not there."""
        if self.session.series and not self._begun:
            pass  # those are of earlier files of the series
        elif self.session.circular and not self._begun:
            self.overwritten += first - self._next
        else:
            self.missing += first - self._next
            if len(self.holes) < HOLES_KEPT:
                self.holes.append((self._next, first - 1))
        self._begun = True

    def finish(self) -> None:
        """No more buffers follow (or so many stand ahead that the numbers before them are given up)."""
        for number in sorted(self._ahead):
            if number > self._next:
                self._hole(number)
            self._next = number + 1
        self._ahead.clear()

    @property
    def reasons(self) -> list[str]:
        """Everything by which events were lost, in sentences; empty: nothing was."""
        found = []
        if self.session.events_lost:
            found.append(f"{_counted(self.session.events_lost, 'event')} lost, says the session")
        if self.session.buffers_lost:
            found.append(f"{_counted(self.session.buffers_lost, 'buffer')} lost, says the session")
        if self.events_flagged:
            found.append(f"events were lost before {_buffers(self.events_flagged)}")
        if self.buffers_flagged:
            found.append(f"buffers were lost before {_buffers(self.buffers_flagged)}")
        if self.missing:
            where = f"{self.holes[0][0]:,}"
            if self.holes[0][0] != self.holes[0][1]:
                where += f" to {self.holes[0][1]:,}"
            more = "" if len(self.holes) == 1 else f" and {len(self.holes) - 1:,} more"
            found.append(f"{_buffers(self.missing)} missing: sequence {where}{more}")
        if self.overwritten:
            found.append(f"{_buffers(self.overwritten)} overwritten by newer ones (circular file)")
        return found


def _counted(count: int, what: str) -> str:
    return f"1 {what} was" if count == 1 else f"{count:,} {what}s were"


def _buffers(count: int) -> str:
    return "1 buffer" if count == 1 else f"{count:,} buffers"
