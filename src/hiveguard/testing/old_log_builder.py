"""Transaction logs of the old format (to Windows 8), right or wrong on purpose.

Must not know: keys, how logs are replayed. Source: msuhanov/regf, "Format of transaction log files",
"Old format".
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import pack_into, unpack_from

from ..regf.layout import (
    DIRT,
    FILE_TYPES_OLD_LOG,
    HEADER_BINS_SIZE,
    HEADER_LAST_WRITTEN,
    HEADER_SEQ1,
    HEADER_SEQ2,
    HEADER_SIZE,
    HEADER_TYPE,
    LOG_PAGE,
    LOG_SECTOR,
    OLD_LOG_BYTES_PER_BITMAP_BYTE,
    OLD_LOG_PAGE,
)
from .base_block import seal
from .cells import round_up
from .log_builder import Page, changed_pages

__all__ = ("OldLogBuilder",)


class OldLogBuilder:
    """An old-format log: a copy of the hive's header, a bitmap of dirty pages, and those pages.

    `between` marks whole 4096-byte pages, as Windows does; `pages` may name any 512-byte pages.
    """

    def __init__(
        self,
        hive: bytes,
        pages: Sequence[Page],
        *,
        type: int = FILE_TYPES_OLD_LOG[0],
        seq: tuple[int, int] | None = None,
        last_written: int | None = None,
        bins_size: int | None = None,
        signature: bytes = DIRT,
    ) -> None:
        """The header is `hive`'s, but for the type and for what is not None."""
        self._header = bytearray(hive[:HEADER_SIZE])
        self._pages = list(pages)
        self._signature = signature
        pack_into("<I", self._header, HEADER_TYPE, type)
        if seq is not None:
            pack_into("<I", self._header, HEADER_SEQ1, seq[0])
            pack_into("<I", self._header, HEADER_SEQ2, seq[1])
        if last_written is not None:
            pack_into("<Q", self._header, HEADER_LAST_WRITTEN, last_written)
        if bins_size is not None:
            pack_into("<I", self._header, HEADER_BINS_SIZE, bins_size)

    @classmethod
    def between(cls, before: bytes, after: bytes, **fields: object) -> OldLogBuilder:
        """The log that leads from one hive to another, with the header of the later one."""
        return cls(after, changed_pages(before, after, LOG_PAGE), **fields)  # type: ignore[arg-type]

    def put_header_u32(self, field: int, number: int) -> OldLogBuilder:
        """Write a field of the header otherwise."""
        pack_into("<I", self._header, field, number)
        return self

    def build(self, *, sealed: bool = True, cut: int = 0) -> bytes:
        """The log file, without its last `cut` bytes."""
        header = bytearray(self._header)
        if sealed:
            seal(header)
        (size,) = unpack_from("<I", header, HEADER_BINS_SIZE)
        bitmap = bytearray(size // OLD_LOG_BYTES_PER_BITMAP_BYTE)
        dirty = b""
        for offset, content in sorted(self._pages):
            for page in range(offset // OLD_LOG_PAGE, (offset + len(content)) // OLD_LOG_PAGE):
                bitmap[page >> 3] |= 1 << (page & 7)
            dirty += content
        log = bytes(header) + self._signature + bitmap
        log = log.ljust(round_up(len(log), LOG_SECTOR), b"\0") + dirty
        return log[: len(log) - cut]
