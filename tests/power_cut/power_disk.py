"""A disk that knows what would be left of it if the power went now.

What is written is pending until its file is synced. When the power goes, each sector of what is pending is on the
disk or not, whatever the order; one may be torn: a prefix of the new bytes, then the old ones; or hold garbage. A
failed sync decides that for what it should have written, and no later sync makes up for it. Source: the crash test
of SQLite (test6.c); what a failed fsync means is Linux's way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import NamedTuple

from hiveguard.core.errors import NotWritten
from hiveguard.regf.disk import Disk, Part

SECTOR = 512
Files = tuple[bytes, bytes, bytes]


class Change(NamedTuple):
    """One change that is pending: bytes at a position, or (data None) a new length."""

    part: Part
    at: int
    data: bytes | None

    def apply(self, file: bytearray) -> None:
        if self.data is None:
            del file[self.at :]
            file += bytes(self.at - len(file))
        else:
            put(file, self.at, self.data)

    def sectors(self) -> Iterator[Change]:
        """The same change, sector by sector (what is written begins at a sector)."""
        if self.data is None:
            yield self
        else:
            for start in range(0, len(self.data), SECTOR):
                yield Change(self.part, self.at + start, self.data[start : start + SECTOR])


def put(file: bytearray, at: int, data: bytes) -> None:
    file += bytes(max(at - len(file), 0))
    file[at : at + len(data)] = data


class Fault(NamedTuple):
    """Which calls the disk fails at: the ones from ``first`` up to ``last``, each with a chance of ``rate``."""

    first: int = 0
    last: int = 0
    rate: float = 1

    def strikes(self, call: int, random: Random) -> bool:
        return self.first <= call < self.last and random.random() < self.rate

    @classmethod
    def some(cls, random: Random) -> Fault:
        """None, one call, all from one on, or one in ten."""
        first = random.randrange(1, 60)
        return random.choice((cls(), cls(), cls(first, first + 1), cls(first, 1 << 30), cls(1, 1 << 30, 0.1)))


class PowerDisk(Disk):
    """``watch`` is called whenever another state could be left behind."""

    def __init__(self, files: Files, random: Random, fault: Fault | None = None) -> None:
        self.seen = {part: bytearray(data) for part, data in zip(Part, files, strict=True)}  # by who writes
        self.durable = {part: bytearray(data) for part, data in zip(Part, files, strict=True)}
        self.pending: list[Change] = []
        self.calls = 0
        self.is_lying = False  # whether a sync failed: what is seen may never reach the disk
        self.watch: Callable[[], None] = lambda: None
        self._random = random
        self.fault = fault or Fault()

    # --- what a hive's writer asks ----------------------------------------------------------

    def size(self, part: Part) -> int:
        return len(self.seen[part])

    def read(self, part: Part, position: int, count: int) -> bytes:
        return bytes(self.seen[part][position : position + count])

    def read_into(self, part: Part, target: memoryview) -> int:
        count = min(len(target), len(self.seen[part]))
        target[:count] = self.seen[part][:count]
        return count

    def write(self, part: Part, position: int, data: bytes | bytearray | memoryview) -> None:
        assert position % SECTOR == 0
        assert len(data) % SECTOR == 0
        data = bytes(data)
        fails = self._fails()
        if fails:
            data = data[: self._random.randrange(len(data)) & -SECTOR]
        self._change(Change(part, position, data))
        if fails:
            raise NotWritten("no space left on the disk", 28)

    def resize(self, part: Part, size: int) -> None:
        fails = self._fails()
        if not fails or self._random.random() < 0.5:
            self._change(Change(part, size, None))
        if fails:
            raise NotWritten("no space left on the disk", 28)

    def replace(self, pieces: Iterable[bytes | bytearray]) -> None:
        data = b"".join(pieces)
        fails = self._fails()
        if fails and self._random.random() < 0.5:  # before it had its name
            raise NotWritten("no space left on the disk", 28)
        self.is_lying |= fails
        if not fails or self._random.random() < 0.5:
            self.durable[Part.PRIMARY][:] = data
        self.seen[Part.PRIMARY][:] = data
        self.pending = [change for change in self.pending if change.part is not Part.PRIMARY]
        self.watch()
        if fails:
            raise NotWritten("input/output error", 5)

    def sync(self, part: Part) -> None:
        fails = self._fails()
        self.is_lying |= fails
        for change in self.pending:
            if change.part is part:
                for piece in change.sectors() if fails else [change]:
                    if not fails or self._random.random() < 0.5:
                        piece.apply(self.durable[part])
        self.pending = [change for change in self.pending if change.part is not part]
        self.watch()
        if fails:
            raise NotWritten("input/output error", 5)

    def _fails(self) -> bool:
        self.calls += 1
        return self.fault.strikes(self.calls, self._random)

    def _change(self, change: Change) -> None:
        change.apply(self.seen[change.part])
        self.pending.append(change)
        self.watch()

    # --- what the power leaves --------------------------------------------------------------

    def left(self, changes: Iterator[Change] | list[Change]) -> Files:
        """The files when these changes reached them, and nothing else that is pending."""
        files = {part: bytearray(data) for part, data in self.durable.items()}
        for change in changes:
            change.apply(files[change.part])
        return (bytes(files[Part.PRIMARY]), bytes(files[Part.LOG1]), bytes(files[Part.LOG2]))
