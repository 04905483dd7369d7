"""Makes valid recorded traces (.etl) as bytes, without Windows: every kind of record, every clock, several processors.

A build is deterministic. What it makes is synthetic, also where a reader of real traces finds nothing to tell it by:
no real trace at hand has registry records, a clock other than the performance counter, compact or instance records,
or buffers flagged as having lost something.

Must not know: how traces are read. Sources: those of `hiveguard.trace.layout`.
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import pack
from typing import Unpack

from ..trace.layout import (
    BUFFER_HEADER,
    CLOCK_QPC,
    CLOCK_SYSTEM,
    COMPRESSION_XPRESS,
    FLAG_COMPRESSED,
    FLAG_FLUSH_MARKER,
    FLAG_PROCESSOR_INDEX,
    GROUP_MASKS,
    HOOK_GROUP_MASKS,
    HOOK_GROUP_MASKS_END,
    HOOK_HEADER,
    LOG_CLOCK,
    LOG_CLOCK_AT,
    LOG_HEADER,
    LOG_NAMES_AT,
    MODE_COMPRESSED,
    MODE_SEQUENTIAL,
    STATE_FLUSH,
    TYPE_GENERIC,
    TYPE_HEADER,
)
from .specs import DEFAULT_TIME
from .trace_image import PlacedBuffer, TraceImage, buffer_header
from .trace_records import (
    ClassicFields,
    EventFields,
    Guid,
    InstanceFields,
    KernelFields,
    MessageFields,
    PerfinfoFields,
    SystemFields,
    classic_record,
    compact_record,
    event_record,
    instance_record,
    message_record,
    perfinfo_record,
    raw_record,
    system_record,
)
from .trace_xpress import xpress

__all__ = ("TraceBuilder",)

_FILL = b"\xff"
_PAD = b"\xa5"  # between records real traces hold anything
_STEP = 1_000  # ticks from one record to the next where no time is given
_OLD_ALIGNMENT = 8 << 8  # before Windows 8 the byte behind the processor's holds this


class _Open:
    """A buffer that is being filled."""

    def __init__(self, cpu: int, flags: int) -> None:
        self.cpu = cpu
        self.flags = flags
        self.body = bytearray()
        self.starts: list[int] = []
        self.time = 0
        self.sequence = 0

    def add(self, record: bytes, ticks: int) -> None:
        self.starts.append(BUFFER_HEADER + len(self.body))
        self.body += record
        self.body += _PAD * (-len(self.body) % 8)  # also behind the last one: space is given out in steps of 8
        self.time = max(self.time, ticks)

    def room(self, record: bytes, size: int) -> bool:
        return BUFFER_HEADER + len(self.body) + len(record) + (-len(record) % 8) <= size


class TraceBuilder:
    """A trace to be made: add records, then take `build()` or `image()`.

    >>> builder = TraceBuilder()
    >>> _ = builder.event("70eb4f03-c1de-4f73-a051-33d13d5413bd", 37, b"payload")
    >>> len(builder.build())
    16384

    Every record takes ``at`` (raw ticks; by default a little later than the one before) and ``cpu``. `TraceBuilder.at`
    turns a time of 100-ns ticks since 1601 into raw ticks.
    """

    def __init__(
        self,
        *,
        pointer_size: int = 8,
        clock: int = CLOCK_QPC,
        frequency: int = 10_000_000,
        megahertz: int = 2_400,
        origin: int | None = None,
        start_time: int = DEFAULT_TIME,
        end_time: int | None = None,
        buffer_size: int = 8_192,
        processors: int = 1,
        mode: int = MODE_SEQUENTIAL,
        compressed: bool = False,
        compression: int = COMPRESSION_XPRESS,
        version: tuple[int, int] | None = None,
        windows: tuple[int, int] = (10, 0),
        build_number: int = 19_045,
        events_lost: int = 0,
        buffers_lost: int = 0,
        buffers_written: int | None = None,
        closed: bool = True,
        logger: str = "HiveGuard synthetic",
        file: str = "synthetic.etl",
        bias: int = 0,
        first_sequence: int = 1,
        old_processors: bool = False,
    ) -> None:
        """``first_sequence``: of the second buffer. ``old_processors``: as Windows 7 writes the processor's number."""
        self.pointer_size = pointer_size
        self.clock = clock
        self.frequency = frequency
        self.megahertz = megahertz
        self.start_time = start_time
        self.origin = origin if origin is not None else start_time if clock == CLOCK_SYSTEM else 1_000_000_000
        self.end_time = end_time
        self.buffer_size = buffer_size
        self.processors = processors
        self.mode = mode | (MODE_COMPRESSED if compressed else 0)
        self.compressed = compressed
        self.compression = compression
        self.version = version or ((2, 0) if compressed else (1, 5))
        self.windows = windows
        self.build_number = build_number
        self.events_lost = events_lost
        self.buffers_lost = buffers_lost
        self.buffers_written = buffers_written
        self.closed = closed
        self.names = (logger, file)
        self.bias = bias
        self.old_processors = old_processors
        self.now = self.origin
        self._sequence = first_sequence
        self._first: list[tuple[bytes, int]] = []
        self._done: list[_Open] = []
        self._open: dict[int, _Open] = {}

    # --- time --------------------------------------------------------------------------------
    def at(self, time: int) -> int:
        """Raw ticks of a time (100-ns ticks since 1601), rounded up so that it is read back as it was."""
        since = time - self.start_time
        if self.clock == CLOCK_SYSTEM:
            return time
        if self.clock == CLOCK_QPC:
            return self.origin - (-since * self.frequency // 10_000_000)
        return self.origin - (-since * self.megahertz // 10)

    def _ticks(self, at: int | None) -> int:
        self.now = self.now + _STEP if at is None else at
        return self.now

    # --- records -----------------------------------------------------------------------------
    def event(
        self,
        provider: Guid,
        id: int,
        payload: bytes = b"",
        *,
        at: int | None = None,
        cpu: int = 0,
        **fields: Unpack[EventFields],
    ) -> TraceBuilder:
        """An event with a manifest; ``fields`` as of `event_record`."""
        fields.setdefault("pointer_size", self.pointer_size)
        ticks = self._ticks(at)
        return self.record(event_record(ticks, provider, id, payload, **fields), at=ticks, cpu=cpu)

    def system(
        self, hook: int, payload: bytes = b"", *, at: int | None = None, cpu: int = 0, **fields: Unpack[SystemFields]
    ) -> TraceBuilder:
        """A kernel record with thread and process; ``fields`` as of `system_record`."""
        fields.setdefault("pointer_size", self.pointer_size)
        ticks = self._ticks(at)
        return self.record(system_record(ticks, hook, payload, **fields), at=ticks, cpu=cpu)

    def compact(
        self, hook: int, payload: bytes = b"", *, at: int | None = None, cpu: int = 0, **fields: Unpack[KernelFields]
    ) -> TraceBuilder:
        """A kernel record without processor times; ``fields`` as of `compact_record`."""
        fields.setdefault("pointer_size", self.pointer_size)
        ticks = self._ticks(at)
        return self.record(compact_record(ticks, hook, payload, **fields), at=ticks, cpu=cpu)

    def perfinfo(
        self, hook: int, payload: bytes = b"", *, at: int | None = None, cpu: int = 0, **fields: Unpack[PerfinfoFields]
    ) -> TraceBuilder:
        """A kernel record without thread and process; ``fields`` as of `perfinfo_record`."""
        fields.setdefault("pointer_size", self.pointer_size)
        ticks = self._ticks(at)
        return self.record(perfinfo_record(ticks, hook, payload, **fields), at=ticks, cpu=cpu)

    def classic(
        self,
        guid: Guid,
        opcode: int,
        payload: bytes = b"",
        *,
        at: int | None = None,
        cpu: int = 0,
        **fields: Unpack[ClassicFields],
    ) -> TraceBuilder:
        """A classic event of a class; ``fields`` as of `classic_record`."""
        fields.setdefault("pointer_size", self.pointer_size)
        ticks = self._ticks(at)
        return self.record(classic_record(ticks, guid, opcode, payload, **fields), at=ticks, cpu=cpu)

    def instance(
        self,
        guid: Guid,
        opcode: int,
        payload: bytes = b"",
        *,
        at: int | None = None,
        cpu: int = 0,
        **fields: Unpack[InstanceFields],
    ) -> TraceBuilder:
        """A classic event of an instance; ``fields`` as of `instance_record`."""
        fields.setdefault("pointer_size", self.pointer_size)
        ticks = self._ticks(at)
        return self.record(instance_record(ticks, guid, opcode, payload, **fields), at=ticks, cpu=cpu)

    def message(
        self,
        number: int,
        arguments: bytes = b"",
        *,
        at: int | None = None,
        timed: bool = True,
        cpu: int = 0,
        **fields: Unpack[MessageFields],
    ) -> TraceBuilder:
        """A message; ``fields`` as of `message_record`. Without ``timed`` it has no time."""
        fields.setdefault("pointer_size", self.pointer_size)
        ticks = self._ticks(at) if timed else None
        return self.record(message_record(number, arguments, ticks=ticks, **fields), at=ticks, cpu=cpu)

    def raw(self, kind: int, content: bytes, *, cpu: int = 0) -> TraceBuilder:
        """A record of which only type and size are known."""
        return self.record(raw_record(kind, content), cpu=cpu)

    def group_masks(
        self, masks: Iterable[int], *, ends: bool = False, at: int | None = None, cpu: int = 0, perfinfo: bool = False
    ) -> TraceBuilder:
        """What the kernel records from there on (or, with ``ends``, recorded up to there): eight masks."""
        found = tuple(masks)
        payload = GROUP_MASKS.pack(*found, *(0,) * (8 - len(found))) + pack("<I", 2)
        hook = HOOK_GROUP_MASKS_END if ends else HOOK_GROUP_MASKS
        return (self.perfinfo if perfinfo else self.system)(hook, payload, at=at, cpu=cpu)

    def record(self, record: bytes, *, at: int | None = None, cpu: int = 0) -> TraceBuilder:
        """Any bytes as a record of a processor."""
        buffer = self._open.get(cpu)
        if buffer is not None and not buffer.room(record, self.buffer_size):
            self.flush(cpu)
            buffer = None
        if buffer is None:
            buffer = self._open[cpu] = _Open(cpu, 0)
            if not buffer.room(record, self.buffer_size):
                raise ValueError(f"a record of {len(record):,} bytes does not fit a buffer of {self.buffer_size:,}")
        buffer.add(record, self.now if at is None else at)
        return self

    def in_first_buffer(self, record: bytes) -> TraceBuilder:
        """Any bytes as a record of the first buffer, behind the header record."""
        self._first.append((record, self.now))
        return self

    # --- buffers -----------------------------------------------------------------------------
    def flush(self, cpu: int = 0, *, flags: int = 0) -> TraceBuilder:
        """Write a processor's buffer to the file (an empty one if it has none); ``flags`` are added to its own."""
        buffer = self._open.pop(cpu, None) or _Open(cpu, 0)
        buffer.flags |= flags
        buffer.sequence = self._sequence
        self._sequence += 1
        self._done.append(buffer)
        return self

    def skip(self, buffers: int = 1) -> TraceBuilder:
        """Leave a hole in the sequence numbers: that many buffers were lost."""
        self._sequence += buffers
        return self

    # --- the file ----------------------------------------------------------------------------
    def build(self) -> bytes:
        """The trace file."""
        return bytes(self.image())

    def image(self) -> TraceImage:
        """The trace file as an image in which every buffer and record can be found."""
        for cpu in sorted(self._open):
            self.flush(cpu)
        written = 1 + len(self._done)
        data, starts = self._first_buffer(written)
        placed = [PlacedBuffer(0, len(data), 0, 0, tuple(starts))]
        out = bytearray(data)
        for number, buffer in enumerate(self._done):
            last = number + 1 == len(self._done)
            content = self._buffer(buffer, last)
            starts = buffer.starts
            placed.append(PlacedBuffer(len(out), len(content), buffer.cpu, buffer.sequence, tuple(starts)))
            out += content
        return TraceImage(bytes(out), tuple(placed))

    def _cpu(self, cpu: int) -> int:
        return cpu | _OLD_ALIGNMENT if self.old_processors else cpu

    @property
    def _index_flag(self) -> int:
        return 0 if self.old_processors else FLAG_PROCESSOR_INDEX

    def _first_buffer(self, written: int) -> tuple[bytes, list[int]]:
        first = _Open(0, FLAG_FLUSH_MARKER | self._index_flag)
        record = system_record(
            self.origin, HOOK_HEADER, self._header_record(written), pointer_size=self.pointer_size, pid=0, tid=0
        )
        first.add(record, self.origin)
        for extra, ticks in self._first:
            first.add(extra, ticks)
        end = BUFFER_HEADER + len(first.body)
        # A compressed file's first buffer is no larger than it needs to be.
        size = end + -end % 512 if self.compressed else self.buffer_size
        if end > self.buffer_size:
            raise ValueError(f"the first buffer's records take {end:,} bytes of {self.buffer_size:,}")
        head = buffer_header(
            size=size,
            end=end,
            time=self.origin,
            sequence=0,
            cpu=self._cpu(0),
            logger=1,
            state=self.compression if self.compressed else STATE_FLUSH,
            flags=first.flags,
            kind=TYPE_HEADER,
            current=end,
        )
        return (head + first.body).ljust(size, _FILL), first.starts

    def _buffer(self, buffer: _Open, last: bool) -> bytes:
        body = bytes(buffer.body)
        end = BUFFER_HEADER + len(body)
        flags = buffer.flags | self._index_flag | (FLAG_FLUSH_MARKER if last else 0)
        size = self.buffer_size
        if self.compressed:
            flags |= FLAG_COMPRESSED
            body = xpress(body)
            size = BUFFER_HEADER + len(body)
        head = buffer_header(
            size=size,
            end=end,
            time=buffer.time,
            sequence=buffer.sequence,
            cpu=self._cpu(buffer.cpu),
            logger=1,
            state=STATE_FLUSH,
            flags=flags,
            kind=TYPE_GENERIC,
            current=end + self.buffer_size,
        )
        return (head + body).ljust(size, _FILL)

    def _header_record(self, written: int) -> bytes:
        """TRACE_LOGFILE_HEADER and the two names."""
        count = written if self.buffers_written is None else self.buffers_written
        end = self.end_time if self.end_time is not None else self.start_time + 600_000_000
        fields = LOG_HEADER.pack(
            self.buffer_size,
            *self.windows,
            *self.version,
            self.build_number,
            self.processors,
            end if self.closed else 0,
            156_250,
            0,
            self.mode,
            count if self.closed else self.buffers_written or 0,
            1,
            self.pointer_size,
            self.events_lost,
            self.megahertz,
        )
        fields += bytes(2 * self.pointer_size) + pack("<i", self.bias)
        fields = fields.ljust(LOG_CLOCK_AT[self.pointer_size], b"\0")
        fields += LOG_CLOCK.pack(self.start_time - 1, self.frequency, self.start_time, self.clock, self.buffers_lost)
        assert len(fields) == LOG_NAMES_AT[self.pointer_size]
        return fields + b"".join(name.encode("utf-16-le") + b"\0\0" for name in self.names)
