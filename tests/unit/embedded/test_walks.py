"""Walks over a registry that changes under them: never two hives in one, never in circles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import hiveguard
from hiveguard.testing import HiveBuilder
from tests.unit.embedded.faulty_disk import FaultyDisk

MOUNT = r"HKU\Test"


@pytest.fixture
def registry() -> Iterator[hiveguard.Registry]:
    with hiveguard.Registry(bare=True, lazy_flush=None) as made:
        made.load(MOUNT, FaultyDisk(hive(1)))
        yield made


def hive(number: int) -> bytes:
    builder = HiveBuilder()
    for name in ("A", "B", "C"):
        builder.root.key(name).dword("v", number)
    return builder.build()


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("delivered", [1, 2])
def test_a_walk_ends_with_the_hive_that_it_began_in(registry: hiveguard.Registry, again: bool, delivered: int) -> None:
    walk = registry.walk(MOUNT, on_incomplete="record")
    keys = [next(walk) for _ in range(delivered)]
    registry.unload(MOUNT)
    if again:
        registry.load(MOUNT, FaultyDisk(hive(2)))
    keys += walk
    assert {value.data for key in keys[1:] for value in key.values()} <= {1}
    assert walk.verdict is not None
    assert walk.verdict.ending is hiveguard.Ending.HIVE_UNLOADED


def test_a_listed_key_belongs_to_its_load(registry: hiveguard.Registry) -> None:
    with registry.open(MOUNT) as root:
        listed = root.subkeys()[0]
    assert listed.value("v").data == 1
    registry.unload(MOUNT)
    registry.load(MOUNT, FaultyDisk(hive(2)))
    for use in (lambda: listed.value("v"), lambda: listed.set_value("v", 3), lambda: listed.security):
        with pytest.raises(hiveguard.HiveUnloaded, match="list it again"):
            use()


def test_a_hive_that_was_not_loaded_yet_when_it_was_listed_is_read(registry: hiveguard.Registry) -> None:
    registry.register(r"HKU\Later", FaultyDisk(hive(3)))
    with registry.open("HKU") as users:
        later = users.subkeys()[1]
    assert [key.value("v").data for key in later.subkeys()] == [3, 3, 3]
    assert registry.walk("HKU").collect().verdict


def test_a_walk_does_not_follow_links(registry: hiveguard.Registry) -> None:
    with registry.open(MOUNT, write=True) as root, root.create("Up", link=True) as link:
        link.set_value("SymbolicLinkValue", r"\REGISTRY\USER\Test", 6)
    with registry.open(MOUNT, write=True) as root, root.create("Nowhere", link=True) as link:
        link.set_value("SymbolicLinkValue", r"\REGISTRY\USER\Gone", 6)
    walk = registry.walk(MOUNT)
    keys = {key.name: key for key in walk}
    assert sorted(keys) == ["A", "B", "C", "Nowhere", "Test", "Up"]
    assert walk.verdict
    assert keys["Up"].is_link
    assert [value.name for value in keys["Up"].values()] == ["SymbolicLinkValue"]
    with keys["Up"].open() as followed:
        assert followed.path == r"\REGISTRY\USER\Test"


def test_the_control_set_is_walked_once() -> None:
    with hiveguard.Registry() as registry:
        paths = [key.path for key in registry.walk(r"HKLM\SYSTEM")]
        assert len(paths) == len(set(paths))
        assert registry.open(r"HKLM\SYSTEM\CurrentControlSet\Services").path.endswith(r"\ControlSet001\Services")
