"""The logs of one hive: which files, read when they are needed, and what replaying them gives.

Must not know: keys. Source: msuhanov/regf, "Format of transaction log files".
"""

from __future__ import annotations

from ..core.errors import BadArgument, NotAHive, Unreadable
from ..regf.base_block import BaseBlock
from ..regf.layout import BASE_BLOCK_SIZE, BIN, BIN_LAST_WRITTEN, HBIN
from ..regf.limits import LOG_BYTES_MAX, LOG_MAX
from .hive_bytes import MemoryBytes, open_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike
    from typing import Literal, TypeAlias

    from ..regf.log_files import LogFile
    from ..regf.log_report import Replay
    from .hive_bytes import HiveBytes, Stamp

    LogChoice: TypeAlias = Literal["auto", "ignore"] | Sequence[str | PathLike[str] | bytes]

__all__ = ("Logs",)


class Logs:
    """Which logs a hive is read with: those beside it, none, or the ones that were named."""

    __slots__ = ("_choice", "_hive_path", "_kept", "_paths")

    def __init__(self, choice: LogChoice, hive_path: str | None) -> None:
        if isinstance(choice, str) and choice not in ("auto", "ignore"):
            raise BadArgument(f'logs={choice!r}: not a way to treat logs; use "auto", "ignore" or a list of files')
        if not isinstance(choice, (str, list, tuple)):
            raise BadArgument(f'logs={choice!r}: use "auto", "ignore" or a list of files')
        self._choice = choice
        self._hive_path = hive_path
        self._paths: list[str | PathLike[str] | bytes] | None = None
        self._kept: list[HiveBytes] = []
        if not isinstance(choice, str):
            self._sources()  # what was named must be there, needed or not

    def _sources(self) -> list[HiveBytes]:
        if self._paths is None:
            if self._choice == "ignore":
                self._paths = []
            elif self._choice == "auto":
                from .log_search import sibling_logs

                self._paths = list(sibling_logs(self._hive_path)) if self._hive_path is not None else []
            else:
                self._paths = list(self._choice)
            for number, log in enumerate(self._paths, 1):
                try:
                    source = open_source(log)
                except Unreadable:
                    if self._choice == "auto":  # gone since it was listed, or not ours to read: as if it were empty
                        source = MemoryBytes(b"", str(log))
                    else:
                        raise
                if isinstance(log, (bytes, bytearray, memoryview)):
                    source.label = f"log {number}"
                self._kept.append(source)
        return self._kept

    def prepare(self, hive: HiveBytes) -> None:
        """Open the logs that a dirty hive needs; those of a clean one stay closed."""
        try:
            dirty = BaseBlock(hive.pread(0, BASE_BLOCK_SIZE)).is_dirty
        except NotAHive:  # it is being written; who reads it will tell
            dirty = True
        if dirty:
            self._sources()

    def stamp(self) -> tuple[Stamp | None, ...]:
        """The stamps of the logs that were read."""
        return tuple(log.quick_stamp() for log in self._kept)

    def times(self) -> tuple[int, ...]:
        """When the logs that were read were last changed, in ns."""
        return tuple(time for log in self._kept for time in log.times())

    def replay(self, primary: BaseBlock, hive: HiveBytes, *, look: bool = False) -> Replay:
        """What the logs make of the hive. A clean hive's logs are not even opened, unless ``look`` is set."""
        from ..regf.log_report import CLEAN, NOT_REPLAYED, LogReport, Replay

        if self._choice == "ignore" and primary.is_dirty:
            return Replay(primary, LogReport(NOT_REPLAYED, "asked not to"))
        if not primary.is_dirty and not look:
            return Replay(primary, LogReport(CLEAN))
        from ..regf.replay import replay

        files = self.files()
        head = hive.pread(BASE_BLOCK_SIZE, BIN.size)
        first_bin_time = None
        if head.startswith(HBIN):
            first_bin_time = int.from_bytes(head[BIN_LAST_WRITTEN : BIN_LAST_WRITTEN + 8], "little")
        return replay(primary, first_bin_time, hive.size, files, named=not isinstance(self._choice, str))

    def files(self) -> list[LogFile]:
        """The logs, read. Together they are bounded: what is beyond the bound is left out."""
        from ..regf.log_files import LogFile

        left = LOG_BYTES_MAX
        files = []
        for log in self._sources():
            data = log.pread(0, min(log.current_size(), left, LOG_MAX))
            left -= len(data)
            files.append(LogFile(_short(log.label), data))
        return files

    def close(self) -> None:
        """Give back the files."""
        for log in self._kept:
            log.close()


def _short(label: str) -> str:
    return label.replace("\\", "/").rpartition("/")[2]
