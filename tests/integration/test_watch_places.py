"""Paths that come to lead elsewhere while they are watched: the event channel must not follow what was there before."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Barrier, Event, Thread

import pytest

import hiveguard
from hiveguard.core.ending import Ending
from hiveguard.core.hive_event import EventKind
from hiveguard.core.liveness import LivenessState, Said
from hiveguard.regf import layout as L
from hiveguard.regf.replay import sealed
from hiveguard.testing import HiveBuilder
from hiveguard.watch import files
from hiveguard.watch.observer import HiveStateObserver
from hiveguard.watch.watch import Watch, watch
from tests.integration.test_watch_files import Follower, hive

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")
S = LivenessState


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    folder = tmp_path / "case" / "drop"
    folder.mkdir(parents=True)
    (folder / "A.DAT").write_bytes(hive())
    return folder


def moved_away(drop: Path) -> Path:
    """An ancestor is moved, and a new one comes in its place."""
    drop.parent.rename(drop.parent.with_name("old"))
    drop.mkdir(parents=True)
    (drop / "A.DAT").write_bytes(hive(2))
    return drop.parent.with_name("old") / "drop"


def linked_elsewhere(drop: Path) -> Path:
    """A link that is watched comes to point elsewhere."""
    other = drop.with_name("other")
    other.mkdir()
    (other / "A.DAT").write_bytes(hive(2))
    link = drop.with_name("link")
    link.with_name("new").symlink_to("other")
    link.with_name("new").rename(link)
    return drop


@pytest.mark.parametrize("elsewhere", [moved_away, linked_elsewhere])
def test_what_happens_in_the_former_folder_is_not_told(drop: Path, elsewhere: Callable[[Path], Path]) -> None:
    place = drop
    if elsewhere is linked_elsewhere:
        place = drop.with_name("link")
        place.symlink_to("drop")
    with watch(place, interval=0.1) as watched:
        follower = Follower(watched)
        follower.holds("A.DAT", S.ALIVE, 5)
        former = elsewhere(drop)
        follower.sees("unloaded", "A.DAT")  # replaced by another one
        follower.sees("loaded", "A.DAT")
        (former / "Z.DAT").write_bytes(hive())
        (former / "A.DAT").unlink()
        (place / "B.DAT").write_bytes(hive())
        follower.sees("loaded", "B.DAT")
        follower.holds("B.DAT", S.ALIVE, 5)
        (place / "C.DAT").write_bytes(hive())
        follower.sees("loaded", "C.DAT")
        follower.holds("A.DAT", S.ALIVE, 5)
        assert [event for event in follower.events if event[1] == "A.DAT"] == [
            ("inventory", "A.DAT"),
            ("unloaded", "A.DAT"),
            ("loaded", "A.DAT"),
        ]
        assert not any(name == "Z.DAT" for _, name in follower.events)
        watched.close()
        for _ in watched:
            pass
        assert watched.verdict is not None
        assert watched.verdict.reasons == ("stopped as asked",)


def test_the_new_folder_has_a_watch_of_its_own(drop: Path) -> None:
    with watch(drop, interval=0.1) as watched:
        follower = Follower(watched)
        follower.holds("A.DAT", S.ALIVE, 5)
        moved_away(drop)
        events = watched._channels._events  # type: ignore[attr-defined]
        now = os.stat(drop)
        follower.until(lambda: events.watches(str(drop)) == (now.st_dev, now.st_ino), tick=0.05)


def test_two_ways_to_one_folder_are_both_told(drop: Path) -> None:
    link = drop.with_name("link")
    link.symlink_to("drop")
    with watch(drop, link, interval=0.05) as watched:
        paths: set[str | None] = set()
        (drop / "B.DAT").write_bytes(hive())
        for _ in range(1000):
            item = watched.get(1)
            if isinstance(item, hiveguard.HiveEvent) and item.kind is EventKind.LOADED and item.channel == "inotify":
                paths.add(item.file)
            if paths >= {str(drop / "B.DAT"), str(link / "B.DAT")}:
                break
        assert paths == {str(drop / "B.DAT"), str(link / "B.DAT")}
        (drop / "B.DAT").unlink()
        gone: set[str | None] = set()
        for _ in range(1000):
            item = watched.get(1)
            if isinstance(item, hiveguard.HiveEvent) and item.kind is EventKind.UNLOADED:
                gone.add(item.file)
            if gone == paths:
                break
        assert gone == paths
        watched.close()
        for _ in watched:
            pass
        assert watched.verdict is not None
        assert not any("one channel" in reason for reason in watched.verdict.reasons)


@pytest.mark.parametrize("log", ["NTUSER.DAT.LOG1", "ntuser.dat.LOG1", "NTUSER.DAT.log2"])
def test_a_log_is_traffic_of_its_hive_however_it_is_spelled(tmp_path: Path, log: str) -> None:
    (tmp_path / "NTUSER.DAT").write_bytes(hive())
    with watch(tmp_path, interval=5) as watched:
        (tmp_path / log).write_bytes(bytes(512))
        end = time.monotonic() + 20
        while watched.now()[0].said is not Said.ACTIVE:
            assert time.monotonic() < end, watched.now()
            watched.get(0.05)


def test_a_hive_behind_a_link_has_one_channel_and_the_others_have_two(drop: Path) -> None:
    target = drop.parent / "elsewhere"
    target.write_bytes(hive())
    (drop / "LINK.DAT").symlink_to(target)
    with watch(drop, interval=0.05) as watched:
        follower = Follower(watched)
        follower.holds("A.DAT", S.ALIVE, 5)
        follower.holds("LINK.DAT", S.ALIVE, 4)
        target.unlink()
        follower.holds("LINK.DAT", S.UNLOADED, 4)
        target.write_bytes(hive(2))
        follower.holds("LINK.DAT", S.ALIVE, 4)
        for number in range(3):  # rounds in which inotify cannot have told of it
            os.utime(target, (number, number))
            rounds = watched._channels._judge.rounds  # type: ignore[union-attr]
            follower.until(lambda rounds=rounds: watched._channels._judge.rounds > rounds + 2, tick=0.05)  # type: ignore[misc,union-attr]
        assert {name: live.stars for name, live in follower.held.items()} == {"A.DAT": 5, "LINK.DAT": 4}


def test_one_channel_is_said_by_the_verdict(tmp_path: Path) -> None:
    (tmp_path / "A.DAT").write_bytes(hive())
    with watch(tmp_path, events=False) as watched:
        pass
    for _ in watched:
        pass
    assert watched.verdict is not None
    assert "one channel only: the event channel was not asked for" in watched.verdict.reasons


# --- who owns a hive ---------------------------------------------------------------------------

OWNER = r"""
import sys, hiveguard
for number in range(20):
    with hiveguard.Registry(bare=True) as registry:
        registry.load(r"HKU\Ada", sys.argv[1])
        with registry.create(r"HKU\Ada\X") as key:
            key.set_value("n", number)
            registry.flush(r"HKU\Ada")
            key.set_value("n", number + 1000)
            sys.stdin.readline()  # until it was seen
"""


def test_who_closes_properly_has_not_lost_it(tmp_path: Path) -> None:
    file = tmp_path / "A.DAT"
    file.write_bytes(HiveBuilder().build())
    kinds: list[str] = []
    with watch(tmp_path, interval=0.02) as watched:
        owner = subprocess.Popen([sys.executable, "-c", OWNER, str(file)], stdin=subprocess.PIPE, bufsize=0)
        assert owner.stdin is not None
        while owner.poll() is None:
            item = watched.get(0.1)
            if isinstance(item, hiveguard.HiveEvent):
                kinds.append(item.kind.value)
                if item.kind is EventKind.DIRTY:
                    with suppress(BrokenPipeError):  # it was the last one
                        owner.stdin.write(b"seen\n")
        owner.stdin.close()
    for item in watched:
        if isinstance(item, hiveguard.HiveEvent):
            kinds.append(item.kind.value)
    assert owner.returncode == 0
    assert kinds.count("dirty") >= 20
    assert "owner-lost" not in kinds


def with_numbers(first: int, second: int) -> bytes:
    data = bytearray(hive())
    struct.pack_into("<II", data, L.HEADER_SEQ1, first, second)
    return sealed(data[: L.HEADER_SIZE]) + bytes(data[L.HEADER_SIZE :])


def test_who_lets_go_while_the_poll_looks_has_not_lost_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind the looks of a round, and before the locks are asked for again, what was dirty is written."""
    file = tmp_path / "A.DAT"
    dirty, clean = (with_numbers(2, 1), with_numbers(2, 2))
    file.write_bytes(dirty)
    found = os.stat(file)
    owned = frozenset({(found.st_dev, found.st_ino)})
    asked = 0

    def locked() -> frozenset[tuple[int, int]]:
        nonlocal asked
        asked += 1
        if asked == 6:  # the second time of the third round
            with open(file, "r+b") as writer:
                writer.write(clean)
        return owned if asked < 6 else frozenset()

    monkeypatch.setattr(files, "locked_files", locked)
    with watch(tmp_path, interval=0.02, events=False) as watched:
        follower = Follower(watched)
        follower.sees("dirty", "A.DAT")
        follower.sees("flushed", "A.DAT")
        rounds = asked
        follower.until(lambda: asked > rounds + 6, tick=0.05)
        assert ("owner-lost", "A.DAT") not in follower.events


# --- its end -----------------------------------------------------------------------------------


def test_many_may_close_it_at_once(tmp_path: Path) -> None:
    (tmp_path / "A.DAT").write_bytes(hive())
    for _ in range(30):
        watched = watch(tmp_path, interval=0.05)
        together = Barrier(4)
        errors: list[BaseException] = []

        def close(watched: Watch = watched, together: Barrier = together, errors: list[BaseException] = errors) -> None:
            together.wait()
            try:
                watched.close()
            except BaseException as error:  # noqa: BLE001  # shown by the assertion
                errors.append(error)

        threads = [Thread(target=close) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not errors


def test_a_callback_may_close_while_it_is_left(tmp_path: Path) -> None:
    (tmp_path / "A.DAT").write_bytes(hive())
    for _ in range(20):
        observer = HiveStateObserver(watch(tmp_path, interval=0.05))
        called = Event()

        @observer.on_event
        def event(what: object, observer: HiveStateObserver = observer, called: Event = called) -> None:
            called.set()
            observer.close()

        with observer:
            called.wait(20)


def test_a_thread_that_does_not_come_back_keeps_what_it_uses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "A.DAT").write_bytes(hive())
    channels = files.FileChannels([str(tmp_path)], interval=20_000_000)
    go, is_stuck = Event(), Event()
    real = channels._poll.round

    def stuck() -> object:
        if channels._workers:
            is_stuck.set()
            go.wait()
        return real()

    monkeypatch.setattr(channels._poll, "round", stuck)
    monkeypatch.setattr(files, "_JOIN", 0.01)
    watched = Watch(channels)
    assert is_stuck.wait(20)
    watched.close()
    watched.close()
    for _ in watched:
        pass
    assert watched.verdict is not None
    assert watched.verdict.ending is Ending.FAILED
    assert "does not come back" in str(watched.verdict)
    assert channels._pipe is not None
    workers = list(channels._workers)
    go.set()
    assert all(worker.join(20) for worker in workers)
    watched.close()
    assert channels._pipe is None


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_fork_that_leaves_it_does_not_wake_its_parent(tmp_path: Path) -> None:
    (tmp_path / "A.DAT").write_bytes(hive())
    with watch(tmp_path, interval=1) as watched:
        child = os.fork()
        if not child:
            status = 1
            try:
                watched.close()
                status = 0
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        pipe = watched._channels._pipe  # type: ignore[attr-defined]
        os.set_blocking(pipe[0], False)
        with pytest.raises(BlockingIOError):
            os.read(pipe[0], 1)
        (tmp_path / "B.DAT").write_bytes(hive())
        Follower(watched).sees("loaded", "B.DAT")


def test_what_it_should_know_can_be_asked_at_any_time(tmp_path: Path) -> None:
    """Folders come and go while the notes are read."""
    (tmp_path / "A.DAT").write_bytes(hive())
    with watch(tmp_path, interval=0.01) as watched:
        for number in range(300):
            (tmp_path / f"F{number}").mkdir()
            watched.notes  # noqa: B018
            if number > 20:
                (tmp_path / f"F{number - 20}").rmdir()
            watched.notes  # noqa: B018


def test_folders_that_come_and_go_are_forgotten(tmp_path: Path) -> None:
    with watch(tmp_path, interval=0.02) as watched:
        channels = watched._channels
        assert isinstance(channels, files.FileChannels)
        for number in range(30):
            folder = tmp_path / f"F{number}"
            folder.mkdir()
            (folder / "A.DAT").write_bytes(hive())
            follower = Follower(watched)
            follower.sees("loaded", "A.DAT")
            (folder / "A.DAT").unlink()
            follower.sees("unloaded", "A.DAT")
            folder.rmdir()
        end = time.monotonic() + 20
        while len(channels._heard) + len(channels._doubts) > 2:
            assert time.monotonic() < end, (channels._heard, channels._doubts)
            watched.get(0.05)


# --- what came of a second attack --------------------------------------------------------------


def test_a_folder_that_is_replaced_keeps_two_channels(drop: Path) -> None:
    """However the poll and inotify meet the other one: nothing says that inotify was silent."""
    for number in range(4):
        sub = drop / f"sub{number}"
        sub.mkdir()
        (sub / "H.DAT").write_bytes(hive())
        new = drop.parent / "new"
        new.mkdir()
        (new / "H.DAT").write_bytes(hive(2))
        with watch(drop, interval=0.05) as watched:
            follower = Follower(watched)
            follower.holds("H.DAT", S.ALIVE, 5)
            sub.rename(drop.parent / f"old{number}")
            new.rename(sub)
            follower.sees("loaded", "H.DAT")
            judge = watched._channels._judge
            assert judge is not None
            rounds = judge.rounds
            follower.until(lambda judge=judge, rounds=rounds: judge.rounds > rounds + 4, tick=0.05)  # type: ignore[misc]
            follower.holds("H.DAT", S.ALIVE, 5)
        for _ in watched:
            pass
        assert watched.verdict is not None
        assert watched.verdict.reasons == ("stopped as asked",)
        for path in (sub / "H.DAT", sub):
            (path.unlink if path.is_file() else path.rmdir)()


@pytest.mark.parametrize("events", [True, False])
def test_a_link_in_the_place_of_a_folder_leads_nowhere(drop: Path, events: bool) -> None:
    outside = drop.parent / "outside"
    (outside / "sub" / "inner").mkdir(parents=True)
    (outside / "sub" / "inner" / "B.DAT").write_bytes(hive())
    (drop / "sub" / "inner").mkdir(parents=True)
    (drop / "sub" / "inner" / "B.DAT").write_bytes(hive())
    with watch(drop, interval=0.05, events=events) as watched:
        follower = Follower(watched)
        follower.sees("inventory", "B.DAT")
        (drop / "sub").rename(drop.parent / "away")
        (drop / "sub").symlink_to(outside / "sub")
        follower.sees("unloaded", "B.DAT")
        channels = watched._channels
        assert isinstance(channels, files.FileChannels)
        follower.until(lambda: [folder.path for folder in channels._poll.folders] == [str(drop)], tick=0.05)
        assert ("loaded", "B.DAT") not in follower.events


@pytest.mark.parametrize("events", [True, False])
def test_a_hive_that_is_replaced_by_a_link_to_itself_is_gone(drop: Path, events: bool) -> None:
    with watch(drop, interval=0.05, events=events) as watched:
        follower = Follower(watched)
        follower.sees("inventory", "A.DAT")
        (drop / "new").symlink_to("A.DAT")
        (drop / "new").rename(drop / "A.DAT")
        follower.sees("unloaded", "A.DAT")
        follower.until(lambda: follower.held["A.DAT"].state is S.UNLOADED)


def test_one_channel_of_a_link_is_said_by_the_verdict(drop: Path) -> None:
    (drop / "LINK.DAT").symlink_to(drop / "A.DAT")
    with watch(drop, interval=0.05) as watched:
        pass
    for _ in watched:
        pass
    assert watched.verdict is not None
    assert any(f"one channel only for {drop / 'LINK.DAT'}" in reason for reason in watched.verdict.reasons)


def test_an_end_without_a_reason_is_an_end(drop: Path) -> None:
    watched = watch(drop, interval=0.05)
    watched.close("")
    for _ in watched:
        pass
    assert watched.verdict is not None
    assert watched.verdict.ending is Ending.STOPPED


def test_what_was_held_at_the_end_stays(drop: Path) -> None:
    with watch(drop, interval=0.02) as watched:
        follower = Follower(watched)
        follower.holds("A.DAT", S.ALIVE, 5)
    end = time.monotonic() + 0.2  # ten intervals
    while time.monotonic() < end:
        assert [(live.state, live.stars) for live in watched.now()] == [(S.ALIVE, 5)]


def test_a_folder_that_was_forgotten_has_no_watch_any_more(drop: Path) -> None:
    sub = drop / "a" / "sub"
    sub.mkdir(parents=True)
    (sub / "H.DAT").write_bytes(hive())
    with watch(drop, interval=0.05) as watched:
        follower = Follower(watched)
        follower.holds("H.DAT", S.ALIVE, 5)
        channels = watched._channels
        assert isinstance(channels, files.FileChannels)
        events = channels._events
        assert events is not None
        (drop / "a").rename(drop.parent / "away")
        follower.until(lambda: events.watches(str(sub)) is None, tick=0.05)
        (drop.parent / "away").rename(drop / "a")
        follower.until(lambda: events.watches(str(sub)) is not None, tick=0.05)
        assert str(sub) in channels._set_at
