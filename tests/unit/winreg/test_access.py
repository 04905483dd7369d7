"""What a handle must have been opened for, call by call, as Microsoft documents it of the calls behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import hiveguard
import hiveguard.winreg as winreg

DELETE = 0x10000
#: no call asks for these
OTHER = winreg.KEY_NOTIFY | winreg.KEY_CREATE_LINK
ALL = winreg.KEY_ALL_ACCESS

Call = Callable[[winreg.HKEYType], object]
#: call to the rights that it needs, each of them
NEEDED: dict[str, tuple[int, Call]] = {
    "EnumKey": (winreg.KEY_ENUMERATE_SUB_KEYS, lambda key: winreg.EnumKey(key, 0)),
    "EnumValue": (winreg.KEY_QUERY_VALUE, lambda key: winreg.EnumValue(key, 0)),
    "QueryInfoKey": (winreg.KEY_QUERY_VALUE, winreg.QueryInfoKey),
    "QueryValue": (winreg.KEY_QUERY_VALUE, lambda key: winreg.QueryValue(key, None)),
    "QueryValue, empty name": (winreg.KEY_QUERY_VALUE, lambda key: winreg.QueryValue(key, "")),
    "QueryValueEx": (winreg.KEY_QUERY_VALUE, lambda key: winreg.QueryValueEx(key, "v")),
    "SetValue": (winreg.KEY_SET_VALUE, lambda key: winreg.SetValue(key, None, winreg.REG_SZ, "x")),
    "SetValue, empty name": (winreg.KEY_SET_VALUE, lambda key: winreg.SetValue(key, "", winreg.REG_SZ, "x")),
    "SetValueEx": (winreg.KEY_SET_VALUE, lambda key: winreg.SetValueEx(key, "v", 0, winreg.REG_SZ, "x")),
    "DeleteValue": (winreg.KEY_SET_VALUE, lambda key: winreg.DeleteValue(key, "v")),
    "DeleteTree": (
        DELETE | winreg.KEY_ENUMERATE_SUB_KEYS | winreg.KEY_QUERY_VALUE | winreg.KEY_SET_VALUE,
        lambda key: winreg.DeleteTree(key),
    ),
    "DeleteTree, of a subkey": (
        DELETE | winreg.KEY_ENUMERATE_SUB_KEYS | winreg.KEY_QUERY_VALUE,
        lambda key: winreg.DeleteTree(key, "Sub"),
    ),
}
#: calls that look at the key, or at the key below, and not at what the handle was opened for
FREE: dict[str, Call] = {
    "CloseKey": winreg.CloseKey,
    "CreateKey": lambda key: winreg.CreateKey(key, "New").Close(),
    "CreateKeyEx": lambda key: winreg.CreateKeyEx(key, "New").Close(),
    "DeleteKey": lambda key: winreg.DeleteKey(key, "Sub"),
    "DeleteKeyEx": lambda key: winreg.DeleteKeyEx(key, "Sub"),
    "DisableReflectionKey": winreg.DisableReflectionKey,
    "EnableReflectionKey": winreg.EnableReflectionKey,
    "FlushKey": winreg.FlushKey,
    "OpenKey": lambda key: winreg.OpenKey(key, "Sub", 0, ALL).Close(),
    "OpenKeyEx": lambda key: winreg.OpenKeyEx(key, None, 0, ALL).Close(),
    "QueryReflectionKey": winreg.QueryReflectionKey,
    "QueryValue, of a subkey": lambda key: winreg.QueryValue(key, "Sub"),
    "SetValue, of a subkey": lambda key: winreg.SetValue(key, "Sub", winreg.REG_SZ, "x"),
}
RIGHTS = {
    "DELETE": DELETE,
    "KEY_ENUMERATE_SUB_KEYS": winreg.KEY_ENUMERATE_SUB_KEYS,
    "KEY_QUERY_VALUE": winreg.KEY_QUERY_VALUE,
    "KEY_SET_VALUE": winreg.KEY_SET_VALUE,
}


@pytest.fixture
def key(hive_registry: hiveguard.Registry) -> str:
    """A key with a subkey, a value and a default value."""
    with hive_registry.create(r"HKCU\K\Sub"), hive_registry.create(r"HKCU\K") as made:
        made.set_value("v", "x")
        made.set_value(None, "x")
    return "K"


def opened(key: str, access: int) -> winreg.HKEYType:
    return winreg.OpenKey(winreg.HKEY_CURRENT_USER, key, 0, access)


@pytest.mark.parametrize("call", NEEDED)
def test_the_rights_that_are_needed_are_enough(key: str, call: str) -> None:
    access, do = NEEDED[call]
    with opened(key, access) as handle:
        do(handle)


@pytest.mark.parametrize(
    ("call", "right"), [(call, right) for call in NEEDED for right in RIGHTS if NEEDED[call][0] & RIGHTS[right]]
)
def test_without_one_of_them_access_is_denied_and_nothing_is_changed(
    hive_registry: hiveguard.Registry, key: str, call: str, right: str
) -> None:
    with opened(key, ALL & ~RIGHTS[right]) as handle, pytest.raises(PermissionError) as caught:
        NEEDED[call][1](handle)
    assert caught.value.winerror == 5
    assert f"without {right}" in caught.value.__notes__[0]
    with hive_registry.open(r"HKCU\K") as left:
        assert [child.name for child in left.subkeys()] == ["Sub"]
        assert [value.data for value in left.values()] == ["x", "x"]


@pytest.mark.parametrize("call", FREE)
def test_other_calls_ask_for_none(key: str, call: str) -> None:
    with opened(key, OTHER) as handle:
        FREE[call](handle)


def test_saving_a_key_asks_for_no_right_of_the_handle(key: str, tmp_path: Path) -> None:
    with opened(key, OTHER) as handle:
        winreg.SaveKey(handle, str(tmp_path / "saved.dat"))


def test_every_function_that_takes_a_handle_is_here() -> None:
    told = {call.partition(",")[0] for call in (*NEEDED, *FREE)} | {"SaveKey"}
    apart = {"ConnectRegistry", "ExpandEnvironmentStrings", "LoadKey", "install", "use"}  # predefined handles, or none
    lower = {name for name in dir(winreg) if callable(getattr(winreg, name)) and name not in ("HKEYType", "error")}
    assert told == lower - apart


def test_an_emptied_key_without_values_needs_no_right_to_set_them(hive_registry: hiveguard.Registry) -> None:
    hive_registry.create(r"HKCU\E\Sub").close()
    with opened("E", DELETE | winreg.KEY_READ) as handle:
        winreg.DeleteTree(handle)
        assert winreg.QueryInfoKey(handle)[:2] == (0, 0)


def test_predefined_keys_are_open_for_everything(hive_registry: hiveguard.Registry) -> None:
    winreg.SetValue(winreg.HKEY_CURRENT_USER, None, winreg.REG_SZ, "x")
    assert winreg.QueryValue(winreg.HKEY_CURRENT_USER, None) == "x"
    winreg.DeleteTree(winreg.HKEY_CURRENT_USER, "Software")


@pytest.mark.parametrize(
    ("access", "stands_for"),
    [
        (-0x80000000, winreg.KEY_READ),
        (0x40000000, winreg.KEY_WRITE),
        (0x20000000, winreg.KEY_EXECUTE),
        (0x10000000, ALL),
        (0x02000000, ALL),
    ],
    ids=["GENERIC_READ", "GENERIC_WRITE", "GENERIC_EXECUTE", "GENERIC_ALL", "MAXIMUM_ALLOWED"],
)
def test_generic_rights_stand_for_those_of_keys(key: str, access: int, stands_for: int) -> None:
    for call, (needed, do) in NEEDED.items():
        if call.startswith("Delete"):
            continue
        with opened(key, access) as handle:
            if needed & ~stands_for:
                with pytest.raises(PermissionError):
                    do(handle)
            else:
                do(handle)


@pytest.mark.parametrize("call", ["OpenKey", "OpenKeyEx", "CreateKeyEx", "DeleteKeyEx"])
def test_both_views_at_once_are_no_view(key: str, call: str) -> None:
    both = winreg.KEY_WOW64_32KEY | winreg.KEY_WOW64_64KEY
    for access in (both, winreg.KEY_READ | both, -1):
        with pytest.raises(OSError, match="parameter is incorrect") as caught:
            getattr(winreg, call)(winreg.HKEY_CURRENT_USER, key, access=access)
        assert caught.value.winerror == 87
