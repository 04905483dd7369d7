"""Puts the records of several processors in time order, through an index of the buffers' headers.

Within one processor buffers and records are in order; across processors a record may stand minutes behind a later one,
because a processor that logs little keeps its buffer. So no window of records is wide enough. The index (16 bytes a
buffer) tells which buffers each processor has; one buffer of each stands open, and what lies before the earliest end
of these is sorted and delivered. Records of one time are ordered by processor and position.

Must not know: what a record holds beyond its first item, the place. Source: HiveGuard's own.
"""

from __future__ import annotations

from _bisect import bisect_left, bisect_right
from _heapq import heapify, heappop, heappush, heapreplace
from _operator import itemgetter
from array import array

from .buffer import Buffer, read_buffer
from .layout import BUFFER_HEADER
from .limits import BUFFER_MAX, MERGE_BYTES, MERGE_BYTES_MIN, OPEN_BYTES_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .buffer_bodies import BufferBodies
    from .chain import ReadAt
    from .frames import Row

__all__ = ("BufferIndex", "merged")

_place = itemgetter(0)
_SIZE_BITS = 32
_SIZE_MASK = (1 << _SIZE_BITS) - 1
FIRST = -1  #: the first buffer's lane: it is of the session rather than of a processor


class BufferIndex:
    """Where each processor's buffers lie: two numbers of 8 bytes for each buffer."""

    __slots__ = ("_lanes", "largest")

    def __init__(self) -> None:
        self._lanes: dict[int, tuple[array[int], array[int]]] = {}
        self.largest: dict[int, int] = {}  #: bytes of each processor's largest buffer, decompressed

    def add(self, buffer: Buffer) -> None:
        """Take in the next buffer of the file."""
        cpu = buffer.cpu if buffer.offset else FIRST
        lane = self._lanes.get(cpu)
        if lane is None:
            lane = self._lanes[cpu] = array("Q"), array("Q")
            self.largest[cpu] = 0
        lane[0].append(buffer.offset)
        lane[1].append((buffer.sequence & _SIZE_MASK) << _SIZE_BITS | buffer.size)
        # What is decompressed may be larger than what lies on disk, and is never larger than it may be.
        self.largest[cpu] = max(self.largest[cpu], buffer.size, min(buffer.end, BUFFER_MAX) if buffer.compressed else 0)

    @property
    def processors(self) -> list[int]:
        """The lanes, the first buffer's first."""
        return sorted(self._lanes)

    @property
    def too_large(self) -> bool:
        """Whether one buffer of each processor together would take more than is allowed."""
        return sum(self.largest.values()) > OPEN_BYTES_MAX

    def sort_by_sequence(self) -> None:
        """For circular files: a processor's buffers in the order in which they were written."""
        for cpu, (offsets, facts) in self._lanes.items():
            order = sorted(range(len(facts)), key=facts.__getitem__)  # the sequence stands in the upper bits
            self._lanes[cpu] = array("Q", map(offsets.__getitem__, order)), array("Q", map(facts.__getitem__, order))

    def buffers(self, cpu: int, read: ReadAt) -> Iterator[Buffer]:
        """A processor's buffers, their headers read again."""
        offsets, facts = self._lanes[cpu]
        for offset, fact in zip(offsets, facts):
            header = read(offset, BUFFER_HEADER)
            buffer = read_buffer(header, offset, _SIZE_MASK) if len(header) == BUFFER_HEADER else None
            if buffer is not None:  # else the file changed meanwhile, which is told at the end
                buffer.size = fact & _SIZE_MASK  # as the chain found it
                yield buffer


class _Lane:
    """One processor: its rows that are made and not yet delivered."""

    __slots__ = ("_at", "_chunks", "rows")

    def __init__(self, chunks: Iterator[list[Row]]) -> None:
        self._chunks = chunks
        self.rows: list[Row] = []
        self._at = 0

    def fill(self) -> bool:
        """Make the next rows; False: there are none."""
        rows = next(self._chunks, None)
        self._at = 0
        if rows is None:
            self.rows = []
            return False
        rows.sort(key=_place)  # they are in order, but for a damaged file or a clock that was set back
        self.rows = rows
        return True

    @property
    def first(self) -> int:
        return self.rows[self._at][0]

    @property
    def last(self) -> int:
        return self.rows[-1][0]

    def take(self, horizon: int, inclusive: bool) -> list[Row]:
        """The rows before the horizon (or at it)."""
        rows, at = self.rows, self._at
        if inclusive and rows[-1][0] <= horizon:
            self._at = len(rows)
            return rows[at:] if at else rows
        bisect = bisect_right if inclusive else bisect_left
        self._at = bisect(rows, horizon, at, key=_place)
        return rows[at : self._at]

    @property
    def empty(self) -> bool:
        return self._at >= len(self.rows)


def _chunks(index: BufferIndex, cpu: int, read: ReadAt, bodies: BufferBodies) -> Iterator[list[Row]]:
    for buffer in index.buffers(cpu, read):
        yield from bodies.rows(buffer)


def merged(index: BufferIndex, read: ReadAt, bodies: BufferBodies) -> Iterator[list[Row]]:
    """All rows in time order, some at a time.

    The horizon is the least (last place, processor) of the rows that the lanes hold: whatever a lane will still make
    lies behind its own last one, so all up to the horizon can be delivered.
    """
    processors = index.processors
    bodies.chunk = min(bodies.chunk, max(MERGE_BYTES // max(len(processors), 1), MERGE_BYTES_MIN))
    lanes = {cpu: _Lane(_chunks(index, cpu, read, bodies)) for cpu in processors}
    held = [cpu for cpu in processors if lanes[cpu].fill()]
    firsts = [(lanes[cpu].first, cpu) for cpu in held]
    lasts = [(lanes[cpu].last, cpu) for cpu in held]
    heapify(firsts)
    heapify(lasts)
    while lasts:
        horizon = lasts[0]
        place, ending = horizon
        taken: list[int] = []
        while firsts and firsts[0] <= horizon:
            taken.append(heappop(firsts)[1])
        taken.sort()
        if len(taken) == 1:
            yield lanes[taken[0]].take(place, taken[0] <= ending)
        else:
            batch: list[Row] = []
            for cpu in taken:
                batch += lanes[cpu].take(place, cpu <= ending)
            batch.sort(key=_place)  # runs that are in order each: merged, not sorted anew
            yield batch
            del batch
        for cpu in taken:
            lane = lanes[cpu]
            if not lane.empty:
                heappush(firsts, (lane.first, cpu))
            elif lane.fill():
                heappush(firsts, (lane.first, cpu))
                heapreplace(lasts, (lane.last, cpu))
            else:
                heappop(lasts)
