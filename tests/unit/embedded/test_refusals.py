"""What is refused, and leaves everything as it was: found by people who tried to break it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import hiveguard
from hiveguard.embedded.states import State
from hiveguard.regf.default_security import default_descriptor
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


@pytest.mark.parametrize("junk", [b"", b"junk", None, "O:BA", default_descriptor()[:-1]])
def test_what_is_no_security_descriptor_is_not_stored(registry: hiveguard.Registry, junk: Any) -> None:
    with registry.open(MOUNT, write=True) as root:
        before = root.security.raw
        with pytest.raises(hiveguard.BadArgument, match="security descriptor"):
            root.set_security(junk)
        if junk is not None:
            with pytest.raises(hiveguard.BadArgument, match="security descriptor"):
                root.create("New", security=junk)
        assert root.security.raw == before
        assert list(root.subkeys()) == []
    assert registry.state(MOUNT) is State.CLEAN


@pytest.mark.parametrize("data", [None, 1.5, {}, {"a"}])
@pytest.mark.parametrize("kind", [None, 1, 4, 7])
def test_what_is_no_data_is_not_stored(registry: hiveguard.Registry, data: Any, kind: int | None) -> None:
    with registry.open(MOUNT, write=True) as root:
        for key in (root, root.without_handle()):
            with pytest.raises(hiveguard.BadArgument, match="give text, a whole number, bytes or a list of texts"):
                key.set_value("v", data, kind)
        assert list(root.values()) == []


@pytest.mark.parametrize("kind", ["REG_SZ", 1.0, -1, 1 << 32])
def test_what_is_no_type_is_not_stored(registry: hiveguard.Registry, kind: Any) -> None:
    with registry.open(MOUNT, write=True) as root:
        for data in ("text", b"bytes"):
            with pytest.raises(hiveguard.BadArgument, match="is no value type"):
                root.set_value("v", data, kind)
        assert list(root.values()) == []


@pytest.mark.parametrize("name", [1, b"v", ("v",)])
def test_what_is_no_value_name_is_refused(registry: hiveguard.Registry, name: Any) -> None:
    with registry.open(MOUNT, write=True) as root, pytest.raises(hiveguard.BadArgument, match="is no name of a value"):
        root.set_value(name, "x")


def test_the_root_of_a_hive_is_not_emptied_before_it_is_refused(registry: hiveguard.Registry) -> None:
    registry.create(rf"{MOUNT}\A\B").close()
    registry.flush()
    for path in (MOUNT, "HKU", r"\REGISTRY"):
        with pytest.raises(hiveguard.AccessDenied, match="cannot be deleted"):
            registry.delete(path, tree=True)
    with registry.open(MOUNT, write=True) as root, pytest.raises(hiveguard.AccessDenied, match="cannot be deleted"):
        root.delete_tree("")
    assert registry.state(MOUNT) is State.CLEAN
    assert [key.name for key in registry.walk(MOUNT)] == ["Test", "A", "B"]


def test_what_a_flush_made_to_last_stays_after_an_exception(tmp_path: Path) -> None:
    path = tmp_path / "hive"
    hiveguard.create(path)
    for into in (None, tmp_path / "new"):
        with pytest.raises(ZeroDivisionError), hiveguard.edit(path, into=into) as root:
            root.set_value("kept" if into is None else "not", 1)
            root.flush()
            root.set_value("lost", 1)
            raise ZeroDivisionError
    assert not (tmp_path / "new").exists()
    with hiveguard.open(path) as hive:
        assert [value.name for value in hive.root.values()] == ["kept"]


def test_nothing_is_made_right_below_the_machine(registry: hiveguard.Registry) -> None:
    for path, way in ((r"HKLM\New", "New"), (r"HKLM\New\Deep", "New")):
        with pytest.raises(hiveguard.BadArgument) as refused:
            registry.create(path)
        assert str(refused.value) == (
            rf"\REGISTRY\MACHINE\{way}: nothing that lasts can be made directly below \REGISTRY\MACHINE, there "
            "are only hives; load one, or make the key in one that is loaded"
        )


def test_odd_arguments_are_bad_arguments(registry: hiveguard.Registry) -> None:
    with registry.create(rf"{MOUNT}\Odd") as key:
        for call in (
            lambda: key.create("x", class_name=None),  # type: ignore[arg-type]
            lambda: key.create("x", class_name=bytearray(b"c")),  # type: ignore[arg-type]
            lambda: key.value(1),  # type: ignore[arg-type]
            lambda: key.delete_value(b"v"),  # type: ignore[arg-type]
            lambda: key.notify("x"),  # type: ignore[arg-type]
            lambda: key.notify(event=5),  # type: ignore[arg-type]
            lambda: registry.events(size="x"),  # type: ignore[arg-type]
        ):
            with pytest.raises(hiveguard.BadArgument):
                call()
