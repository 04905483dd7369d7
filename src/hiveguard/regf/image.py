"""A hive's bytes, whole in memory or read in blocks, with the pages of a log laid over them.

An image is what every reader of cells is given. Must not know: files (it is given a function that
reads), what the bytes mean. Source: none; this is HiveGuard's own seam.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from .layout import BASE_BLOCK_SIZE, CELL_HEADER, CELL_HEADER_V1_1

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from mmap import mmap
    from typing import TypeAlias

    from .base_block import BaseBlock

    Patches: TypeAlias = Mapping[int, list[tuple[int, memoryview]]]

__all__ = ("BLOCK", "BlockImage", "Image", "MemoryImage")

BLOCK = 4096
_BLOCKS_KEPT = 4096


class Image(ABC):
    """The bytes of a hive, base block included. Positions count from the start of the file."""

    __slots__ = ("beyond_claim", "claim", "old_cells", "size")
    size: int  #: bytes that can be read
    claim: int  #: the position at which the base block says that the bins end; `size` if it cannot be trusted
    beyond_claim: bool  #: whether a cell behind that position was read
    old_cells: bool  #: whether cells have the form of versions 1.0 and 1.1

    def __init__(self, size: int) -> None:
        self.size = self.claim = size
        self.beyond_claim = False
        self.old_cells = False

    @property
    def cell_header(self) -> int:
        """Bytes between a cell's offset and its content."""
        return CELL_HEADER_V1_1 if self.old_cells else CELL_HEADER

    def set_claim(self, header: BaseBlock, replayed: int | None = None) -> None:
        """Take over how far the bins are said to go: by the last log entry, or by a sound base block."""
        self.claim = self.size
        if replayed is not None or header.checksum_ok:
            self.claim = min(self.size, BASE_BLOCK_SIZE + (header.bins_size if replayed is None else replayed))

    @abstractmethod
    def read(self, position: int, count: int) -> bytes:
        """The bytes from ``position`` on: ``count`` of them, fewer at the end."""


class MemoryImage(Image):
    """A whole hive in memory: ``data`` is bytes or an anonymous map, slices of both are bytes."""

    __slots__ = ("data",)

    def __init__(self, data: bytes | mmap) -> None:
        super().__init__(len(data))
        self.data = data

    def read(self, position: int, count: int) -> bytes:
        return self.data[position : position + count]


class BlockImage(Image):
    """A hive that is read in blocks when they are asked for.

    ``pread(position, count)`` reads from the file; ``patches`` maps the position of a block to what logs
    have for it, as (where in the block, bytes), later ones last. A bounded number of blocks is kept.
    """

    __slots__ = ("_blocks", "_patches", "_pread")

    def __init__(self, pread: Callable[[int, int], bytes], size: int, patches: Patches | None = None) -> None:
        super().__init__(size)
        self._pread = pread
        self._patches = patches or {}
        self._blocks: dict[int, bytes] = {}

    def _block(self, position: int) -> bytes:
        block = self._blocks.get(position)
        if block is None:
            block = self._pread(position, BLOCK).ljust(BLOCK, b"\0")
            patches = self._patches.get(position)
            if patches is not None:
                patched = bytearray(block)
                for at, data in patches:
                    patched[at : at + len(data)] = data
                block = bytes(patched)
            if len(self._blocks) >= _BLOCKS_KEPT:
                self._blocks.clear()
            self._blocks[position] = block
        return block

    def read(self, position: int, count: int) -> bytes:
        count = min(count, self.size - position)
        if count <= 0:
            return b""
        start = position & -BLOCK
        head = position - start
        if head + count <= BLOCK:
            return self._block(start)[head : head + count]
        parts = [self._block(at) for at in range(start, position + count, BLOCK)]
        return b"".join(parts)[head : head + count]
