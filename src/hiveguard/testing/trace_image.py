"""A trace that was made, and where everything in it lies, so that a test can break one thing.

Must not know: how traces are read. Source: Geoff Chappell, "WMI_BUFFER_HEADER".
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import pack_into

from ..trace.layout import (
    BUFFER_CURRENT_OFFSET,
    BUFFER_FLAG,
    BUFFER_HEADER,
    BUFFER_LOGGER,
    BUFFER_OFFSET,
    BUFFER_PROCESSOR,
    BUFFER_SAVED_OFFSET,
    BUFFER_SEQUENCE,
    BUFFER_SIZE,
    BUFFER_STATE,
    BUFFER_TIME,
    BUFFER_TYPE,
)

__all__ = ("PlacedBuffer", "TraceImage", "buffer_header")


def buffer_header(
    *,
    size: int,
    end: int,
    time: int,
    sequence: int,
    cpu: int,
    logger: int,
    state: int,
    flags: int,
    kind: int,
    current: int,
) -> bytes:
    """The 72 bytes that begin a buffer."""
    head = bytearray(BUFFER_HEADER)
    pack_into("<I", head, BUFFER_SIZE, size)
    pack_into("<I", head, BUFFER_SAVED_OFFSET, end)
    pack_into("<I", head, BUFFER_CURRENT_OFFSET, current)
    pack_into("<q", head, BUFFER_TIME, time)
    pack_into("<q", head, BUFFER_SEQUENCE, sequence)
    pack_into("<H", head, BUFFER_PROCESSOR, cpu)
    pack_into("<H", head, BUFFER_LOGGER, logger)
    pack_into("<I", head, BUFFER_STATE, state)
    pack_into("<I", head, BUFFER_OFFSET, end)
    pack_into("<H", head, BUFFER_FLAG, flags)
    pack_into("<H", head, BUFFER_TYPE, kind)
    return bytes(head)


@dataclass(frozen=True, slots=True)
class PlacedBuffer:
    """Where a buffer lies in the file, and where its records begin, counted from its (decompressed) start."""

    offset: int
    size: int
    cpu: int
    sequence: int
    records: tuple[int, ...]


class TraceImage:
    """The bytes of a trace, to be changed, and its ``buffers`` in file order."""

    def __init__(self, data: bytes, buffers: tuple[PlacedBuffer, ...]) -> None:
        self.data = bytearray(data)
        self.buffers = buffers

    def put(self, position: int, content: bytes) -> TraceImage:
        """Write bytes at a position of the file."""
        self.data[position : position + len(content)] = content
        return self

    def put_in_buffer(self, number: int, field: int, content: bytes) -> TraceImage:
        """Write bytes into a buffer: its header's fields are at those of the layout table."""
        return self.put(self.buffers[number].offset + field, content)

    def put_in_record(self, number: int, record: int, field: int, content: bytes) -> TraceImage:
        """Write bytes into a record of an uncompressed buffer."""
        buffer = self.buffers[number]
        return self.put(buffer.offset + buffer.records[record] + field, content)

    def without(self, *numbers: int) -> bytes:
        """The trace with these buffers taken out."""
        gone = set(numbers)
        kept = [b for number, b in enumerate(self.buffers) if number not in gone]
        return b"".join(bytes(self.data[b.offset : b.offset + b.size]) for b in kept)

    def in_order(self, *numbers: int) -> bytes:
        """The trace with its buffers in another order."""
        kept = [self.buffers[number] for number in numbers]
        return b"".join(bytes(self.data[b.offset : b.offset + b.size]) for b in kept)

    def __bytes__(self) -> bytes:
        return bytes(self.data)
