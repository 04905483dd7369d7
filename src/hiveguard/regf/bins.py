"""The chain of bins: do they follow each other, and where does the next sound one begin.

A walk follows references and needs no bins; a break in the chain costs nothing by itself. Must not
know: keys, files. Source: msuhanov/regf, "Hive bin".
"""

from __future__ import annotations

from . import layout as L

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .damage import Findings
    from .image import Image

__all__ = ("Bin", "bin_chain", "check_bins", "free_bytes")


class Bin:
    """One bin: its offset in the bins data and its size in bytes, header included."""

    __slots__ = ("offset", "size")

    def __init__(self, offset: int, size: int) -> None:
        self.offset = offset
        self.size = size


def bin_chain(image: Image, end: int) -> Iterator[Bin | tuple[int, str]]:
    """The bins up to a position of the file, and (offset, what is wrong: "size 0x1") at each break.

    After a break the next place, by steps of the alignment, where a bin says its own offset goes on.
    """
    offset, limit = 0, min(end, image.size) - L.BASE_BLOCK_SIZE
    told = False
    while offset + L.BIN_HEADER_SIZE <= limit:
        head = image.read(L.BASE_BLOCK_SIZE + offset, L.BIN.size)
        signature, own, size, *_ = L.BIN.unpack(head)
        wrong = ""
        if signature != L.HBIN:
            wrong = f"signature {signature.hex(' ')}"
        elif own != offset:
            wrong = f"offset {own:#x}"
        elif size < L.BIN_ALIGNMENT or size % L.BIN_ALIGNMENT or offset + size > limit:
            wrong = f"size {size:#x}"
        if not wrong:
            told = False
            yield Bin(offset, size)
            offset += size
        else:
            if not told:
                yield offset, wrong
            told = True
            offset += L.BIN_ALIGNMENT


def check_bins(image: Image, findings: Findings, *, claim_trusted: bool) -> None:
    """Note every break in the chain of bins, up to the end that the base block claims.

    Where that claim cannot be trusted the bins end at the last one that is sound.
    """
    broken: list[tuple[int, str]] = []
    for found in bin_chain(image, image.claim):
        if not isinstance(found, Bin):
            broken.append(found)
            continue
        for offset, wrong in broken:
            findings.add("bin-header", offset, wrong)
        broken.clear()
    for offset, wrong in broken if claim_trusted else ():
        findings.add("bin-header", offset, wrong)


def free_bytes(image: Image, found: Bin) -> int:
    """Bytes of a bin's free cells, as far as its cells follow each other."""
    data = image.read(L.BASE_BLOCK_SIZE + found.offset, found.size)
    free, at = 0, L.BIN_HEADER_SIZE
    while at + L.CELL_HEADER <= len(data):
        size: int = L.CELL_SIZE.unpack_from(data, at)[0]
        if size > 0:
            free += size
        if abs(size) < L.CELL_ALIGNMENT:
            break
        at += abs(size)
    return free
