"""What writing a hive needs of the three files that it lives in: the primary and its two logs.

Must not know: what the bytes mean, paths, locks. The real files and those of a test that cuts the power
are made elsewhere. Source: none; this is HiveGuard's own seam.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import IntEnum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ("Disk", "Part")


class Part(IntEnum):
    """One of a hive's files."""

    PRIMARY = 0
    LOG1 = 1
    LOG2 = 2


class Disk(ABC):
    """The files of one hive. Positions and sizes are in bytes. Every call may raise `NotWritten` (or, reading,
    `Unreadable`): then nothing is known of what reached the disk since the last `sync` of that file.
    """

    __slots__ = ()

    @abstractmethod
    def size(self, part: Part) -> int:
        """The length of a file; 0 for a log that is not there."""

    @abstractmethod
    def read(self, part: Part, position: int, count: int) -> bytes:
        """Bytes at a position, fewer at the end."""

    @abstractmethod
    def read_into(self, part: Part, target: memoryview) -> int:
        """Fill the target from the start of a file; returns how many bytes there were."""

    def older_logs(self, most: int) -> list[tuple[str, bytes]]:
        """Name and content of the single log that older systems kept beside a hive, if it is there; only read."""
        return []

    def close(self) -> None:  # noqa: B027  # memory has nothing to give back
        """Give back the files. Closing twice does nothing."""

    @abstractmethod
    def write(self, part: Part, position: int, data: bytes | bytearray | memoryview) -> None:
        """Put bytes at a position; a gap before it reads as zeros."""

    @abstractmethod
    def resize(self, part: Part, size: int) -> None:
        """Cut the file off, or lengthen it with zeros."""

    @abstractmethod
    def replace(self, pieces: Iterable[bytes | bytearray]) -> None:
        """Put another content in the primary's place, all at once; returns when it will outlive a power cut.

        The pieces may be made from the primary while they are asked for. After `NotWritten` either content may be
        there, and on the disk another one than is read: only a replacement that succeeds makes that certain.
        """

    @abstractmethod
    def sync(self, part: Part) -> None:
        """Return when everything written to the file so far will outlive a power cut."""
