"""Where a trace's bytes come from: memory, or a file that is read in pieces. Files enter here.

Must not know: the format. Source: HiveGuard's own seam.
"""

from __future__ import annotations

import os
import stat

from ..core.errors import BadArgument, Unreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO, TypeAlias

    TraceSource: TypeAlias = str | os.PathLike[str] | bytes | bytearray | memoryview

__all__ = ("FileBytes", "MemoryBytes", "open_source")


class MemoryBytes:
    """Bytes that are held."""

    __slots__ = ("_data", "name", "size")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.name = f"{len(data):,} bytes"
        self.size = len(data)

    def read(self, position: int, count: int) -> bytes:
        """The bytes at a position: fewer at the end."""
        return self._data[position : position + count]

    def changed(self) -> bool:
        """Whether the source is not what it was when it was opened."""
        return False

    def close(self) -> None:
        """Let go of it."""
        self._data = b""


class FileBytes:
    """A file, read in pieces; never more of it than is asked for."""

    __slots__ = ("_file", "_has_changed", "_stamp", "name", "size")

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file = file
        self.name = name
        self._has_changed = False
        self._stamp = self._look()
        self.size = self._stamp[0]

    def _look(self) -> tuple[int, int]:
        found = os.fstat(self._file.fileno())
        return found.st_size, found.st_mtime_ns

    def read(self, position: int, count: int) -> bytes:
        """The bytes at a position: fewer at the end."""
        try:
            self._file.seek(position)
            return self._file.read(count)
        except OSError as error:
            raise Unreadable(f"{self.name} cannot be read at {position:#x}: {error.strerror}", error.errno) from error
        except ValueError as error:  # a closed file
            raise Unreadable(f"{self.name} was closed: open it again") from error

    def changed(self) -> bool:
        """Whether the file is not what it was when it was opened: another size, or written since (of one that was
        closed: until then)."""
        if not self._file.closed:
            try:
                self._has_changed = self._look() != self._stamp
            except OSError:
                self._has_changed = True
        return self._has_changed

    def close(self) -> None:
        """Let go of it."""
        self.changed()
        self._file.close()


def open_source(source: TraceSource) -> MemoryBytes | FileBytes:
    """Bytes, or the file at a path. Raises `Unreadable`."""
    if isinstance(source, bytes):
        return MemoryBytes(source)
    if isinstance(source, (bytearray, memoryview)):
        return MemoryBytes(bytes(source))
    try:
        path = os.fspath(source)
    except TypeError as error:
        raise BadArgument(f"a trace is opened from a path or from bytes, not from {type(source).__name__}") from error
    try:
        if stat.S_ISFIFO(os.stat(path).st_mode):  # opening it would wait for a writer, and it cannot be read twice
            raise Unreadable(f"{path} is a pipe, and a trace is read in pieces: write it to a file first")
        file = open(path, "rb", buffering=0)  # closed by FileBytes
    except (OSError, ValueError) as error:
        number = error.errno if isinstance(error, OSError) else None
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Unreadable(f"{path} cannot be opened: {reason}", number) from error
    return FileBytes(file, str(path))
