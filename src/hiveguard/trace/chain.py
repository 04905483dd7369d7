"""Walks the chain of buffers by their headers, and goes on behind a damaged one.

A buffer's size leads to the next. Where it does not, an uncompressed trace goes on at its fixed stride, and a
compressed one, whose buffers have any size, at the next bytes that look like a header in every field.

Must not know: records, what losses mean. Source: Geoff Chappell, "WMI_BUFFER_HEADER"; how a broken chain is mended is
HiveGuard's own.
"""

from __future__ import annotations

from struct import Struct

from .buffer import Buffer, likely_buffer, read_buffer
from .layout import BUFFER_HEADER, BUFFER_LOGGER, STATE_FLUSH, TYPE_HEADER
from .limits import BUFFER_MAX, SCAN_STEP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from .damage import Findings
    from .session import Session

    #: (position, count) gives the bytes there: fewer only at the end
    ReadAt: TypeAlias = Callable[[int, int], bytes]

__all__ = ("Chain",)

_LOGGER_AND_STATE = Struct("<HI")
_NOTHING = bytes(BUFFER_HEADER)
_FIRST_STEP = 4096  # bytes looked through at first, then twice as many each time


class Chain:
    """The buffers of a trace in file order: iterate it once.

    What is damaged goes to ``findings``. ``read``: a function that reads the file of ``size`` bytes.
    """

    __slots__ = ("_findings", "_read", "_session", "_size", "_stride", "_trust")

    def __init__(self, read: ReadAt, size: int, session: Session, findings: Findings) -> None:
        self._read = read
        self._size = size
        self._session = session
        self._findings = findings
        #: the bytes from one buffer to the next; 0: they differ
        self._stride = session.buffer_size if session.compression is None else 0
        self._trust = b""

    def __iter__(self) -> Iterator[Buffer]:
        at = 0
        while at < self._size:
            header = self._read(at, BUFFER_HEADER)
            if len(header) < BUFFER_HEADER:
                self._findings.add("cut", at, f"{len(header)} bytes of a buffer's header")
                return
            buffer = read_buffer(header, at, self._largest)
            if buffer is None:
                written = self._written(at) if header == _NOTHING else at
                if written >= self._size:
                    self._findings.add("buffer-unused", at, f"{self._size - at:,} bytes")
                    return
                self._findings.add("buffer-header", at)
                at = self._search(max(at, written - max(self._stride, BUFFER_HEADER)))
                continue
            if buffer.type == TYPE_HEADER and at:
                self._findings.add("buffer-type", at)
            after = at + buffer.size
            if after != self._size and after != at + self._stride and not self._leads_on(after):
                found = self._search(at)
                if self._stride or found < after:
                    if found != after and min(found, after) < self._size:
                        self._findings.add("buffer-size", at, f"{buffer.size:,} bytes")
                        buffer.size, after = found - at, found
                elif after < self._size:
                    # Either this size is too small or what follows is damaged. All up to the next header is given to
                    # the buffer: decompression ends where it must.
                    self._findings.add("buffer-header" if found < self._size else "chain-lost", after)
                    buffer.size, after = found - at, found
            if after > self._size:
                self._findings.add("cut", at, f"{self._size - at:,} of {buffer.size:,} bytes of the last buffer")
                buffer.size = self._size - at
            yield buffer
            at = after

    @property
    def _largest(self) -> int:
        # A block that does not compress may come out a little longer than its image.
        return self._stride or 2 * BUFFER_MAX

    def _leads_on(self, at: int) -> bool:
        """Whether another buffer begins there, or the file is cut there."""
        if at > self._size:
            return False
        header = self._read(at, BUFFER_HEADER)
        if len(header) < BUFFER_HEADER or header == _NOTHING:
            return True
        return read_buffer(header, at, self._largest) is not None

    def _written(self, at: int) -> int:
        """Where the first byte stands that is not zero; the file's end where nothing was ever written."""
        place = at
        while place < self._size:
            piece = self._read(place, SCAN_STEP)
            rest = piece.lstrip(b"\0")
            if rest or not piece:
                return place + len(piece) - len(rest)
            place += len(piece)
        return self._size

    def _search(self, at: int) -> int:
        """Where the next buffer begins behind one whose own word is not to be trusted; the file's end: nowhere."""
        if self._stride:
            place = at - at % self._stride + self._stride
            while place < self._size:
                header = self._read(place, BUFFER_HEADER)
                if len(header) < BUFFER_HEADER or read_buffer(header, place, self._largest) is not None:
                    return place
                place += self._stride
            return min(place, self._size)
        return self._scan(at + BUFFER_HEADER)

    def _scan(self, at: int) -> int:
        """The next bytes that are a header in every field, by the logger's id that all buffers share."""
        if not self._trust:
            logger = int.from_bytes(self._read(BUFFER_LOGGER, 2), "little")
            self._trust = _LOGGER_AND_STATE.pack(logger, STATE_FLUSH)
        place = at + BUFFER_LOGGER
        step = _FIRST_STEP
        while place < self._size:
            piece = self._read(place, step)
            found = piece.find(self._trust)
            while found >= 0:
                start = place + found - BUFFER_LOGGER
                header = self._read(start, BUFFER_HEADER)
                if len(header) == BUFFER_HEADER and likely_buffer(header, start, self._largest) is not None:
                    return start
                found = piece.find(self._trust, found + 1)
            if len(piece) < step:
                break
            place += len(piece) - len(self._trust) + 1
            step = min(2 * step, SCAN_STEP)
        return self._size
