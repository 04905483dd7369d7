"""A hive's bins in memory, where cells are given out and taken back: coalesced, reused, cut off at the end.

Free space is found bin by bin, when it is first needed: opening a large hive costs no look at its cells. A bin
whose cells do not fill it exactly is left alone. Must not know: what cells hold, files, logs. Sources:
msuhanov/regf, "Hive bin", "Cell"; that free neighbours are always one cell, and that large cells are powers
of two, is what real hives show.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from struct import pack_into, unpack_from

from ..core.errors import NotWritten
from . import layout as L
from .image import Image
from .limits import BINS_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ("Heap", "cell_size")

_SMALLEST = L.CELL_ALIGNMENT
_PAGE_SHIFT = 12
_CELL, _NO_CELL = 1, 2  # 0: in a bin that was not looked through
#: Bins looked through for free space before the hive is made longer, at one allocation.
_SCANNED_AT_ONCE = 64


def cell_size(length: int) -> int:
    """The bytes of a cell with room for ``length`` bytes of content: aligned, above 16 KiB a power of two."""
    size = (length + L.CELL_HEADER + L.CELL_ALIGNMENT - 1) & -L.CELL_ALIGNMENT
    return size if size <= L.CELL_POWER_OF_TWO_ABOVE else 1 << (size - 1).bit_length()


class Heap(Image):
    """The bytes of a hive that can be changed; an `Image` to every reader of cells.

    ``data``: base block and bins. ``bins``: the bins' offsets in order. ``dirty``: numbers of the 4096-byte pages
    of the bins data that changed since they were last taken.
    """

    __slots__ = ("_ends", "_free", "_scanned", "_sizes", "_starts", "_unscanned", "bins", "data", "dirty")

    def __init__(self, data: bytearray, bins: Sequence[int]) -> None:
        super().__init__(len(data))
        self.data = data
        self.bins = list(bins)
        self.dirty: set[int] = set()
        self._unscanned = list(reversed(self.bins))  # the next one to look through is the last
        self._scanned: dict[int, bool] = {}  # bin: whether its cells fill it
        self._sizes: list[int] = []  # the sizes that any free cell has, in order
        self._free: dict[int, dict[int, None]] = {}  # size: the free cells of it
        self._ends: dict[int, int] = {}  # where a free cell ends: where it begins
        # What is known of each place where a cell may begin: only a cell that is allocated for certain is written to or
        # taken back, whatever a damaged hive refers to.
        self._starts = bytearray()  # made when the first bin is looked through

    # --- reading ----------------------------------------------------------------------------

    def read(self, position: int, count: int) -> bytes:
        return bytes(self.data[position : position + count])

    @property
    def bins_size(self) -> int:
        """Bytes of the bins data."""
        return self.size - L.BASE_BLOCK_SIZE

    def room(self, offset: int) -> int:
        """How many bytes of content the cell at an offset has; 0 when it is free or no cell."""
        if offset & (L.CELL_ALIGNMENT - 1) or L.BASE_BLOCK_SIZE + offset + _SMALLEST > self.size:
            return 0
        starts = self._starts
        if starts and starts[offset // L.CELL_ALIGNMENT] == _NO_CELL:
            return 0
        size: int = -L.CELL_SIZE.unpack_from(self.data, L.BASE_BLOCK_SIZE + offset)[0]
        if size < _SMALLEST or L.BASE_BLOCK_SIZE + offset + size > self.size:
            return 0
        return size - L.CELL_HEADER

    def pages(self, numbers: Iterable[int]) -> dict[int, bytes]:
        """The bytes of pages that still are, by their offset in the bins data."""
        last = self.bins_size >> _PAGE_SHIFT
        data, base = self.data, L.BASE_BLOCK_SIZE
        return {
            number << _PAGE_SHIFT: bytes(data[base + (number << _PAGE_SHIFT) : base + ((number + 1) << _PAGE_SHIFT)])
            for number in sorted(numbers)
            if number < last
        }

    # --- changing ---------------------------------------------------------------------------

    def ensure_room(self, more: int) -> None:
        """Raise `NotWritten` unless the hive can still grow by so many bytes: asked before a change begins, so
        that none ends half-way.
        """
        if self.bins_size + more > BINS_MAX:
            raise NotWritten(f"the hive cannot grow beyond {BINS_MAX:,} bytes; delete something first")

    def mark(self, offset: int, length: int) -> None:
        """Note that bytes of the bins data changed."""
        first, last = offset >> _PAGE_SHIFT, (offset + length - 1) >> _PAGE_SHIFT
        self.dirty.add(first)
        if last != first:
            self.dirty.update(range(first + 1, last + 1))

    def put(self, offset: int, at: int, content: bytes) -> None:
        """Write into a cell's content, from its byte ``at`` on."""
        place = offset + L.CELL_HEADER + at
        start = L.BASE_BLOCK_SIZE + place
        self.data[start : start + len(content)] = content
        self.mark(place, len(content) or 1)

    def put_u32(self, offset: int, at: int, number: int) -> None:
        """Write one number into a cell's content."""
        place = offset + L.CELL_HEADER + at
        pack_into("<I", self.data, L.BASE_BLOCK_SIZE + place, number)
        self.mark(place, 4)

    def u32(self, offset: int, at: int) -> int:
        """One number of a cell's content."""
        number: int = unpack_from("<I", self.data, L.BASE_BLOCK_SIZE + L.CELL_HEADER + offset + at)[0]
        return number

    def store(self, content: bytes, length: int = 0) -> int:
        """A new cell that holds ``content``, with room for at least ``length`` bytes; returns its offset."""
        offset = self.allocate(max(len(content), length))
        start = L.BASE_BLOCK_SIZE + offset + L.CELL_HEADER
        self.data[start : start + len(content)] = content
        self.mark(offset, len(content) + L.CELL_HEADER)
        return offset

    def allocate(self, length: int) -> int:
        """A cell with room for ``length`` bytes of content; returns its offset."""
        need = cell_size(length)
        at = bisect_left(self._sizes, need)
        if at == len(self._sizes):
            if self._unscanned:
                at = self._look_further(need)
            if at == len(self._sizes):
                self._lengthen(need)
                at = bisect_left(self._sizes, need)
        size = self._sizes[at]
        offset = next(iter(self._free[size]))
        self._take(offset, size)
        if size - need >= _SMALLEST:
            self._give(offset + need, size - need)
            self._write_size(offset + need, size - need)
            size = need
        self._write_size(offset, -size)
        self._starts[offset // L.CELL_ALIGNMENT] = _CELL
        return offset

    def free(self, offset: int) -> None:
        """Take a cell back; what is none, is free already, or lies in a bin that is left alone, stays as it is."""
        size = self.room(offset) + L.CELL_HEADER
        if size == L.CELL_HEADER:
            return
        start = self._bin_of(offset)
        if start is None or not self._scan(start) or self._starts[offset // L.CELL_ALIGNMENT] != _CELL:
            return
        self._starts[offset // L.CELL_ALIGNMENT] = _NO_CELL
        after = offset + size
        following = L.CELL_SIZE.unpack_from(self.data, L.BASE_BLOCK_SIZE + after)[0] if after < self._end(start) else 0
        if following > 0:
            self._take(after, following)
            size += following
        before = self._ends.get(offset)
        if before is not None:
            self._take(before, offset - before)
            size += offset - before
            offset = before
        self._give(offset, size)
        self._write_size(offset, size)

    def cut(self) -> bool:
        """Cut off the bins at the end that hold no cell (never the first); whether there were any."""
        before = self.size
        while len(self.bins) > 1:
            start = self.bins[-1]
            size = self.bins_size - start
            if not self._scan(start) or self._ends.get(start + size) != start + L.BIN_HEADER_SIZE:
                break
            self._take(start + L.BIN_HEADER_SIZE, size - L.BIN_HEADER_SIZE)
            del self.bins[-1], self._scanned[start]
            if self._unscanned and self._unscanned[0] == start:
                del self._unscanned[0]
            del self.data[L.BASE_BLOCK_SIZE + start :]
            del self._starts[start // L.CELL_ALIGNMENT :]
            self.size = self.claim = len(self.data)
        return self.size != before

    # --- free space -------------------------------------------------------------------------

    def _look_further(self, need: int) -> int:
        """Scan some more bins; where in the sizes one that fits now stands, or the end."""
        for _ in range(_SCANNED_AT_ONCE):
            if not self._unscanned:
                break
            self._scan(self._unscanned.pop())
            if self._sizes and self._sizes[-1] >= need:
                break
        return bisect_left(self._sizes, need)

    def _bin_of(self, offset: int) -> int | None:
        at = bisect_right(self.bins, offset) - 1
        return self.bins[at] if at >= 0 else None

    def _end(self, start: int) -> int:
        at = bisect_right(self.bins, start)
        return self.bins[at] if at < len(self.bins) else self.bins_size

    def _scan(self, start: int) -> bool:
        """Note the free cells of a bin, once; whether its cells fill it exactly."""
        known = self._scanned.get(start)
        if known is not None:
            return known
        self._starts += bytes(self.bins_size // L.CELL_ALIGNMENT - len(self._starts))
        end, at = self._end(start), start + L.BIN_HEADER_SIZE
        data, base = self.data, L.BASE_BLOCK_SIZE
        free: list[tuple[int, int]] = []
        allocated: list[int] = []
        while at < end:
            size = L.CELL_SIZE.unpack_from(data, base + at)[0]
            if size > 0:
                if free and sum(free[-1]) == at:  # two free neighbours, as no Windows leaves them: one
                    free[-1] = (free[-1][0], free[-1][1] + size)
                else:
                    free.append((at, size))
            else:
                size = -size
                allocated.append(at)
            if size < _SMALLEST or size % L.CELL_ALIGNMENT:
                break
            at += size
        sound = self._scanned[start] = at == end
        if sound:
            self._know(start, end - start)
            for offset in allocated:
                self._starts[offset // L.CELL_ALIGNMENT] = _CELL
            for offset, size in free:
                if L.CELL_SIZE.unpack_from(data, base + offset)[0] != size:
                    self._write_size(offset, size)
                self._give(offset, size)
        return sound

    def _know(self, start: int, size: int) -> None:
        """From now on every place in a bin is a cell for certain, or none."""
        first, count = start // L.CELL_ALIGNMENT, size // L.CELL_ALIGNMENT
        self._starts[first : first + count] = bytes((_NO_CELL,)) * count

    def _lengthen(self, need: int) -> None:
        """A new bin at the end, all of it one free cell."""
        start = self.bins_size
        size = (need + L.BIN_HEADER_SIZE + L.BIN_ALIGNMENT - 1) & -L.BIN_ALIGNMENT
        self.data += bytes(size)
        L.BIN.pack_into(self.data, L.BASE_BLOCK_SIZE + start, L.HBIN, start, size, 0, 0, 0)
        self.size = self.claim = len(self.data)
        self._starts += bytes(self.bins_size // L.CELL_ALIGNMENT - len(self._starts))
        self._know(start, size)
        self.bins.append(start)
        self._scanned[start] = True
        self.mark(start, size)
        self._write_size(start + L.BIN_HEADER_SIZE, size - L.BIN_HEADER_SIZE)
        self._give(start + L.BIN_HEADER_SIZE, size - L.BIN_HEADER_SIZE)

    def _write_size(self, offset: int, size: int) -> None:
        L.CELL_SIZE.pack_into(self.data, L.BASE_BLOCK_SIZE + offset, size)
        self.dirty.add(offset >> _PAGE_SHIFT)

    def _give(self, offset: int, size: int) -> None:
        cells = self._free.get(size)
        if cells is None:
            self._free[size] = {offset: None}
            insort(self._sizes, size)
        else:
            cells[offset] = None
        self._ends[offset + size] = offset

    def _take(self, offset: int, size: int) -> None:
        cells = self._free[size]
        del cells[offset]
        del self._ends[offset + size]
        if not cells:
            del self._free[size]
            del self._sizes[bisect_left(self._sizes, size)]
