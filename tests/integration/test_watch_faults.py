"""A watch whose channels are hurt: what it ends with is right each time, what was lost is told, and nothing hangs."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Lock

import pytest

import hiveguard
from hiveguard.core.ending import Ending
from hiveguard.core.hive_event import HiveEvent
from hiveguard.core.liveness import Liveness, LivenessState, Polled
from hiveguard.testing import HiveBuilder
from hiveguard.watch.files import FileChannels
from hiveguard.watch.folder_events import Batch
from hiveguard.watch.observer import HiveStateObserver
from hiveguard.watch.sightings import Round
from hiveguard.watch.watch import Watch, watch

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")
S = LivenessState
HIVE = HiveBuilder().build()
SECONDS = 20


class Hurt:
    """A watch of one folder, its inner parts at hand, and what it has told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.channels = FileChannels([str(folder)], interval=50_000_000)
        self.watch = Watch(self.channels)
        self.held: dict[str, Liveness] = {}
        self.events: list[HiveEvent] = []

    def until(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + SECONDS
        while not condition():
            left = end - time.monotonic()
            assert left > 0, ([event.kind for event in self.events], self.held)
            self.take(self.watch.get(left))

    def take(self, item: object) -> None:
        if isinstance(item, HiveEvent):
            self.events.append(item)
        elif isinstance(item, Liveness):
            self.held[os.path.basename(item.file or "")] = item

    def holds(self, name: str, state: LivenessState, stars: int) -> None:
        self.until(lambda: name in self.held and (self.held[name].state, self.held[name].stars) == (state, stars))

    def end(self) -> hiveguard.Verdict:
        self.watch.close()
        for item in self.watch:
            self.take(item)
        assert self.watch.verdict is not None
        return self.watch.verdict


@pytest.fixture
def hurt(tmp_path: Path) -> Iterator[Hurt]:
    (tmp_path / "A.DAT").write_bytes(HIVE)
    made = Hurt(tmp_path)
    made.holds("A.DAT", S.ALIVE, 5)
    yield made
    made.watch.close()


def test_a_watch_that_is_taken_away_is_told_and_set_again(hurt: Hurt) -> None:
    events = hurt.channels._events
    assert events is not None
    events._inotify.rm_watch(events._watches[str(hurt.folder)][0])  # behind the channel's back
    hurt.until(lambda: any(live.stars == 4 for live in hurt.held.values()))
    (hurt.folder / "B.DAT").write_bytes(HIVE)
    hurt.holds("B.DAT", S.ALIVE, 5)
    (hurt.folder / "A.DAT").unlink()
    hurt.holds("A.DAT", S.UNLOADED, 5)
    verdict = hurt.end()
    assert verdict.ending is Ending.LOST
    assert any("was taken away" in reason for reason in verdict.reasons)


def test_an_overflow_of_the_kernel_s_queue_is_a_loss(hurt: Hurt, monkeypatch: pytest.MonkeyPatch) -> None:
    events, gate = hurt.channels._events, Lock()
    assert events is not None
    drain = events.drain

    def behind_the_gate() -> object:
        with gate:
            return drain()

    monkeypatch.setattr(events, "drain", behind_the_gate)
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    others = [hurt.folder / "x", hurt.folder / "y"]
    for other in others:
        other.write_bytes(b"")
    with gate:  # nobody reads while this is held
        for number in range(most + 100):
            os.utime(others[number % 2])
        (hurt.folder / "A.DAT").unlink()
        (hurt.folder / "B.DAT").write_bytes(HIVE)
    hurt.until(lambda: bool(hurt.channels._losses))
    hurt.until(lambda: hurt.held["A.DAT"].state is S.UNLOADED)
    hurt.holds("B.DAT", S.ALIVE, 5)
    verdict = hurt.end()
    assert verdict.ending is Ending.LOST
    assert any("queue of inotify was full" in reason for reason in verdict.reasons)
    assert [event.kind.value for event in hurt.events if "B.DAT" in (event.file or "")] == ["loaded"]


def test_a_poll_that_hangs_is_blind_and_comes_back(hurt: Hurt, monkeypatch: pytest.MonkeyPatch) -> None:
    go = Event()
    poll = hurt.channels._poll
    real = poll.round

    def hang() -> Round:
        assert go.wait(SECONDS)
        return real()

    monkeypatch.setattr(poll, "round", hang)
    hurt.until(lambda: hurt.held["A.DAT"].polled is Polled.BLIND)
    assert hurt.held["A.DAT"].state is S.UNKNOWN
    os.utime(hurt.folder / "A.DAT")
    hurt.holds("A.DAT", S.ALIVE, 3)  # the events alone
    go.set()
    hurt.holds("A.DAT", S.ALIVE, 5)
    assert hurt.end().ending is Ending.STOPPED


def test_an_event_channel_that_says_nothing_is_found_out(hurt: Hurt, monkeypatch: pytest.MonkeyPatch) -> None:
    events = hurt.channels._events
    assert events is not None
    batch = events.batch
    monkeypatch.setattr(events, "batch", lambda came: (batch(came), Batch(0, 0))[1])  # as on a network mount: silence
    (hurt.folder / "B.DAT").write_bytes(HIVE)
    hurt.until(lambda: all("said nothing" in live.reasons[1] and live.stars == 4 for live in hurt.held.values()))
    monkeypatch.undo()
    (hurt.folder / "A.DAT").unlink()
    hurt.holds("A.DAT", S.UNLOADED, 5)
    hurt.holds("B.DAT", S.ALIVE, 5)
    assert any(f"one channel at times in {hurt.folder}" in reason for reason in hurt.end().reasons)


@pytest.mark.parametrize("events", [True, False])
def test_loads_and_unloads_in_quick_succession(tmp_path: Path, events: bool) -> None:
    """Three seconds of what `make soak` does for a minute."""
    from tests.integration.watch_churn import churn

    report = churn(tmp_path, seconds=3, per_second=100, events=events)
    assert report.is_right, report


def test_a_slow_reader_is_told_what_it_lost(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"{number}.DAT").write_bytes(HIVE)
    with watch(tmp_path, interval=0.05, size=8) as watched:
        items = [watched.get(1) for _ in range(9)]
        assert type(items[8]).__name__ == "Lost"
        watched.close()
        for _ in watched:
            pass
        assert watched.verdict is not None
        assert watched.verdict.ending is Ending.LOST


def test_an_observer_calls_back_and_hands_on_what_a_callback_raises(tmp_path: Path) -> None:
    seen: list[str] = []
    loaded = Event()
    (tmp_path / "A.DAT").write_bytes(HIVE)
    observer = HiveStateObserver(watch(tmp_path, interval=0.05))

    @observer.on_event
    def event(what: HiveEvent) -> None:
        seen.append(what.kind.value)

    @observer.on_change
    def change(live: Liveness) -> None:
        if live.stars == 5:
            loaded.set()

    with observer:
        assert loaded.wait(SECONDS)
    assert observer.verdict is not None
    assert seen == ["inventory"]
    broken = HiveStateObserver(watch(tmp_path, interval=0.05))
    failed = Event()

    @broken.on_change
    def fail(_: Liveness) -> None:
        failed.set()
        raise ValueError("mine")

    broken.start()
    assert failed.wait(SECONDS)
    with pytest.raises(ValueError, match="mine"):
        broken.close()


def test_a_channel_that_dies_of_anything_is_in_the_verdict(hurt: Hurt, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Round:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(hurt.channels._poll, "round", fail)
    while hurt.watch.verdict is None:
        hurt.take(hurt.watch.get(SECONDS))
    verdict = hurt.watch.verdict
    assert verdict.ending is Ending.FAILED
    assert "a fault of ours" in " ".join(verdict.reasons)


def test_a_loop_that_was_closed_harms_nobody_else(hurt: Hurt) -> None:
    async def wait() -> None:
        async for _ in hurt.watch.subscribe():
            return

    loop = asyncio.new_event_loop()
    waiting = loop.create_task(wait())
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    (hurt.folder / "B.DAT").write_bytes(HIVE)
    hurt.holds("B.DAT", S.ALIVE, 5)
    assert not waiting.done()
    waiting._log_destroy_pending = False  # type: ignore[attr-defined]


@pytest.mark.parametrize("interval", [0, -1, float("nan"), float("inf"), 1e300])
def test_intervals_have_bounds(tmp_path: Path, interval: float) -> None:
    with pytest.raises(hiveguard.BadArgument, match="interval"):
        watch(tmp_path, interval=interval)
