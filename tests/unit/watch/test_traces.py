"""A recorded trace replayed: the event channel alone. The trace is made, so synthetic."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import hiveguard
from hiveguard.core.ending import Ending
from hiveguard.core.hive_event import HiveEvent
from hiveguard.core.liveness import Liveness, LivenessState, Polled
from hiveguard.watch.traces import TraceChannels
from hiveguard.watch.watch import Watch
from tests.unit.trace.test_hive_events import FILE, MOUNT, Recording


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
