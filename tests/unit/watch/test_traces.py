"""A recorded trace replayed: the event channel alone. The trace is made, so synthetic."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import hiveguard
from hiveguard.core.ending import Ending
from hiveguard.core.hive_event import HiveEvent
from hiveguard.core.liveness import Liveness, LivenessState, Polled
from hiveguard.trace.registry_payloads import MANIFEST_GUID
from hiveguard.watch.traces import TraceChannels
from hiveguard.watch.watch import Watch
from tests.unit.trace.test_hive_events import FILE, LETTER, MOUNT, Recording, begin


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    recording = Recording().manifest(37, SourceFile=FILE, Flags=0).manifest(38, StatusCode=0)
    recording.manifest(20, HiveFilePath=FILE, HiveMountPoint=MOUNT).manifest(21, StatusCode=0)
    path = tmp_path / "made.etl"
    path.write_bytes(recording.builder.build())
    return path


def test_a_trace_is_replayed_and_ends_by_itself(trace: Path) -> None:
    with Watch(TraceChannels(trace, speed=0)) as watched:
        items = list(watched)
    assert [item.kind.value for item in items if isinstance(item, HiveEvent)] == [
        "load-started",
        "loaded",
        "unload-started",
        "unloaded",
    ]
    lives = [item for item in items if isinstance(item, Liveness)]
    assert [(live.state, live.stars) for live in lives] == [(LivenessState.ALIVE, 3), (LivenessState.UNLOADED, 3)]
    assert {live.polled for live in lives} == {Polled.BLIND}
    assert "cannot be asked" in lives[0].reasons[0]
    verdict = watched.verdict
    assert verdict is not None
    assert verdict.ending is Ending.COMPLETE
    assert verdict.count("events") == len(items)


def test_a_replay_that_is_stopped_says_so(trace: Path) -> None:
    with Watch(TraceChannels(trace, speed=1e-9)) as watched:  # three steps of 100 µs would take a day
        assert watched.get(20) is not None
        began = time.monotonic()
    assert time.monotonic() - began < 20
    for _ in watched:
        pass
    assert watched.verdict is not None
    assert watched.verdict.ending is Ending.STOPPED


def test_what_is_no_trace_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "no.etl"
    path.write_bytes(b"no trace" * 100)
    with pytest.raises(hiveguard.HiveError, match="not a recorded trace"):
        TraceChannels(path)
    with pytest.raises(hiveguard.BadArgument):
        TraceChannels(path, speed=-1)


def test_after_a_loss_nothing_is_still_loaded(tmp_path: Path) -> None:
    recording = Recording(events_lost=1).manifest(37, SourceFile=FILE, Flags=0).manifest(38, StatusCode=0)
    path = tmp_path / "lossy.etl"
    path.write_bytes(recording.builder.build())
    with Watch(TraceChannels(path, speed=0)) as watched:
        lives = [item for item in watched if isinstance(item, Liveness)]
    assert [(live.state, live.stars) for live in lives] == [(LivenessState.ALIVE, 3), (LivenessState.UNKNOWN, 1)]
    assert watched.verdict is not None
    assert watched.verdict.ending is Ending.LOST


DAY = 86_400 * 10_000_000


def replay(recording: Recording, path: Path, *, speed: float = 0.0) -> Watch:
    file = path / "made.etl"
    file.write_bytes(recording.builder.build())
    return Watch(TraceChannels(file, speed=speed))


def lives_at_end(watched: Watch) -> dict[str | None, tuple[str, int]]:
    """What was held about each hive last, by its name."""
    lives = [item for item in watched if isinstance(item, Liveness)]
    return {live.file: (live.state.value, live.stars) for live in lives}


@pytest.mark.parametrize(("years", "speed"), [(300, 1.0), (0, 1e-320), (0, 1e-10)])
def test_a_wait_longer_than_any_clock_is_a_wait_and_can_be_stopped(tmp_path: Path, years: int, speed: float) -> None:
    recording = Recording().manifest(37, SourceFile=FILE, Flags=0)
    recording.builder.now += years * 365 * DAY
    recording.manifest(38, StatusCode=0)
    with replay(recording, tmp_path, speed=speed) as watched:
        assert watched.get(20) is not None
        assert watched.get(0.05) is None
        assert watched.verdict is None  # it goes on
    assert watched.verdict is not None
    assert watched.verdict.ending is Ending.STOPPED


def test_whatever_ends_a_replay_is_its_verdict(trace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def take(*_: object) -> None:
        raise OverflowError("too large")

    monkeypatch.setattr(TraceChannels, "_take", take)
    with Watch(TraceChannels(trace, speed=0)) as watched:
        assert list(watched) == []
    assert watched.verdict is not None
    assert watched.verdict.ending is Ending.FAILED
    assert "OverflowError: too large" in watched.verdict.reasons[0]


def test_a_hive_named_by_its_mount_ends_when_its_file_is_told(tmp_path: Path) -> None:
    recording = Recording().kernel(38, Hive=7, Path=MOUNT).kernel(37, Hive=7, FileName=FILE, Path=MOUNT)
    with replay(recording, tmp_path) as watched:
        assert lives_at_end(watched) == {MOUNT: ("unloaded", 3)}


def test_a_hive_that_was_met_by_both_names_ends_by_both(tmp_path: Path) -> None:
    recording = Recording().kernel(38, Hive=7, Path=MOUNT)
    recording.manifest(37, SourceFile=FILE, Flags=0).manifest(38, StatusCode=0)
    recording.manifest(20, HiveFilePath=FILE, HiveMountPoint=MOUNT).manifest(21, StatusCode=0)
    with replay(recording, tmp_path) as watched:
        assert lives_at_end(watched) == {MOUNT: ("unloaded", 3), FILE: ("unloaded", 3)}


def test_forms_of_a_path_are_one_hive(tmp_path: Path) -> None:
    recording = Recording().manifest(37, SourceFile=LETTER, Flags=0).manifest(38, StatusCode=0)
    recording.manifest(20, HiveFilePath=FILE, HiveMountPoint=MOUNT).manifest(21, StatusCode=0)
    with replay(recording, tmp_path) as watched:
        assert lives_at_end(watched) == {LETTER: ("unloaded", 3)}


def test_an_inventory_behind_other_loads_is_no_other_load(tmp_path: Path) -> None:
    recording = begin(Recording()).kernel(38, Hive=7, Path=MOUNT)
    begin(recording, 8, "other").kernel(38, Hive=8, Path="m")
    recording.kernel(39, Size=1, Hive=7, LoadedKeyCount=1, FileName=LETTER, LinkPath=MOUNT)
    with replay(recording, tmp_path) as watched:
        assert lives_at_end(watched) == {LETTER: ("alive", 3), "other": ("alive", 3)}
        assert [live.incarnation for live in watched.now()] == [1, 1]


@pytest.mark.parametrize("last", [35, 36])
def test_after_a_shutdown_no_hive_of_either_family_is_alive(tmp_path: Path, last: int) -> None:
    recording = Recording().manifest(37, SourceFile=FILE, Flags=0).manifest(38, StatusCode=0)
    begin(recording, file="kernel").kernel(38, Hive=7, Path="m").manifest(32).manifest(last)
    with replay(recording, tmp_path) as watched:
        assert lives_at_end(watched) == {FILE: ("unloaded", 3), "kernel": ("unloaded", 3)}


def test_a_lost_buffer_an_unload_of_no_known_hive_and_a_cut_end_leave_none_alive(tmp_path: Path) -> None:
    recordings = [Recording().manifest(37, SourceFile=FILE, Flags=0).manifest(38, StatusCode=0) for _ in range(3)]
    recordings[0].builder.flush().skip(3)
    recordings[0].manifest(37, SourceFile=FILE, Flags=0)
    recordings[1].manifest(21, StatusCode=0)
    recordings[2].manifest(20, HiveFilePath=FILE, HiveMountPoint=MOUNT)
    recordings[2].builder.event(MANIFEST_GUID, 21, b"", pid=4, tid=8)
    for recording in recordings:
        with replay(recording, tmp_path) as watched:
            assert lives_at_end(watched) == {FILE: ("unknown", 1)}


def test_a_trace_without_times_is_replayed_at_once(tmp_path: Path) -> None:
    recording = Recording(frequency=0).manifest(37, SourceFile=FILE, Flags=0).manifest(38, StatusCode=0)
    with replay(recording, tmp_path, speed=1e-9) as watched:
        items = list(watched)
    assert [item.time for item in items if isinstance(item, HiveEvent)] == [None, None]
    lives = [item for item in items if isinstance(item, Liveness)]
    assert [live.state for live in lives] == [LivenessState.ALIVE]
    assert lives[0].at.wall > 0
