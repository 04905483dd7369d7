"""What both families of hive events share: how an event is told, and which file is mounted where.

Must not know: either family. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.filetime import to_unix_ns
from ..core.hive_event import EventKind, HiveEvent
from .limits import HIVES_KEPT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .record import Record

__all__ = ("HiveSink", "same_file", "status_text")

_NOBODY = 0xFFFFFFFF  # what Windows writes where it knew no process or thread


class HiveSink:
    """Collects events in order. ``mounts``: file (folded) to where it is mounted, as far as the trace has told."""

    def __init__(self) -> None:
        self.events: list[HiveEvent] = []
        self._number = 0
        self._mounts: dict[str, str] = {}

    def know(self, file: str | None, mount: str | None) -> None:
        """A file is mounted there."""
        if file and mount:
            if len(self._mounts) >= HIVES_KEPT:
                self._mounts.pop(next(iter(self._mounts)))
            self._mounts[same_file(file)] = mount

    def mount_of(self, file: str | None) -> str | None:
        """Where a file is mounted, if the trace has told."""
        return self._mounts.get(same_file(file)) if file else None

    def tell(
        self,
        kind: EventKind,
        record: Record,
        channel: str,
        *,
        file: str | None,
        mount: str | None,
        status: str | None = None,
        duration: int | None = None,
        incarnation: int | None = None,
    ) -> None:
        """One event, at the time of a record."""
        self._number += 1
        pid, tid = record.pid, record.tid
        self.events.append(
            HiveEvent(
                kind,
                self._number,
                to_unix_ns(record.time or 0),
                mount=mount or self.mount_of(file),
                file=file or None,
                incarnation=incarnation,
                channel=channel,
                pid=None if pid == _NOBODY else pid,
                tid=None if tid == _NOBODY else tid,
                status=status,
                duration=duration,
            )
        )

    def take(self) -> list[HiveEvent]:
        """The events since the last taking."""
        events, self.events = self.events, []
        return events


def same_file(file: str) -> str:
    """A path as it is compared: the part behind the volume, whose form differs from source to source
    (``\\Device\\HarddiskVolume3\\...``, ``\\??\\C:\\...``, ``\\SystemRoot\\...``)."""
    folded = file.upper()
    for start in ("\\DEVICE\\", "\\??\\", "\\\\?\\"):
        if folded.startswith(start):
            return folded[len(start) :].partition("\\")[2]
    if folded.startswith("\\SYSTEMROOT\\"):
        return "WINDOWS" + folded[len("\\SYSTEMROOT") :]
    return folded


def status_text(code: int | None) -> str | None:
    """An NTSTATUS as people read it; None for success."""
    if code is None:
        return "no status: its payload is cut"
    if code == 0:
        return None
    name = _NAMES.get(code)
    return f"{code:#010x} ({name})" if name else f"{code:#010x}"


#: those that occur around hives (Microsoft, [MS-ERREF] 2.3)
_NAMES = {
    0xC0000022: "STATUS_ACCESS_DENIED",
    0xC0000034: "STATUS_OBJECT_NAME_NOT_FOUND",
    0xC0000035: "STATUS_OBJECT_NAME_COLLISION",
    0xC000003A: "STATUS_OBJECT_PATH_NOT_FOUND",
    0xC0000043: "STATUS_SHARING_VIOLATION",
    0xC0000061: "STATUS_PRIVILEGE_NOT_HELD",
    0xC000007F: "STATUS_DISK_FULL",
    0xC0000121: "STATUS_CANNOT_DELETE",
    0xC000014C: "STATUS_REGISTRY_CORRUPT",
    0xC000014D: "STATUS_REGISTRY_IO_FAILED",
    0xC000014E: "STATUS_NOT_REGISTRY_FILE",
    0xC0000218: "STATUS_CANNOT_LOAD_REGISTRY_FILE",
}
