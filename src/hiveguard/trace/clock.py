"""The three clocks of a session, turned into UTC by integer arithmetic.

Must not know: records. Source: Microsoft, "WNODE_HEADER structure (wmistr.h)", member ClientContext, and
"TRACE_LOGFILE_HEADER structure (evntrace.h)" (StartTime, PerfFreq, CpuSpeedInMHz); Geoff Chappell,
"TRACE_LOGFILE_HEADER" for ReservedFlags. A performance counter times 10,000,000 passes 2**53: never through a float.
"""

from __future__ import annotations

from ..core.filetime import TICKS_PER_SECOND
from ..core.verdict import Frozen
from .layout import CLOCK_CYCLES, CLOCK_QPC, CLOCK_SYSTEM

TYPE_CHECKING = False

__all__ = ("CLOCK_NAMES", "SessionClock")

#: the clock's number to its name
CLOCK_NAMES = {CLOCK_QPC: "performance counter", CLOCK_SYSTEM: "system time", CLOCK_CYCLES: "processor cycles"}
_MHZ = TICKS_PER_SECOND // 1_000_000  # ticks of 100 ns in a microsecond


class SessionClock(Frozen):
    """How raw ticks become UTC: ``start + (ticks - origin) * multiplier // divisor``.

    ``kind``: 1, 2 or 3 (`CLOCK_NAMES`), or what the file says. ``divisor`` is 0 where the file does not tell how fast
    the clock runs: there is no UTC then.
    """

    __slots__ = ("divisor", "kind", "multiplier", "origin", "start")
    kind: int
    origin: int
    start: int
    multiplier: int
    divisor: int

    def __init__(self, kind: int, origin: int, start: int, multiplier: int, divisor: int) -> None:
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "origin", origin)
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "multiplier", multiplier)
        object.__setattr__(self, "divisor", divisor)

    @classmethod
    def of_session(cls, kind: int, origin: int, start: int, frequency: int, megahertz: int) -> SessionClock:
        """The clock of a session whose header record has the time ``origin``."""
        if kind == CLOCK_SYSTEM:
            return cls(kind, 0, 0, 1, 1)
        if kind == CLOCK_QPC and frequency > 0:
            if frequency == TICKS_PER_SECOND:
                return cls(kind, origin, start, 1, 1)
            return cls(kind, origin, start, TICKS_PER_SECOND, frequency)
        if kind == CLOCK_CYCLES and megahertz > 0:
            return cls(kind, origin, start, _MHZ, megahertz)
        return cls(kind, origin, start, 1, 0)

    @property
    def known(self) -> bool:
        """Whether its ticks can be told as UTC."""
        return self.divisor > 0

    @property
    def name(self) -> str:
        """The clock as people name it."""
        return CLOCK_NAMES.get(self.kind, f"unknown clock {self.kind}")

    def utc(self, ticks: int) -> int | None:
        """100-ns ticks since 1601, rounded down; None where the clock's speed is not known."""
        if self.divisor <= 0:
            return None
        return self.start + (ticks - self.origin) * self.multiplier // self.divisor
