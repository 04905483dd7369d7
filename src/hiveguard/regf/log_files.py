"""One transaction log: what its header says, and the changes that it holds, in either format.

Must not know: the hive that it belongs to, files. Source: msuhanov/regf, "Format of transaction log
files" (old format, new format).
"""

from __future__ import annotations

from struct import unpack_from

from ..core.errors import NotAHive
from . import layout as L
from .base_block import BaseBlock
from .limits import LOG_HASHED_MAX
from .marvin import marvin32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("Entry", "LogFile", "distance", "first_entry", "old_pages", "read_entries", "stray_entries")


def distance(number: int, origin: int) -> int:
    """How far a sequence number lies behind another, in the order that wraps at 2^32 (negative: before)."""
    return ((number - origin + 0x80000000) & 0xFFFFFFFF) - 0x80000000


class LogFile:
    """A log beside a hive. ``trouble`` is '' for a usable one, else why it is not: ``empty``, ..."""

    __slots__ = ("data", "header", "is_new", "name", "trouble")

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.data = data
        self.header: BaseBlock | None = None
        self.is_new = False
        self.trouble = self._judge()

    def _judge(self) -> str:
        if not self.data:
            return "empty"
        try:
            header = BaseBlock(self.data[: L.HEADER_SIZE])
        except NotAHive:
            return "not a log"
        self.header = header
        magic = self.data[L.LOG_PAGES_AT : L.LOG_PAGES_AT + 4]
        self.is_new = header.file_type == L.FILE_TYPE_NEW_LOG
        if not header.checksum_ok:
            return "its header's checksum is wrong"
        if not self.is_new and header.file_type not in L.FILE_TYPES_OLD_LOG:
            return f"its file type is {header.file_type}"
        if magic != (L.HVLE if self.is_new else L.DIRT):
            return "its first entry has no signature"
        if header.seq1 != header.seq2:
            return "it was being written"
        return ""


class Entry:
    """A valid entry of a new-format log. ``pages``: (offset in the bins data, where in the log, length)."""

    __slots__ = ("bins_size", "flags", "number", "pages")

    def __init__(self, number: int, flags: int, bins_size: int, pages: tuple[tuple[int, int, int], ...]) -> None:
        self.number = number
        self.flags = flags
        self.bins_size = bins_size
        self.pages = pages


def _entry_at(data: bytes, at: int) -> tuple[Entry | None, int, str]:
    """The entry at a position: (it, its size, '') or (None, 0, what is wrong with it)."""
    _, size, flags, number, bins_size, count, hash1, hash2 = L.LOG_ENTRY.unpack_from(data, at)
    if size < L.LOG_SECTOR or size % L.LOG_SECTOR:
        return None, 0, f"bad size {size} in entry {number}"
    if at + size > len(data):
        return None, 0, f"torn entry {number}"
    if bins_size % L.BIN_ALIGNMENT:
        return None, 0, f"bad bins size in entry {number}"
    where = at + L.LOG_REFERENCES + 8 * count
    if not count or where > at + size:
        return None, 0, f"bad page count in entry {number}"
    if marvin32(data[at : at + L.LOG_ENTRY_HASHED]) != hash2:
        return None, 0, f"bad hash in entry {number}"
    if marvin32(memoryview(data)[at + L.LOG_REFERENCES : at + size]) != hash1:
        return None, 0, f"bad hash in entry {number}"
    pages = []
    for reference in range(count):
        offset, length = L.LOG_REFERENCE.unpack_from(data, at + L.LOG_REFERENCES + 8 * reference)
        if offset % L.LOG_PAGE or length % L.LOG_PAGE or offset + length > bins_size or where + length > at + size:
            return None, 0, f"bad page in entry {number}"
        pages.append((offset, where, length))
        where += length
    return Entry(number, flags, bins_size, tuple(pages)), size, ""


def first_entry(data: bytes) -> Entry | None:
    """The entry at the place of the first one, whatever the log's header says; None if it is not valid."""
    if len(data) < L.LOG_PAGES_AT + L.LOG_REFERENCES or data[L.LOG_PAGES_AT : L.LOG_PAGES_AT + 4] != L.HVLE:
        return None
    return _entry_at(data, L.LOG_PAGES_AT)[0]


def read_entries(log: LogFile) -> Iterator[Entry | str]:
    """The valid entries of a new-format log in order, numbered up by one from its header's number.

    Where they end in something that is not a normal end (zeros, older entries, the end of the file),
    a last sentence says what stood there.
    """
    assert log.header is not None
    data, at, expected = log.data, L.LOG_PAGES_AT, log.header.seq1
    while at + L.LOG_REFERENCES <= len(data) and data[at : at + 4] == L.HVLE:
        (number,) = unpack_from("<I", data, at + 12)
        ahead = distance(number, expected)
        if ahead < 0:
            return
        if ahead > 0:
            yield f"gap inside {log.name}: entry {number} where {expected} was expected"
            return
        if at > LOG_HASHED_MAX:
            yield f"more than {LOG_HASHED_MAX:,} bytes of entries"
            return
        entry, size, wrong = _entry_at(data, at)
        if entry is None:
            yield wrong
            return
        yield entry
        at += size
        expected = (expected + 1) & 0xFFFFFFFF
    rest = data[at : at + 4]
    if rest and rest == L.HVLE[: len(rest)]:
        yield f"torn entry {expected}"
    elif (later := _newer_behind(data, at, expected)) is not None:
        yield f"gap inside {log.name}: entry {later} behind something else where {expected} was expected"


def _newer_behind(data: bytes, at: int, expected: int) -> int | None:
    """The number of a valid entry further on that is newer than those before: then what stands here was one."""
    left = LOG_HASHED_MAX
    at = data.find(L.HVLE, at)
    while 0 <= at <= len(data) - L.LOG_REFERENCES and left > 0:
        size, number = unpack_from("<I4xI", data, at + 4)
        if not at % L.LOG_SECTOR and distance(number, expected) >= 0:
            left -= size
            if _entry_at(data, at)[0] is not None:
                return int(number)
        at = data.find(L.HVLE, at + 4)
    return None


def stray_entries(log: LogFile) -> Iterator[Entry]:
    """Every whole entry with right hashes at any sector of a log, whatever its number or the log's header."""
    at = log.data.find(L.HVLE, L.LOG_PAGES_AT)
    left = LOG_HASHED_MAX
    while 0 <= at <= len(log.data) - L.LOG_REFERENCES and left > 0:
        if not at % L.LOG_SECTOR:
            (size,) = unpack_from("<I", log.data, at + 4)
            left -= min(size, len(log.data))  # crafted entries may overlap: what is hashed twice counts twice
            entry = _entry_at(log.data, at)[0]
            if entry is not None:
                yield entry
        at = log.data.find(L.HVLE, at + 4)


def old_pages(log: LogFile) -> list[tuple[int, int, int]] | str:
    """The pages of an old-format log as (offset in the bins data, where in the log, length), or what is wrong."""
    assert log.header is not None
    size = log.header.bins_size
    start = L.LOG_PAGES_AT + len(L.DIRT)
    bitmap = log.data[start : start + size // L.OLD_LOG_BYTES_PER_BITMAP_BYTE]
    if len(bitmap) < size // L.OLD_LOG_BYTES_PER_BITMAP_BYTE:
        return "log cut"
    at = -(-(start + len(bitmap)) // L.LOG_SECTOR) * L.LOG_SECTOR
    pages = []
    for index, byte in enumerate(bitmap):
        for bit in range(8) if byte else ():
            if byte >> bit & 1:
                pages.append(((index * 8 + bit) * L.OLD_LOG_PAGE, at, L.OLD_LOG_PAGE))
                at += L.OLD_LOG_PAGE
    return "log cut" if at > len(log.data) else pages
