"""What both families of hive events share: how an event is told, once, and which hives the trace has told of.

One load is told by both where both were recorded: the kernel's event lies between the manifest's Start and Stop. The
Stop is what is told, for it has a status and a duration; the kernel's event is held, and told if no Stop comes that
says the same. Must not know: either family. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.filetime import to_unix_ns
from ..core.hive_event import EventKind, HiveEvent
from .hive_names import KnownHives

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .hive_names import KnownHive
    from .record import Record

__all__ = ("HiveSink", "Operation", "status_text", "time_of")

_NOBODY = 0xFFFFFFFF  # what Windows writes where it knew no process or thread
_SHOW_LOADED = frozenset(
    (EventKind.LOADED, EventKind.INVENTORY, EventKind.DIRTY, EventKind.FLUSHED, EventKind.UNLOAD_REFUSED)
)


class _Held:
    """An event that is told later, or by another one."""

    __slots__ = ("channel", "file", "incarnation", "kind", "mount", "record")

    def __init__(
        self,
        kind: EventKind,
        record: Record,
        channel: str,
        file: str | None,
        mount: str | None,
        incarnation: int | None,
    ) -> None:
        self.kind = kind
        self.record = record
        self.channel = channel
        self.file = file
        self.mount = mount
        self.incarnation = incarnation


class Operation:
    """One load or unload that goes on, and what was told of it meanwhile by the other family."""

    __slots__ = ("held", "hive", "kind", "thread")

    def __init__(self, kind: EventKind, hive: KnownHive | None, record: Record) -> None:
        self.kind = kind
        self.hive = hive
        self.thread = (record.pid, record.tid)
        self.held: list[_Held] = []


class HiveSink:
    """Collects events in order. ``hives``: those that the trace has told of."""

    def __init__(self) -> None:
        self.events: list[HiveEvent] = []
        self.hives = KnownHives()
        self._number = 0
        self._of_hive: dict[tuple[EventKind, KnownHive], Operation] = {}
        self._of_thread: dict[tuple[EventKind, tuple[int | None, int | None]], Operation] = {}

    # --- operations that go on --------------------------------------------------------------

    def begin(self, kind: EventKind, record: Record, hive: KnownHive | None) -> Operation:
        """Something begins that will be told as ``kind`` when it ends well."""
        operation = Operation(kind, hive, record)
        if hive is not None:
            self._of_hive[kind, hive] = operation
        self._of_thread[kind, operation.thread] = operation
        return operation

    def end(self, operation: Operation, *, is_told: bool) -> int | None:
        """It is over. ``is_told``: its end tells what is held, which load of the hive that was is the answer."""
        if operation.hive is not None and self._of_hive.get((operation.kind, operation.hive)) is operation:
            del self._of_hive[operation.kind, operation.hive]
        if self._of_thread.get((operation.kind, operation.thread)) is operation:
            del self._of_thread[operation.kind, operation.thread]
        held, operation.held = operation.held, []
        if is_told and len(held) == 1 and held[0].kind is operation.kind:
            return held[0].incarnation
        for each in held:
            self.tell(
                each.kind,
                each.record,
                each.channel,
                file=each.file,
                mount=each.mount,
                incarnation=each.incarnation,
            )
        return None

    def tell_inner(
        self,
        kind: EventKind,
        record: Record,
        channel: str,
        *,
        file: str | None,
        mount: str | None,
        incarnation: int | None,
    ) -> None:
        """An event that an operation which goes on may tell with its outcome when it ends."""
        operation = self._operation(kind, record, file, mount)
        if operation is None:
            self.tell(kind, record, channel, file=file, mount=mount, incarnation=incarnation)
        else:
            operation.held.append(_Held(kind, record, channel, file, mount, incarnation))

    def _operation(self, kind: EventKind, record: Record, file: str | None, mount: str | None) -> Operation | None:
        hive = self.hives.join(file, mount)
        if hive is None:
            return None
        operation = self._of_hive.get((kind, hive))
        if operation is None and kind is EventKind.UNLOADED:  # a load that is taken back before it ends
            loading = self._of_hive.get((EventKind.LOADED, hive))
            operation = loading if loading is not None and loading.held else None
        if operation is None and hive.file is None and kind is EventKind.LOADED and record.tid is not None:
            # Calls are synchronous: a file that is not told is that of the load which goes on in this thread.
            operation = self._of_thread.get((kind, (record.pid, record.tid)))
            if operation is not None and operation.hive is not None and operation.hive.file is not None:
                self.hives.join(operation.hive.file, mount)
        return operation

    # --- events -----------------------------------------------------------------------------

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
        hive = self.hives.join(file, mount)
        if hive is not None:
            if kind is EventKind.UNLOADED and hive.is_shut:
                return  # told with the shutdown
            file, mount = file or hive.file, mount or hive.mount
            self._note(kind, hive, incarnation)
        self._number += 1
        pid, tid = record.pid, record.tid
        self.events.append(
            HiveEvent(
                kind,
                self._number,
                time_of(record),
                mount=mount or None,
                file=file or None,
                incarnation=incarnation,
                channel=channel,
                pid=None if pid == _NOBODY else pid,
                tid=None if tid == _NOBODY else tid,
                status=status,
                duration=duration,
            )
        )

    def _note(self, kind: EventKind, hive: KnownHive, incarnation: int | None) -> None:
        """Whether it is loaded now, for a shutdown that names no hive, and which load of it."""
        if kind is EventKind.LOADED:
            hive.is_shut = False
        if kind in (EventKind.LOADED, EventKind.INVENTORY):
            hive.incarnation = incarnation
        if kind in _SHOW_LOADED:
            hive.is_loaded = not hive.is_shut
        elif kind is EventKind.UNLOADED:
            hive.is_loaded = False
            self.hives.unmount(hive)

    def shut_down(self, record: Record, channel: str) -> None:
        """Every hive that is known to be loaded is unloaded by the shutdown, by whichever family that is known."""
        for hive in self.hives:
            if hive.is_loaded:
                self.tell(EventKind.UNLOADED, record, channel, file=hive.file, mount=hive.mount, status="by shutdown")
                hive.is_shut = True

    def take(self) -> list[HiveEvent]:
        """The events since the last taking."""
        events, self.events = self.events, []
        return events


def time_of(record: Record) -> int | None:
    """ns since 1970; None where the record has no time, or the file does not tell how fast its clock runs."""
    return None if record.time is None else to_unix_ns(record.time)


def status_text(code: int) -> str | None:
    """An NTSTATUS as people read it; None for success."""
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
