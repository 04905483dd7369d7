"""Room for cells: bins of the right size, cells one after another, what is left over as a free cell.

Must not know: what a cell holds. Sources: msuhanov/regf, "Hive bin", "Cell"; libyal/libregf for the
cells of version 1.1; ReactOS `sdk/lib/cmlib` for the size of a new bin.
"""

from __future__ import annotations

from struct import pack_into

from ..regf.layout import (
    BIN,
    BIN_ALIGNMENT,
    BIN_HEADER_SIZE,
    CELL_ALIGNMENT,
    CELL_ALIGNMENT_V1_1,
    CELL_HEADER,
    CELL_HEADER_V1_1,
    CELL_POWER_OF_TWO_ABOVE,
    CELL_SIZE,
    HBIN,
    LAST_MINOR_WITH_OLD_CELLS,
    NIL,
)

__all__ = ("CellSpace", "bin_for", "cell_form", "round_up")


def round_up(number: int, step: int) -> int:
    """The smallest multiple of `step` that is not below `number`."""
    return -(-number // step) * step


def cell_form(minor: int) -> tuple[int, int]:
    """The length of a cell's header and the alignment of cells in this minor version."""
    if minor <= LAST_MINOR_WITH_OLD_CELLS:
        return CELL_HEADER_V1_1, CELL_ALIGNMENT_V1_1
    return CELL_HEADER, CELL_ALIGNMENT


def bin_for(cell_size: int) -> int:
    """The size of a bin that is made for one cell."""
    return round_up(BIN_HEADER_SIZE + cell_size, BIN_ALIGNMENT)


class CellSpace:
    """The hive bins data while they are being filled; cell offsets are final when they are given."""

    def __init__(self, minor: int, *, bin_size: int = BIN_ALIGNMENT, last_written: int = 0) -> None:
        self.header, self.alignment = cell_form(minor)
        self.data = bytearray()
        self.bins: list[int] = []
        self._bin_size = round_up(bin_size, BIN_ALIGNMENT)
        self._last_written = last_written
        self._next = 0  #: where the next cell goes
        self._end = 0  #: where the current bin ends
        self._previous = NIL  #: version 1.1: the cell before, counted from the bin's start

    def allocate(self, room: int) -> int:
        """A cell with at least `room` bytes of content, all zero."""
        size = round_up(self.header + room, self.alignment)
        if size > CELL_POWER_OF_TWO_ABOVE:
            size = 1 << (size - 1).bit_length()
        if size > self._end - self._next:
            self.close()
            self._open_bin(max(self._bin_size, bin_for(size)))
        return self._take(size, allocated=True)

    def store(self, content: bytes) -> int:
        """A cell that holds `content`."""
        cell = self.allocate(len(content))
        self.write(cell, content)
        return cell

    def write(self, cell: int, content: bytes) -> None:
        """Put `content` at the beginning of a cell."""
        start = cell + self.header
        self.data[start : start + len(content)] = content

    def close(self) -> None:
        """Make what is left of the current bin one free cell."""
        if self._next < self._end:
            self._take(self._end - self._next, allocated=False)

    def _open_bin(self, size: int) -> None:
        start = len(self.data)
        self.data.extend(bytes(size))
        BIN.pack_into(self.data, start, HBIN, start, size, 0, 0 if self.bins else self._last_written, 0)
        self.bins.append(start)
        self._next, self._end, self._previous = start + BIN_HEADER_SIZE, start + size, NIL

    def _take(self, size: int, *, allocated: bool) -> int:
        cell = self._next
        CELL_SIZE.pack_into(self.data, cell, -size if allocated else size)
        if self.header > CELL_HEADER:
            pack_into("<I", self.data, cell + CELL_HEADER, self._previous)
            self._previous = cell - self.bins[-1]
        self._next += size
        return cell
