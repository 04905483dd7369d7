"""Makes the bad inputs of the peers' table from one good hive: cut, cyclic, not a hive, missing.

Must not know: HiveGuard. The few offsets are written out here, so that the table does not lean on the
reader that it judges. Source: msuhanov/regf, "Base block", "Key node", "Subkeys list".
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import NamedTuple

BINS = 4096  # offsets in cells count from here
ROOT_FIELD = 36  # in the base block
LIST_FIELD = 4 + 28  # in a key node, behind its cell's size
ENTRIES = 4 + 4  # in a list, behind size, signature and count


class Shapes(NamedTuple):
    """One path for each bad input, and the good hive."""

    good: Path
    cut: Path
    cyclic: Path
    not_a_hive: Path
    missing: Path


def cyclic(data: bytes) -> bytes:
    """The same hive, the first entry of the root's list of subkeys pointing to the root."""
    changed = bytearray(data)
    [root] = struct.unpack_from("<I", data, ROOT_FIELD)
    [entries] = struct.unpack_from("<I", data, BINS + root + LIST_FIELD)
    at = BINS + entries
    if data[at + 4 : at + 6] == b"ri":
        [entries] = struct.unpack_from("<I", data, at + ENTRIES)
        at = BINS + entries
    struct.pack_into("<I", changed, at + ENTRIES, root)
    return bytes(changed)


def make(good: Path, folder: Path) -> Shapes:
    """Write the bad ones into `folder`."""
    data = good.read_bytes()
    shapes = Shapes(
        folder / "whole.hive",
        folder / "cut.hive",
        folder / "cyclic.hive",
        folder / "notahive.hive",
        folder / "missing.hive",
    )
    shapes.good.write_bytes(data)
    shapes.cut.write_bytes(data[: len(data) // 2])
    shapes.cyclic.write_bytes(cyclic(data))
    shapes.not_a_hive.write_bytes(b"this is no registry hive, but a text that is long enough\n" * 200)
    return shapes
