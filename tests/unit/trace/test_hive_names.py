"""One entry for each hive, whatever a source calls it by."""

from __future__ import annotations

import pytest

from hiveguard.trace import hive_names
from hiveguard.trace.hive_names import KnownHives

DEVICE, LETTER = r"\Device\HarddiskVolume3\U\N.DAT", r"\??\C:\u\n.dat"


def test_forms_of_one_path_are_one_hive() -> None:
    hives = KnownHives()
    first = hives.join(DEVICE, None)
    assert hives.join(LETTER, r"\R\A") is first
    assert hives.join(None, r"\r\a") is first
    assert first is not None
    assert (first.file, first.mount, first.names) == (DEVICE, r"\R\A", [DEVICE])
    assert hives.join("", None) is None


def test_the_same_path_on_two_volumes_is_two_hives_and_a_third_form_may_be_either() -> None:
    hives = KnownHives()
    first, second = hives.join(DEVICE, None), hives.join(DEVICE.replace("3", "7"), None)
    assert first is not second
    assert hives.join(LETTER, None) not in (first, second)


def test_a_hive_met_twice_before_that_was_known_has_both_names() -> None:
    hives = KnownHives()
    by_file, by_mount = hives.join(DEVICE, None), hives.join(None, r"\R\A")
    assert by_mount is not None
    by_mount.is_loaded = True
    joined = hives.join(DEVICE, r"\R\A")
    assert joined is by_file is hives.join(None, r"\R\A")
    assert joined is not None
    assert (joined.names, joined.is_loaded) == ([DEVICE, r"\R\A"], True)
    assert list(hives) == [joined]


def test_a_mount_point_is_another_hive_s_after_an_unload() -> None:
    hives = KnownHives()
    first = hives.join("one", r"\R\A")
    assert first is not None
    hives.unmount(first)
    assert hives.join(None, r"\R\A") is not first
    second = hives.join("two", r"\R\B")
    assert second is not first
    assert hives.join("one", r"\R\B") is first  # nobody said that two was unloaded; one is there now
    assert second is not None
    assert second.mount is None


def test_so_many_hives_are_known_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    hives = KnownHives()
    monkeypatch.setattr(hive_names, "HIVES_KEPT", 3)
    for number in range(40):
        hives.join(rf"\Device\V{number}\N", rf"\R\{number}")
    assert (len(list(hives)), hives.forgotten) == (3, 37)
    assert hives._by_path.keys() == {f"device V{number}\\N" for number in (37, 38, 39)}
    assert (len(hives._by_mount), len(hives._alike)) == (3, 1)
    monkeypatch.undo()
    for number in range(40, 60):
        hives.join(rf"\Device\V{number}\N", None)
    assert hives.join(r"\??\C:\N", None) is not hives.join(r"\??\D:\N", None)  # too many alike to say which
