"""The manifest provider's hive events made into what happened: a Stop belongs to the innermost Start of its task on
its thread.

The calls are synchronous, and a Stop carries no path. Must not know: the kernel logger's family. Sources: manifest of
Microsoft-Windows-Kernel-Registry (ids 16 to 45, tasks); what a Stop means by its status is Microsoft's NTSTATUS.
"""

from __future__ import annotations

from ..core.hive_event import EventKind
from .hive_sink import status_text
from .limits import OPEN_CALLS_KEPT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .hive_sink import HiveSink, Operation
    from .payload_fields import Payload
    from .record import Record

__all__ = ("LIFE_IDS", "HiveCalls")

CHANNEL = "manifest"
_MOUNT, _UNLOAD, _FLUSH, _SHUTDOWN, _LOAD, _RESTORE, _SAVE = (
    "mount",
    "unload",
    "flush",
    "shutdown",
    "load",
    "restore",
    "save",
)
_STARTS = {16: _MOUNT, 20: _UNLOAD, 22: _FLUSH, 32: _SHUTDOWN, 37: _LOAD, 39: _RESTORE, 41: _SAVE}
_STOPS = {19: _MOUNT, 21: _UNLOAD, 31: _FLUSH, 36: _SHUTDOWN, 38: _LOAD, 40: _RESTORE, 45: _SAVE}
#: the events that make up the life of a hive: without one of them it is not known
LIFE_IDS = frozenset((*_STARTS, *_STOPS)) - {16, 19, 41, 45}
_TELLS = {_UNLOAD: EventKind.UNLOAD_STARTED, _FLUSH: EventKind.FLUSH_STARTED, _LOAD: EventKind.LOAD_STARTED}
_TELLS[_RESTORE] = EventKind.LOAD_STARTED
#: what a call is told as when it ends well, where the other family can tell the same
_OPERATIONS = {_LOAD: EventKind.LOADED, _RESTORE: EventKind.LOADED, _UNLOAD: EventKind.UNLOADED}
_TOLD = frozenset((*_OPERATIONS, _FLUSH))
_BASE_FILE, _LOG_APPLIED, _GATHERED = 17, 18, (24, 25)
_INSIDE = {_BASE_FILE: _MOUNT, _LOG_APPLIED: _MOUNT, **dict.fromkeys(_GATHERED, _FLUSH)}
_CANNOT_DELETE = 0xC0000121
_SEVERITY_ERROR = 0x8000_0000
_TICKS_TO_NS = 100


class _Call:
    __slots__ = ("file", "is_dirty", "logs", "mount", "operation", "record", "task")

    def __init__(self, task: str, record: Record, file: str | None, mount: str | None) -> None:
        self.task = task
        self.record = record
        self.file = file
        self.mount = mount
        self.logs = 0  # entries of logs that were applied
        self.is_dirty = False
        self.operation: Operation | None = None


class HiveCalls:
    """``is_lossy``: whether events of the trace were lost: then a Stop may belong to another Start than the one that
    was seen, and is told as uncertain. ``unknown``: calls whose status is cut: whether they succeeded is not known, and
    not told. ``no_stop``: calls whose end was not seen; ``no_start``: ends whose call was not seen;
    ``not_ended``: unloads among those without an end; ``only_mounted``: mounts outside any load (at boot).
    """

    def __init__(self, sink: HiveSink, is_lossy: Callable[[], bool]) -> None:
        self._sink = sink
        self._is_lossy = is_lossy
        self._open: dict[tuple[int | None, int | None], list[_Call]] = {}
        self._count = 0
        self._is_shutting_down = False
        self.no_stop = self.no_start = self.only_mounted = self.unknown = self.dropped = 0
        self.not_ended = 0

    def awaits(self, number: int, record: Record) -> bool:
        """Whether this is the end of a call, or within one, whose start was not seen yet: it may be told later."""
        if number in _STARTS or number < min(_STARTS):
            return False
        calls = self._open.get((record.pid, record.tid), ())
        task = _STOPS.get(number) or _INSIDE.get(number)
        return not any(task is None or call.task == task for call in calls)

    def take(self, number: int, record: Record, payload: Payload) -> None:
        """One event of the provider."""
        thread = (record.pid, record.tid)
        calls = self._open.setdefault(thread, [])
        start, stop = _STARTS.get(number), _STOPS.get(number)
        if start is not None:
            self._begin(calls, start, record, payload)
        elif stop is not None:
            self._end(calls, stop, record, payload)
        elif calls:
            self._inside(calls, number, record, payload)
        if not calls:
            del self._open[thread]

    @property
    def in_progress(self) -> int:
        """Calls that are open now: at the end of a trace neither loaded nor unloaded."""
        return sum(map(len, self._open.values()))

    def finish(self, record: Record) -> None:
        """The trace is over with this record: what only an end would have told is told now."""
        if self._is_shutting_down:
            self._shut_down(record)
        for calls in self._open.values():
            for call in calls:
                self._abandon(call)

    def _begin(self, calls: list[_Call], task: str, record: Record, payload: Payload) -> None:
        again = next((at for at, call in enumerate(calls) if call.task == task), None)
        if again is not None:  # the thread's number was given to another one, or its end was lost
            self.no_stop += len(calls) - again
            self._drop(calls, again)
        self._is_shutting_down |= task == _SHUTDOWN
        if self._count >= OPEN_CALLS_KEPT:
            self.dropped += 1
            return
        file = payload.whole("HiveFilePath") or payload.whole("SourceFile")
        mount = payload.whole("HiveMountPoint")
        hive = self._sink.hives.join(file, mount)
        call = _Call(task, record, file, mount)
        calls.append(call)
        self._count += 1
        if task in _OPERATIONS:
            call.operation = self._sink.begin(_OPERATIONS[task], record, hive)
        kind = _TELLS.get(task)
        if kind is not None:
            status = _RESTORE if task == _RESTORE else None
            self._sink.tell(kind, record, CHANNEL, file=file, mount=mount, status=status)

    def _end(self, calls: list[_Call], task: str, record: Record, payload: Payload) -> None:
        at = next((at for at in range(len(calls) - 1, -1, -1) if calls[at].task == task), None)
        if at is None:
            self.no_start += 1
            self._tell_end(_Call(task, record, None, None), record, payload, is_whole=False)
            return
        call = calls[at]
        self.no_stop += len(calls) - at - 1
        self._drop(calls, at + 1)
        calls.pop()
        self._count -= 1
        self._tell_end(call, record, payload, is_whole=True)
        if task == _MOUNT:
            if calls:
                calls[-1].file = calls[-1].file or call.file
                calls[-1].logs += call.logs
            else:
                self.only_mounted += 1

    def _drop(self, calls: list[_Call], at: int) -> None:
        """These have no end."""
        for call in calls[at:]:
            self._abandon(call)
        self._count -= len(calls) - at
        del calls[at:]

    def _abandon(self, call: _Call) -> None:
        """Its end was not seen."""
        is_told = call.operation is not None and bool(call.operation.held)  # by the other family
        self._release(call)
        hive = self._sink.hives.find(call.file, call.mount)
        if call.task == _UNLOAD and not is_told and (hive is None or not hive.is_shut):
            self.not_ended += 1
            if hive is not None:
                hive.is_loaded = False  # not known to be, any more

    def _release(self, call: _Call) -> None:
        if call.operation is not None:
            self._sink.end(call.operation, is_told=False)

    def _inside(self, calls: list[_Call], number: int, record: Record, payload: Payload) -> None:
        call = calls[-1]
        if number == _BASE_FILE:
            call.file = call.file or payload.whole("HiveFilePath")
        elif number == _LOG_APPLIED:
            call.logs += 1
        elif number in _GATHERED and call.task == _FLUSH and payload.number("BytesGathered") and not call.is_dirty:
            call.is_dirty = True
            self._sink.tell(EventKind.DIRTY, record, CHANNEL, file=call.file, mount=call.mount)

    def _tell_end(self, call: _Call, record: Record, payload: Payload, *, is_whole: bool) -> None:
        if call.task == _SHUTDOWN:
            self._shut_down(record)
        if call.task not in _TOLD:
            return
        code = payload.number("StatusCode")
        if code is None:
            self._end_unknown(call)
            return
        kind = _outcome(call.task, code)
        incarnation = None
        if call.operation is not None:
            incarnation = self._sink.end(call.operation, is_told=kind is call.operation.kind)
        said = [_RESTORE if call.task == _RESTORE else None, status_text(code)]
        if call.logs:
            said.append(f"{call.logs:,} entries of its log were applied")
        if not is_whole:
            said.append("its start was not recorded")
        elif self._is_lossy():
            said.append("uncertain: events were lost, and its start may be another's")
        duration = None
        if is_whole and record.time is not None and call.record.time is not None:
            duration = (record.time - call.record.time) * _TICKS_TO_NS
        self._sink.tell(
            kind,
            record,
            CHANNEL,
            file=call.file,
            mount=call.mount,
            status="; ".join(filter(None, said)) or None,
            duration=duration,
            incarnation=incarnation,
        )

    def _end_unknown(self, call: _Call) -> None:
        """Whether it succeeded nobody knows: what the other family told of it is all there is."""
        self.unknown += 1
        self._release(call)
        hive = self._sink.hives.find(call.file, call.mount)
        if call.task == _UNLOAD and hive is not None:
            hive.is_loaded = False  # not known to be, any more

    def _shut_down(self, record: Record) -> None:
        self._is_shutting_down = False
        self._sink.shut_down(record, CHANNEL)


def _outcome(task: str, code: int) -> EventKind:
    failed = code >= _SEVERITY_ERROR
    if task == _UNLOAD:
        if code == _CANNOT_DELETE:
            return EventKind.UNLOAD_REFUSED
        return EventKind.UNLOAD_FAILED if failed else EventKind.UNLOADED
    if task == _FLUSH:
        return EventKind.FLUSH_FAILED if failed else EventKind.FLUSHED
    return EventKind.LOAD_FAILED if failed else EventKind.LOADED
