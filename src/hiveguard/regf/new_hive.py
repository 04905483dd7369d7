"""A hive with nothing in it but its root key: the smallest that every reader accepts.

Must not know: files. Sources: msuhanov/regf, "Base block", "Hive bin", "Key node", "Key security"; the flags of
the root are those of hives that Windows' kernel makes.
"""

from __future__ import annotations

from ..core.errors import BadArgument
from . import layout as L
from .default_security import default_descriptor
from .heap import cell_size
from .names import encoded_name, units
from .replay import sealed

__all__ = ("VERSIONS", "new_hive")

#: the versions that can be made: those with today's cells
VERSIONS = ("1.3", "1.4", "1.5", "1.6")
_ROOT = L.BIN_HEADER_SIZE


def new_hive(version: str, name: str, time: int, *, file_name: str = "") -> bytearray:
    """The bytes of a new hive, clean, with a root key of that name. ``time``: FILETIME ticks.

    Raises `BadArgument` for a version that is not in `VERSIONS`.
    """
    if version not in VERSIONS:
        raise BadArgument(f"version {version!r} cannot be made; use one of {', '.join(VERSIONS)}")
    descriptor = default_descriptor()
    raw_name, is_compressed = encoded_name(name)
    security = _ROOT + cell_size(L.NK_NAME + len(raw_name))
    rest = security + cell_size(L.SK_DESCRIPTOR + len(descriptor))
    data = bytearray(L.BASE_BLOCK_SIZE + L.BIN_ALIGNMENT)
    L.HEADER.pack_into(
        data, 0, L.REGF, 1, 1, time, L.HIVE_MAJOR, int(version[2:]), L.FILE_TYPE_PRIMARY, L.FORMAT_DIRECT_MEMORY_LOAD,
        _ROOT, L.BIN_ALIGNMENT, 1,
    )  # fmt: skip
    room = L.HEADER_NAME.stop - L.HEADER_NAME.start
    data[L.HEADER_NAME] = units(file_name)[-(room - 2) :].ljust(room, b"\0")
    data[: L.HEADER_SIZE] = sealed(data[: L.HEADER_SIZE])
    base = L.BASE_BLOCK_SIZE
    L.BIN.pack_into(data, base, L.HBIN, 0, L.BIN_ALIGNMENT, 0, time, 0)
    flags = L.KEY_HIVE_ENTRY | L.KEY_NO_DELETE | (L.KEY_COMP_NAME if is_compressed else 0)
    root = L.KEY_NODE.pack(
        L.NK, flags, time, 0, 0, 0, L.NIL, 0, 0, L.NIL, L.NIL, 0, L.NIL, security, L.NIL, 0, 0, 0, 0, 0, 0, 0,
        len(raw_name), 0,
    )  # fmt: skip
    ring = L.KEY_SECURITY.pack(L.SK, 0, security, security, 1, len(descriptor))
    for offset, end, content in ((_ROOT, security, root + raw_name), (security, rest, ring + descriptor)):
        L.CELL_SIZE.pack_into(data, base + offset, offset - end)
        at = base + offset + L.CELL_HEADER
        data[at : at + len(content)] = content
    L.CELL_SIZE.pack_into(data, base + rest, L.BIN_ALIGNMENT - rest)
    return data
