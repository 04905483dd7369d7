"""How a hive file looks from outside: what identifies it, and whether it is dirty, from its first 512 bytes.

Nothing is locked, no handle is kept. Must not know: folders, when to look. Sources: msuhanov/regf, "Base block"
(GUIDs, sequence numbers); HiveGuard's own contract (what makes two hives at one path two).
"""

from __future__ import annotations

import os
import stat

from ..core.errors import NotAHive
from ..regf import layout as L
from ..regf.base_block import BaseBlock
from .limits import GROWING
from .sightings import Face

TYPE_CHECKING = False

__all__ = ("Growing", "blank", "look")

_TRIES = 4  #: a base block that is being written may be read half old and half new
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class Growing(Exception):  # no error: the question comes too early
    """The file was written just now and is shorter than it says: somebody is still copying it."""


def look(name: str, at: int, wall: int, folder: int | None = None) -> Face | None:
    """How a file looks now; None: it is no hive. ``at`` and ``wall``: the time before the look, by the monotonic clock
    and in ns since 1970; ``folder``: a descriptor.

    Raises `Growing`, and `OSError`, also `FileNotFoundError` when it is not there.
    """
    if not stat.S_ISREG(os.stat(name, dir_fd=folder).st_mode):
        return None  # opening a pipe would let its writer through
    descriptor = os.open(name, _FLAGS, dir_fd=folder)
    try:
        for _ in range(_TRIES):
            known = os.fstat(descriptor)
            if not stat.S_ISREG(known.st_mode):
                return None
            os.lseek(descriptor, 0, os.SEEK_SET)
            head = os.read(descriptor, L.HEADER_SIZE)
            try:
                header = BaseBlock(head)
            except NotAHive:
                return None
            if header.file_type in (*L.FILE_TYPES_OLD_LOG, L.FILE_TYPE_NEW_LOG):
                return None
            if header.checksum_ok:
                break
    finally:
        os.close(descriptor)
    if known.st_size < L.BASE_BLOCK_SIZE + header.bins_size and 0 <= wall - known.st_mtime_ns < GROWING:
        raise Growing(name)
    guids = head[L.HEADER_RM_ID] + head[L.HEADER_LOG_ID] + head[L.HEADER_TM_ID]
    stamp = (known.st_size, known.st_mtime_ns, known.st_ctime_ns, header.seq1, header.seq2)
    return Face((known.st_dev, known.st_ino, guids), stamp, at, sequence=header.seq1, is_dirty=header.is_dirty)


def blank(name: str, folder: int | None = None) -> tuple[int, int] | None:
    """Device and inode of a file with nothing yet where a header begins: it is empty, or zeros, or ends within it.

    None: it is not so. Raises `OSError`.
    """
    if not stat.S_ISREG(os.stat(name, dir_fd=folder).st_mode):
        return None
    descriptor = os.open(name, _FLAGS, dir_fd=folder)
    try:
        known = os.fstat(descriptor)
        head = os.read(descriptor, L.HEADER_SIZE) if stat.S_ISREG(known.st_mode) else b"no file"
    finally:
        os.close(descriptor)
    is_cut = len(head) < L.HEADER_SIZE and L.REGF.startswith(head[: len(L.REGF)])
    return (known.st_dev, known.st_ino) if is_cut or not any(head) else None
