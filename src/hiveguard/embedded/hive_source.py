"""What a hive is loaded from: a file, files in memory, or nothing yet; opened only when the load begins.

Must not know: where the hive is mounted. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import os

from ..core.clock import Clock
from ..core.errors import AlreadyThere
from ..core.filetime import from_unix_ns
from ..regf.disk import Disk
from ..regf.editor import Editor
from ..regf.heap import Heap
from ..regf.layout import BIN_HEADER_SIZE
from ..regf.new_hive import new_hive
from ..regf.packed import hive_bytes
from ..registry.hive_files import FileDisk, MemoryDisk, create_file
from .hive_store import HiveStore
from .standard import fill

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Opened: TypeAlias = tuple[str | None, Callable[[], HiveStore]]

__all__ = ("disk_source", "file_source", "memory_source", "standard_file")

_VERSION = "1.5"


def file_source(path: str | os.PathLike[str]) -> Opened:
    """A hive file."""
    where = os.fspath(path)
    return where, lambda: _open(FileDisk(where), where)


def disk_source(disk: Disk) -> Opened:
    """Files behind a `Disk` that the caller made."""
    label = str(getattr(disk, "path", "a hive in memory"))
    return None, lambda: _open(disk, label)


def memory_source(file: str = "") -> Opened:
    """A new hive in memory; what a standard hive of that file name begins with is in it."""
    return None, lambda: _open(MemoryDisk(_new(file)), file or "a hive in memory")


def standard_file(folder: str | os.PathLike[str], file: str) -> Opened:
    """A standard hive's file in a folder, made when it is not there."""
    where = os.path.join(os.fspath(folder), file)

    def opened() -> HiveStore:
        if not os.path.exists(where):
            try:
                create_file(where, _new(file))
            except AlreadyThere:
                pass  # another process was quicker
        return _open(FileDisk(where), where)

    return where, opened


def _open(disk: Disk, label: str) -> HiveStore:
    try:
        return HiveStore.open(disk, label)
    except BaseException:  # also when interrupted: nobody else has the files to close them
        disk.close()
        raise


def _new(file: str) -> bytes:
    ticks = from_unix_ns(Clock().wall())
    data = new_hive(_VERSION, file or "ROOT", ticks, file_name=file)
    editor = Editor(Heap(data, [0]), int(_VERSION[2:]), BIN_HEADER_SIZE)
    fill(file, editor, ticks)
    return hive_bytes(editor.heap)
