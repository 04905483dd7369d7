"""The files of a hive that is written: opened, locked against other writers, made durable.

This is the edge of writing: the only module that changes hive files. Must not know: what the bytes mean.
Source: HiveGuard's own contract; a new file lasts when it and its folder are synced (POSIX fsync, rationale).
"""

from __future__ import annotations

import os
import sys
from _thread import get_ident
from io import FileIO
from stat import S_IMODE, S_ISREG

from ..core.errors import AlreadyThere, BadArgument, HiveBusy, HiveError, NotWritten, Unreadable
from ..regf.disk import Disk, Part
from .file_lock import LockTaken, lock
from .hive_bytes import unreadable
from .log_search import log_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike, stat_result

__all__ = ("FileDisk", "MemoryDisk", "create_file")

_LOGS = {Part.LOG1: ".LOG1", Part.LOG2: ".LOG2"}
_NEW = ".hiveguard-new"  #: behind the name of a file that takes a hive's place; left after a crash, it is used again
#: errno to why a file cannot be opened for writing, and what to do
_REFUSED = {
    1: ("no permission to change it", "run as a user who may, or change a copy"),
    13: ("no permission to change it", "run as a user who may, or change a copy"),
    26: ("a program runs from it", "end that first"),
    30: ("its file system is read-only", "change a copy"),
    40: ("it is a link to a file elsewhere", "put the file itself there, or remove the link"),
}


#: errno of a write that failed to what to do; whatever else it is, the disk is to blame
_WHEN_WRITTEN = {
    2: "save the keys elsewhere",
    13: "save the keys elsewhere, or make it writable and flush again",
    27: "let files grow larger (ulimit -f), then flush again",
    28: "make room on the disk, then flush again",
    30: "save the keys elsewhere, or make it writable and flush again",
    122: "make room on the disk, then flush again",
}
#: errno to why a new file cannot be made, and what to do
_WHEN_MADE = {
    1: ("no permission to make it", "run as a user who may, or name another file"),
    2: ("its folder is not there", "make the folder, or name another file"),
    13: ("no permission to make it", "run as a user who may, or name another file"),
    20: ("a part of its path is no folder", "name another file"),
    28: ("no space left on the disk", "make room on the disk, or name another file"),
    30: ("its file system is read-only", "name another file"),
    36: ("its name is too long", "name another file"),
    40: ("its path is a loop of links", "name another file"),
    122: ("its owner has no space left on the disk", "make room on the disk, or name another file"),
}


def _not_written(path: str, error: OSError) -> NotWritten:
    do = _WHEN_WRITTEN.get(error.errno or 0, "check the disk, then flush again")
    return NotWritten(f"{path}: {error.strerror or error}; {do}", error.errno)


def _not_made(path: str, error: OSError) -> NotWritten:
    why, do = _WHEN_MADE.get(error.errno or 0, (error.strerror or error, "check the disk, or name another file"))
    return NotWritten(f"{path}: {why}; {do}", error.errno)


def _not_opened(path: str, error: OSError) -> Unreadable:
    if error.errno in _REFUSED:
        why, do = _REFUSED[error.errno]
        return Unreadable(f"{path}: {why}; {do}", error.errno)
    return unreadable(path, error)


class FileDisk(Disk):
    """A hive's files by the primary's path. While it is open nobody else, here or in another process, can have it.

    Raises `Unreadable` when the primary cannot be opened for writing, `HiveBusy` when somebody writes it already.
    The logs lie where the file itself does, not a link to it; they are found whatever the case of their names,
    and made when they are first written. A file with several names (hard links) is refused: readers who come by
    another one would not find its logs.
    """

    __slots__ = ("_files", "_is_open", "_names", "_unsynced_folder", "path")

    def __init__(self, path: str | PathLike[str]) -> None:
        shown = os.fsdecode(path)
        self._names: dict[str, str] | None = None
        self._unsynced_folder = False
        try:
            self.path = os.path.realpath(shown)
            status = os.stat(self.path)
            if os.path.isdir(self.path):
                raise Unreadable(f"{shown}: it is a folder; name a hive file in it", 21)
            if not S_ISREG(status.st_mode):
                raise Unreadable(f"{shown}: it is no regular file; change a copy of what it gives")
            file = FileIO(self.path, "r+")
        except (OSError, ValueError) as error:
            raise self._trouble(shown, error) from None
        self._files: dict[Part, FileIO] = {Part.PRIMARY: file}
        self._is_open = True
        try:
            lock(file.fileno())
            self._check(shown, os.fstat(file.fileno()))
        except LockTaken:
            file.close()
            raise HiveBusy(f"{shown}: somebody has the hive open for writing; close it there first") from None
        except OSError as error:
            file.close()
            why = error.strerror or error
            raise Unreadable(f"{shown}: it cannot be locked ({why}); change a copy elsewhere", error.errno) from None
        except BaseException:  # also when interrupted: the lock goes with the file
            file.close()
            raise

    def _check(self, shown: str, held: stat_result) -> None:
        """That what is locked is the hive, and its only name."""
        if not self._is_ours():
            raise Unreadable(f"{shown}: the file was replaced while it was opened; open it again")
        if held.st_nlink > 1:
            raise Unreadable(
                f"{shown}: it has {held.st_nlink} names (hard links), and its logs would lie beside one; change a copy"
            )

    def _trouble(self, path: str, error: OSError | ValueError) -> HiveError:
        if isinstance(error, OSError):
            return _not_opened(path, error)
        return Unreadable(f"{path!r}: {error}; check the path")

    def _log_path(self, part: Part) -> tuple[str, bool]:
        """Where a log is, or would be made; and whether it is there."""
        if self._names is None:
            self._names = log_names(self.path)
        found = self._names.get(_LOGS[part].lower())
        return (found, True) if found is not None else (self.path + _LOGS[part], False)

    def _name(self, part: Part) -> str:
        return self.path if part is Part.PRIMARY else self._log_path(part)[0]

    def _file(self, part: Part) -> FileIO | None:
        """An open file; None for a log that is not there. Raises `Unreadable`."""
        if not self._is_open:
            raise Unreadable(f"{self.path}: the hive was closed; open it again")
        file = self._files.get(part)
        if file is None:
            path, is_there = self._log_path(part)
            if is_there:
                file = self._files[part] = self._open_log(path, 0)
        return file

    def _file_to_write(self, part: Part) -> FileIO:
        """An open file, made if need be. Refused when another file stands where the primary was: its logs would be
        taken for the other's. Raises `NotWritten`."""
        try:
            file = self._file(part)
            if not self._is_ours():
                raise NotWritten(
                    f"{self.path}: the file was replaced or removed while it was open; save the keys elsewhere"
                )
            if file is None:
                path = self._log_path(part)[0]
                file = self._files[part] = self._open_log(path, os.O_CREAT | os.O_EXCL)
                assert self._names is not None
                self._names[_LOGS[part].lower()] = path
                self._unsynced_folder = True
        except Unreadable as error:
            raise NotWritten(str(error), error.errno) from None
        return file

    def _open_log(self, path: str, flags: int) -> FileIO:
        """A log, which strangers may not read if they may not read the hive."""
        flags |= os.O_RDWR | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
        try:
            mode = S_IMODE(os.fstat(self._files[Part.PRIMARY].fileno()).st_mode)
            return FileIO(os.open(path, flags, mode), "r+")
        except OSError as error:
            raise _not_opened(path, error) from None

    def _is_ours(self) -> bool:
        """Whether the path still names the file that is open."""
        held = os.fstat(self._files[Part.PRIMARY].fileno())
        try:
            there = os.stat(self.path)
        except OSError:
            return False
        return (there.st_dev, there.st_ino) == (held.st_dev, held.st_ino)

    def size(self, part: Part) -> int:
        try:
            file = self._file(part)
            return 0 if file is None else os.fstat(file.fileno()).st_size
        except OSError as error:
            raise unreadable(self._name(part), error) from None

    def read(self, part: Part, position: int, count: int) -> bytes:
        try:
            file = self._file(part)
            if file is None:
                return b""
            file.seek(position)
            parts = []
            while count and (data := file.read(count)):
                parts.append(data)
                count -= len(data)
            return b"".join(parts)
        except OSError as error:
            raise unreadable(self._name(part), error) from None

    def read_into(self, part: Part, target: memoryview) -> int:
        try:
            file = self._file(part)
            done = 0
            if file is not None:
                file.seek(0)
                while done < len(target) and (count := file.readinto(target[done:])):
                    done += count
            return done
        except OSError as error:
            raise unreadable(self._name(part), error) from None

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
            file = self._file_to_write(part)
            file.seek(position)
            _write_all(file, data)
        except OSError as error:
            raise _not_written(self._name(part), error) from None

    def resize(self, part: Part, size: int) -> None:
        try:
            self._file_to_write(part).truncate(size)
        except OSError as error:
            raise _not_written(self._name(part), error) from None

    def replace(self, pieces: Iterable[bytes | bytearray]) -> None:
        if sys.platform == "win32":  # there the name of an open file cannot be given to another one
            raise NotWritten(f"{self.path}: more changes than a log can hold; flush more often")
        try:
            old = self._file_to_write(Part.PRIMARY)
            new = self._new_file(pieces, os.fstat(old.fileno()))
            self._files[Part.PRIMARY] = new
            old.close()
            self._unsynced_folder = True
            _sync_folder(self.path)
            self._unsynced_folder = False
        except Unreadable as error:
            raise NotWritten(str(error), error.errno) from None
        except OSError as error:
            raise _not_written(self.path, error) from None

    def _new_file(self, pieces: Iterable[bytes | bytearray], old: stat_result) -> FileIO:
        """A file that has the hive's name now, and its lock; or none is left."""
        temporary = self.path + _NEW
        file = self._open_log(temporary, os.O_CREAT)
        try:
            lock(file.fileno())  # the hive must not be without a lock when this one gets its name
        except LockTaken:
            file.close()
            raise NotWritten(f"{temporary}: somebody has it open; end that, then flush again") from None
        try:
            file.truncate(0)
            _look_like(file, old)
            for piece in pieces:
                _write_all(file, piece)
            os.fsync(file.fileno())
            os.replace(temporary, self.path)
        except BaseException:  # also when interrupted: neither the file nor its lock may stay behind
            file.close()
            try:
                os.unlink(temporary)
            except FileNotFoundError:
                pass  # it has its name already; what went wrong is told by the error that is going on
            raise
        return file

    def sync(self, part: Part) -> None:
        try:
            os.fsync(self._file_to_write(part).fileno())
            if self._unsynced_folder:
                _sync_folder(self.path)
                self._unsynced_folder = False
        except OSError as error:
            raise _not_written(self._name(part), error) from None

    def close(self) -> None:
        self._is_open = False
        for file in self._files.values():
            try:
                file.close()
            except OSError:
                pass  # whatever mattered was synced before, and it is closed all the same


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

    def replace(self, pieces: Iterable[bytes | bytearray]) -> None:
        self.parts[Part.PRIMARY] = bytearray(b"".join(pieces))

    def sync(self, part: Part) -> None:
        """Memory does not outlive anything anyway."""


def _look_like(file: FileIO, old: stat_result) -> None:
    """Give a file that takes another's place the same owner and mode."""
    if sys.platform != "win32":
        mine = os.fstat(file.fileno())
        if (mine.st_uid, mine.st_gid) != (old.st_uid, old.st_gid):
            os.fchown(file.fileno(), old.st_uid, old.st_gid)
        os.fchmod(file.fileno(), S_IMODE(old.st_mode))


def create_file(path: str | PathLike[str], data: bytes | bytearray) -> None:
    """Make a file that lasts, whole or not at all. Raises `AlreadyThere` when something is there; `NotWritten`."""
    if "\0" in os.fspath(path):
        raise BadArgument(f"{os.fspath(path)!r}: no file name has a NUL in it; name another file")
    path = os.path.abspath(os.fsdecode(path))
    taken = AlreadyThere(f"{path}: there already; name another file, or delete it first")
    temporary = f"{path}.{os.getpid():x}-{get_ident():x}.tmp"
    if os.path.lexists(path):
        raise taken
    try:
        with FileIO(temporary, "x") as file:
            _write_all(file, data)
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)  # unlike a renaming it never replaces what came there meanwhile
        except FileExistsError:
            raise taken from None
        except OSError:  # a file system without links
            os.rename(temporary, path)
        _sync_folder(path)
    except OSError as error:
        raise _not_made(path, error) from None
    finally:
        try:
            os.unlink(temporary)
        except OSError:
            pass  # it has its name, or was never made


def _write_all(file: FileIO, data: bytes | bytearray | memoryview) -> None:
    with memoryview(data) as rest:
        done = 0
        while done < len(rest):
            done += file.write(rest[done:]) or 0


def _sync_folder(path: str) -> None:
    if os.name == "nt":  # there a folder cannot be opened as a file, and need not be
        return
    folder = os.open(os.path.dirname(path) or ".", os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
