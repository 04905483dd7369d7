"""Hives out of traces where something is cut, unknown, without order, or given anew: nothing is guessed from it.

The traces are made, so synthetic: no public one shows these.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hiveguard.core.ending import Ending
from hiveguard.core.hive_event import EventKind as E
from hiveguard.core.liveness import Liveness, LivenessState
from hiveguard.trace.key_operation import RawEvent
from hiveguard.trace.payload_fields import encode
from hiveguard.trace.registry_payloads import KERNEL, MANIFEST, MANIFEST_GUID, layout_of
from hiveguard.watch.traces import TraceChannels
from hiveguard.watch.watch import Watch
from tests.unit.trace.test_hive_events import FILE, MOUNT, Recording, begin, recording

__all__ = ("recording",)  # the fixture

OTHER = FILE.replace("NTUSER.DAT", "OTHER.DAT")
DENIED = 0xC0000022
HIVE_GROUP = [0, 0, 0x0100_0000]


def payload(number: int, recording: Recording, **fields: int | str) -> bytes:
    return encode(layout_of(MANIFEST[number][1]), dict(fields), recording.builder.pointer_size)


def kernel_payload(opcode: int, recording: Recording, **fields: int | str) -> bytes:
    return encode(layout_of(KERNEL[opcode, 2][1]), dict(fields), recording.builder.pointer_size)


def held(recording: Recording, tmp_path: Path) -> tuple[dict[str | None, LivenessState], Ending]:
    """What a watch that replays the trace holds in the end, by file."""
    path = tmp_path / "made.etl"
    path.write_bytes(recording.builder.build())
    with Watch(TraceChannels(path, speed=0)) as watched:
        list(watched)
        lives: tuple[Liveness, ...] = watched.now()
    assert watched.verdict is not None
    return {live.file: live.state for live in lives}, watched.verdict.ending


def loaded(recording: Recording) -> Recording:
    return recording.manifest(37, SourceFile=FILE, Flags=0).manifest(38, StatusCode=0)


# --- what is cut -------------------------------------------------------------------------------


def test_a_path_that_is_cut_names_no_hive(recording: Recording, tmp_path: Path) -> None:
    loaded(recording)
    whole = payload(20, recording, HiveFilePath=FILE, HiveMountPoint=MOUNT)
    recording.builder.event(MANIFEST_GUID, 20, whole[:30], pid=4, tid=8)
    recording.manifest(21, StatusCode=0)
    items, verdict = recording.read()
    assert [(item.kind, item.file) for item in items[2:]] == [(E.UNLOAD_STARTED, None), (E.UNLOADED, None)]
    assert verdict.ending is Ending.DAMAGED
    assert "1 record of hives is cut" in verdict.reasons[0]
    assert held(recording, tmp_path) == ({FILE: LivenessState.UNKNOWN}, Ending.DAMAGED)


def test_a_kernel_event_without_its_address_is_told_and_passed_as_bytes(recording: Recording, tmp_path: Path) -> None:
    recording.builder.group_masks(HIVE_GROUP)
    begin(recording, 7, FILE).kernel(38, Hive=7, Path=MOUNT)
    recording.builder.system(0x0925, b"\1\2", version=2)
    items, verdict = recording.read()
    assert [item.payload for item in items if isinstance(item, RawEvent)] == [b"\1\2"]
    assert verdict.ending is Ending.DAMAGED
    assert held(recording, tmp_path) == ({FILE: LivenessState.UNKNOWN}, Ending.DAMAGED)


def test_a_cut_event_alone_is_not_silence(recording: Recording) -> None:
    recording.builder.group_masks(HIVE_GROUP)
    recording.builder.system(0x0925, b"\1\2", version=2)
    assert recording.read()[1].ending is Ending.DAMAGED


def test_a_cut_file_name_of_the_kernel_is_no_name(recording: Recording) -> None:
    whole = kernel_payload(36, recording, Hive=7, OperationType=2, PoolTag=1, Size=4096, FileName=FILE)
    recording.builder.system(0x0924, whole[:40], version=2)
    recording.kernel(38, Hive=7, Path=MOUNT)
    assert recording.told() == [(E.LOADED, None, MOUNT, None)]


# --- what has no description -------------------------------------------------------------------


def unload_of_a_later_version(recording: Recording) -> None:
    whole = payload(20, recording, HiveFilePath=FILE, HiveMountPoint=MOUNT)
    recording.builder.event(MANIFEST_GUID, 20, whole, pid=4, tid=8, version=1)
    recording.builder.event(MANIFEST_GUID, 21, bytes(4), pid=4, tid=8, version=1)


def destroy_of_a_later_version(recording: Recording) -> None:
    recording.builder.system(0x0925, b"unknown", version=3)


@pytest.mark.parametrize("later", [unload_of_a_later_version, destroy_of_a_later_version])
def test_what_a_later_windows_may_have_unloaded_is_not_held(
    recording: Recording, tmp_path: Path, later: Callable[[Recording], None]
) -> None:
    later(loaded(recording))
    verdict = recording.read()[1]
    assert verdict.ending is Ending.UNPROVEN
    assert "without public description" in verdict.reasons[0]
    assert held(recording, tmp_path) == ({FILE: LivenessState.UNKNOWN}, Ending.UNPROVEN)


def test_what_is_never_described_says_nothing_of_hives(recording: Recording) -> None:
    loaded(recording).builder.system(0x0921, b"raw", version=2)
    assert recording.read()[1].ending is Ending.COMPLETE


# --- one time on two processors ----------------------------------------------------------------


def together(recording: Recording, first: int, second: int) -> int:
    """A time that what comes next on both processors has."""
    return recording.builder.origin + 1_000_000 * (first + second)


def test_an_end_that_stands_before_its_start(tmp_path: Path) -> None:
    recording = Recording(processors=2)
    at = together(recording, 1, 2)
    recording.builder.event(MANIFEST_GUID, 37, payload(37, recording, SourceFile=FILE, Flags=0), at=at, cpu=1, tid=8)
    recording.builder.event(MANIFEST_GUID, 38, bytes(4), at=at, cpu=0, tid=8)
    unload = payload(20, recording, HiveFilePath=FILE, HiveMountPoint=MOUNT)
    recording.builder.event(MANIFEST_GUID, 20, unload, at=at + 10, cpu=1, tid=8)
    recording.builder.event(MANIFEST_GUID, 21, bytes(4), at=at + 10, cpu=0, tid=8)
    assert [(kind, file) for kind, file, _, _ in recording.told()] == [
        (E.LOAD_STARTED, FILE),
        (E.LOADED, FILE),
        (E.UNLOAD_STARTED, FILE),
        (E.UNLOADED, FILE),
    ]
    assert held(recording, tmp_path) == ({FILE: LivenessState.UNLOADED}, Ending.COMPLETE)


def test_a_link_that_stands_before_its_beginning() -> None:
    recording = Recording(processors=2)
    at = together(recording, 1, 2)
    begun = kernel_payload(36, recording, Hive=7, OperationType=2, PoolTag=1, Size=4096, FileName=FILE)
    recording.builder.system(0x0924, begun, version=2, at=at, cpu=1)
    recording.builder.system(0x0926, kernel_payload(38, recording, Hive=7, Path=MOUNT), version=2, at=at, cpu=0)
    assert recording.told() == [(E.LOADED, FILE, MOUNT, None)]


def test_a_beginning_that_stands_before_the_end_of_the_former_hive() -> None:
    recording = Recording(processors=2)
    begin(recording, 7, FILE).kernel(38, Hive=7, Path=MOUNT)
    at = together(recording, 1, 2)
    begun = kernel_payload(36, recording, Hive=7, OperationType=2, PoolTag=1, Size=4096, FileName=OTHER)
    ended = kernel_payload(37, recording, Hive=7, FileName=FILE, Path=MOUNT)
    recording.builder.system(0x0924, begun, version=2, at=at, cpu=0)
    recording.builder.system(0x0925, ended, version=2, at=at, cpu=1)
    recording.kernel(38, Hive=7, Path=MOUNT + "2")
    assert recording.told() == [
        (E.LOADED, FILE, MOUNT, None),
        (E.UNLOADED, FILE, MOUNT, None),
        (E.LOADED, OTHER, MOUNT + "2", None),
    ]


# --- what is given anew ------------------------------------------------------------------------


def test_an_address_that_another_hive_has_is_told_as_an_unload(recording: Recording, tmp_path: Path) -> None:
    begin(recording, 7, FILE).kernel(38, Hive=7, Path=MOUNT)
    begin(recording, 7, OTHER).kernel(38, Hive=7, Path=MOUNT + "2")
    told = recording.told()
    assert [(kind, file) for kind, file, _, _ in told] == [(E.LOADED, FILE), (E.UNLOADED, FILE), (E.LOADED, OTHER)]
    assert "its address is another hive's now" in (told[1][3] or "")
    states, _ = held(recording, tmp_path)
    assert states == {FILE: LivenessState.UNLOADED, OTHER: LivenessState.ALIVE}


# --- what is no proof of life ------------------------------------------------------------------


@pytest.mark.parametrize("code", [None, DENIED])
def test_a_load_that_only_begins_or_fails_revives_nothing(
    recording: Recording, tmp_path: Path, code: int | None
) -> None:
    loaded(recording)
    recording.manifest(20, HiveFilePath=FILE, HiveMountPoint=MOUNT).manifest(21, StatusCode=0)
    recording.manifest(37, SourceFile=FILE, Flags=0)
    if code is not None:
        recording.manifest(38, StatusCode=code)
    assert held(recording, tmp_path)[0] == {FILE: LivenessState.UNLOADED}


def test_a_restore_is_told_as_one(recording: Recording) -> None:
    recording.manifest(39, SourceFile=FILE, Flags=8).manifest(40, StatusCode=0)
    assert recording.told() == [(E.LOAD_STARTED, FILE, None, "restore"), (E.LOADED, FILE, None, "restore")]


# --- which came last ---------------------------------------------------------------------------


class Tick(Recording):
    """Events of one time: each on a processor."""

    def __init__(self) -> None:
        super().__init__(processors=3)
        self.at = self.builder.origin + 5_000_000

    def on(self, cpu: int, number: int, *, tid: int = 8, **fields: int | str) -> Tick:
        self.builder.event(MANIFEST_GUID, number, payload(number, self, **fields), at=self.at, cpu=cpu, tid=tid, pid=4)
        return self

    def kernel_on(self, cpu: int, opcode: int, **fields: int | str) -> Tick:
        self.builder.system(0x900 | opcode, kernel_payload(opcode, self, **fields), version=2, at=self.at, cpu=cpu)
        return self

    def unload_on(self, cpu: int, tid: int = 8) -> Tick:
        self.on(cpu, 20, tid=tid, HiveFilePath=FILE, HiveMountPoint=MOUNT)
        return self.on(cpu, 21, tid=tid, StatusCode=0)

    def load_on(self, cpu: int, tid: int = 9) -> Tick:
        return self.on(cpu, 37, tid=tid, SourceFile=FILE, Flags=0).on(cpu, 38, tid=tid, StatusCode=0)


@pytest.mark.parametrize("cpu", [0, 1])
def test_a_load_and_an_unload_of_one_time_leave_it_unknown(tmp_path: Path, cpu: int) -> None:
    recording = Tick().unload_on(cpu).load_on(1 - cpu)
    assert "which came last is not known" in " ".join(recording.read()[1].reasons)
    assert held(recording, tmp_path) == ({FILE: LivenessState.UNKNOWN}, Ending.UNPROVEN)


def test_a_rundown_and_a_destroy_of_one_time_leave_it_unknown(tmp_path: Path) -> None:
    recording = Tick()
    begin(recording, 7, FILE).kernel(38, Hive=7, Path=MOUNT)
    recording.kernel_on(0, 37, Hive=7, FileName=FILE, Path=MOUNT)
    recording.kernel_on(1, 39, Size=1, Hive=7, LoadedKeyCount=1, FileName=FILE, LinkPath=MOUNT)
    assert held(recording, tmp_path) == ({FILE: LivenessState.UNKNOWN}, Ending.UNPROVEN)


def test_one_processor_s_order_stays(tmp_path: Path) -> None:
    """An end whose start was not recorded does not wait behind what its own processor did later."""
    recording = Tick().on(0, 21, StatusCode=0).load_on(0, tid=8)
    recording.builder.event(MANIFEST_GUID, 13, b"", at=recording.at, cpu=1)
    assert [kind for kind, _, _, _ in recording.told() if kind] == [E.UNLOADED, E.LOAD_STARTED, E.LOADED]


def test_an_address_that_is_given_anew_at_one_time() -> None:
    recording = Tick()
    begin(recording, 7, FILE).kernel(38, Hive=7, Path=MOUNT)
    recording.kernel_on(0, 36, Hive=7, OperationType=2, PoolTag=1, Size=4096, FileName=OTHER)
    recording.kernel_on(0, 38, Hive=7, Path=MOUNT + "2").kernel_on(1, 37, Hive=7, FileName=FILE, Path=MOUNT)
    assert [(kind, file) for kind, file, _, _ in recording.told()] == [
        (E.LOADED, FILE),
        (E.UNLOADED, FILE),
        (E.LOADED, OTHER),
    ]


def test_calls_within_calls_on_three_processors(tmp_path: Path) -> None:
    recording = Tick().on(0, 19, StatusCode=0).on(0, 38, StatusCode=0).on(1, 16)
    recording.on(2, 37, SourceFile=FILE, Flags=0)
    assert [(kind, file) for kind, file, _, _ in recording.told()] == [(E.LOAD_STARTED, FILE), (E.LOADED, FILE)]
    assert held(recording, tmp_path) == ({FILE: LivenessState.ALIVE}, Ending.COMPLETE)


def test_both_families_of_one_time_tell_it_once() -> None:
    recording = Tick()
    recording.manifest(37, SourceFile=FILE, Flags=0)
    recording.kernel(36, Hive=7, OperationType=2, PoolTag=1, Size=4096, FileName=FILE)
    recording.on(0, 38, StatusCode=0).kernel_on(1, 38, Hive=7, Path=MOUNT)
    told = [kind for kind, _, _, _ in recording.told()]
    assert told == [E.LOAD_STARTED, E.LOADED]


def test_more_of_one_time_than_can_be_kept_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("hiveguard.trace.hive_order.SAME_TIME_KEPT", 4)
    recording = Tick()
    loaded(recording)
    recording.on(0, 21, StatusCode=0)
    for _ in range(10):
        recording.builder.event(MANIFEST_GUID, 13, b"", at=recording.at, cpu=0)
    recording.on(1, 20, HiveFilePath=FILE, HiveMountPoint=MOUNT)
    states, ending = held(recording, tmp_path)
    assert ending is Ending.UNPROVEN
    assert states == {FILE: LivenessState.UNKNOWN}


# --- ends that are not there -------------------------------------------------------------------


def test_an_unload_whose_end_was_not_recorded_leaves_it_unknown(recording: Recording, tmp_path: Path) -> None:
    loaded(recording).manifest(20, HiveFilePath=FILE, HiveMountPoint=MOUNT)
    assert held(recording, tmp_path) == ({FILE: LivenessState.UNKNOWN}, Ending.UNPROVEN)
    recording.manifest(20, HiveFilePath=OTHER, HiveMountPoint=MOUNT + "2").manifest(21, StatusCode=0)
    assert "1 unload began, and no end was recorded" in recording.read()[1].reasons[0]


def test_an_unload_that_a_shutdown_ends_is_known(recording: Recording, tmp_path: Path) -> None:
    loaded(recording).manifest(20, HiveFilePath=FILE, HiveMountPoint=MOUNT).manifest(32, tid=9).manifest(36, tid=9)
    assert held(recording, tmp_path) == ({FILE: LivenessState.UNLOADED}, Ending.COMPLETE)


def test_a_former_address_says_nothing_of_a_hive_that_is_elsewhere(recording: Recording, tmp_path: Path) -> None:
    begin(recording, 7, FILE).kernel(38, Hive=7, Path=MOUNT)
    begin(recording, 9, FILE).kernel(38, Hive=9, Path=MOUNT)
    begin(recording, 7, OTHER)
    assert E.UNLOADED not in [kind for kind, _, _, _ in recording.told()]
    assert held(recording, tmp_path)[0] == {FILE: LivenessState.ALIVE}


def test_a_destroy_without_a_mount_point_ends_what_was_loaded_before(recording: Recording, tmp_path: Path) -> None:
    loaded(recording).kernel(37, Hive=7, FileName=FILE, Path="")
    assert held(recording, tmp_path)[0] == {FILE: LivenessState.UNLOADED}


def test_a_load_that_is_given_up_ends_no_other_load_of_its_file(recording: Recording, tmp_path: Path) -> None:
    begin(recording, 7, FILE).kernel(38, Hive=7, Path=MOUNT)
    begin(recording, 9, FILE).kernel(37, Hive=9, FileName=FILE, Path="")
    assert held(recording, tmp_path)[0] == {FILE: LivenessState.ALIVE}


def test_a_payload_cut_before_the_name_is_cut_in_it(recording: Recording) -> None:
    whole = kernel_payload(36, recording, Hive=7, OperationType=2, PoolTag=1, Size=4096, FileName=FILE)
    recording.builder.system(0x0924, whole[: recording.builder.pointer_size + 6], version=2)
    assert recording.read()[1].ending is Ending.DAMAGED


def test_an_unload_that_fails_proves_nothing(recording: Recording, tmp_path: Path) -> None:
    loaded(recording)
    recording.manifest(20, HiveFilePath=FILE, HiveMountPoint=MOUNT).manifest(21, StatusCode=0)
    recording.manifest(20, HiveFilePath=FILE, HiveMountPoint=MOUNT).manifest(21, StatusCode=0xC0000034)
    assert held(recording, tmp_path)[0] == {FILE: LivenessState.UNLOADED}
