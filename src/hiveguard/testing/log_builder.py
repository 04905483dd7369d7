"""Transaction logs of the new format (Windows 8.1 and later), right or wrong on purpose.

Must not know: keys, how logs are replayed. Source: msuhanov/regf, "Format of transaction log files",
"New format"; that the next entry begins at a multiple of 4096 in the file is what Windows writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from struct import pack_into, unpack_from

from ..regf.layout import (
    BASE_BLOCK_SIZE,
    FILE_TYPE_NEW_LOG,
    HEADER_BINS_SIZE,
    HEADER_SEQ1,
    HEADER_SEQ2,
    HEADER_SIZE,
    HEADER_TYPE,
    HVLE,
    LOG_ENTRY,
    LOG_ENTRY_HASHED,
    LOG_PAGE,
    LOG_PAGES_AT,
    LOG_REFERENCE,
    LOG_REFERENCES,
    LOG_SECTOR,
)
from ..regf.marvin import marvin32
from .base_block import seal
from .cells import round_up

__all__ = ("LogBuilder", "LogEntry", "Page", "changed_pages")

#: an offset in the bins data, and the bytes that belong there
Page = tuple[int, bytes]


def changed_pages(before: bytes, after: bytes, step: int = LOG_PAGE) -> list[Page]:
    """The pages of `after`'s bins data that differ from `before`'s; neighbours are one page."""
    (size,) = unpack_from("<I", after, HEADER_BINS_SIZE)
    pages: list[Page] = []
    for offset in range(0, size, step):
        start = BASE_BLOCK_SIZE + offset
        page = after[start : start + step]
        if page == before[start : start + step]:
            continue
        if pages and pages[-1][0] + len(pages[-1][1]) == offset:
            pages[-1] = (pages[-1][0], pages[-1][1] + page)
        else:
            pages.append((offset, page))
    return pages


@dataclass(slots=True)
class LogEntry:
    """One entry. What is None is written as it should be; anything else stands in its place.

    The hashes are made over what is really written, so that an entry with one wrong field is wrong in
    that field only.
    """

    sequence: int
    bins_size: int
    pages: Sequence[Page]
    flags: int = 0
    signature: bytes = HVLE
    size: int | None = None
    count: int | None = None
    references: Sequence[tuple[int, int]] | None = None
    hash_1: int | None = None
    hash_2: int | None = None

    @classmethod
    def between(cls, before: bytes, after: bytes, sequence: int) -> LogEntry:
        """The entry that leads from one hive to another. Windows logs the page at 0 every time."""
        pages = changed_pages(before, after)
        if not pages or pages[0][0] != 0:
            pages.insert(0, (0, after[BASE_BLOCK_SIZE : BASE_BLOCK_SIZE + LOG_PAGE]))
        (bins_size,) = unpack_from("<I", after, HEADER_BINS_SIZE)
        return cls(sequence, bins_size, pages)

    def encode(self, at: int) -> bytes:
        """The entry's bytes when it begins at `at` in the log file."""
        references = self.references
        if references is None:
            references = [(offset, len(content)) for offset, content in self.pages]
        body = b"".join(LOG_REFERENCE.pack(*reference) for reference in references)
        body += b"".join(content for _, content in self.pages)
        length = round_up(at + LOG_REFERENCES + len(body), LOG_PAGE) - at
        body = body.ljust(length - LOG_REFERENCES, b"\0")
        size = length if self.size is None else self.size
        count = len(references) if self.count is None else self.count
        head = bytearray(LOG_REFERENCES)
        fields = (self.signature, size, self.flags, self.sequence, self.bins_size, count)
        # hash-1 covers what the size field spans, so a reader that checks it first finds it right.
        spanned = body[: size - LOG_REFERENCES] if LOG_REFERENCES <= size <= length else body
        hash_1 = marvin32(spanned[: len(spanned) & ~3]) if self.hash_1 is None else self.hash_1
        LOG_ENTRY.pack_into(head, 0, *fields, hash_1, 0)
        hash_2 = marvin32(bytes(head[:LOG_ENTRY_HASHED])) if self.hash_2 is None else self.hash_2
        LOG_ENTRY.pack_into(head, 0, *fields, hash_1, hash_2)
        return bytes(head) + body


class LogBuilder:
    """A new-format log: a copy of the hive's header, then entries.

    The header is the one of `hive`, with the log's type, and both sequence numbers those of the first
    entry; `put_header_u32` changes a field of it, `build(sealed=False)` leaves its checksum wrong.
    """

    def __init__(self, hive: bytes, entries: Sequence[LogEntry] = ()) -> None:
        self.entries = list(entries)
        self._header = bytearray(hive[:HEADER_SIZE])
        self._fields: list[tuple[int, int]] = []

    def put_header_u32(self, field: int, number: int) -> LogBuilder:
        """Write a field of the header otherwise."""
        self._fields.append((field, number))
        return self

    def starts(self) -> list[int]:
        """Where each entry begins in the log file."""
        starts, at = [], LOG_PAGES_AT
        for entry in self.entries:
            starts.append(at)
            at += len(entry.encode(at))
        return starts

    def build(self, *, sealed: bool = True, tail: bytes = b"") -> bytes:
        """The log file; `tail` follows the last entry."""
        header = bytearray(self._header)
        pack_into("<I", header, HEADER_TYPE, FILE_TYPE_NEW_LOG)
        if self.entries:
            for field in (HEADER_SEQ1, HEADER_SEQ2):
                pack_into("<I", header, field, self.entries[0].sequence)
            pack_into("<I", header, HEADER_BINS_SIZE, self.entries[0].bins_size)
        for field, number in self._fields:
            pack_into("<I", header, field, number)
        if sealed:
            seal(header)
        log = bytes(header).ljust(LOG_SECTOR, b"\0")
        for entry in self.entries:
            log += entry.encode(len(log))
        return log + tail
