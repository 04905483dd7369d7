"""Hives in an embedded registry: mounted, changed, flushed, unloaded; what is refused, and what is left behind."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Event, Thread

import pytest

import hiveguard
from hiveguard.core.hive_event import EventKind as E
from hiveguard.core.subscription import Lost
from hiveguard.embedded.states import State
from hiveguard.regf.default_security import default_descriptor
from hiveguard.regf.disk import Part
from hiveguard.testing import HiveBuilder
from tests.unit.embedded.faulty_disk import FaultyDisk

MOUNT = r"HKU\Test"


@pytest.fixture
def registry() -> Iterator[hiveguard.Registry]:
    with hiveguard.Registry(bare=True, lazy_flush=None) as made:
        yield made


def kinds(subscription: hiveguard.core.subscription.Subscription) -> list[E]:
    found = []
    while (event := subscription.get(0)) is not None:
        found.append(event.kind)
    return found


def loaded(registry: hiveguard.Registry) -> FaultyDisk:
    disk = FaultyDisk()
    registry.load(MOUNT, disk)
    return disk


def test_the_namespace_has_the_standard_roots() -> None:
    with hiveguard.Registry() as registry:
        for root in ("HKLM", "HKU", "HKCU", "HKCR", "HKCC", "HKEY_LOCAL_MACHINE", r"\REGISTRY\MACHINE", "hklm:"):
            registry.open(root).close()
        assert [key.name for key in registry.open("HKLM").subkeys()] == ["SYSTEM", "SOFTWARE", "SAM", "SECURITY"]
        with pytest.raises(hiveguard.BadArgument, match="is no root"):
            registry.open("HKXX\\Software")


def test_nothing_is_loaded_before_it_is_asked_for() -> None:
    with hiveguard.Registry() as registry:
        assert {state for _, state in registry.hives().values()} == {State.REGISTERED}
        registry.open(r"HKLM\SOFTWARE").close()
        assert registry.state(r"HKLM\SOFTWARE") is State.CLEAN
        assert registry.state(r"HKLM\SYSTEM") is State.REGISTERED


def test_what_was_flushed_is_there_after_a_crash(registry: hiveguard.Registry) -> None:
    disk = loaded(registry)
    with registry.create(rf"{MOUNT}\A\B") as key:
        key.set_value("v", "flushed")
        key.flush()
        key.set_value("v", "not flushed")
    with hiveguard.Registry(bare=True) as other:
        other.load(MOUNT, disk.reopened())
        assert other.open(rf"{MOUNT}\A\B").value("v").data == "flushed"


def test_unload_flushes_first(registry: hiveguard.Registry) -> None:
    disk = loaded(registry)
    registry.create(rf"{MOUNT}\A").close()
    events = registry.events(inventory=False)
    registry.unload(MOUNT)
    assert kinds(events) == [E.UNLOAD_STARTED, E.FLUSH_STARTED, E.FLUSHED, E.UNLOADED]
    assert disk.is_closed
    registry.load(MOUNT, disk)
    assert [key.name for key in registry.open(MOUNT).subkeys()] == ["A"]


def test_unload_is_refused_while_a_handle_is_open(registry: hiveguard.Registry) -> None:
    loaded(registry)
    events = registry.events(inventory=False)
    with registry.open(MOUNT) as key:
        with pytest.raises(hiveguard.AccessDenied, match="handles into the hive are open"):
            registry.unload(MOUNT)
        assert key.subkeys().verdict.is_complete
    assert kinds(events) == [E.UNLOAD_REFUSED]
    registry.unload(MOUNT)
    assert registry.state(MOUNT) is State.ABSENT


def test_a_forced_unload_leaves_handles_that_can_only_be_closed(registry: hiveguard.Registry) -> None:
    loaded(registry)
    key = registry.create(rf"{MOUNT}\A")
    registry.unload(MOUNT, force=True)
    for use in (
        lambda: key.value("v"),
        lambda: key.set_value("v", 1),
        lambda: key.delete_value("v"),
        lambda: key.create("B"),
        lambda: key.delete("B"),
        lambda: key.open(),
        lambda: key.flush(),
        lambda: key.notify(),
        lambda: key.set_security(default_descriptor()),
        lambda: key.class_raw,
        lambda: key.security,
    ):
        with pytest.raises(hiveguard.HiveUnloaded):
            use()
    for listing in (key.subkeys, key.values):
        verdict = listing(on_incomplete="record").verdict
        assert verdict.ending is hiveguard.Ending.HIVE_UNLOADED
    key.close()
    key.close()
    with pytest.raises(hiveguard.HandleClosed):
        key.value("v")


def test_a_handle_of_one_load_does_not_reach_into_the_next(registry: hiveguard.Registry) -> None:
    disk = loaded(registry)
    key = registry.create(rf"{MOUNT}\A")
    registry.unload(MOUNT, force=True)
    registry.load(MOUNT, disk)
    assert key.subkeys(on_incomplete="record").verdict.ending is hiveguard.Ending.HIVE_UNLOADED
    registry.open(rf"{MOUNT}\A").close()
    key.close()


def test_if_the_flush_fails_the_hive_stays_loaded_and_nothing_is_lost(registry: hiveguard.Registry) -> None:
    disk = loaded(registry)
    registry.create(rf"{MOUNT}\A").close()
    events = registry.events(inventory=False)
    disk.fails = True
    with pytest.raises(hiveguard.NotWritten, match="does not answer"):
        registry.unload(MOUNT)
    assert kinds(events) == [E.UNLOAD_STARTED, E.FLUSH_STARTED, E.FLUSH_FAILED, E.UNLOAD_FAILED]
    assert registry.state(MOUNT) is State.DIRTY
    with registry.open(rf"{MOUNT}\A", write=True) as key:
        key.set_value("still", "writable")
    disk.fails = False
    registry.unload(MOUNT)
    registry.load(MOUNT, disk.reopened())
    assert registry.open(rf"{MOUNT}\A").value("still").data == "writable"


def test_what_is_written_during_a_flush_makes_the_hive_dirty_again(registry: hiveguard.Registry) -> None:
    disk = loaded(registry)
    with registry.create(rf"{MOUNT}\A") as key:
        events = registry.events(inventory=False)
        disk.meanwhile = lambda: key.set_value("late", 1)
        key.flush()
        assert registry.state(MOUNT) is State.DIRTY
        assert kinds(events)[:3] == [E.FLUSH_STARTED, E.FLUSHED, E.DIRTY]
        key.flush()
        assert registry.state(MOUNT) is State.CLEAN


def test_writing_is_refused_while_a_hive_is_flushed_out_and_reading_served(registry: hiveguard.Registry) -> None:
    disk = loaded(registry)
    key = registry.create(rf"{MOUNT}\A")
    seen: list[object] = []

    def meanwhile() -> None:
        for use in (lambda: key.set_value("v", 1), lambda: registry.open(MOUNT), lambda: registry.load(MOUNT, disk)):
            with pytest.raises(hiveguard.HiveBusy):
                use()
        seen.append(key.subkeys())

    disk.meanwhile = meanwhile
    registry.unload(MOUNT, force=True)
    assert len(seen) == 1
    key.close()


def test_a_failed_load_leaves_nothing_behind(registry: hiveguard.Registry, tmp_path: Path) -> None:
    events = registry.events()
    for file, error in (
        ("missing", hiveguard.Unreadable),
        ("garbage", hiveguard.NotAHive),
        ("folder", hiveguard.Unreadable),
    ):
        (tmp_path / "garbage").write_bytes(b"x" * 9000)
        (tmp_path / "folder").mkdir(exist_ok=True)
        with pytest.raises(error):
            registry.load(MOUNT, tmp_path / file)
        assert registry.hives() == {}
        assert list(registry.open("HKU").subkeys()) == []
        assert kinds(events) == [E.LOAD_STARTED, E.LOAD_FAILED]


def test_a_hive_of_a_damaged_file_is_not_loaded(registry: hiveguard.Registry) -> None:
    builder = HiveBuilder()
    for number in range(200):
        builder.root.key(f"K{number}")
    data = bytearray(builder.build())
    data[8192:8196] = b"xxxx"
    with pytest.raises(hiveguard.NotAHive, match="damaged"):
        registry.load(MOUNT, FaultyDisk(bytes(data)))


def test_a_mount_is_one_name_directly_below_machine_or_users(registry: hiveguard.Registry) -> None:
    for place in ("HKLM", r"HKLM\A\B", r"\REGISTRY\X", "HKCU\\Software"):
        with pytest.raises(hiveguard.BadArgument):
            registry.load(place, FaultyDisk())
    loaded(registry)
    with pytest.raises(hiveguard.AlreadyThere):
        registry.load(MOUNT.upper(), FaultyDisk())
    with pytest.raises(hiveguard.NotFound):
        registry.unload(r"HKU\Other")


def test_several_that_load_at_once_share_one_load(registry: hiveguard.Registry) -> None:
    disk = FaultyDisk()
    registry.register(MOUNT, disk)
    events = registry.events()
    barrier = Barrier(8)
    opened: list[str] = []

    def open_it() -> None:
        barrier.wait(10)
        with registry.open(MOUNT) as key:
            opened.append(key.name)

    threads = [Thread(target=open_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert opened == ["Test"] * 8
    assert kinds(events).count(E.LOADED) == 1


def test_an_application_hive_goes_with_its_last_handle(registry: hiveguard.Registry) -> None:
    disk = FaultyDisk()
    root = registry.load_app(disk)
    second = root.create("A")
    root.close()
    assert not disk.is_closed
    second.close()
    assert disk.is_closed
    assert registry.hives() == {}
    with registry.load_app(disk) as again:
        assert [key.name for key in again.subkeys()] == ["A"]


def test_volatile_keys_never_make_a_hive_dirty_and_go_with_its_load(registry: hiveguard.Registry) -> None:
    disk = loaded(registry)
    registry.create(rf"{MOUNT}\A").close()
    registry.flush()
    with registry.create(rf"{MOUNT}\A\V", volatile=True) as key:
        key.set_value("v", 1)
        with key.create("W", volatile=True) as below:
            assert below.path.endswith(r"\A\V\W")
        with pytest.raises(hiveguard.BadArgument, match="volatile"):
            key.create("stored")
    assert registry.state(MOUNT) is State.CLEAN
    assert [key.name for key in registry.open(rf"{MOUNT}\A").subkeys()] == ["V"]
    with pytest.raises(hiveguard.AccessDenied, match="subkeys"):
        registry.delete(rf"{MOUNT}\A")
    registry.unload(MOUNT, force=True)
    registry.load(MOUNT, disk)
    assert list(registry.open(rf"{MOUNT}\A").subkeys()) == []


def test_a_link_leads_on_and_a_circle_ends(registry: hiveguard.Registry) -> None:
    loaded(registry)
    registry.create(rf"{MOUNT}\Target\Below").close()
    with registry.open(MOUNT, write=True) as root:
        with root.create("Link", link=True) as link:
            link.set_value("SymbolicLinkValue", r"\REGISTRY\USER\Test\Target", 6)
        with root.create("Circle", link=True) as link:
            link.set_value("SymbolicLinkValue", r"\REGISTRY\USER\Test\Circle", 6)
    assert registry.open(rf"{MOUNT}\Link\Below").path == r"\REGISTRY\USER\Test\Target\Below"
    with registry.open(rf"{MOUNT}\Link", link=True) as link:
        assert link.is_link
    with pytest.raises(hiveguard.NotFound, match="links"):
        registry.open(rf"{MOUNT}\Circle")


def test_the_current_control_set_is_the_one_that_select_names(registry: hiveguard.Registry) -> None:
    disk = FaultyDisk()
    registry.load(r"HKLM\SYSTEM", disk)
    with registry.open(r"HKLM\SYSTEM", write=True) as key:
        key.create(r"ControlSet002\Services").close()
        with key.create("Select") as select:
            select.set_value("Current", 2)
    registry.unload(r"HKLM\SYSTEM")
    registry.load(r"HKLM\SYSTEM", disk)
    assert registry.open(r"HKLM\SYSTEM\CurrentControlSet\Services").path.endswith(r"\ControlSet002\Services")
    registry.unload(r"HKLM\SYSTEM")
    with hiveguard.open(bytes(disk.parts[0])) as hive:
        assert [key.name for key in hive.root.subkeys()] == ["ControlSet002", "Select"]


def test_a_deleted_key_answers_so(registry: hiveguard.Registry) -> None:
    loaded(registry)
    key = registry.create(rf"{MOUNT}\A")
    registry.delete(rf"{MOUNT}\A")
    with pytest.raises(hiveguard.KeyDeleted):
        key.set_value("v", 1)
    assert key.subkeys(on_incomplete="record").verdict.ending is hiveguard.Ending.KEY_DELETED
    registry.create(rf"{MOUNT}\A").close()
    assert list(key.subkeys()) == []  # the guard opened it again: the same load of the hive
    key.close()


def test_the_same_data_again_change_nothing(registry: hiveguard.Registry) -> None:
    loaded(registry)
    with registry.create(rf"{MOUNT}\A") as key:
        for data in (b"1234", b"x" * 100, b"y" * 40_000, 7, "text"):
            key.set_value("v", data)
            key.flush()
            key.set_value("v", data)
            assert registry.state(MOUNT) is State.CLEAN


def test_events_come_in_order_and_losses_are_told(registry: hiveguard.Registry) -> None:
    few = registry.events(size=2)
    all_of_them = registry.events()
    loaded(registry)
    registry.create(rf"{MOUNT}\A").close()
    registry.unload(MOUNT)
    registry.close()
    numbers = [event.number for event in all_of_them]
    assert numbers == sorted(numbers)
    assert all_of_them.verdict
    seen = list(few)
    assert isinstance(seen[2], Lost)
    assert seen[2].count == len(numbers) - 2
    assert few.verdict.ending is hiveguard.Ending.LOST
    assert few.verdict.count("lost") == len(numbers) - 2


def test_changes_are_told_one_by_one(registry: hiveguard.Registry) -> None:
    loaded(registry)
    with registry.changes() as everything, registry.changes(MOUNT) as below:
        with registry.create(rf"{MOUNT}\A") as key:
            for number in range(100):
                key.set_value("v", number)
            key.delete_value("v")
        registry.delete(rf"{MOUNT}\A")
        told = []
        while (change := everything.get(0)) is not None:
            told.append(change.kind.value)
        assert told == ["key-created", *["value-set"] * 100, "value-deleted", "key-deleted"]
        assert below.get(0).path == r"\REGISTRY\USER\Test\A"


def test_save_and_restore(registry: hiveguard.Registry, tmp_path: Path) -> None:
    loaded(registry)
    with registry.create(rf"{MOUNT}\A\B") as key:
        key.set_value("v", "saved")
    file = tmp_path / "saved.dat"
    registry.save(rf"{MOUNT}\A", file)
    with pytest.raises(hiveguard.AlreadyThere):
        registry.save(rf"{MOUNT}\A", file)
    with hiveguard.open(file) as hive:
        walk = hive.walk(strict=True)
        assert [key.path for key in walk] == ["", "B"]
        assert walk.verdict.damage == ()
    with registry.open(rf"{MOUNT}\A\B", write=True) as key:
        key.set_value("v", "changed")
        with pytest.raises(hiveguard.AccessDenied, match="handles"):
            registry.restore(rf"{MOUNT}\A", file)
    registry.restore(rf"{MOUNT}\A", file)
    assert registry.open(rf"{MOUNT}\A\B").value("v").data == "saved"


def test_the_lazy_flusher_flushes(tmp_path: Path) -> None:
    flushed = Event()
    with hiveguard.Registry(tmp_path, lazy_flush=0.01) as registry:
        events = registry.events()

        def watch() -> None:
            for event in events:
                if event.kind is E.FLUSHED:
                    flushed.set()

        thread = Thread(target=watch)
        thread.start()
        registry.create(r"HKCU\Software\Lazy").close()
        assert flushed.wait(30)
        registry.close()
        thread.join(30)


def test_two_registries_cannot_both_write_one_hive(tmp_path: Path) -> None:
    with hiveguard.Registry(tmp_path) as one, hiveguard.Registry(tmp_path) as two:
        one.open("HKCU").close()
        with pytest.raises(hiveguard.HiveBusy, match=r"NTUSER\.DAT"):
            two.open("HKCU")


def test_who_forgets_to_close_it_loses_nothing(tmp_path: Path) -> None:
    script = (
        "import hiveguard, sys\n"
        "registry = hiveguard.Registry(sys.argv[1], lazy_flush=None)\n"
        "registry.create('HKCU\\\\Software\\\\Kept').close()\n"
    )
    subprocess.run([sys.executable, "-c", script, tmp_path], check=True)
    with hiveguard.open(tmp_path / "NTUSER.DAT") as hive:
        assert hive.key("Software\\Kept").name == "Kept"
        assert not hive.is_dirty


@pytest.mark.parametrize(("with_log", "told"), [(True, "logs replayed"), (False, "logs not replayed (no log")])
def test_what_became_of_a_dirty_hives_logs_is_told(registry: hiveguard.Registry, with_log: bool, told: str) -> None:
    disk = loaded(registry)
    with registry.create(rf"{MOUNT}\A") as key:
        key.set_value("large", bytes(200_000))
        key.flush()
        key.set_value("small", 1)
        key.flush()  # so little beside so much stays in the log
    crashed = disk.reopened()
    if not with_log:
        crashed.parts[Part.LOG1] = crashed.parts[Part.LOG2] = bytearray()
    events = registry.events(inventory=False)
    registry.load(r"HKU\Crashed", crashed)
    statuses = {event.kind: event.status for event in iter(lambda: events.get(0), None)}
    assert statuses[E.LOADED].startswith(told)
