"""Hive events out of traces that are made: no public trace has a registry record, so all of these are synthetic."""

from __future__ import annotations

from typing import Any

import pytest

from hiveguard.core.ending import Ending
from hiveguard.core.errors import Incomplete
from hiveguard.core.hive_event import EventKind as E
from hiveguard.core.hive_event import HiveEvent
from hiveguard.core.verdict import Verdict
from hiveguard.testing import TraceBuilder
from hiveguard.trace.group_masks import REGISTRY_HIVE
from hiveguard.trace.hive_names import same_file
from hiveguard.trace.hive_trace import hive_events
from hiveguard.trace.key_operation import KeyOperation, RawEvent
from hiveguard.trace.payload_fields import decode, encode
from hiveguard.trace.registry_payloads import KERNEL, KERNEL_GUID, MANIFEST, MANIFEST_GUID, layout_of
from hiveguard.trace.trace import open_trace
from hiveguard.watch.record import as_record

FILE = r"\Device\HarddiskVolume3\Users\ada\NTUSER.DAT"
MOUNT = r"\REGISTRY\USER\S-1-5-21-1"
HIVE = 0xFFFF_8000_1234_5678


class Recording:
    """A trace in the making: registry events by name."""

    def __init__(self, **how: Any) -> None:
        self.builder = TraceBuilder(**how)

    def manifest(self, number: int, *, tid: int = 8, pid: int = 4, **fields: Any) -> Recording:
        payload = encode(layout_of(MANIFEST[number][1]), fields, self.builder.pointer_size)
        self.builder.event(MANIFEST_GUID, number, payload, pid=pid, tid=tid)
        return self

    def kernel(self, opcode: int, version: int = 2, **fields: Any) -> Recording:
        payload = encode(layout_of(KERNEL[opcode, version][1]), fields, self.builder.pointer_size)
        self.builder.system(0x0900 | opcode, payload, version=version)
        return self

    def read(self, *, keys: bool = False) -> tuple[list[Any], Verdict]:
        with open_trace(self.builder.build()) as trace:
            walk = hive_events(trace, keys=keys, on_incomplete="record")
            items = list(walk)
        assert walk.verdict is not None
        return items, walk.verdict

    def told(self) -> list[tuple[E, str | None, str | None, str | None]]:
        return [(item.kind, item.file, item.mount, item.status) for item in self.read()[0]]


@pytest.fixture(params=[4, 8])
def recording(request: pytest.FixtureRequest) -> Recording:
    return Recording(pointer_size=request.param)


def test_a_load_with_its_mount_inside(recording: Recording) -> None:
    recording.manifest(37, SourceFile=FILE, Flags=0).manifest(16).manifest(17, HiveFilePath=FILE, FileSize=4096)
    recording.manifest(18, TotalEntrySize=512, BytesRecovered=4096).manifest(18, TotalEntrySize=512, BytesRecovered=1)
    recording.manifest(19, StatusCode=0).manifest(38, StatusCode=0)
    items, verdict = recording.read()
    assert [(item.kind, item.file, item.mount, item.status) for item in items] == [
        (E.LOAD_STARTED, FILE, None, None),
        (E.LOADED, FILE, None, "2 entries of its log were applied"),
    ]
    assert items[1].duration == 6 * 1000 * 100
    assert (items[1].pid, items[1].tid, items[1].channel, items[1].hive_type) == (4, 8, "manifest", "NTUSER")
    assert verdict.ending is Ending.COMPLETE
    assert verdict.count("events") == 2


@pytest.mark.parametrize(
    ("start", "stop", "code", "kind"),
    [
        (37, 38, 0, E.LOADED),
        (37, 38, 0xC0000218, E.LOAD_FAILED),
        (39, 40, 0, E.LOADED),
        (39, 40, 0xC0000022, E.LOAD_FAILED),
        (20, 21, 0, E.UNLOADED),
        (20, 21, 0xC0000121, E.UNLOAD_REFUSED),
        (20, 21, 0xC0000043, E.UNLOAD_FAILED),
        (22, 31, 0, E.FLUSHED),
        (22, 31, 0xC000014D, E.FLUSH_FAILED),
    ],
)
def test_what_a_stop_means_is_said_by_its_status(
    recording: Recording, start: int, stop: int, code: int, kind: E
) -> None:
    fields = {"SourceFile": FILE, "HiveFilePath": FILE, "HiveMountPoint": MOUNT, "Flags": 8, "FlushFlags": 0}
    recording.manifest(start, **fields).manifest(stop, StatusCode=code)
    last = recording.read()[0][-1]
    assert (last.kind, last.file) == (kind, FILE)
    assert last.status == ("restore" if start == 39 else None) or code
    assert code == 0 or f"{code:#010x}" in last.status


def test_a_flush_inside_an_unload_is_dirty_only_with_bytes(recording: Recording) -> None:
    recording.manifest(20, HiveFilePath=FILE, HiveMountPoint=MOUNT)
    recording.manifest(22, HiveFilePath=FILE, HiveMountPoint=MOUNT, FlushFlags=1).manifest(23)
    recording.manifest(24, BytesGathered=0).manifest(24, BytesGathered=4096).manifest(25, BytesGathered=4096)
    recording.manifest(26, WritesIssued=1, BytesWritten=4608).manifest(31, StatusCode=0).manifest(21, StatusCode=0)
    assert [kind for kind, *_ in recording.told()] == [
        E.UNLOAD_STARTED, E.FLUSH_STARTED, E.DIRTY, E.FLUSHED, E.UNLOADED,
    ]  # fmt: skip


def test_threads_do_not_mix(recording: Recording) -> None:
    other = FILE.replace("ada", "bob")
    recording.manifest(37, tid=1, SourceFile=FILE, Flags=0).manifest(37, tid=2, SourceFile=other, Flags=0)
    recording.manifest(38, tid=1, StatusCode=0xC0000022).manifest(38, tid=2, StatusCode=0)
    assert [(kind, file) for kind, file, *_ in recording.told()][2:] == [(E.LOAD_FAILED, FILE), (E.LOADED, other)]


def test_what_has_no_start_or_no_stop_is_told_and_not_guessed(recording: Recording) -> None:
    recording.manifest(38, StatusCode=0)  # the session began in between
    recording.manifest(37, SourceFile=FILE, Flags=0)
    items, verdict = recording.read()
    assert [(item.kind, item.file, item.status) for item in items] == [
        (E.LOADED, None, "its start was not recorded"),
        (E.LOAD_STARTED, FILE, None),
    ]
    assert items[0].duration is None
    facts = " ".join(verdict.evidence[0].facts)
    assert "1 calls were in progress at the end" in facts
    assert "1 calls ended whose start was not recorded" in facts


def test_the_same_task_begun_twice_on_a_thread_had_no_end(recording: Recording) -> None:
    recording.manifest(20, HiveFilePath="one", HiveMountPoint=MOUNT)
    recording.manifest(20, HiveFilePath="two", HiveMountPoint=MOUNT).manifest(21, StatusCode=0)
    items, verdict = recording.read()
    assert [(item.kind, item.file) for item in items][-1] == (E.UNLOADED, "two")
    assert "1 calls began whose end was not recorded" in " ".join(verdict.evidence[0].facts)


def test_a_shutdown_unloads_what_is_known_to_be_loaded(recording: Recording) -> None:
    recording.manifest(37, SourceFile=FILE, Flags=0).manifest(38, StatusCode=0)
    recording.manifest(37, SourceFile="two", Flags=0).manifest(38, StatusCode=0)
    recording.manifest(20, HiveFilePath="two", HiveMountPoint=MOUNT).manifest(21, StatusCode=0)
    for number in (32, 33, 34, 35, 36):
        recording.manifest(number)
    assert recording.told()[-1] == (E.UNLOADED, FILE, None, "by shutdown")
    assert [kind for kind, *_ in recording.told()].count(E.UNLOADED) == 2


def test_the_mount_point_stands_on_what_follows(recording: Recording) -> None:
    recording.manifest(37, SourceFile=FILE, Flags=0).manifest(38, StatusCode=0)
    recording.manifest(20, HiveFilePath=FILE, HiveMountPoint=MOUNT).manifest(21, StatusCode=0xC0000121)
    recording.manifest(37, SourceFile=FILE.replace(r"\Device\HarddiskVolume3", r"\??\C:"), Flags=0)
    mounts = [mount for _, _, mount, _ in recording.told()]
    assert mounts == [None, None, MOUNT, MOUNT, MOUNT]


def test_the_kernel_s_family_belongs_together_by_address(recording: Recording) -> None:
    address = HIVE & 0xFFFF_FFFF if recording.builder.pointer_size == 4 else HIVE
    recording.kernel(36, Hive=address, OperationType=2, PoolTag=1, Size=4096, FileName=FILE)
    recording.kernel(38, Hive=address, Path=MOUNT).kernel(40, Hive=address, LinkPath=MOUNT, DirtyReason=3)
    recording.kernel(37, Hive=address, FileName=FILE, Path=MOUNT)
    recording.kernel(36, Hive=address, OperationType=2, PoolTag=1, Size=4096, FileName="again")
    recording.kernel(38, Hive=address, Path=MOUNT)
    recording.kernel(39, Size=4096, Hive=address, LoadedKeyCount=9, FileName="again", LinkPath=MOUNT)
    items, _ = recording.read()
    assert [(item.kind, item.file, item.mount, item.incarnation) for item in items] == [
        (E.LOADED, FILE, MOUNT, 1),
        (E.DIRTY, FILE, MOUNT, 1),
        (E.UNLOADED, FILE, MOUNT, 1),
        (E.LOADED, "again", MOUNT, 2),  # the address was given to another one
        (E.INVENTORY, "again", MOUNT, 2),  # a rundown, never an unload
    ]
    assert all(item.status is None or item.kind is E.DIRTY for item in items)


def test_a_hive_that_was_loaded_before_the_trace_and_one_that_never_was_mounted(recording: Recording) -> None:
    recording.kernel(37, Hive=1, FileName=FILE, Path=MOUNT)
    recording.kernel(36, Hive=2, OperationType=0, PoolTag=0, Size=0, FileName="x").kernel(
        37, Hive=2, FileName="x", Path=""
    )
    recording.kernel(36, Hive=3, OperationType=0, PoolTag=0, Size=0, FileName="y")
    items, verdict = recording.read()
    assert [(item.kind, item.file) for item in items] == [(E.UNLOADED, FILE)]
    assert "1 hives were begun and not mounted" in " ".join(verdict.evidence[0].facts)


def test_classic_records_of_a_relogger_are_the_kernel_s(recording: Recording) -> None:
    payload = encode(layout_of(KERNEL[38, 2][1]), {"Hive": 7, "Path": MOUNT}, recording.builder.pointer_size)
    recording.builder.classic(KERNEL_GUID, 38, payload, version=2)
    assert [(kind, mount) for kind, _, mount, _ in recording.told()] == [(E.LOADED, MOUNT)]


def test_what_nobody_describes_passes_as_bytes(recording: Recording) -> None:
    recording.builder.system(0x0921, b"raw", version=2)
    recording.builder.event(MANIFEST_GUID, 99, b"more")
    recording.builder.event(MANIFEST_GUID, 38, b"\0\0\0\0", version=7)
    items, _ = recording.read()
    assert [(item.channel, item.number, item.payload) for item in items if isinstance(item, RawEvent)] == [
        ("kernel", 33, b"raw"),
        ("manifest", 99, b"more"),
        ("manifest", 38, b"\0\0\0\0"),
    ]


def test_a_payload_shorter_or_longer_than_its_layout_is_data(recording: Recording) -> None:
    recording.builder.event(MANIFEST_GUID, 37, "cut".encode("utf-16-le"))
    recording.builder.event(MANIFEST_GUID, 38, b"")
    recording.builder.event(MANIFEST_GUID, 20, "a\0b\0".encode("utf-16-le") + b"behind")
    items, verdict = recording.read()
    assert [(item.kind, item.file, item.status) for item in items] == [
        (E.LOAD_STARTED, None, None),
        (E.UNLOAD_STARTED, "a", None),
    ]
    assert verdict.ending is Ending.DAMAGED
    assert verdict.reasons == (
        "1 call ended with a status that is cut: whether that succeeded is not known",
        "1 record of hives is cut in what says of which hive: that hive may have been loaded or unloaded",
        "1 unload began, and no end was recorded: whether that hive is loaded is not known",
    )
    assert "2 payloads ended before their layout" in " ".join(verdict.evidence[0].facts)


LETTER = FILE.replace(r"\Device\HarddiskVolume3", r"\??\C:")


def begin(recording: Recording, address: int = 7, file: str = LETTER) -> Recording:
    return recording.kernel(36, Hive=address, OperationType=2, PoolTag=1, Size=4096, FileName=file)


def test_a_load_and_an_unload_that_both_families_tell_are_told_once(recording: Recording) -> None:
    recording.manifest(37, SourceFile=FILE, Flags=0)
    begin(recording).kernel(38, Hive=7, Path=MOUNT).manifest(38, StatusCode=0)
    recording.manifest(20, HiveFilePath=FILE, HiveMountPoint=MOUNT)
    recording.kernel(37, Hive=7, FileName=LETTER, Path=MOUNT).manifest(21, StatusCode=0)
    items, verdict = recording.read()
    assert [(item.kind, item.channel, item.file, item.mount, item.incarnation) for item in items] == [
        (E.LOAD_STARTED, "manifest", FILE, None, None),
        (E.LOADED, "manifest", FILE, MOUNT, 1),
        (E.UNLOAD_STARTED, "manifest", FILE, MOUNT, None),
        (E.UNLOADED, "manifest", FILE, MOUNT, 1),
    ]
    assert items[1].duration == 300_000
    assert verdict.ending is Ending.COMPLETE


def test_a_link_without_a_file_is_that_of_the_load_on_its_thread(recording: Recording) -> None:
    payload = encode(layout_of(KERNEL[38, 2][1]), {"Hive": 7, "Path": MOUNT}, recording.builder.pointer_size)
    recording.manifest(37, SourceFile=FILE, Flags=0)
    recording.builder.system(0x0926, payload, version=2, pid=4, tid=8)
    recording.manifest(38, StatusCode=0)
    assert recording.told()[1:] == [(E.LOADED, FILE, MOUNT, None)]


@pytest.mark.parametrize("end", ["none", "cut", "failed", "again"])
def test_what_the_kernel_told_is_not_lost_where_no_stop_tells_it(recording: Recording, end: str) -> None:
    recording.manifest(37, SourceFile=FILE, Flags=0)
    begin(recording).kernel(38, Hive=7, Path=MOUNT)
    if end == "cut":
        recording.builder.event(MANIFEST_GUID, 38, b"\0\0", pid=4, tid=8)
    elif end == "failed":
        recording.kernel(37, Hive=7, FileName=LETTER, Path=MOUNT).manifest(38, StatusCode=0xC0000022)
    elif end == "again":
        recording.manifest(37, SourceFile="other", Flags=0)
    kinds = [(item.kind, item.channel) for item in recording.read()[0]]
    more = {"failed": [(E.UNLOADED, "kernel"), (E.LOAD_FAILED, "manifest")], "again": [(E.LOAD_STARTED, "manifest")]}
    assert kinds == [(E.LOAD_STARTED, "manifest"), (E.LOADED, "kernel"), *more.get(end, [])]


def test_a_load_of_another_file_meanwhile_is_told(recording: Recording) -> None:
    recording.manifest(37, SourceFile=FILE, Flags=0)
    begin(recording, file="other").kernel(38, Hive=7, Path=MOUNT).manifest(38, StatusCode=0)
    assert [(kind, file) for kind, file, *_ in recording.told()[1:]] == [(E.LOADED, "other"), (E.LOADED, FILE)]


@pytest.mark.parametrize("last", [35, 36])
def test_a_shutdown_unloads_the_hives_of_both_families_once(recording: Recording, last: int) -> None:
    recording.manifest(37, SourceFile=FILE, Flags=0).manifest(38, StatusCode=0)
    begin(recording, file="of the kernel").kernel(38, Hive=7, Path=MOUNT)
    recording.manifest(32)
    recording.manifest(22, HiveFilePath=LETTER, HiveMountPoint="m", FlushFlags=0).manifest(31, StatusCode=0)
    for number in range(33, last + 1):
        recording.manifest(number)
    recording.kernel(37, Hive=7, FileName="of the kernel", Path=MOUNT)
    told = [(file, mount, status) for kind, file, mount, status in recording.told() if kind is E.UNLOADED]
    if last == 36:  # what comes after it was told with it
        assert told == [(FILE, "m", "by shutdown"), ("of the kernel", MOUNT, "by shutdown")]
    else:  # the trace ended with it
        assert told == [("of the kernel", MOUNT, None), (FILE, "m", "by shutdown")]


def test_a_shutdown_does_not_unload_again_what_was_unloaded_by_another_form_of_its_path(recording: Recording) -> None:
    recording.manifest(37, SourceFile=LETTER, Flags=0).manifest(38, StatusCode=0)
    recording.manifest(20, HiveFilePath=FILE, HiveMountPoint=MOUNT).manifest(21, StatusCode=0)
    recording.manifest(32).manifest(36)
    assert [status for kind, *_, status in recording.told() if kind is E.UNLOADED] == [None]


def test_a_call_whose_status_is_cut_is_neither_done_nor_failed(recording: Recording) -> None:
    recording.manifest(37, SourceFile=FILE, Flags=0).manifest(38, StatusCode=0)
    recording.manifest(20, HiveFilePath=FILE, HiveMountPoint=MOUNT)
    recording.builder.event(MANIFEST_GUID, 21, b"", pid=4, tid=8)
    recording.manifest(32).manifest(36)
    items, verdict = recording.read()
    assert [item.kind for item in items] == [E.LOAD_STARTED, E.LOADED, E.UNLOAD_STARTED]
    assert verdict.ending is Ending.DAMAGED
    assert "1 calls ended with a status that is cut" in " ".join(verdict.evidence[0].facts)


def test_without_a_clock_s_frequency_no_time_is_told() -> None:
    recording = Recording(frequency=0).manifest(37, SourceFile=FILE, Flags=0).manifest(38, StatusCode=0)
    recording.builder.event(MANIFEST_GUID, 99, b"raw")
    recording.manifest(13, KeyObject=11, Status=0, KeyName="")
    items, _ = recording.read(keys=True)
    assert [(item.time, getattr(item, "duration", None)) for item in items] == [(None, None)] * 4
    assert as_record(items[0])["time"] is None


def test_keys_by_their_addresses(recording: Recording) -> None:
    opened = {"Status": 0, "Disposition": 1}
    recording.manifest(2, BaseObject=0, KeyObject=10, BaseName="", RelativeName=r"\REGISTRY\MACHINE", **opened)
    recording.manifest(1, BaseObject=10, KeyObject=11, BaseName="", RelativeName="SOFTWARE", **opened)
    captured = {"CapturedDataSize": 2, "CapturedData": b"ab", "PreviousDataType": 0, "PreviousDataSize": 0}
    recording.manifest(
        5, KeyObject=11, Status=0, Type=1, DataSize=2, KeyName="", ValueName="v",
        PreviousDataCapturedSize=0, PreviousData=b"", **captured,
    )  # fmt: skip
    recording.manifest(13, KeyObject=11, Status=0, KeyName="").manifest(3, KeyObject=11, Status=5, KeyName="")
    recording.kernel(22, InitialTime=0, Status=0, Index=0, KeyHandle=20, KeyName=r"\REGISTRY\USER")
    recording.kernel(11, InitialTime=1, Status=0, Index=0, KeyHandle=20, KeyName="Ada")
    recording.kernel(14, InitialTime=1, Status=0, Index=0, KeyHandle=20, KeyName="value")
    items, _ = recording.read(keys=True)
    assert all(isinstance(item, KeyOperation) for item in items)
    assert [(item.name, item.key, item.value) for item in items] == [
        ("OpenKey", r"\REGISTRY\MACHINE", None),
        ("CreateKey", r"\REGISTRY\MACHINE\SOFTWARE", None),
        ("SetValueKey", r"\REGISTRY\MACHINE\SOFTWARE", "v"),
        ("CloseKey", r"\REGISTRY\MACHINE\SOFTWARE", None),
        ("DeleteKey", None, None),  # the address is nobody's now
        ("KCBCreate", r"\REGISTRY\USER", None),
        ("Open", r"\REGISTRY\USER\Ada", None),
        ("SetValue", r"\REGISTRY\USER", "value"),
    ]
    assert recording.read()[0] == []  # only behind the flag


MASK = 1 << 24  # PERF_REG_HIVE in the third mask


@pytest.mark.parametrize(
    ("masks", "ending", "why"),
    [
        ((0, 0, MASK), Ending.COMPLETE, ""),
        ((0, 0, 0), Ending.UNPROVEN, "hive events were not recorded"),
        (None, Ending.UNPROVEN, "nothing tells whether any were recorded"),
    ],
)
def test_silence_is_told_from_not_having_listened(
    recording: Recording, masks: tuple[int, ...] | None, ending: Ending, why: str
) -> None:
    assert REGISTRY_HIVE == 0x41000000
    if masks is not None:
        recording.builder.group_masks((*masks, 0, 0, 0, 0, 0))
    recording.builder.system(0x0301, b"a process")
    items, verdict = recording.read()
    assert items == []
    assert verdict.ending is ending
    assert why in " ".join(verdict.reasons)
    if not verdict.is_complete:
        with open_trace(recording.builder.build()) as trace, pytest.raises(Incomplete):
            list(hive_events(trace))


def test_lost_events_make_it_lost() -> None:
    recording = Recording(events_lost=3).manifest(37, SourceFile=FILE, Flags=0).manifest(38, StatusCode=0)
    items, verdict = recording.read()
    assert [item.status for item in items] == [None, "uncertain: events were lost, and its start may be another's"]
    assert verdict.ending is Ending.LOST
    assert "3 events were lost" in verdict.reasons[0]


@pytest.mark.parametrize("pointer_size", [4, 8])
def test_every_layout_round_trips(pointer_size: int) -> None:
    for _, text in (*MANIFEST.values(), *KERNEL.values()):
        fields = layout_of(text)
        given: dict[str, Any] = {}
        for at, (name, kind) in enumerate(fields.fields):
            if kind.startswith("bytes:"):
                given[kind.partition(":")[2]] = 3
                given[name] = b"\1\2\3"
            elif kind == "guid":
                given[name] = bytes(range(16))
            else:
                given[name] = f"Ω{at}" if kind == "z" else at + 1
        raw = encode(fields, given, pointer_size)
        found = decode(fields, raw, pointer_size)
        assert found.fields == given
        assert found.rest == b""
        assert not found.is_short
        for end in range(len(raw)):
            cut = decode(fields, raw[:end], pointer_size)
            assert cut.is_short
            assert set(cut.fields) <= set(given)
        assert decode(fields, raw + b"behind", pointer_size).rest == b"behind"


def test_paths_of_different_sources_are_one_file() -> None:
    assert same_file(r"\Device\HarddiskVolume3\a\B.DAT") == same_file(r"\??\C:\A\b.dat")
    assert same_file(r"\SystemRoot\System32\config\SAM") == same_file(r"\??\C:\Windows\System32\Config\SAM")
    assert same_file("plain") != same_file("other")
    assert isinstance(HiveEvent, type)
