"""Hive files watched live, on a real file system with real inotify, and by the poll alone."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import hiveguard
from hiveguard.core.ending import Ending
from hiveguard.core.hive_event import HiveEvent
from hiveguard.core.liveness import Liveness, LivenessState
from hiveguard.testing import HiveBuilder
from hiveguard.watch.watch import Watch, watch

S = LivenessState
CHANNELS = [
    pytest.param(True, marks=pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")),
    False,
]


def hive(number: int = 1) -> bytes:
    builder = HiveBuilder()
    builder.root.key("Key").dword("v", number)
    return builder.build()


class Follower:
    """Reads a watch, and waits for what must come."""

    def __init__(self, watched: Watch) -> None:
        self.watch = watched
        self.events: list[tuple[str, str]] = []
        self.held: dict[str, Liveness] = {}

    def until(self, condition: Callable[[], bool], seconds: float = 20, tick: float = 20) -> None:
        end = time.monotonic() + seconds
        while not condition():
            left = end - time.monotonic()
            assert left > 0, (self.events, {name: (live.state, live.stars) for name, live in self.held.items()})
            self.take(self.watch.get(min(left, tick)))

    def take(self, item: object) -> None:
        if isinstance(item, HiveEvent):
            self.events.append((item.kind.value, os.path.basename(item.file or "")))
        elif isinstance(item, Liveness):
            self.held[os.path.basename(item.file or "")] = item

    def sees(self, kind: str, name: str) -> None:
        self.until(lambda: (kind, name) in self.events)

    def holds(self, name: str, state: LivenessState, stars: int) -> None:
        self.until(lambda: name in self.held and (self.held[name].state, self.held[name].stars) == (state, stars))


@pytest.fixture(params=CHANNELS)
def both(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def follower(tmp_path: Path, both: bool) -> Iterator[Follower]:
    (tmp_path / "ONE.DAT").write_bytes(hive())
    with watch(tmp_path, interval=0.05, events=both) as watched:
        yield Follower(watched)


def test_the_life_of_hives_in_a_folder(follower: Follower, tmp_path: Path, both: bool) -> None:
    best = 5 if both else 4
    follower.holds("ONE.DAT", S.ALIVE, best)
    assert follower.events == [("inventory", "ONE.DAT")]
    (tmp_path / "TWO.DAT").write_bytes(hive())
    follower.sees("loaded", "TWO.DAT")
    follower.holds("TWO.DAT", S.ALIVE, best)
    os.rename(tmp_path / "TWO.DAT", tmp_path / "THREE.DAT")
    follower.sees("unloaded", "TWO.DAT")
    follower.sees("loaded", "THREE.DAT")
    follower.holds("TWO.DAT", S.UNLOADED, best)
    (tmp_path / "new").write_bytes(hive(2))
    follower.sees("loaded", "new")
    os.replace(tmp_path / "new", tmp_path / "ONE.DAT")
    follower.until(lambda: follower.events.count(("loaded", "ONE.DAT")) == 1)
    assert ("unloaded", "ONE.DAT") in follower.events
    (tmp_path / "THREE.DAT").unlink()
    follower.holds("THREE.DAT", S.UNLOADED, best)
    (tmp_path / "notes.txt").write_text("no hive")
    shutil.rmtree(tmp_path)
    follower.until(lambda: all(live.state is S.UNLOADED for live in follower.held.values()))
    follower.watch.close()
    verdict = follower.watch.verdict
    while verdict is None:
        follower.take(follower.watch.get(0))
        verdict = follower.watch.verdict
    assert verdict.stopped_by == "caller"
    assert verdict.ending is Ending.STOPPED
    assert {live.state for live in follower.watch.now()} == {S.UNLOADED}
    assert "notes.txt" not in str(follower.events)


def test_a_hive_that_is_written_is_dirty_and_flushed(follower: Follower, tmp_path: Path) -> None:
    follower.sees("inventory", "ONE.DAT")
    path = tmp_path / "ONE.DAT"
    image = bytearray(path.read_bytes())
    with path.open("r+b") as file:  # what a writer does first: its first sequence number goes up
        image[4:8] = (int.from_bytes(image[4:8], "little") + 1).to_bytes(4, "little")
        file.write(bytes(image[:8]))
    follower.sees("dirty", "ONE.DAT")
    with path.open("r+b") as file:
        image[8:12] = image[4:8]
        image[508:512] = _checksum(image)
        file.write(bytes(image[:512]))
    follower.sees("flushed", "ONE.DAT")
    assert ("unloaded", "ONE.DAT") not in follower.events


def _checksum(image: bytearray) -> bytes:
    from hiveguard.regf.base_block import checksum

    return checksum(bytes(image[:512])).to_bytes(4, "little")


def test_our_own_writer_is_seen_and_never_taken_for_another_hive(follower: Follower, tmp_path: Path) -> None:
    follower.sees("inventory", "ONE.DAT")
    for number in range(3):
        with hiveguard.edit(tmp_path / "ONE.DAT") as root:
            root.create(f"New{number}").close()
    (tmp_path / "END.DAT").write_bytes(hive())
    follower.sees("loaded", "END.DAT")
    assert ("unloaded", "ONE.DAT") not in follower.events


def test_one_file_is_watched_before_it_is_there(tmp_path: Path, both: bool) -> None:
    with watch(tmp_path / "NTUSER.DAT", interval=0.05, events=both) as watched:
        follower = Follower(watched)
        (tmp_path / "OTHER.DAT").write_bytes(hive())
        (tmp_path / "NTUSER.DAT").write_bytes(hive())
        follower.sees("loaded", "NTUSER.DAT")
        assert ("loaded", "OTHER.DAT") not in follower.events


def test_folders_that_come_later_are_watched_too(tmp_path: Path, both: bool) -> None:
    with watch(tmp_path, interval=0.05, events=both) as watched:
        follower = Follower(watched)
        profile = tmp_path / "Users" / "ada"
        profile.mkdir(parents=True)
        (profile / "NTUSER.DAT").write_bytes(hive())
        follower.sees("loaded", "NTUSER.DAT")
        shutil.rmtree(tmp_path / "Users")
        follower.sees("unloaded", "NTUSER.DAT")
        profile.mkdir(parents=True)
        (profile / "NTUSER.DAT").write_bytes(hive())
        follower.until(lambda: follower.events.count(("loaded", "NTUSER.DAT")) == 2)


def test_by_async_iteration(tmp_path: Path) -> None:
    async def first_two() -> list[str]:
        seen: list[str] = []
        with watch(tmp_path, interval=0.05) as watched:
            (tmp_path / "A.DAT").write_bytes(hive())
            async for item in watched:
                if isinstance(item, HiveEvent):
                    seen.append(item.kind.value)
                    if len(seen) == 1:
                        (tmp_path / "A.DAT").unlink()
                    else:
                        break
        return seen

    assert asyncio.run(asyncio.wait_for(first_two(), 20)) == ["loaded", "unloaded"]


def test_a_closed_watch_ends_its_iteration(tmp_path: Path) -> None:
    watched = watch(tmp_path, interval=0.05)
    assert watched.verdict is None
    watched.close()
    assert list(watched) == []
    assert watched.verdict is not None
    assert watched.verdict.ending is Ending.STOPPED
    watched.close()


def test_what_cannot_be_watched_is_refused(tmp_path: Path) -> None:
    with pytest.raises(hiveguard.Unreadable, match="no folder"):
        watch(tmp_path / "missing" / "NTUSER.DAT")
    with pytest.raises(hiveguard.BadArgument, match="nothing to watch"):
        watch()
    with pytest.raises(hiveguard.BadArgument, match="interval"):
        watch(tmp_path, interval=0)


def test_an_embedded_registry_of_this_process() -> None:
    with hiveguard.Registry(bare=True, lazy_flush=None) as registry:
        registry.load(r"HKU\One", None)
        with watch(registry, interval=0.05) as watched:
            held: dict[str, tuple[LivenessState, int]] = {}
            kinds: list[str] = []

            def until(condition: Callable[[], bool]) -> None:
                end = time.monotonic() + 20
                while not condition():
                    item = watched.get(max(end - time.monotonic(), 0))
                    assert item is not None, (kinds, held)
                    if isinstance(item, HiveEvent):
                        kinds.append(item.kind.value)
                    elif isinstance(item, Liveness):
                        held[item.mount or ""] = (item.state, item.stars)

            one = r"\REGISTRY\USER\One"
            until(lambda: held.get(one) == (S.ALIVE, 5))
            with registry.create(r"HKU\One\Key") as key:
                key.set_value("v", 1)
            registry.unload(r"HKU\One")
            until(lambda: held.get(one) == (S.UNLOADED, 5))
            registry.load(r"HKU\One", None)
            until(lambda: held.get(one) == (S.ALIVE, 5))
            assert kinds.count("loaded") == 1
            assert kinds.count("unloaded") == 1
            assert kinds[0] == "inventory"


def test_a_hive_that_is_still_copied_is_not_loaded_yet(follower: Follower, tmp_path: Path) -> None:
    whole = hive()
    with (tmp_path / "COPY.DAT").open("wb", buffering=0) as file:
        file.write(whole[:5000])
        (tmp_path / "MARK.DAT").write_bytes(whole)
        follower.sees("loaded", "MARK.DAT")
        assert ("loaded", "COPY.DAT") not in follower.events
        file.write(whole[5000:])
    follower.sees("loaded", "COPY.DAT")


def test_a_hive_that_was_cut_is_one_all_the_same(follower: Follower, tmp_path: Path) -> None:
    path = tmp_path / "new"
    path.write_bytes(hive()[:5000])
    os.utime(path, (1_600_000_000, 1_600_000_000))
    os.rename(path, tmp_path / "CUT.DAT")
    follower.sees("loaded", "CUT.DAT")


OWNER = """
import os, sys, hiveguard
registry = hiveguard.Registry(bare=True, lazy_flush=None)
registry.load("HKU\\\\H", sys.argv[1])
with registry.create("HKU\\\\H\\\\Key") as key:
    key.set_value("v", 1)
    key.flush()
print("written", flush=True)
sys.stdin.readline()
os._exit(1)  # as if it had been killed
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc/locks is Linux's")
def test_a_registry_in_another_process_that_dies(follower: Follower, tmp_path: Path) -> None:
    builder = HiveBuilder()
    for number in range(300):  # so long that a flush stays in its log, and the primary dirty
        builder.root.key(f"Key {number}").binary("v", bytes(1000))
    (tmp_path / "BIG.DAT").write_bytes(builder.build())
    follower.sees("loaded", "BIG.DAT")
    command = [sys.executable, "-c", OWNER, str(tmp_path / "BIG.DAT")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        assert owner.stdin is not None
        assert owner.stdout.readline() == b"written\n"
        follower.sees("dirty", "BIG.DAT")
        rounds = follower.watch._channels._judge.rounds  # type: ignore[attr-defined]
        follower.until(lambda: follower.watch._channels._judge.rounds > rounds + 1, tick=0.02)  # type: ignore[attr-defined]
        assert ("owner-lost", "BIG.DAT") not in follower.events
        owner.stdin.close()
    follower.sees("owner-lost", "BIG.DAT")


def test_a_folder_that_was_moved_away_is_not_followed(tmp_path: Path, both: bool) -> None:
    watched_folder, elsewhere = tmp_path / "in", tmp_path / "out"
    (watched_folder / "a" / "b").mkdir(parents=True)
    elsewhere.mkdir()
    (watched_folder / "a" / "b" / "X.DAT").write_bytes(hive())
    with watch(watched_folder, interval=0.05, events=both) as watched:
        follower = Follower(watched)
        follower.sees("inventory", "X.DAT")
        os.rename(watched_folder / "a", elsewhere / "a")
        follower.sees("unloaded", "X.DAT")
        (watched_folder / "a" / "b").mkdir(parents=True)
        (watched_folder / "a" / "b" / "X.DAT").write_bytes(hive())
        follower.sees("loaded", "X.DAT")
        follower.holds("X.DAT", S.ALIVE, 5 if both else 4)
        told = len(follower.events)
        (elsewhere / "a" / "b" / "X.DAT").unlink()  # which is not watched
        (watched_folder / "END.DAT").write_bytes(hive())
        follower.sees("loaded", "END.DAT")
        assert follower.events[told:] == [("loaded", "END.DAT")]


def test_a_folder_whose_time_was_set_back_is_looked_at(follower: Follower, tmp_path: Path) -> None:
    follower.sees("inventory", "ONE.DAT")
    for name in ("TWO.DAT", "THREE.DAT"):
        (tmp_path / name).write_bytes(hive())
        os.utime(tmp_path, (1_600_000_000, 1_600_000_000))
        follower.sees("loaded", name)


def test_a_cut_hive_with_a_time_to_come_is_told(follower: Follower, tmp_path: Path) -> None:
    spare = tmp_path.parent / f"{tmp_path.name}.spare"
    spare.write_bytes(hive()[:5000])
    os.utime(spare, (4_000_000_000, 4_000_000_000))
    os.rename(spare, tmp_path / "CUT.DAT")
    follower.sees("loaded", "CUT.DAT")


def test_what_cannot_be_read_is_told(tmp_path: Path, both: bool) -> None:
    deep = tmp_path
    for _ in range(20):  # longer than any path may be
        deep = deep / ("d" * 250)
        try:
            deep.mkdir()
        except OSError:
            break
    descriptor = os.open(deep.parent, os.O_RDONLY)
    try:
        os.mkdir("e" * 250, dir_fd=descriptor)
    finally:
        os.close(descriptor)
    with watch(tmp_path, interval=0.05, events=both) as watched:
        assert any("cannot be read" in note for note in watched.notes)
    for _ in watched:
        pass
    assert watched.verdict is not None
    assert watched.verdict.ending is Ending.ACCESS_DENIED
    shutil.rmtree(tmp_path)


def test_a_pipe_in_a_folder_is_left_alone(tmp_path: Path, both: bool) -> None:
    os.mkfifo(tmp_path / "pipe")
    with watch(tmp_path, interval=0.05, events=both) as watched:
        with pytest.raises(OSError, match="No such device"):  # nobody has it open for reading
            os.open(tmp_path / "pipe", os.O_WRONLY | os.O_NONBLOCK)
        (tmp_path / "END.DAT").write_bytes(hive())
        Follower(watched).sees("loaded", "END.DAT")


def test_an_embedded_hive_is_told_once_and_its_load_has_one_number() -> None:
    with hiveguard.Registry(bare=True, lazy_flush=None) as registry, watch(registry, interval=0.01) as watched:
        kinds: list[str] = []
        incarnations: set[int | None] = set()
        for _ in range(20):
            registry.load(r"HKU\One", None)
            with registry.create(r"HKU\One\Key") as key:
                key.set_value("v", 1)
            registry.unload(r"HKU\One")
        end = time.monotonic() + 20
        while kinds.count("unloaded") < 20:
            item = watched.get(max(end - time.monotonic(), 0))
            assert item is not None, kinds
            if isinstance(item, HiveEvent):
                kinds.append(item.kind.value)
                incarnations.add(item.incarnation)
            elif isinstance(item, Liveness):
                assert item.incarnation is None or item.incarnation in incarnations
        watched.close()
        kinds += [item.kind.value for item in watched if isinstance(item, HiveEvent)]
    assert [kinds.count(kind) for kind in ("loaded", "dirty", "unloaded")] == [20, 20, 20]
