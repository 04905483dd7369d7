"""The base block of a hive, and the seal on it: what a builder writes in front of the bins.

Must not know: keys, bins, logs. Source: msuhanov/regf, "Base block". The checksum is computed here
apart from the reader's, so that one mistake cannot hide in both.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor
from struct import pack_into, unpack_from
from uuid import UUID

from ..regf.layout import (
    BASE_BLOCK_SIZE,
    CHECKSUM_AT,
    FILE_TYPE_PRIMARY,
    FORMAT_DIRECT_MEMORY_LOAD,
    HEADER,
    HEADER_FLAGS,
    HEADER_GUID_SIGNATURE,
    HEADER_LOG_ID,
    HEADER_NAME,
    HEADER_RM_ID,
    HEADER_TM_ID,
    HIVE_MAJOR,
    NIL,
    REGF,
    RMTM,
)
from ..regf.names import units

__all__ = ("BaseBlock", "header_checksum", "seal")


@dataclass(slots=True)
class BaseBlock:
    """The fields of a base block that a hive's maker may choose."""

    minor: int
    last_written: int
    seq: tuple[int, int] = (1, 1)
    file_name: str = ""
    flags: int = 0
    clustering: int = 1
    rm_id: UUID | None = None
    log_id: UUID | None = None  #: None: the same as `rm_id`, as is usual
    tm_id: UUID | None = None

    def encode(self, root: int, bins_size: int) -> bytearray:
        """The whole block, sealed."""
        block = bytearray(BASE_BLOCK_SIZE)
        HEADER.pack_into(
            block, 0, REGF, *self.seq, self.last_written, HIVE_MAJOR, self.minor, FILE_TYPE_PRIMARY,
            FORMAT_DIRECT_MEMORY_LOAD, root, bins_size, self.clustering,
        )  # fmt: skip
        room = HEADER_NAME.stop - HEADER_NAME.start
        # Windows keeps the end of the path, and always a final NUL.
        block[HEADER_NAME] = units(self.file_name)[-(room - 2) :].ljust(room, b"\0")
        if self.rm_id is not None:
            block[HEADER_RM_ID] = self.rm_id.bytes_le
            block[HEADER_LOG_ID] = (self.log_id or self.rm_id).bytes_le
            block[HEADER_TM_ID] = (self.tm_id or self.rm_id).bytes_le
            block[HEADER_GUID_SIGNATURE] = RMTM
        pack_into("<I", block, HEADER_FLAGS, self.flags)
        seal(block)
        return block


def header_checksum(header: bytes | bytearray) -> int:
    """XOR of the 127 words before the checksum; the two values that mean something else are avoided."""
    total: int = reduce(xor, unpack_from(f"<{CHECKSUM_AT // 4}I", header))
    return {NIL: NIL - 1, 0: 1}.get(total, total)


def seal(header: bytearray) -> None:
    """Make the checksum right again."""
    pack_into("<I", header, CHECKSUM_AT, header_checksum(header))
