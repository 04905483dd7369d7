"""What happened to hives, by a recorded trace: events of both families, and a verdict that tells silence from not
having listened.

Must not know: output, files. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.ending import Ending
from ..core.hive_event import EventKind, HiveEvent
from ..core.verdict import Evidence, Verdict
from ..core.walk import Progress, Walk
from .group_masks import REGISTRY_HIVE
from .hive_addresses import CHANNEL as KERNEL_CHANNEL
from .hive_addresses import DIRTY, INIT, HiveAddresses
from .hive_calls import CHANNEL as MANIFEST_CHANNEL
from .hive_calls import LIFE_IDS, HiveCalls
from .hive_order import SameTimes, in_order
from .hive_sink import HiveSink, time_of
from .key_names import KeyNames
from .key_operation import KeyOperation, RawEvent
from .registry_payloads import KERNEL_GUID, MANIFEST_GUID, payload_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from .hive_names import KnownHive
    from .payload_fields import Payload
    from .record import Record
    from .record_walk import RecordWalk
    from .trace import Trace

    Happened: TypeAlias = HiveEvent | KeyOperation | RawEvent

__all__ = ("hive_events",)

_FIRST_HIVE_ID = 16
_LAST_KEY_OPCODE = 32
_ENDS_OF_LIFE = (EventKind.LOADED, EventKind.INVENTORY, EventKind.UNLOADED)
#: the fields that say of which hive an event is
_NAMES = frozenset(("HiveFilePath", "HiveMountPoint", "SourceFile", "FileName", "Path", "LinkPath"))
_VALUE_OPCODES = frozenset((14, 15, 16, 18, 19))  # whose name is a value's


def hive_events(trace: Trace, *, keys: bool = False, on_incomplete: str = "raise") -> Walk[Happened]:
    """The events of hives in a trace, in time order. ``keys``: operations on keys, too.

    A payload without a public description passes as a `RawEvent`. The walk ends with a verdict: LOST where events were
    lost, UNPROVEN where there were none and nothing shows that they were recorded.
    """
    reading = _Reading(trace, keys=keys)
    return Walk(reading.events(), reading.conclude, raises=on_incomplete == "raise", progress=reading.progress)


class _Reading:
    def __init__(self, trace: Trace, *, keys: bool) -> None:
        self._records: RecordWalk = trace.records(providers=(MANIFEST_GUID, KERNEL_GUID), on_incomplete="record")
        self._steps = iter(self._records)  # held, so that only `conclude` ends it
        self._groups = SameTimes(self._steps)
        self._wants_keys = keys
        self._sink = HiveSink()
        # In time order every buffer's header is read before the first record: what was lost is known by then.
        self._calls = HiveCalls(self._sink, lambda: bool(self._records.losses.reasons))
        self._addresses = HiveAddresses(self._sink)
        self._names = KeyNames()
        self._of_manifest = self._of_kernel = self._told = self._raw = self._cut = 0
        self._nameless = 0  # whose hive's name is cut
        self._unordered = 0  # hives that were loaded and unloaded at one time
        self._unread = 0  # of the life of hives, in a form that has no public description
        self.progress = Progress()

    def events(self) -> Iterator[Happened]:
        last = None
        for group in self._groups:
            last = group[-1]
            self.progress.values += len(group)
            if len(group) == 1:
                yield from self._happened(last, payload_of(last))
            else:
                yield from self._at_once(group)
        if last is not None:
            self._calls.finish(last)
            yield from self._take()

    def _at_once(self, group: list[Record]) -> Iterator[Happened]:
        """Records of one time on several processors. Where they load a hive and unload it, which came last may be known
        by nobody."""
        loads: dict[KnownHive, set[int]] = {}
        unloads: dict[KnownHive, set[int]] = {}
        for record in in_order(group, self._awaits):
            for item in self._happened(record, payload_of(record)):
                if isinstance(item, HiveEvent) and item.kind in _ENDS_OF_LIFE:
                    hive = self._sink.hives.find(item.file, item.mount)
                    if hive is not None:
                        told = unloads if item.kind is EventKind.UNLOADED else loads
                        told.setdefault(hive, set()).add(record.cpu)
                yield item
        self._unordered += sum(len(loads[hive] | unloads[hive]) > 1 for hive in loads.keys() & unloads.keys())

    def _awaits(self, record: Record) -> bool:
        if record.provider == MANIFEST_GUID:
            return self._calls.awaits(record.id or 0, record)
        opcode = record.opcode or 0
        found = payload_of(record) if INIT <= opcode <= DIRTY else None
        return found is not None and self._addresses.awaits(opcode, found[1])

    def _happened(self, record: Record, found: tuple[str, Payload] | None) -> Iterator[Happened]:
        if record.provider == MANIFEST_GUID:
            self._of_manifest += 1
            number = record.id or 0
            if found is None:
                self._unread += number in LIFE_IDS
                yield self._raw_event(record, MANIFEST_CHANNEL, number)
            elif number >= _FIRST_HIVE_ID:
                self._note_hive(found[1])
                self._calls.take(number, record, found[1])
            elif self._wants_keys:
                self._note_cut(found[1])
                yield self._manifest_key(number, record, *found)
        else:
            self._of_kernel += 1
            opcode = record.opcode or 0
            if found is None:
                self._unread += INIT <= opcode <= DIRTY
                yield self._raw_event(record, KERNEL_CHANNEL, opcode)
            elif INIT <= opcode <= DIRTY:
                self._note_hive(found[1])
                if found[1].number("Hive") is None:
                    yield self._raw_event(record, KERNEL_CHANNEL, opcode)
                self._addresses.take(opcode, record, found[1])
            elif opcode <= _LAST_KEY_OPCODE and self._wants_keys:
                self._note_cut(found[1])
                yield self._kernel_key(opcode, record, *found)
        if self._sink.events:
            yield from self._take()

    def _take(self) -> list[HiveEvent]:
        told = self._sink.take()
        self._told += len(told)
        self.progress.keys += len(told)
        return told

    def _note_cut(self, payload: Payload) -> None:
        self._cut += payload.is_short

    def _note_hive(self, payload: Payload) -> None:
        self._note_cut(payload)
        self._nameless += not payload.lacks.isdisjoint(_NAMES)

    def _raw_event(self, record: Record, channel: str, number: int) -> RawEvent:
        self._raw += 1
        return RawEvent(channel, number, time_of(record), record.payload, pid=record.pid, tid=record.tid)

    def _manifest_key(self, number: int, record: Record, name: str, payload: Payload) -> KeyOperation:
        return KeyOperation(
            name,
            time_of(record),
            MANIFEST_CHANNEL,
            key=self._names.of_manifest(number, payload),
            value=payload.text("ValueName"),
            status=payload.number("Status"),
            pid=record.pid,
            tid=record.tid,
            is_cut=payload.is_short,
        )

    def _kernel_key(self, opcode: int, record: Record, name: str, payload: Payload) -> KeyOperation:
        is_value = opcode in _VALUE_OPCODES
        return KeyOperation(
            name,
            time_of(record),
            KERNEL_CHANNEL,
            key=self._names.of_kernel(opcode, payload, is_value=is_value) or payload.text("Hive"),
            value=payload.text("KeyName") if is_value else None,
            status=payload.number("Status"),
            pid=record.pid,
            tid=record.tid,
            is_cut=payload.is_short,
        )

    # --- the verdict ------------------------------------------------------------------------

    def conclude(self, stopped_by: str | None) -> Verdict:
        records = self._records
        if stopped_by is not None:
            records.close(by=stopped_by)
        read = records.verdict
        assert read is not None
        ending, reasons = read.ending, list(read.reasons)
        kernel = records.masks.recorded(REGISTRY_HIVE).answer
        if not self._told and ending is Ending.COMPLETE:
            ending, why = _SILENCE[kernel, bool(self._of_manifest)]
            if why:
                reasons.append(why)
        is_unordered = any(found.code == "unordered" for found in read.damage)
        for doubts, than, what in (
            (self._calls.unknown, Ending.DAMAGED, _CUT_STATUS),
            (self._nameless, Ending.DAMAGED, _CUT_NAME),
            (self._unread, Ending.UNPROVEN, _NO_DESCRIPTION),
            (self._calls.not_ended, Ending.UNPROVEN, _NO_END),
            (self._unordered, Ending.UNPROVEN, _ONE_TIME),
            (self._told and self._groups.split, Ending.UNPROVEN, _TOO_MANY),
            (self._told and is_unordered, Ending.UNPROVEN, _IN_FILE_ORDER),
        ):
            if doubts:
                ending = max(ending, than)
                reasons.append(what if isinstance(what, str) else f"{doubts:,} {what[doubts != 1]}")
        return Verdict(
            ending,
            tuple(reasons),
            read.damage,
            read.more_damage,
            (Evidence("what happened to hives", (*self._facts(kernel), *read.evidence[0].facts)),),
            {"events": self._told, "records": self._of_manifest + self._of_kernel},
            1,
            read.stopped_by,
            read.started,
            read.finished,
        )

    def _facts(self, kernel: str) -> Iterator[str]:
        yield f"hive events of the kernel logger: {_RECORDED[kernel]}; {self._of_kernel:,} records of the registry"
        yield f"{self._of_manifest:,} records of the manifest provider; a file does not tell whether it was enabled"
        calls, addresses = self._calls, self._addresses
        for count, what in (
            (calls.in_progress, "calls were in progress at the end: neither loaded nor unloaded by them"),
            (calls.no_start, "calls ended whose start was not recorded"),
            (calls.no_stop, "calls began whose end was not recorded"),
            (calls.unknown, "calls ended with a status that is cut: neither done nor failed by them"),
            (calls.only_mounted, "hives were mounted outside any load, as at boot"),
            (addresses.not_mounted, "hives were begun and not mounted: failed, or the kernel's own"),
            (calls.dropped + addresses.dropped, "records could not be put into any call or hive"),
            (self._sink.hives.forgotten, "hives were forgotten: too many"),
            (self._names.forgotten, "names of keys were forgotten: too many"),
            (self._raw, "records have no public description, and passed as bytes"),
            (self._cut, "payloads ended before their layout"),
        ):
            if count:
                yield f"{count:,} {what}"


#: why what became of a hive is not known; those that are counted for one and for many
_CUT_STATUS = (
    "call ended with a status that is cut: whether that succeeded is not known",
    "calls ended with a status that is cut: whether that succeeded is not known",
)
_CUT_NAME = (
    "record of hives is cut in what says of which hive: that hive may have been loaded or unloaded",
    "records of hives are cut in what says of which hive: these hives may have been loaded or unloaded",
)
_NO_DESCRIPTION = (
    "record of hives has a form without public description: what became of that hive is not known",
    "records of hives have a form without public description: what became of those hives is not known",
)
_NO_END = (
    "unload began, and no end was recorded: whether that hive is loaded is not known",
    "unloads began, and no end was recorded: whether those hives are loaded is not known",
)
_ONE_TIME = "hives were loaded and unloaded at one time: which came last is not known"
_TOO_MANY = "too many records of one time on several processors to put them in order"
_IN_FILE_ORDER = "records were delivered in file order: what belongs together may be told apart"
_RECORDED = {
    "yes": "recorded all along",
    "no": "not recorded",
    "partly": "recorded for a part of the time only",
    "unknown": "nothing tells whether they were recorded",
}
_NONE = "no hive event happened while they were recorded"
#: what no event means: by what the kernel's masks tell, and whether the manifest's provider was heard
_SILENCE = {
    ("yes", False): (Ending.COMPLETE, ""),
    ("yes", True): (Ending.COMPLETE, ""),
    ("partly", False): (Ending.UNPROVEN, f"{_NONE}, which was a part of the time only"),
    ("partly", True): (Ending.UNPROVEN, f"{_NONE}, which was a part of the time only"),
    ("no", False): (Ending.UNPROVEN, "hive events were not recorded"),
    ("no", True): (Ending.UNPROVEN, "the provider was recorded, and whether its hive events were is not known"),
    ("unknown", False): (Ending.UNPROVEN, "there is no hive event, and nothing tells whether any were recorded"),
    ("unknown", True): (Ending.UNPROVEN, "the provider was recorded, and whether its hive events were is not known"),
}
