"""A copy of a hive: the bins with all logs applied, and a base block that says how that went.

Must not know: output. Sources: msuhanov/regf, "Base block"; after a recovery Windows numbers both sequence
numbers one above the last entry, and a copy goes above the highest number seen anywhere.
"""

from __future__ import annotations

from ..core.errors import NotAHive
from ..regf import layout as L
from ..regf.bins import Bin, bin_chain, free_bytes
from ..regf.log_report import NOT_REPLAYED, PARTLY, REPLAYED
from ..regf.new_hive import VERSIONS
from ..regf.packed import packed_hive
from ..regf.replay import sealed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .snapshot import Snapshot

__all__ = ("clean_copy", "is_sparse", "packed_copy")

_PART = 1 << 20


def is_sparse(snapshot: Snapshot) -> bool:
    """Whether more than half of a hive is free space, and a hive without it can be made."""
    header, image = snapshot.header, snapshot.image
    if snapshot.root is None or header.version not in VERSIONS or header.has_layered_keys or image.old_cells:
        return False
    bins = [found for found in bin_chain(image, image.claim) if isinstance(found, Bin)]
    size = sum(found.size for found in bins)
    return size > L.BIN_ALIGNMENT and 2 * sum(free_bytes(image, found) for found in bins) > size


def packed_copy(snapshot: Snapshot) -> bytes:
    """The copy made anew, key by key, without free space. Raises `Incomplete` when the hive is damaged."""
    assert snapshot.root is not None
    header, report = snapshot.header, snapshot.replay.report
    copy = bytearray(packed_hive(snapshot.image, snapshot.root, header.version, header.last_written, "the hive"))
    head = bytearray(header.raw[: L.HEADER_SIZE])
    number = (report.highest + 1) & 0xFFFFFFFF if report.state in (REPLAYED, PARTLY) else header.seq2
    for at in (L.HEADER_SEQ1, L.HEADER_SEQ2):
        head[at : at + 4] = number.to_bytes(4, "little")
    for at in (L.HEADER_BINS_SIZE, L.HEADER_ROOT):
        head[at : at + 4] = copy[at : at + 4]
    copy[: L.HEADER_SIZE] = sealed(head)
    return bytes(copy)


def clean_copy(snapshot: Snapshot) -> Iterator[bytes]:
    """The bytes of the copy, in parts. Raises `NotAHive` when the snapshot holds no root key."""
    if snapshot.root is None:
        raise NotAHive("the hive holds no root key; there is nothing to copy")
    image = snapshot.image
    end = image.claim - (image.claim - L.BASE_BLOCK_SIZE) % L.BIN_ALIGNMENT
    if not snapshot.header.checksum_ok:  # no size that can be trusted: the bins end at the last sound one
        bins = [found for found in bin_chain(image, end) if isinstance(found, Bin)]
        end = L.BASE_BLOCK_SIZE + bins[-1].offset + bins[-1].size if bins else end
    head = bytearray(image.read(0, L.BASE_BLOCK_SIZE).ljust(L.BASE_BLOCK_SIZE, b"\0"))
    head[: L.HEADER_SIZE] = snapshot.header.raw[: L.HEADER_SIZE]
    report = snapshot.replay.report
    number = (report.highest + 1) & 0xFFFFFFFF
    if report.state in (REPLAYED, PARTLY):
        for at in (L.HEADER_SEQ1, L.HEADER_SEQ2):
            head[at : at + 4] = number.to_bytes(4, "little")
    elif report.state == NOT_REPLAYED:  # what was pending still is: the copy stays dirty
        head[L.HEADER_SEQ1 : L.HEADER_SEQ1 + 4] = number.to_bytes(4, "little")
    head[L.HEADER_BINS_SIZE : L.HEADER_BINS_SIZE + 4] = (end - L.BASE_BLOCK_SIZE).to_bytes(4, "little")
    head[L.HEADER_ROOT : L.HEADER_ROOT + 4] = snapshot.root.to_bytes(4, "little")
    yield sealed(head[: L.HEADER_SIZE]) + bytes(head[L.HEADER_SIZE :])
    for at in range(L.BASE_BLOCK_SIZE, end, _PART):
        yield image.read(at, min(_PART, end - at))
