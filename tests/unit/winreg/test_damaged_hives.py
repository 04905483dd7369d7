"""A damaged hive behind the drop-in: what can be read, and an error that says so instead of a clean end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import hiveguard
from hiveguard import winreg
from hiveguard.regf import layout as L
from hiveguard.testing import HiveBuilder
from tests.unit.embedded.faulty_disk import FaultyDisk

CORRUPT, NO_MORE = 1015, 259


@pytest.fixture
def key(hive_registry: hiveguard.Registry) -> Iterator[winreg.HKEYType]:
    builder = HiveBuilder()
    made = builder.root.key("Key")
    for name in ("first", "second", "third"):
        made.text(name, name * 9)
        made.key(name)
    image = builder.image()
    image.put_u32(image.value("Key", "first"), L.VK_DATA_OFFSET, 0x00F0_0000)
    image.put(image.value("Key", "third"), 0, b"xx")
    image.put(image.key(r"Key\third"), 0, b"xx")
    hive_registry.load(r"HKU\Bad", FaultyDisk(bytes(image.data)))
    with winreg.OpenKey(winreg.HKEY_USERS, r"Bad\Key") as opened:
        yield opened


def code(error: pytest.ExceptionInfo[OSError]) -> int:
    return error.value.winerror  # type: ignore[attr-defined,unused-ignore]  # known on Windows only


def test_the_end_of_a_damaged_list_is_no_clean_end(key: winreg.HKEYType) -> None:
    assert winreg.QueryInfoKey(key)[:2] == (3, 3)
    assert [winreg.EnumKey(key, index) for index in range(2)] == ["first", "second"]
    with pytest.raises(OSError, match="corrupted") as told:
        winreg.EnumKey(key, 2)
    assert code(told) == CORRUPT
    with winreg.OpenKey(key, "first") as sound, pytest.raises(OSError, match="No more data") as told:
        winreg.EnumKey(sound, 0)
    assert code(told) == NO_MORE


def test_a_value_that_cannot_be_read_whole_is_told_and_the_next_is_there(key: winreg.HKEYType) -> None:
    with pytest.raises(OSError, match="corrupted") as told:
        winreg.EnumValue(key, 0)
    assert code(told) == CORRUPT
    assert "outside the file" in "".join(told.value.__notes__)
    assert winreg.EnumValue(key, 1) == ("second", "second" * 9, winreg.REG_SZ)
    with pytest.raises(OSError, match="corrupted") as told:
        winreg.EnumValue(key, 2)
    assert code(told) == CORRUPT
    with pytest.raises(OSError, match="corrupted") as told:
        winreg.QueryValueEx(key, "first")
    assert code(told) == CORRUPT
