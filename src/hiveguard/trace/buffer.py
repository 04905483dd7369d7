"""The header of one buffer, and whether it can be one.

Must not know: files, records. Sources: Geoff Chappell, "WMI_BUFFER_HEADER"; System Informer, ntwmi.h
(ETW_BUFFER_...).
"""

from __future__ import annotations

from .layout import (
    BUFFER,
    BUFFER_HEADER,
    BUFFER_REFERENCES,
    FLAG_COMPRESSED,
    FLAG_PROCESSOR_INDEX,
    FLAGS_KNOWN,
    OLD_PROCESSOR_MASK,
    PROCESSOR_MASK,
    STATE_FLUSH,
    TYPES_KNOWN,
)

TYPE_CHECKING = False

__all__ = ("Buffer", "likely_buffer", "read_buffer")

_unpack = BUFFER.unpack_from
_SEQUENCE_MAX = 1 << 48  # a number that no session reaches


class Buffer:
    """Where a buffer lies and what its header says of it. ``end``: of the valid bytes, counted from its start."""

    __slots__ = ("cpu", "end", "flags", "offset", "sequence", "size", "type")

    def __init__(self, offset: int, size: int, end: int, cpu: int, sequence: int, flags: int, type: int) -> None:
        self.offset = offset
        self.size = size
        self.end = end
        self.cpu = cpu
        self.sequence = sequence
        self.flags = flags
        self.type = type

    @property
    def compressed(self) -> bool:
        """Whether all behind the header is one compressed block."""
        return bool(self.flags & FLAG_COMPRESSED)


def read_buffer(header: bytes, offset: int, largest: int) -> Buffer | None:
    """The buffer whose header this is; None: it is none. ``largest``: bytes that one may have on disk."""
    size, _, sequence, processor, _, _, end, flags, kind = _unpack(header)
    if not BUFFER_HEADER <= size <= largest or kind >= TYPES_KNOWN or flags & ~FLAGS_KNOWN:
        return None
    if not 0 <= sequence < _SEQUENCE_MAX:
        return None
    cpu = processor & (PROCESSOR_MASK if flags & FLAG_PROCESSOR_INDEX else OLD_PROCESSOR_MASK)
    return Buffer(offset, size, end, cpu, sequence, flags, kind)


def likely_buffer(header: bytes, offset: int, largest: int) -> Buffer | None:
    """As `read_buffer`, for bytes found by searching: everything that a real header has must be there."""
    buffer = read_buffer(header, offset, largest)
    if buffer is None or buffer.end < BUFFER_HEADER:
        return None
    if any(header[BUFFER_REFERENCES : BUFFER_REFERENCES + 4]) or _unpack(header)[5] != STATE_FLUSH:
        return None
    return buffer
