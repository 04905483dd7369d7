"""What an embedded registry keeps, and for how long: nothing that nobody needs, nothing behind an error."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

import hiveguard
from hiveguard.core.hive_event import EventKind as E
from hiveguard.embedded import mounts
from hiveguard.embedded.change import ChangeKind
from hiveguard.embedded.hive_store import HiveStore
from hiveguard.embedded.key_block import KeyBlock
from hiveguard.embedded.notification import Filter
from hiveguard.embedded.registry import Registry
from hiveguard.embedded.states import State
from hiveguard.embedded.tree import Tree
from tests.unit.embedded.faulty_disk import FaultyDisk

MOUNT = r"HKU\Test"


@pytest.fixture
def registry() -> Iterator[hiveguard.Registry]:
    with hiveguard.Registry(bare=True, lazy_flush=None) as made:
        yield made


@pytest.fixture
def disk(registry: hiveguard.Registry) -> FaultyDisk:
    disk = FaultyDisk()
    registry.load(MOUNT, disk)
    return disk


def blocks(registry: hiveguard.Registry) -> list[KeyBlock]:
    """Every block below the root of the hive that is kept."""
    found = []
    todo = [registry.mount_points()[0].hive.root]
    while todo:
        block = todo.pop()
        todo += block.children.values()
        found += block.children.values()
    return found


def raiser(error: BaseException) -> Callable[..., object]:
    def fail(*arguments: object, **named: object) -> object:
        raise error

    return fail


# --- blocks of keys ---------------------------------------------------------------------------


def test_a_creation_that_is_refused_keeps_no_block(registry: hiveguard.Registry, disk: FaultyDisk) -> None:
    registry.create(rf"{MOUNT}\A\B\C").close()
    for name in ("x" * 300, "y\\" + "x" * 300):
        with pytest.raises(hiveguard.BadArgument):
            registry.create(rf"{MOUNT}\A\B\C\{name}")
    assert blocks(registry) == []


def test_an_opening_that_is_refused_keeps_no_block(registry: hiveguard.Registry, disk: FaultyDisk) -> None:
    registry.create(rf"{MOUNT}\A\B").close()

    def meanwhile() -> None:
        with pytest.raises(hiveguard.HiveBusy):
            registry.open(rf"{MOUNT}\A\B")
        assert blocks(registry) == []

    disk.meanwhile = meanwhile
    registry.unload(MOUNT)


def test_a_deletion_that_ends_in_the_middle_keeps_no_block(
    registry: hiveguard.Registry, disk: FaultyDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.create(rf"{MOUNT}\A\B\C").close()
    with monkeypatch.context() as patch:
        patch.setattr(Tree, "delete", raiser(MemoryError()))
        with pytest.raises(MemoryError):
            registry.delete(rf"{MOUNT}\A", tree=True)
    assert blocks(registry) == []
    registry.delete(rf"{MOUNT}\A", tree=True)


# --- errors in the middle ---------------------------------------------------------------------


def test_a_load_that_fails_at_its_end_gives_the_file_back(
    registry: hiveguard.Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FaultyDisk()
    for error in (RuntimeError("no more threads"), KeyboardInterrupt()):
        with monkeypatch.context() as patch:
            patch.setattr(mounts, "link_control_set", raiser(error))
            with pytest.raises(type(error)):
                registry.load(r"HKLM\SYSTEM", disk)
        assert disk.is_closed
        assert registry.hives() == {}
    registry.load(r"HKLM\SYSTEM", disk)


@pytest.mark.parametrize("call", ["take", "commit"])
@pytest.mark.parametrize("error", [MemoryError(), KeyboardInterrupt()])
def test_a_flush_that_is_interrupted_leaves_the_hive_usable(
    registry: hiveguard.Registry, disk: FaultyDisk, monkeypatch: pytest.MonkeyPatch, call: str, error: BaseException
) -> None:
    registry.create(rf"{MOUNT}\A").close()
    with monkeypatch.context() as patch:
        patch.setattr(HiveStore, call, raiser(error))
        for use in (registry.flush, lambda: registry.unload(MOUNT)):
            with pytest.raises(type(error)):
                use()
            assert registry.state(MOUNT) is State.DIRTY
    registry.unload(MOUNT)
    registry.load(MOUNT, disk)
    registry.open(rf"{MOUNT}\A").close()


def test_an_application_hive_that_cannot_be_opened_is_unloaded(
    registry: hiveguard.Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FaultyDisk()
    with monkeypatch.context() as patch:
        patch.setattr(Registry, "open", raiser(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            registry.load_app(disk)
    assert disk.is_closed
    assert registry.hives() == {}


def test_after_the_end_nothing_is_loaded(tmp_path: Path) -> None:
    registry = hiveguard.Registry(tmp_path)
    registry.close()
    with pytest.raises(hiveguard.HiveBusy, match="closed"):
        registry.open(r"HKLM\SOFTWARE")
    assert list(tmp_path.iterdir()) == []


def test_an_end_that_fails_can_be_tried_again(registry: hiveguard.Registry, disk: FaultyDisk) -> None:
    registry.create(rf"{MOUNT}\A").close()
    disk.fails = True
    with pytest.raises(hiveguard.NotWritten):
        registry.close()
    registry.open(rf"{MOUNT}\A").close()
    disk.fails = False
    registry.close()
    assert disk.is_closed


# --- handles, watches, streams ----------------------------------------------------------------


def test_an_application_hive_goes_when_its_last_key_is_dropped(registry: hiveguard.Registry, disk: FaultyDisk) -> None:
    mine = FaultyDisk()
    root = registry.load_app(mine)
    root.create("A").close()
    del root
    gc.collect()
    registry.open(MOUNT).close()  # whoever comes next
    assert mine.is_closed


def test_watches_are_counted_down(registry: hiveguard.Registry, disk: FaultyDisk) -> None:
    with registry.open(MOUNT) as key:
        key.notify()
        key.notify()
    registry.open(MOUNT).notify()
    gc.collect()
    registry.open(MOUNT).close()
    assert registry.ground.watches == 0


def test_notifications_that_nobody_can_see_are_not_kept(registry: hiveguard.Registry, disk: FaultyDisk) -> None:
    event = Event()
    with registry.open(MOUNT) as key:
        for _ in range(100):
            key.notify()
            key.notify(event=event)
        gc.collect()
        watch = key.handle.watch
        assert watch is not None
        assert watch.waiting == 1
        registry.create(rf"{MOUNT}\A").close()
        assert event.is_set()


def test_a_forced_unload_wakes_who_watches(registry: hiveguard.Registry, disk: FaultyDisk) -> None:
    with registry.create(rf"{MOUNT}\A\B") as key:
        notification = key.notify(Filter.SECURITY)
        registry.unload(MOUNT, force=True)
        assert notification.is_signalled
        with pytest.raises(hiveguard.HiveUnloaded):
            key.notify()


def test_a_stream_that_nobody_reads_any_more_ends(registry: hiveguard.Registry, disk: FaultyDisk) -> None:
    stream, kept = registry.changes(), registry.changes()
    del stream
    gc.collect()
    registry.create(rf"{MOUNT}\A").close()
    assert registry.ground.changes.count == 1
    assert kept.get(0).kind is ChangeKind.KEY_CREATED
    del kept
    gc.collect()
    registry.create(rf"{MOUNT}\B").close()
    assert not registry.ground.changes


# --- volatile keys, the registry's own ----------------------------------------------------------


def test_a_volatile_key_made_during_a_flush_makes_no_hive_dirty(registry: hiveguard.Registry, disk: FaultyDisk) -> None:
    with registry.create(rf"{MOUNT}\A") as key:
        events = registry.events(inventory=False)
        before = key.open().last_write

        def meanwhile() -> None:
            key.create("V", volatile=True).close()
            key.delete("V")

        disk.meanwhile = meanwhile
        key.flush()
        assert registry.state(MOUNT) is State.CLEAN
        assert E.DIRTY not in [events.get(0).kind for _ in range(2)]
        assert key.open().last_write > before


@pytest.mark.parametrize("root", ["HKLM", "HKU", r"\REGISTRY\A", r"\REGISTRY"])
def test_nothing_that_lasts_is_made_where_nothing_lasts(
    registry: hiveguard.Registry, disk: FaultyDisk, tmp_path: Path, root: str
) -> None:
    with pytest.raises(hiveguard.BadArgument, match="directly below"):
        registry.create(rf"{root}\New")
    registry.save(MOUNT, tmp_path / "saved")
    with pytest.raises(hiveguard.BadArgument, match="no hive"):
        registry.restore(root, tmp_path / "saved")
    with pytest.raises(hiveguard.BadArgument, match="no hive"):
        registry.save(root, tmp_path / "other")


def test_a_volatile_key_may_stand_beside_hives(registry: hiveguard.Registry) -> None:
    with registry.create(r"HKLM\HARDWARE", volatile=True) as key:
        key.set_value("v", 1)
        key.create("Below", volatile=True).close()
        with pytest.raises(hiveguard.BadArgument, match="volatile"):
            key.create("Stored")
    assert [child.name for child in registry.open("HKLM").subkeys()] == ["HARDWARE"]


# --- restore ----------------------------------------------------------------------------------


def test_a_restore_is_told_change_by_change(registry: hiveguard.Registry, disk: FaultyDisk, tmp_path: Path) -> None:
    with registry.create(rf"{MOUNT}\A\New\Deep") as key:
        key.set_value("v", 1)
    with registry.open(rf"{MOUNT}\A", write=True) as key:
        key.set_value("w", 2)
    registry.save(rf"{MOUNT}\A", tmp_path / "saved")
    registry.create(rf"{MOUNT}\B\Old").close()
    with registry.open(rf"{MOUNT}\B", write=True) as key:
        key.set_value("old", 1)
    changes = registry.changes(rf"{MOUNT}\B")
    registry.restore(rf"{MOUNT}\B", tmp_path / "saved")
    told = []
    while (change := changes.get(0)) is not None:
        told.append((change.kind.value, change.path.removeprefix(r"\REGISTRY\USER\Test"), change.value))
    assert told == [
        ("key-deleted", r"\B\Old", None),
        ("value-deleted", r"\B", "old"),
        ("value-set", r"\B", "w"),
        ("security-set", r"\B", None),
        ("key-created", r"\B\New", None),
        ("key-created", r"\B\New\Deep", None),
        ("value-set", r"\B\New\Deep", "v"),
    ]


def test_a_volatile_key_cannot_be_restored(registry: hiveguard.Registry, disk: FaultyDisk, tmp_path: Path) -> None:
    registry.save(MOUNT, tmp_path / "saved")
    registry.create(rf"{MOUNT}\V", volatile=True).close()
    with pytest.raises(hiveguard.BadArgument, match="volatile"):
        registry.restore(rf"{MOUNT}\V", tmp_path / "saved")
    assert registry.state(MOUNT) is State.CLEAN


def test_a_restore_for_which_there_is_no_room_takes_nothing_away(
    registry: hiveguard.Registry, disk: FaultyDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with registry.create(rf"{MOUNT}\A") as key:
        key.set_value("v", bytes(3_000_000))
    registry.save(rf"{MOUNT}\A", tmp_path / "saved")
    with registry.create(rf"{MOUNT}\B") as key:
        key.set_value("mine", 1)
    monkeypatch.setattr("hiveguard.regf.heap.BINS_MAX", 12_000_000)
    with pytest.raises(hiveguard.NotWritten):
        registry.restore(rf"{MOUNT}\B", tmp_path / "saved")
    assert registry.open(rf"{MOUNT}\B").value("mine").data == 1


# --- forks ------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_fork_does_not_write_its_parents_hives(registry: hiveguard.Registry, disk: FaultyDisk) -> None:
    registry.create(rf"{MOUNT}\A").close()
    child = os.fork()
    if not child:
        status = 1
        try:
            registry.flush()
        except hiveguard.NotWritten:
            registry.close()
            status = 0
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    registry.flush()
