"""Several threads on one hive: what each is told is true, and nobody waits for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event, current_thread

import pytest

import hiveguard
from hiveguard.core.hive_event import EventKind as E
from hiveguard.embedded.ground import Ground
from hiveguard.embedded.states import State
from tests.unit.embedded.gates import SECONDS, GatedDisk, Task

MOUNT = r"HKU\Test"


@pytest.fixture
def registry() -> Iterator[hiveguard.Registry]:
    with hiveguard.Registry(bare=True, lazy_flush=None) as made:
        yield made


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Event:
    """Set when a thread begins to wait for another's work."""
    begun = Event()
    wait_for = Ground.wait_for

    def told(self: Ground, is_over: Callable[[], bool], what: str) -> None:
        begun.set()
        wait_for(self, is_over, what)

    monkeypatch.setattr(Ground, "wait_for", told)
    return begun


def disk_with(name: str) -> GatedDisk:
    disk = GatedDisk()
    with hiveguard.Registry(bare=True, lazy_flush=None) as registry:
        registry.load(MOUNT, disk)
        with registry.create(rf"{MOUNT}\{name}") as key:
            key.set_value("v", bytes(200_000))  # so that a small log is not written back at once
    disk.is_closed = False
    return disk


def names(registry: hiveguard.Registry) -> list[str]:
    with registry.open(MOUNT) as key:
        return [child.name for child in key.subkeys()]


def test_a_load_that_waited_for_an_unload_loads_its_own_file(registry: hiveguard.Registry, waits: Event) -> None:
    old, new = disk_with("Old"), disk_with("New")
    registry.load(MOUNT, old)
    gate = old.stop_at("close")
    unload = Task(lambda: registry.unload(MOUNT))
    gate.await_somebody()
    load = Task(lambda: registry.load(MOUNT, new))
    assert waits.wait(SECONDS)
    gate.open.set()
    unload.result()
    load.result()
    assert list(registry.hives()) == [r"\REGISTRY\USER\Test"]
    assert names(registry) == ["New"]


@pytest.mark.parametrize("registered", [True, False])
def test_a_first_access_waits_for_an_unload(registry: hiveguard.Registry, waits: Event, registered: bool) -> None:
    disk = disk_with("There")
    (registry.register if registered else registry.load)(MOUNT, disk)
    registry.open(MOUNT).close()
    gate = disk.stop_at("close")
    unload = Task(lambda: registry.unload(MOUNT))
    gate.await_somebody()
    access = Task(lambda: names(registry))
    if registered:
        assert waits.wait(SECONDS)
    gate.open.set()
    unload.result()
    if registered:
        assert access.result() == ["There"]
    else:
        with pytest.raises(hiveguard.NotFound):
            access.result()


def test_who_joins_a_flush_is_not_told_of_a_success_that_is_not_there_yet(
    registry: hiveguard.Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One flush is over and another is on the way when the thread that joined the first one wakes."""
    disk = GatedDisk()
    registry.load(MOUNT, disk)
    waiting, second_is_on_the_way, moved = Event(), Event(), Event()
    calls: list[str] = []
    wait_for = Ground.wait_for

    def late(self: Ground, is_over: Callable[[], bool], what: str) -> None:
        if current_thread() is joined.thread:
            calls.append("waits")
            if len(calls) > 1:
                moved.set()
            waiting.set()
            wait_for(self, lambda: is_over() and second_is_on_the_way.is_set(), what)
        else:
            wait_for(self, is_over, what)

    def join() -> None:
        started.wait(SECONDS)
        registry.flush(MOUNT)
        calls.append("is told that it is done")
        moved.set()

    started = Event()
    joined = Task(join)
    monkeypatch.setattr(Ground, "wait_for", late)
    with registry.create(rf"{MOUNT}\A") as key:
        gate = disk.stop_at("sync")
        first = Task(lambda: registry.flush(MOUNT))
        gate.await_somebody()
        key.set_value("v", 1)
        started.set()
        assert waiting.wait(SECONDS)
        gate.open.set()
        first.result()
        gate = disk.stop_at("sync")
        second = Task(lambda: registry.flush(MOUNT))
        gate.await_somebody()
        with registry.lock:
            second_is_on_the_way.set()
            registry.lock.notify_all()
        assert moved.wait(SECONDS)
        assert calls == ["waits", "waits"]
        gate.open.set()
        second.result()
        joined.result()


def test_flushing_what_is_being_unloaded_is_no_error(registry: hiveguard.Registry) -> None:
    disk = GatedDisk()
    registry.load(MOUNT, disk)
    registry.create(rf"{MOUNT}\A").close()
    gate = disk.stop_at("close")
    unload = Task(lambda: registry.unload(MOUNT))
    gate.await_somebody()
    assert registry.state(MOUNT) is State.UNLOADING
    registry.flush()
    registry.flush(MOUNT)
    registry.reconcile(MOUNT)
    gate.open.set()
    unload.result()


def test_the_end_waits_for_a_load_and_admits_no_other(registry: hiveguard.Registry, waits: Event) -> None:
    disk, late = GatedDisk(), GatedDisk()
    registry.register(r"HKU\Late", late)
    gate = disk.stop_at("size")
    load = Task(lambda: registry.load(MOUNT, disk))
    gate.await_somebody()
    end = Task(registry.close)
    assert waits.wait(SECONDS)
    with pytest.raises(hiveguard.HiveBusy, match="closed"):
        registry.open(r"HKU\Late")
    gate.open.set()
    load.result()
    end.result()
    assert disk.is_closed
    for use in (lambda: registry.open(r"HKU\Late"), lambda: registry.load(MOUNT, disk)):
        with pytest.raises(hiveguard.HiveBusy, match="closed"):
            use()
    assert registry.state(r"HKU\Late") is State.REGISTERED


def test_an_unload_and_a_reconcile_do_not_meet(registry: hiveguard.Registry) -> None:
    disk = disk_with("A")
    registry.load(MOUNT, disk)
    registry.create(rf"{MOUNT}\B").close()
    registry.flush()
    events = registry.events(inventory=False)
    gate = disk.stop_at("sync")
    reconcile = Task(lambda: registry.reconcile(MOUNT))
    gate.await_somebody()
    unload = Task(lambda: registry.unload(MOUNT))
    assert events.get(SECONDS).kind is E.UNLOAD_STARTED
    assert not disk.is_closed
    gate.open.set()
    reconcile.result()
    unload.result()
    assert disk.is_closed
    registry.load(MOUNT, disk)
    assert names(registry) == ["A", "B"]
