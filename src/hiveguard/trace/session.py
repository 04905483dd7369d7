"""The session of a trace: what the header record in the first buffer says of it.

Must not know: files, other records. Sources: Microsoft, "TRACE_LOGFILE_HEADER structure (evntrace.h)" and
"TIME_ZONE_INFORMATION"; Geoff Chappell, "TRACE_LOGFILE_HEADER" for the trace's version and the 32-bit form.
"""

from __future__ import annotations

from ..core.errors import NotATrace
from ..core.verdict import Frozen
from .clock import SessionClock
from .layout import (
    BUFFER_HEADER,
    BUFFER_STATE,
    COMPRESSION_MASK,
    COMPRESSION_NAMES,
    COMPRESSION_XPRESS,
    HOOK_HEADER,
    LOG_CLOCK,
    LOG_CLOCK_AT,
    LOG_HEADER,
    LOG_NAMES_AT,
    LOG_TIME_ZONE,
    LOG_TIME_ZONE_BIAS,
    MARK_EVENT,
    MODE_CIRCULAR,
    MODE_COMPRESSED,
    MODE_NAMES,
    MODE_NEW_FILE,
    MODE_RELOGGED,
    OLDEST_VERSION,
    RECORD_TYPE,
    SYSTEM,
    SYSTEM32,
    SYSTEM64,
    SYSTEM_HEADER,
)
from .limits import BUFFER_MAX

TYPE_CHECKING = False

__all__ = ("Session", "read_session")

_NEWEST_MAJOR = 2


class Session(Frozen):
    """What a trace says of its session. Times are 100-ns ticks since 1601 UTC; counts are of the whole session.

    ``pointer_size``: 4 or 8, of the session (a record's payload has its own). ``buffer_size``: of a decompressed
    buffer. ``windows``: major and minor version; ``build``. ``version``: of the trace format. ``processors``. ``mode``:
    bits (`modes` are their names). ``buffers_written``, ``events_lost``, ``buffers_lost``. ``start_time``,
    ``end_time`` (0: it was not closed), ``boot_time``. ``bias``: minutes from local time to UTC. ``clock``.
    ``frequency`` of the performance counter; ``megahertz`` of the processor. ``logger``, ``file``: names.
    ``compression``: the format of compressed buffers, None where there are none.
    """

    __slots__ = (
        "bias",
        "boot_time",
        "buffer_size",
        "buffers_lost",
        "buffers_written",
        "build",
        "clock",
        "compression",
        "end_time",
        "events_lost",
        "file",
        "frequency",
        "logger",
        "maximum_file_size",
        "megahertz",
        "mode",
        "pointer_size",
        "processors",
        "start_time",
        "timer_resolution",
        "version",
        "windows",
    )
    bias: int
    boot_time: int
    buffer_size: int
    buffers_lost: int
    buffers_written: int
    build: int
    clock: SessionClock
    compression: int | None
    end_time: int
    events_lost: int
    file: str
    frequency: int
    logger: str
    maximum_file_size: int
    megahertz: int
    mode: int
    pointer_size: int
    processors: int
    start_time: int
    timer_resolution: int
    version: tuple[int, int]
    windows: tuple[int, int]

    def __init__(self, *fields: object) -> None:
        for name, value in zip(self.__slots__, fields, strict=True):
            object.__setattr__(self, name, value)

    @property
    def closed(self) -> bool:
        """Whether the session ended in an orderly way."""
        return self.end_time != 0

    @property
    def circular(self) -> bool:
        """Whether new buffers overwrite old ones when the file is full."""
        return bool(self.mode & MODE_CIRCULAR)

    @property
    def series(self) -> bool:
        """Whether the file is one of a series: its sequence numbers go on from the file before."""
        return bool(self.mode & MODE_NEW_FILE)

    @property
    def relogged(self) -> bool:
        """Whether a relogger wrote the file anew or merged it from several."""
        return bool(self.mode & MODE_RELOGGED)

    @property
    def modes(self) -> tuple[str, ...]:
        """The names of the mode's known bits."""
        return tuple(name for bit, name in MODE_NAMES if self.mode & bit)

    @property
    def unsupported(self) -> str:
        """Why the records cannot be read, in one sentence; empty: they can."""
        if self.version < OLDEST_VERSION or self.version[0] > _NEWEST_MAJOR:
            known = f"{OLDEST_VERSION[0]}.{OLDEST_VERSION[1]} to {_NEWEST_MAJOR}.x (Windows Vista and later)"
            return f"unsupported version {self.version[0]}.{self.version[1]} of the trace format; known are {known}"
        if self.compression is not None and self.compression != COMPRESSION_XPRESS:
            name = COMPRESSION_NAMES.get(self.compression, "unknown")
            return f"unsupported compression {self.compression} ({name}); XPRESS (3) is known"
        return ""


def _text(data: bytes, at: int) -> tuple[str, int]:
    """A UTF-16 string that a zero ends (or the data), and where the next one begins."""
    end = at
    while end + 1 < len(data) and (data[end] or data[end + 1]):
        end += 2
    return data[at:end].decode("utf-16-le", "surrogatepass" if (end - at) % 2 == 0 else "replace"), end + 2


def read_session(first: bytes) -> Session:
    """The session, from the bytes of the first buffer (its header included). Raises `NotATrace`."""
    if len(first) < BUFFER_HEADER + SYSTEM_HEADER:
        raise NotATrace(f"not a recorded trace: {len(first):,} bytes are less than a buffer with a header record")
    kind = first[BUFFER_HEADER + RECORD_TYPE]
    _, mark, size, hook, origin = SYSTEM.unpack_from(first, BUFFER_HEADER)
    if kind not in (SYSTEM32, SYSTEM64) or mark != MARK_EVENT or hook != HOOK_HEADER:
        raise NotATrace("not a recorded trace: the first record is not the header record of an ETW session (.etl)")
    pointer_size = 8 if kind == SYSTEM64 else 4
    names_at = LOG_NAMES_AT[pointer_size]
    record = first[BUFFER_HEADER + SYSTEM_HEADER : BUFFER_HEADER + size]
    if len(record) < names_at:
        raise NotATrace(f"not a recorded trace: its header record is cut to {len(record)} bytes of {names_at}")
    (
        buffer_size,
        major,
        minor,
        version,
        minor_version,
        build,
        processors,
        end_time,
        resolution,
        maximum,
        mode,
        written,
        _,
        _,
        events_lost,
        megahertz,
    ) = LOG_HEADER.unpack_from(record)
    if not BUFFER_HEADER <= buffer_size <= BUFFER_MAX:
        raise NotATrace(f"not a recorded trace: a buffer of {buffer_size:,} bytes is not possible")
    (bias,) = LOG_TIME_ZONE_BIAS.unpack_from(record, LOG_TIME_ZONE[pointer_size])
    boot_time, frequency, start_time, clock, buffers_lost = LOG_CLOCK.unpack_from(record, LOG_CLOCK_AT[pointer_size])
    logger, at = _text(record, names_at)
    file, _ = _text(record, at)
    state = int.from_bytes(first[BUFFER_STATE : BUFFER_STATE + 4], "little")
    # Uncompressed files have 3 there too: the mode tells whether the field means anything.
    compression = state & COMPRESSION_MASK if mode & MODE_COMPRESSED else None
    return Session(
        bias,
        boot_time,
        buffer_size,
        buffers_lost,
        written,
        build,
        SessionClock.of_session(clock, origin, start_time, frequency, megahertz),
        compression,
        end_time,
        events_lost,
        file,
        frequency,
        logger,
        maximum,
        megahertz,
        mode,
        pointer_size,
        processors,
        start_time,
        resolution,
        (version, minor_version),
        (major, minor),
    )
