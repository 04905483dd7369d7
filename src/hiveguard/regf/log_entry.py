"""One entry of a new-format log, as bytes.

Must not know: files, when entries are written. Sources: msuhanov/regf, "Format of transaction log files", "New
format"; that the page at 0 is in every entry, that neighbouring pages are one reference and that the next entry
begins at a multiple of 4096 in the log is what Windows writes.
"""

from __future__ import annotations

from struct import pack_into

from . import layout as L
from .marvin import marvin32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ("log_entry",)


def log_entry(number: int, flags: int, bins_size: int, pages: Mapping[int, bytes], at: int) -> bytearray:
    """The entry of that number with those pages (offset in the bins data: 4096 bytes), to stand at ``at`` of a log."""
    references: list[list[int]] = []
    for offset in sorted(pages):
        if references and sum(references[-1]) == offset:
            references[-1][1] += L.LOG_PAGE
        else:
            references.append([offset, L.LOG_PAGE])
    length = L.LOG_REFERENCES + L.LOG_REFERENCE.size * len(references) + L.LOG_PAGE * len(pages)
    size = -(-(at + length) // L.LOG_PAGE) * L.LOG_PAGE - at
    entry = bytearray(size)
    where = L.LOG_REFERENCES
    for offset, count in references:
        L.LOG_REFERENCE.pack_into(entry, where, offset, count)
        where += L.LOG_REFERENCE.size
    for offset in sorted(pages):
        entry[where : where + L.LOG_PAGE] = pages[offset]
        where += L.LOG_PAGE
    hash1 = marvin32(memoryview(entry)[L.LOG_REFERENCES :])
    L.LOG_ENTRY.pack_into(entry, 0, L.HVLE, size, flags, number, bins_size, len(references), hash1, 0)
    pack_into("<Q", entry, L.LOG_ENTRY_HASHED, marvin32(memoryview(entry)[: L.LOG_ENTRY_HASHED]))
    return entry
