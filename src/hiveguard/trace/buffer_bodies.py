"""Opens buffers, decompressed where they are, and takes them apart into rows; what is damaged becomes a finding.

Must not know: the order in which buffers are wanted. Sources: those of the layout table; that a compressed buffer is
one block whose length is its Offset less the header is what real traces show.
"""

from __future__ import annotations

from .frames import PADDING, Frames
from .layout import BUFFER_HEADER, RECORD_ALIGNMENT
from .limits import BUFFER_MAX, CHUNK_BYTES, EXPANSION_FLOOR, EXPANSION_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .buffer import Buffer
    from .chain import ReadAt
    from .damage import Findings
    from .frames import Row
    from .session import Session

__all__ = ("BufferBodies",)


class BufferBodies:
    """The rows of buffers, for one walk. ``chunk``: bytes of a buffer that become rows at one go."""

    __slots__ = ("_budget", "_findings", "_frames", "_places", "_read", "_session", "chunk")

    def __init__(self, read: ReadAt, size: int, session: Session, frames: Frames, findings: Findings) -> None:
        self._read = read
        self._session = session
        self._frames = frames
        self._findings = findings
        self._budget = max(EXPANSION_MAX * size, EXPANSION_FLOOR)
        #: the last record's place of each processor: that of records without a time
        self._places: dict[int, int] = {}
        self.chunk = CHUNK_BYTES

    def rows(self, buffer: Buffer) -> Iterator[list[Row]]:
        """The rows of one buffer, some at a time."""
        body, end = self._open(buffer)
        if not end:
            return
        frames, findings, cpu = self._frames, self._findings, buffer.cpu
        place = self._places.get(cpu, self._session.clock.origin)
        at = 0
        while at < end:
            rows, at, place, problem = frames.rows(body, at, min(end, at + self.chunk), end, cpu, place)
            if frames.bad_items:
                for event in frames.bad_items:
                    findings.add("items", buffer.offset + (0 if buffer.compressed else BUFFER_HEADER + event))
                frames.bad_items.clear()
            if rows:
                yield rows
            if problem:
                # In a compressed buffer the place is known only in its image.
                offset = buffer.offset + (0 if buffer.compressed else BUFFER_HEADER + at)
                image = " of its image" if buffer.compressed else ""
                cost = (
                    f"{end - at:,} bytes from byte {at + BUFFER_HEADER:#x}{image} in the buffer at {buffer.offset:#x}"
                )
                findings.add(problem, offset, cost)
                break
        self._places[cpu] = place

    def _open(self, buffer: Buffer) -> tuple[bytes, int]:
        """The buffer's bytes behind its header, and how many are valid; `PADDING` follows them."""
        on_disk = buffer.size - BUFFER_HEADER
        valid = buffer.end - BUFFER_HEADER
        if buffer.compressed:
            return self._decompressed(buffer, on_disk, valid)
        if not 0 <= valid <= on_disk:
            if valid < 0 or buffer.offset + BUFFER_HEADER + valid > buffer.offset + self._session.buffer_size:
                self._findings.add("buffer-end", buffer.offset, f"{buffer.end:,} of {buffer.size:,} bytes")
            valid = on_disk  # a record that leaves the file is told where it stands
        body = self._read(buffer.offset + BUFFER_HEADER, valid)
        return body + PADDING, len(body)

    def _decompressed(self, buffer: Buffer, on_disk: int, valid: int) -> tuple[bytes, int]:
        from .lz77 import decompress

        if not 0 <= valid <= min(self._session.buffer_size, BUFFER_MAX):
            self._findings.add("buffer-end", buffer.offset, f"{buffer.end:,} of {self._session.buffer_size:,} bytes")
            valid = min(self._session.buffer_size, BUFFER_MAX) if valid > 0 else 0
        if valid > self._budget:
            self._findings.add("limit-expansion", buffer.offset)
            return b"", 0
        self._budget -= valid
        body, whole = decompress(self._read(buffer.offset + BUFFER_HEADER, on_disk), valid)
        if not whole:
            self._findings.add("compressed", buffer.offset, f"{len(body):,} of {valid:,} bytes came out")
        end = len(body)
        body += PADDING
        return bytes(body), end


assert BUFFER_HEADER % RECORD_ALIGNMENT == 0  # so that positions behind the header are aligned as those in the buffer
