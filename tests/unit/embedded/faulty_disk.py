"""A disk in memory that fails when it is told to, and lets something happen in the middle of a write: a fake."""

from __future__ import annotations

from collections.abc import Callable

from hiveguard.core.errors import NotWritten
from hiveguard.regf.disk import Part
from hiveguard.regf.new_hive import new_hive
from hiveguard.registry.hive_files import MemoryDisk

TIME = 132_000_000_000_000_000


class FaultyDisk(MemoryDisk):
    """``fails``: whether the next syncs fail; ``is_full``: the next writes do, and write nothing; ``meanwhile``:
    called once, inside the next sync.
    """

    def __init__(self, primary: bytes | None = None) -> None:
        super().__init__(primary or bytes(new_hive("1.5", "ROOT", TIME)))
        self.fails = False
        self.is_full = False
        self.meanwhile: Callable[[], None] | None = None
        self.is_closed = False

    def write(self, part: Part, position: int, data: bytes | bytearray | memoryview) -> None:
        if self.is_full:
            raise NotWritten("the disk is full", 28)
        super().write(part, position, data)

    def sync(self, part: Part) -> None:
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            happens()
        if self.fails:
            raise NotWritten("the disk does not answer", 5)

    def close(self) -> None:
        self.is_closed = True

    def reopened(self) -> FaultyDisk:
        """The same files, as another process would find them now."""
        other = FaultyDisk(bytes(self.parts[Part.PRIMARY]))
        for part, data in self.parts.items():
            other.parts[part] = bytearray(data)
        return other
