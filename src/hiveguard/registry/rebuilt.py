"""A hive file whose first sector is destroyed, read as if the copy that a log has of it stood there.

Must not know: keys. Source: msuhanov/regf, "Format of transaction log files" (a log begins with a copy of the base
block) and "Dirty hives" (what replaces a base block that cannot be trusted).
"""

from __future__ import annotations

from ..core.errors import NotAHive
from ..regf import layout as L
from ..regf.base_block import BaseBlock, describe_foreign
from ..regf.log_files import distance
from ..regf.replay import sealed
from .hive_bytes import HiveBytes
from .logs import Logs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..regf.log_files import LogFile
    from ..regf.log_report import Replay
    from .hive_bytes import Stamp

__all__ = ("RebuiltBytes", "RebuiltLogs", "rebuilt")


def rebuilt(hive: HiveBytes, logs: Logs) -> tuple[HiveBytes, Logs]:
    """What stands for a hive and its logs. A hive that begins as one stands for itself.

    Raises `NotAHive` when no log has a copy of its base block.
    """
    start = hive.pread(0, L.BASE_BLOCK_SIZE + L.BIN.size)
    if start.startswith(L.REGF):
        return hive, logs
    looks = describe_foreign(start)
    copies = [log for log in logs.files() if _has_copy(log)]
    if not copies:
        raise NotAHive(
            f"{hive.label}: not a registry hive, {looks}, and no log has a copy of its base block;"
            " put its .LOG1 and .LOG2 beside it"
        )
    # A new format wins over an old one, a later number over an earlier one.
    log = copies[0]
    for other in copies[1:]:
        if (other.is_new, distance(_number(other), _number(log)) > 0) > (log.is_new, False):
            log = other
    return RebuiltBytes(hive, _head(log, start)), RebuiltLogs(logs, f"the hive's own is gone: {looks}", log.name)


def _has_copy(log: LogFile) -> bool:
    return log.header is not None and log.header.checksum_ok and log.header.file_type != L.FILE_TYPE_PRIMARY


def _number(log: LogFile) -> int:
    assert log.header is not None
    return log.header.seq1


def _head(log: LogFile, start: bytes) -> bytes:
    """The copy, as a hive's own, with a wrong checksum: so that a replay trusts only what the logs themselves say.

    Its time is that of the hive's first bin: an old-format log counts only if it was written then.
    """
    assert log.header is not None
    raw = bytearray(log.header.raw[: L.HEADER_SIZE])
    raw[L.HEADER_TYPE : L.HEADER_TYPE + 4] = L.FILE_TYPE_PRIMARY.to_bytes(4, "little")
    bin_start = start[L.BASE_BLOCK_SIZE :]
    time = bin_start[L.BIN_LAST_WRITTEN : L.BIN_LAST_WRITTEN + 8] if bin_start.startswith(L.HBIN) else bytes(8)
    raw[L.HEADER_LAST_WRITTEN : L.HEADER_LAST_WRITTEN + 8] = time
    head = bytearray(sealed(raw))
    head[L.CHECKSUM_AT] ^= 0xFF
    return bytes(head)


class RebuiltBytes(HiveBytes):
    """A hive's bytes with another first sector."""

    __slots__ = ("_head", "_hive", "path")

    def __init__(self, hive: HiveBytes, head: bytes) -> None:
        self._hive = hive
        self._head = head
        self.label, self.size, self.path = hive.label, hive.size, hive.path

    def pread(self, position: int, count: int) -> bytes:
        return self._head[position : position + count] + self._hive.pread(
            max(position, len(self._head)), max(count - max(len(self._head) - position, 0), 0)
        )

    def read_all(self) -> bytes:
        return self._head + self._hive.read_all()[len(self._head) :]

    def read_into(self, target: memoryview) -> int:
        count = self._hive.read_into(target)
        head = self._head[:count]
        target[: len(head)] = head
        return count

    def stamp(self) -> Stamp | None:
        return self._hive.stamp()

    def quick_stamp(self) -> Stamp | None:
        return self._hive.quick_stamp()

    def times(self) -> tuple[int, ...]:
        return self._hive.times()

    def current_size(self) -> int:
        return self._hive.current_size()

    def is_replaced(self) -> bool:
        return self._hive.is_replaced()

    def close(self) -> None:
        self._hive.close()


class RebuiltLogs(Logs):
    """The logs of such a hive. Whatever they give, it is said whose base block it is read by."""

    __slots__ = ("_logs", "_note")

    def __init__(self, logs: Logs, loss: str, copy: str) -> None:
        self._logs = logs
        self._note = f"base block taken from {copy} ({loss}); what the logs hold may be older than the hive"

    def prepare(self, hive: HiveBytes) -> None:
        self._logs.prepare(hive)

    def stamp(self) -> tuple[Stamp | None, ...]:
        return self._logs.stamp()

    def times(self) -> tuple[int, ...]:
        return self._logs.times()

    def files(self) -> list[LogFile]:
        return self._logs.files()

    def replay(self, primary: BaseBlock, hive: HiveBytes, *, look: bool = False) -> Replay:
        outcome = self._logs.replay(primary, hive, look=look)
        report = outcome.report
        report.reason = f"{report.reason}; {self._note}" if report.reason else self._note
        return outcome

    def close(self) -> None:
        self._logs.close()
