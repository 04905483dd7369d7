"""A clean copy of a hive: the bins with all logs applied, and a base block that says so.

Must not know: output. Sources: msuhanov/regf, "Base block"; after a recovery Windows numbers both sequence
numbers one above the last entry, and a copy goes above the highest number seen anywhere.
"""

from __future__ import annotations

from ..core.errors import NotAHive
from ..regf import layout as L
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
    # Without a size that can be trusted the copy takes whole bins as far as there are any bytes.
    end = image.claim - (image.claim - L.BASE_BLOCK_SIZE) % L.BIN_ALIGNMENT
    head = bytearray(image.read(0, L.BASE_BLOCK_SIZE).ljust(L.BASE_BLOCK_SIZE, b"\0"))
    head[: L.HEADER_SIZE] = snapshot.header.raw[: L.HEADER_SIZE]
    number = (snapshot.replay.report.highest + 1) & 0xFFFFFFFF
    if snapshot.replay.report.state != "clean":
        for at in (L.HEADER_SEQ1, L.HEADER_SEQ2):
            head[at : at + 4] = number.to_bytes(4, "little")
    head[L.HEADER_BINS_SIZE : L.HEADER_BINS_SIZE + 4] = (end - L.BASE_BLOCK_SIZE).to_bytes(4, "little")
    head[L.HEADER_ROOT : L.HEADER_ROOT + 4] = snapshot.root.to_bytes(4, "little")
    yield sealed(head[: L.HEADER_SIZE]) + bytes(head[L.HEADER_SIZE :])
    for at in range(L.BASE_BLOCK_SIZE, end, _PART):
        yield image.read(at, min(_PART, end - at))
