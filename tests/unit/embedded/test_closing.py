"""A registry that was closed: whatever is asked of it afterwards, the answer is that it was closed."""

from __future__ import annotations

import pytest

import hiveguard
from tests.unit.embedded.faulty_disk import FaultyDisk

CLOSED = "the registry was closed; make another one"


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("start", ["HKLM", "HKU", r"\REGISTRY"])
@pytest.mark.parametrize("delivered", range(6))
def test_a_walk_says_that_the_registry_was_closed(bare: bool, start: str, delivered: int) -> None:
    registry = hiveguard.Registry(bare=bare, lazy_flush=None)
    walk = registry.walk(start, on_incomplete="record")
    for _ in range(delivered):
        next(walk, None)
    ended_before = walk.verdict is not None
    registry.close()
    rest = list(walk)
    assert walk.verdict is not None
    if not ended_before:
        assert walk.verdict.ending is hiveguard.Ending.HIVE_UNLOADED
        assert walk.verdict.reasons
        assert all(reason.endswith(CLOSED) for reason in walk.verdict.reasons)
        assert len(rest) <= 1


def test_whatever_is_asked_says_that_it_was_closed() -> None:
    registry = hiveguard.Registry(lazy_flush=None)
    machine = registry.open("HKLM", write=True)
    hives = list(machine.subkeys())
    registry.close()
    listed = [*hives, machine.without_handle()]
    for use in (
        lambda: registry.open("HKLM"),
        lambda: registry.open("HKCU"),
        lambda: registry.walk("HKLM"),
        lambda: registry.create(r"HKLM\V", volatile=True),
        lambda: registry.create("HKU"),
        lambda: registry.delete(r"HKLM\V"),
        lambda: registry.changes("HKLM"),
        machine.values,
        machine.open,
        machine.notify,
        machine.flush,
        lambda: machine.create("V", volatile=True),
        lambda: machine.delete("SOFTWARE"),
        lambda: machine.set_value("v", 1),
        *(key.values for key in listed),
        *(key.subkeys for key in listed),
        *(lambda key=key: key.value("v") for key in listed),
    ):
        with pytest.raises((hiveguard.HiveBusy, hiveguard.HiveUnloaded, hiveguard.Incomplete), match=CLOSED):
            use()
    assert machine.subkeys(on_incomplete="record").verdict.ending is hiveguard.Ending.HIVE_UNLOADED
    machine.close()
    registry.close()


def test_a_registry_whose_closing_failed_is_open() -> None:
    registry = hiveguard.Registry(bare=True, lazy_flush=None)
    disk = FaultyDisk()
    registry.load(r"HKU\Test", disk)
    registry.create(r"HKU\Test\A").close()
    disk.fails = True
    with pytest.raises(hiveguard.NotWritten):
        registry.close()
    assert [key.name for key in registry.walk("HKU")] == ["USER", "Test", "A"]
    disk.fails = False
    registry.close()
