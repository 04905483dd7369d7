"""Where a hive's bytes come from: a file, watched for change while it is read, or memory.

This is the edge: the only module of the reading rooms that opens files. Must not know: what the bytes
mean. Source: HiveGuard's own contract (a file is never mapped: one cut short would kill the reader).
"""

from __future__ import annotations

import os
from _thread import allocate_lock
from abc import ABC, abstractmethod
from io import FileIO
from stat import S_ISDIR, S_ISREG

from ..core.errors import BadArgument, NotAHive, Unreadable
from ..regf.layout import HEADER_SIZE, REGF
from ..regf.limits import FILE_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO, TypeAlias

    Stamp: TypeAlias = tuple[object, ...]

__all__ = ("FileBytes", "HiveBytes", "MemoryBytes", "open_source")

GONE = ("gone",)  #: the stamp of a path that names nothing any more
_CHUNK = 1 << 20

#: errno to what it means for somebody who wants to read a hive, and what to do
_TROUBLE = {
    2: ("there is no such file", "check the path"),
    13: ("no permission to read it", "run as a user who may, or copy the file"),
    1: ("no permission to read it", "run as a user who may, or copy the file"),
    20: ("a part of the path is no folder", "check the path"),
    36: ("the path is too long", "check the path"),
    40: ("the path is a loop of links", "check the path"),
}


def unreadable(what: str, error: OSError) -> Unreadable:
    """The system's refusal as our own error."""
    why, do = _TROUBLE.get(error.errno or 0, (error.strerror or str(error), "check the file and the disk"))
    return Unreadable(f"{what}: {why}; {do}", error.errno)


class HiveBytes(ABC):
    """The bytes of one file. ``label`` names it for people; ``size`` is its length in bytes when opened."""

    __slots__ = ("label", "size")
    path: str | None = None  #: where it lies; None for bytes
    label: str
    size: int

    @abstractmethod
    def pread(self, position: int, count: int) -> bytes:
        """Bytes at a position, fewer at the end."""

    @abstractmethod
    def read_all(self) -> bytes:
        """The whole, read once."""

    @abstractmethod
    def read_into(self, target: memoryview) -> int:
        """Fill the target from the start of the file; returns how many bytes there were."""

    @abstractmethod
    def stamp(self) -> Stamp | None:
        """What identifies the present state; None for bytes that cannot change."""

    @abstractmethod
    def quick_stamp(self) -> Stamp | None:
        """The same without reading the file."""

    def times(self) -> tuple[int, ...]:
        """When it was last changed, in ns since 1970 by the file system's clock: two clocks of the file."""
        return ()

    def current_size(self) -> int:
        """The length in bytes now."""
        return self.size

    def is_replaced(self) -> bool:
        """Whether another file now stands where this one did."""
        return False

    def close(self) -> None:  # noqa: B027  # bytes have nothing to give back
        """Give back the file. Closing twice does nothing."""


class MemoryBytes(HiveBytes):
    """Bytes that were handed over: nothing can change them."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes, label: str) -> None:
        self._data = data
        self.label = label
        self.size = len(data)

    def pread(self, position: int, count: int) -> bytes:
        return self._data[position : position + count]

    def read_all(self) -> bytes:
        return self._data

    def read_into(self, target: memoryview) -> int:
        count = min(len(target), len(self._data))
        target[:count] = memoryview(self._data)[:count]
        return count

    def stamp(self) -> Stamp | None:
        return None

    def quick_stamp(self) -> Stamp | None:
        return None


class FileBytes(HiveBytes):
    """A regular file, held open. What its path names is compared each time: a file put in its place shows."""

    __slots__ = ("_file", "_lock", "path")
    path: str

    def __init__(self, path: str) -> None:
        self.path = os.path.abspath(path)  # the working folder may change
        self.label = path
        self._lock = allocate_lock()  # two threads may read one hive: a seek and its read belong together
        try:
            self._file = FileIO(path)
        except OSError as error:
            raise unreadable(path, error) from None
        self.size = os.fstat(self._file.fileno()).st_size

    def pread(self, position: int, count: int) -> bytes:
        try:
            with self._lock:
                self._file.seek(position)
                return self._file.read(count) or b""
        except (OSError, ValueError) as error:
            raise self._trouble(error) from None

    def _trouble(self, error: OSError | ValueError) -> Unreadable:
        if isinstance(error, OSError):
            return unreadable(self.label, error)
        return Unreadable(f"{self.label}: the hive was closed; open it again")

    def read_all(self) -> bytes:
        # In one call into one buffer: collecting parts would hold the file twice.
        try:
            with self._lock:
                self._file.seek(0)
                data = self._file.read(os.fstat(self._file.fileno()).st_size) or b""
                rest = self._file.readall()
        except (OSError, ValueError) as error:
            raise self._trouble(error) from None
        return data + rest if rest else data

    def read_into(self, target: memoryview) -> int:
        done = 0
        try:
            with self._lock:
                self._file.seek(0)
                while done < len(target):
                    count = self._file.readinto(target[done:])
                    if not count:
                        break
                    done += count
        except (OSError, ValueError) as error:
            raise self._trouble(error) from None
        return done

    def quick_stamp(self) -> Stamp | None:
        if self._file.closed:
            raise self._trouble(ValueError())
        try:
            status = os.stat(self.path)
        except OSError:
            return GONE
        return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)

    def stamp(self) -> Stamp | None:
        quick = self.quick_stamp()
        return (*quick, self.pread(0, HEADER_SIZE)) if quick is not None else None

    def times(self) -> tuple[int, ...]:
        status = self._status()
        return (status.st_mtime_ns, status.st_ctime_ns)

    def _status(self) -> os.stat_result:
        try:
            return os.fstat(self._file.fileno())
        except (OSError, ValueError) as error:
            raise self._trouble(error) from None

    def current_size(self) -> int:
        return self._status().st_size

    def is_replaced(self) -> bool:
        """Whether the path now names another file than the one that is held open."""
        held = self._status()
        try:
            there = os.stat(self.path)
        except OSError:
            return False
        return (there.st_dev, there.st_ino) != (held.st_dev, held.st_ino)

    def close(self) -> None:
        self._file.close()


def read_stream(stream: BinaryIO, label: str) -> MemoryBytes:
    """A pipe or an open binary file, read to its end, bounded. Foreign content is refused at its first bytes."""
    parts: list[bytes] = []
    total = 0
    try:
        while True:
            part = stream.read(_CHUNK)
            if part is None:
                raise Unreadable(f"{label}: nothing to read yet; give a stream that waits for its data")
            if not isinstance(part, bytes):
                raise BadArgument(f"{label}: it gives text; open it in binary mode")
            if not part:
                break
            parts.append(part)
            total += len(part)
            head = parts[0] if len(parts[0]) >= len(REGF) else b"".join(parts)
            if (len(head) >= len(REGF) and not head.startswith(REGF)) or total > FILE_MAX:
                break
    except OSError as error:
        raise unreadable(label, error) from None
    except ValueError as error:  # a closed file
        if isinstance(error, BadArgument):
            raise
        raise Unreadable(f"{label}: {error}; open it again") from None
    if total > FILE_MAX:
        raise NotAHive(f"{label}: it is larger than a hive can be ({FILE_MAX:,} bytes)")
    return MemoryBytes(b"".join(parts), label)


def open_source(what: object) -> HiveBytes:
    """A source for a path, bytes-like object or binary file. Raises `Unreadable`; `BadArgument` for anything else."""
    if isinstance(what, (bytes, bytearray, memoryview)):
        return MemoryBytes(bytes(what), "<bytes>")
    read = getattr(what, "read", None)
    if read is not None:
        return read_stream(what, str(getattr(what, "name", "<file>")))  # type: ignore[arg-type]
    try:
        path = os.fspath(what)  # type: ignore[call-overload]
    except TypeError:
        raise BadArgument(f"{what!r}: neither a path, nor bytes, nor a binary file") from None
    if isinstance(path, bytes):
        path = os.fsdecode(path)
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        if isinstance(error, OSError):
            raise unreadable(path, error) from None
        raise Unreadable(f"{path!r}: {error}; check the path") from None
    if S_ISDIR(mode):
        raise Unreadable(f"{path}: it is a folder; name a hive file in it", 21)
    if not S_ISREG(mode):
        try:
            with open(path, "rb") as stream:
                return read_stream(stream, path)
        except OSError as error:
            raise unreadable(path, error) from None
    return FileBytes(path)
