"""A new hive file.

Must not know: keys. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import os

from ..core.clock import Clock
from ..core.filetime import from_unix_ns
from ..regf.new_hive import new_hive
from .hive_files import create_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike

__all__ = ("create", "new_hive_bytes")


def create(path: str | PathLike[str], version: str = "1.5", *, root: str = "ROOT", clock: Clock | None = None) -> None:
    """Make a new hive file with nothing but a root key, in a version from 1.3 to 1.6. It is there whole or not at all.

    Raises `AlreadyThere` when something of that name is there, `NotWritten` when it cannot be written, `BadArgument`
    for another version.
    """
    create_file(path, new_hive_bytes(path, version, root=root, clock=clock))


def new_hive_bytes(
    path: str | PathLike[str], version: str, *, root: str = "ROOT", clock: Clock | None = None
) -> bytearray:
    """What `create` writes to a file of that name."""
    ticks = from_unix_ns((clock or Clock()).wall())
    return new_hive(version, root, ticks, file_name=os.path.basename(os.fspath(path)))
