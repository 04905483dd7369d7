"""The files of a hive that is written: opened, locked against other writers, made durable.

This is the edge of writing: the only module that changes hive files. Must not know: what the bytes mean.
Source: HiveGuard's own contract; a new file lasts when it and its folder are synced (POSIX fsync, rationale).
"""

from __future__ import annotations

import os
from io import FileIO

from ..core.errors import AlreadyThere, HiveBusy, NotWritten, Unreadable
from ..regf.disk import Disk, Part
from .file_lock import LockTaken, lock
from .hive_bytes import unreadable
from .log_search import log_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike

__all__ = ("FileDisk", "MemoryDisk", "create_file")

_LOGS = {Part.LOG1: ".LOG1", Part.LOG2: ".LOG2"}


def _not_written(path: str, error: OSError) -> NotWritten:
    return NotWritten(f"{path}: {error.strerror or error}; check the disk, then flush again", error.errno)


class FileDisk(Disk):
    """A hive's files by the primary's path. While it is open nobody else, here or in another process, can have it.

    Raises `Unreadable` when the primary cannot be opened for writing, `HiveBusy` when somebody writes it already.
    The logs beside it are found whatever the case of their names, and made when they are first written.
    """

    __slots__ = ("_files", "_names", "_unsynced_folder", "path")

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = os.path.abspath(path)
        if os.path.isdir(self.path):
            raise Unreadable(f"{path}: it is a folder; name a hive file in it", 21)
        try:
            file = FileIO(self.path, "r+")
        except OSError as error:
            raise unreadable(str(path), error) from None
        self._files: dict[Part, FileIO] = {Part.PRIMARY: file}
        self._names: dict[str, str] | None = None
        self._unsynced_folder = False
        try:
            lock(file.fileno())
        except LockTaken:
            file.close()
            raise HiveBusy(f"{path}: somebody has the hive open for writing; close it there first") from None
        except BaseException:
            file.close()
            raise

    def _log_path(self, part: Part) -> tuple[str, bool]:
        """Where a log is, or would be made; and whether it is there."""
        if self._names is None:
            self._names = log_names(self.path)
        found = self._names.get(_LOGS[part].lower())
        return (found, True) if found is not None else (self.path + _LOGS[part], False)

    def _file(self, part: Part, *, make: bool) -> FileIO | None:
        file = self._files.get(part)
        if file is not None:
            return file
        path, is_there = self._log_path(part)
        if not is_there and not make:
            return None
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
        file = self._files[part] = FileIO(os.open(path, flags, 0o666), "r+")
        if not is_there and self._names is not None:
            self._names[_LOGS[part].lower()] = path
            self._unsynced_folder = True
        return file

    def size(self, part: Part) -> int:
        try:
            file = self._file(part, make=False)
            return 0 if file is None else os.fstat(file.fileno()).st_size
        except OSError as error:
            raise unreadable(self.path, error) from None

    def read(self, part: Part, position: int, count: int) -> bytes:
        try:
            file = self._file(part, make=False)
            if file is None:
                return b""
            file.seek(position)
            parts = []
            while count and (data := file.read(count)):
                parts.append(data)
                count -= len(data)
            return b"".join(parts)
        except OSError as error:
            raise unreadable(self.path, error) from None

    def read_into(self, part: Part, target: memoryview) -> int:
        try:
            file = self._file(part, make=False)
            done = 0
            if file is not None:
                file.seek(0)
                while done < len(target) and (count := file.readinto(target[done:])):
                    done += count
            return done
        except OSError as error:
            raise unreadable(self.path, error) from None

    def older_logs(self, most: int) -> list[tuple[str, bytes]]:
        if self._names is None:
            self._names = log_names(self.path)
        single = self._names.get(".log")
        if single is None:
            return []
        try:
            with FileIO(single) as file:
                return [(os.path.basename(single), file.read(most) or b"")]
        except OSError as error:
            raise unreadable(single, error) from None

    def write(self, part: Part, position: int, data: bytes | bytearray | memoryview) -> None:
        try:
            file = self._file(part, make=True)
            assert file is not None
            self._ensure_ours()
            file.seek(position)
            with memoryview(data) as rest:
                done = 0
                while done < len(rest):
                    done += file.write(rest[done:]) or 0
        except OSError as error:
            raise _not_written(self.path, error) from None

    def _ensure_ours(self) -> None:
        """Refuse to write when another file stands where the primary was: its logs would be taken for the other's."""
        held = os.fstat(self._files[Part.PRIMARY].fileno())
        try:
            there = os.stat(self.path)
        except FileNotFoundError:
            there = None
        if there is None or (there.st_dev, there.st_ino) != (held.st_dev, held.st_ino):
            raise NotWritten(
                f"{self.path}: the file was replaced or removed while it was open; save the keys elsewhere"
            )

    def resize(self, part: Part, size: int) -> None:
        try:
            file = self._file(part, make=True)
            assert file is not None
            file.truncate(size)
        except OSError as error:
            raise _not_written(self.path, error) from None

    def sync(self, part: Part) -> None:
        try:
            file = self._files.get(part)
            if file is not None:
                os.fsync(file.fileno())
            if self._unsynced_folder:
                _sync_folder(self.path)
                self._unsynced_folder = False
        except OSError as error:
            raise _not_written(self.path, error) from None

    def close(self) -> None:
        for file in self._files.values():
            file.close()


class MemoryDisk(Disk):
    """A hive's files in memory: ``parts`` holds their bytes."""

    __slots__ = ("parts",)

    def __init__(self, primary: bytes | bytearray) -> None:
        self.parts: dict[Part, bytearray] = {part: bytearray() for part in Part}
        self.parts[Part.PRIMARY] += primary

    def size(self, part: Part) -> int:
        return len(self.parts[part])

    def read(self, part: Part, position: int, count: int) -> bytes:
        return bytes(self.parts[part][position : position + count])

    def read_into(self, part: Part, target: memoryview) -> int:
        data = self.parts[part]
        count = min(len(target), len(data))
        target[:count] = data[:count]
        return count

    def write(self, part: Part, position: int, data: bytes | bytearray | memoryview) -> None:
        file = self.parts[part]
        if len(file) < position:
            file += bytes(position - len(file))
        file[position : position + len(data)] = data

    def resize(self, part: Part, size: int) -> None:
        file = self.parts[part]
        del file[size:]
        file += bytes(size - len(file))

    def sync(self, part: Part) -> None:
        """Memory does not outlive anything anyway."""


def create_file(path: str | PathLike[str], data: bytes | bytearray) -> None:
    """Make a file that lasts, whole or not at all. Raises `AlreadyThere` when something is there; `NotWritten`."""
    path = os.path.abspath(path)
    temporary = f"{path}.{os.getpid():x}.tmp"
    if os.path.lexists(path):
        raise AlreadyThere(f"{path}: there already; name another file, or delete it first")
    try:
        with FileIO(temporary, "x") as file:
            with memoryview(data) as rest:
                done = 0
                while done < len(rest):
                    done += file.write(rest[done:]) or 0
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)  # unlike a renaming it never replaces what came there meanwhile
        except FileExistsError:
            raise AlreadyThere(f"{path}: there already; name another file, or delete it first") from None
        except OSError:  # a file system without links
            os.rename(temporary, path)
        _sync_folder(path)
    except OSError as error:
        raise _not_written(path, error) from None
    finally:
        try:
            os.unlink(temporary)
        except OSError:
            pass  # it has its name, or was never made


def _sync_folder(path: str) -> None:
    if os.name == "nt":  # there a folder cannot be opened as a file, and need not be
        return
    folder = os.open(os.path.dirname(path) or ".", os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
