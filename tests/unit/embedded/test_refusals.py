"""What is refused, and leaves everything as it was: found by people who tried to break it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import hiveguard
from hiveguard.embedded.states import State
from hiveguard.testing import HiveBuilder
from tests.unit.embedded.faulty_disk import FaultyDisk

MOUNT = r"HKU\Test"


@pytest.fixture
def registry() -> Iterator[hiveguard.Registry]:
    with hiveguard.Registry(bare=True, lazy_flush=None) as made:
        made.load(MOUNT, FaultyDisk())
        yield made


@pytest.mark.parametrize("target", [r"\REGISTRY\USER\Test\Nowhere", "relative", ""])
def test_nothing_is_made_through_a_link_that_leads_nowhere(registry: hiveguard.Registry, target: str) -> None:
    with registry.open(MOUNT, write=True) as root, root.create("Link", link=True) as link:
        link.set_value("SymbolicLinkValue", target, 6)
        for path in ("Link", r"Link\Below"):
            with pytest.raises(hiveguard.NotFound, match=r"link|target"):
                root.create(path)
        with pytest.raises(hiveguard.NotFound):
            root.open("Link")
        assert [key.name for key in root.subkeys()] == ["Link"]


def test_an_exception_undoes_an_edit_also_when_its_root_was_closed(tmp_path: Path) -> None:
    path = tmp_path / "hive"
    hiveguard.create(path)
    with pytest.raises(ZeroDivisionError), hiveguard.edit(path) as root:
        with root:
            root.set_value("v", 1)
        raise ZeroDivisionError
    with hiveguard.open(path) as hive:
        assert list(hive.root.values()) == []


def test_a_load_that_fails_leaves_the_registered_file(registry: hiveguard.Registry, tmp_path: Path) -> None:
    hiveguard.create(tmp_path / "good")
    (tmp_path / "bad").write_bytes(b"x" * 9000)
    registry.register(r"HKU\R", tmp_path / "good")
    with pytest.raises(hiveguard.NotAHive):
        registry.load(r"HKU\R", tmp_path / "bad")
    with pytest.raises(hiveguard.InvalidTransition):
        registry.register(r"HKU\R", tmp_path / "bad")
    assert registry.hives()[r"\REGISTRY\USER\R"] == (str(tmp_path / "good"), State.REGISTERED)
    registry.open(r"HKU\R").close()


def test_hives_of_old_versions_are_not_written() -> None:
    with hiveguard.Registry(bare=True) as registry, pytest.raises(hiveguard.NotAHive, match="read, not written"):
        registry.load(MOUNT, FaultyDisk(HiveBuilder(minor=2).build()))


def test_a_file_name_with_a_nul_is_refused(registry: hiveguard.Registry) -> None:
    with pytest.raises(hiveguard.BadArgument, match="NUL"):
        registry.save(MOUNT, "a\0b")
