"""Makes valid hive files of every version, as bytes, without Windows.

A build is deterministic: the same specs give the same bytes. What the builder makes is what Windows
of the hive's version would have written, as far as no option says otherwise; broken hives are made
from a `HiveImage`.

Must not know: how hives are read. Sources: msuhanov/regf specification; libyal/libregf for version
1.1; Project Zero, "The Windows Registry Adventure", for limits and large cells.
"""

from __future__ import annotations

from uuid import UUID

from ..regf.layout import (
    BIN_ALIGNMENT,
    HEADER_FLAG_LAYERED_KEYS,
    HIVE_MINOR_MAX,
    KEY_HIVE_ENTRY,
    KEY_NO_DELETE,
)
from .base_block import BaseBlock
from .cells import CellSpace
from .hive_image import HiveImage
from .hive_writer import HiveWriter
from .specs import DEFAULT_TIME, KeySpec, ListStyle

__all__ = ("HiveBuilder",)


class HiveBuilder:
    """A hive to be made: fill `root`, then take `build()` or `image()`.

    >>> builder = HiveBuilder(minor=5)
    >>> software = builder.root.key("Software")
    >>> _ = software.text("Name", "HiveGuard")
    >>> builder.build()[:4]
    b'regf'
    """

    def __init__(
        self,
        minor: int = 5,
        root_name: str = "ROOT",
        *,
        last_written: int = DEFAULT_TIME,
        seq: tuple[int, int] = (1, 1),
        file_name: str = "",
        flags: int | None = None,
        clustering: int = 1,
        rm_id: UUID | None = None,
        log_id: UUID | None = None,
        tm_id: UUID | None = None,
        lists: ListStyle | None = None,
        bin_size: int = BIN_ALIGNMENT,
        tail: bytes = b"",
    ) -> None:
        """`flags` are the base block's (by default layered keys in 1.6); `tail` follows the last bin."""
        if not 0 <= minor <= HIVE_MINOR_MAX:
            raise ValueError(f"minor version {minor}: hives are 1.0 to 1.{HIVE_MINOR_MAX}")
        self.minor = minor
        if flags is None:
            flags = HEADER_FLAG_LAYERED_KEYS if minor == HIVE_MINOR_MAX else 0
        self.header = BaseBlock(minor, last_written, seq, file_name, flags, clustering, rm_id, log_id, tm_id)
        self.lists = lists or ListStyle()
        self.bin_size = bin_size
        self.tail = tail
        self.root = KeySpec(root_name, last_write=last_written, flags=KEY_HIVE_ENTRY | KEY_NO_DELETE)

    def build(self) -> bytes:
        """The hive file."""
        return bytes(self.image())

    def image(self) -> HiveImage:
        """The hive file as a mutable image in which every part can be found."""
        space = CellSpace(self.minor, bin_size=self.bin_size, last_written=self.header.last_written)
        placement = HiveWriter(space, self.minor, self.lists).write(self.root)
        data = self.header.encode(placement.keys[self.root].cell, len(space.data))
        data += space.data + self.tail
        return HiveImage(data, placement, self.minor, space.bins)
