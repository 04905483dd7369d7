"""A copy of a hive: the bins with all logs applied, and a base block that says how that went.

Must not know: output. Sources: msuhanov/regf, "Base block"; after a recovery Windows numbers both sequence
numbers one above the last entry, and a copy goes above the highest number seen anywhere.
"""

from __future__ import annotations

from ..core.errors import NotAHive
from ..regf import layout as L
from ..regf.bins import Bin, bin_chain
from ..regf.log_report import NOT_REPLAYED, PARTLY, REPLAYED
from ..regf.replay import sealed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .snapshot import Snapshot

__all__ = ("clean_copy",)

_PART = 1 << 20


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
