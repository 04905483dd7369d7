"""The kernel logger's hive events made into what happened: they belong together by the hive's address.

There is no status and no duration here, and no event for what failed. An address is unique while its hive is loaded,
and may be another hive's after that. Must not know: the manifest's family. Sources: WMI classes of the kernel logger's
registry group (opcodes 36 to 40) as listed by jdu2600; System Informer, ntwmi.h.
"""

from __future__ import annotations

from ..core.hive_event import EventKind
from .limits import HIVES_KEPT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .hive_sink import HiveSink
    from .payload_fields import Payload
    from .record import Record

__all__ = ("HiveAddresses",)

CHANNEL = "kernel"
INIT, DESTROY, LINK, RUNDOWN, DIRTY = 36, 37, 38, 39, 40
#: what a call of the other family may tell, too
_OF_BOTH_FAMILIES = (EventKind.LOADED, EventKind.UNLOADED)
_ADDRESS_TAKEN = "its address is another hive's now; when it was unloaded was not recorded"


class _Hive:
    __slots__ = ("file", "incarnation", "is_begun", "is_told", "mount")

    def __init__(self, incarnation: int) -> None:
        self.incarnation = incarnation
        self.file: str | None = None
        self.mount: str | None = None
        self.is_told = self.is_begun = False


class HiveAddresses:
    """``not_mounted``: hives that were begun and never linked: a load that failed, or one of the kernel's own."""

    def __init__(self, sink: HiveSink) -> None:
        self._sink = sink
        self._hives: dict[int, _Hive] = {}
        self._loads = 0
        self.dropped = 0

    @property
    def not_mounted(self) -> int:
        """Hives that are begun and not linked now."""
        return sum(not hive.is_told for hive in self._hives.values())

    def awaits(self, opcode: int, payload: Payload) -> bool:
        """Whether what comes before this was not seen yet: the hive's beginning, or the end of the one before it."""
        address = payload.number("Hive")
        return opcode != RUNDOWN and address is not None and (address in self._hives) == (opcode == INIT)

    def take(self, opcode: int, record: Record, payload: Payload) -> None:
        """One event of the family."""
        address = payload.number("Hive")
        if address is None:
            return  # cut before what says of which hive it is
        if opcode == INIT:
            former = self._hives.pop(address, None)
            if former is not None and former.is_told and self._is_loaded(former):
                self._tell(EventKind.UNLOADED, record, former, _ADDRESS_TAKEN)
            begun = self._begin(address)
            begun.file, begun.is_begun = payload.whole("FileName"), True
            return
        hive = self._hives.get(address) or self._begin(address)
        hive.file = payload.whole("FileName") or hive.file
        hive.mount = payload.whole("Path") or payload.whole("LinkPath") or hive.mount
        self._sink.hives.join(hive.file, hive.mount)
        if opcode == LINK:
            self._tell(EventKind.LOADED, record, hive)
        elif opcode == RUNDOWN:
            self._tell(EventKind.INVENTORY, record, hive)
        elif opcode == DIRTY:
            self._tell(EventKind.DIRTY, record, hive, _reason(payload.number("DirtyReason")))
        elif opcode == DESTROY:
            known = self._sink.hives.find(hive.file, hive.mount)
            was_loaded = known is not None and known.is_loaded and not hive.is_begun  # before its address was met
            if hive.is_told or hive.mount or was_loaded:  # one that never was mounted cannot be unloaded
                self._tell(EventKind.UNLOADED, record, hive)
            del self._hives[address]

    def _is_loaded(self, hive: _Hive) -> bool:
        """Whether nobody told that it was unloaded, or is elsewhere. An address is unique while its hive is loaded."""
        known = self._sink.hives.find(hive.file, hive.mount)
        return known is None or (known.is_loaded and known.incarnation == hive.incarnation)

    def _begin(self, address: int) -> _Hive:
        if len(self._hives) >= HIVES_KEPT:
            self._hives.pop(next(iter(self._hives)))
            self.dropped += 1
        self._loads += 1
        hive = self._hives[address] = _Hive(self._loads)
        return hive

    def _tell(self, kind: EventKind, record: Record, hive: _Hive, status: str | None = None) -> None:
        hive.is_told = True
        if status is None and kind in _OF_BOTH_FAMILIES:
            self._sink.tell_inner(kind, record, CHANNEL, file=hive.file, mount=hive.mount, incarnation=hive.incarnation)
        else:
            self._sink.tell(
                kind, record, CHANNEL, file=hive.file, mount=hive.mount, status=status, incarnation=hive.incarnation
            )


def _reason(number: int | None) -> str | None:
    return None if number is None else f"reason {number}"
