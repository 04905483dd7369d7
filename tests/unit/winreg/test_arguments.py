"""Odd arguments end as in CPython's own module: which are taken, which wrap, and which error the others get."""

from __future__ import annotations

import subprocess
import sys

import pytest

import hiveguard
import hiveguard.winreg as winreg
from hiveguard.winreg.arguments import dword

HKCU = winreg.HKEY_CURRENT_USER
LARGE = 1 << 40


class Indexed:
    """A number as numpy's are: no int, and usable as an index."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __index__(self) -> int:
        return self._number


@pytest.fixture(autouse=True)
def key(hive_registry: hiveguard.Registry) -> str:
    with (
        hive_registry.create(r"HKCU\K\One"),
        hive_registry.create(r"HKCU\K\Two"),
        hive_registry.create(r"HKCU\K") as it,
    ):
        it.set_value("a", "x")
        it.set_value("b", "y")
    return "K"


#: call to its parameters that are a C int, with one that is good
INTS = [
    ("OpenKey", "reserved", 0),
    ("OpenKey", "access", winreg.KEY_READ),
    ("OpenKeyEx", "reserved", 0),
    ("OpenKeyEx", "access", winreg.KEY_READ),
    ("CreateKeyEx", "reserved", 0),
    ("CreateKeyEx", "access", winreg.KEY_READ),
    ("DeleteKeyEx", "reserved", 0),
    ("DeleteKeyEx", "access", winreg.KEY_WOW64_64KEY),
]


@pytest.mark.parametrize(("call", "name", "good"), INTS)
def test_a_c_int_takes_what_is_an_index_and_fits(call: str, name: str, good: int) -> None:
    function = getattr(winreg, call)
    for odd in ("x", b"x", None, 1.0, [], winreg.OpenKey(HKCU, None)):
        with pytest.raises(TypeError, match="cannot be interpreted as an integer"):
            function(HKCU, r"K\One", **{name: odd})
    for odd in (LARGE, -LARGE, 1 << 31, -(1 << 31) - 1):
        with pytest.raises(OverflowError, match="too large to convert to C int"):
            function(HKCU, r"K\One", **{name: odd})
    function(HKCU, r"K\One", **{name: Indexed(good)})


@pytest.mark.parametrize("call", ["EnumKey", "EnumValue"])
def test_an_index_is_a_c_int(call: str) -> None:
    function = getattr(winreg, call)
    with winreg.OpenKey(HKCU, "K") as key:
        for odd in ("0", None, 0.0):
            with pytest.raises(TypeError, match="cannot be interpreted as an integer"):
                function(key, odd)
        for odd in (LARGE, -LARGE, 1 << 31):
            with pytest.raises(OverflowError, match="too large to convert to C int"):
                function(key, odd)
        assert function(key, True) == function(key, Indexed(1)) == function(key, 1) != function(key, False)
        for past in (2, -1, (1 << 31) - 1, -(1 << 31)):
            with pytest.raises(OSError, match="No more data") as caught:
                function(key, past)
            assert caught.value.winerror == 259


@pytest.mark.parametrize("call", ["CreateKeyEx", "DeleteKeyEx"])
def test_what_is_reserved_must_be_zero(call: str) -> None:
    for odd in (1, 8, -1, winreg.KEY_READ):
        with pytest.raises(OSError, match="parameter is incorrect") as caught:
            getattr(winreg, call)(HKCU, r"K\One", reserved=odd)
        assert caught.value.winerror == 87
    winreg.OpenKey(HKCU, r"K\One").Close()


@pytest.mark.parametrize("call", ["OpenKey", "OpenKeyEx"])
def test_what_is_reserved_when_a_key_is_opened_are_options(hive_registry: hiveguard.Registry, call: str) -> None:
    with hive_registry.open("HKCU", write=True) as user, user.create("Link", link=True) as link:
        link.set_value("SymbolicLinkValue", f"{user.path}\\K".encode("utf-16-le"), winreg.REG_LINK)
    function = getattr(winreg, call)
    with function(HKCU, "Link") as followed:
        assert winreg.QueryInfoKey(followed)[:2] == (2, 2)
    with function(HKCU, "Link", winreg.REG_OPTION_OPEN_LINK) as itself:
        assert winreg.EnumValue(itself, 0)[0] == "SymbolicLinkValue"
    function(HKCU, "K", winreg.REG_OPTION_BACKUP_RESTORE).Close()
    for odd in (1, 2, -1, winreg.KEY_READ):
        with pytest.raises(OSError, match="parameter is incorrect") as caught:
            function(HKCU, "K", odd)
        assert caught.value.winerror == 87


def test_a_type_is_an_int_and_nothing_else() -> None:
    with winreg.OpenKey(HKCU, "K", access=winreg.KEY_ALL_ACCESS) as key:
        for odd in ("x", None, 1.0, Indexed(1)):
            with pytest.raises(TypeError):
                winreg.SetValueEx(key, "v", 0, odd, "x")
            with pytest.raises(TypeError):
                winreg.SetValue(key, None, odd, "x")
        winreg.SetValueEx(key, "v", 0, True, "x")
        assert winreg.QueryValueEx(key, "v") == ("x", winreg.REG_SZ)


def test_a_type_beyond_32_bits_wraps_until_python_3_12_and_is_refused_from_then_on() -> None:
    assert dword(-1, "SetValueEx", 4, wraps=True) == 0xFFFFFFFF
    assert dword(LARGE | 3, "SetValueEx", 4, wraps=True) == 3
    with pytest.raises(TypeError, match=r"SetValueEx\(\) argument 4 must be int, not None"):
        dword(None, "SetValueEx", 4, wraps=True)
    with pytest.raises(ValueError, match="value must be positive"):
        dword(-1, "SetValueEx", 4, wraps=False)
    with pytest.raises(OverflowError, match="too large to convert to C unsigned long"):
        dword(1 << 32, "SetValueEx", 4, wraps=False)
    with pytest.raises(TypeError, match="an integer is required"):
        dword("1", "SetValueEx", 4, wraps=False)
    assert dword((1 << 32) - 1, "SetValueEx", 4, wraps=False) == 0xFFFFFFFF
    with winreg.OpenKey(HKCU, "K", access=winreg.KEY_ALL_ACCESS) as key:
        if sys.version_info < (3, 12):
            winreg.SetValueEx(key, "v", 0, LARGE | winreg.REG_DWORD, 7)
            assert winreg.QueryValueEx(key, "v") == (7, winreg.REG_DWORD)
        else:
            with pytest.raises(OverflowError):
                winreg.SetValueEx(key, "v", 0, LARGE | winreg.REG_DWORD, 7)


@pytest.mark.parametrize("kind", [0, 3, 5, 6, 8, 9, 10, 12, 99, 0x7FFFFFFF, 0xFFFF0011])
def test_a_type_without_a_conversion_stores_bytes_as_they_are(kind: int) -> None:
    with winreg.OpenKey(HKCU, "K", access=winreg.KEY_ALL_ACCESS) as key:
        for given in (b"ab", bytearray(b"ab"), memoryview(b"ab")):
            winreg.SetValueEx(key, "v", 0, kind, given)
            assert winreg.QueryValueEx(key, "v") == (b"ab", kind - (kind >> 31 << 32))
        winreg.SetValueEx(key, "v", 0, kind, None)
        assert winreg.QueryValueEx(key, "v")[0] is None
        for odd in ("x", 1, ["x"], object()):
            with pytest.raises(TypeError, match="can not be used as binary registry values"):
                winreg.SetValueEx(key, "v", 0, kind, odd)
        with pytest.raises(BufferError, match="not C-contiguous"):
            winreg.SetValueEx(key, "v", 0, kind, memoryview(b"abcd")[::2])


def test_what_is_reserved_of_a_value_can_be_anything() -> None:
    with winreg.OpenKey(HKCU, "K", access=winreg.KEY_ALL_ACCESS) as key:
        for odd in ("x", None, LARGE, object()):
            winreg.SetValueEx(key, "v", odd, winreg.REG_SZ, "x")


def test_the_first_odd_argument_is_the_one_that_is_told() -> None:
    for call in (
        lambda: winreg.OpenKey("k", 1, "r", "a"),
        lambda: winreg.CreateKey("k", 1),
        lambda: winreg.DeleteKey("k", 1),
        lambda: winreg.DeleteKeyEx("k", 1, "a", "r"),
        lambda: winreg.EnumKey("k", "i"),
        lambda: winreg.SetValue("k", 1, "t", 1),
        lambda: winreg.SetValueEx("k", 1, 0, "t", 1),
    ):
        with pytest.raises(TypeError, match="The object is not a PyHKEY object"):
            call()
    with pytest.raises(TypeError, match=r"OpenKey\(\) argument 'sub_key' must be str or None, not int"):
        winreg.OpenKey(HKCU, 1, "r", "a")
    with pytest.raises(TypeError, match=r"DeleteKeyEx\(\) argument 'sub_key' must be str, not None"):
        winreg.DeleteKeyEx(HKCU, None)
    with pytest.raises(TypeError, match=r"ExpandEnvironmentStrings\(\) argument must be str, not int"):
        winreg.ExpandEnvironmentStrings(1)
    with pytest.raises(TypeError, match=r"SetValue\(\) argument 4 must be str, not int"):
        winreg.SetValue(HKCU, None, winreg.REG_DWORD, 1)
    with pytest.raises(TypeError, match=r"type must be winreg.REG_SZ"):
        winreg.SetValue(HKCU, None, winreg.REG_DWORD, "x")


def test_a_handle_is_a_number_of_64_bits() -> None:
    for odd in (1 << 64, -(1 << 63) - 1):
        with pytest.raises(OverflowError):
            winreg.QueryInfoKey(odd)
    for closed in (1, (1 << 64) - 1, -1, True, 0):
        with pytest.raises(OSError, match="handle is invalid"):
            winreg.QueryInfoKey(closed)
    for odd in (Indexed(HKCU), 1.0, "x"):
        with pytest.raises(TypeError, match="The object is not a PyHKEY object"):
            winreg.QueryInfoKey(odd)


def test_the_handle_that_is_none_is_closed_already() -> None:
    winreg.CloseKey(None)
    winreg.CloseKey(0)
    winreg.CloseKey(False)


def test_a_default_value_keeps_what_comes_after_a_nul() -> None:
    winreg.SetValue(HKCU, "K", winreg.REG_SZ, "a\0b")
    with winreg.OpenKey(HKCU, "K") as key:
        assert winreg.EnumValue(key, 2) == ("", "a", winreg.REG_SZ)
    assert winreg.QueryValue(HKCU, "K") == "a"


@pytest.mark.parametrize("kind", [winreg.REG_EXPAND_SZ, winreg.REG_DWORD, winreg.REG_BINARY, winreg.REG_MULTI_SZ])
def test_a_default_value_of_another_type_is_no_text(kind: int) -> None:
    with winreg.CreateKey(HKCU, "K") as key:
        winreg.SetValueEx(key, None, 0, kind, None)
        with pytest.raises(OSError, match="The data is invalid") as caught:
            winreg.QueryValue(key, None)
        assert caught.value.winerror == 13


def test_audit_events_show_an_access_mask_as_a_positive_number() -> None:
    script = (  # in a process of its own: a hook stays
        "import sys, hiveguard.winreg as w\n"
        "sys.addaudithook(lambda event, args: print(args[2:]) if event == 'winreg.OpenKey' else None)\n"
        "w.OpenKey(w.HKEY_CURRENT_USER, None, 0, -0x80000000)\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == f"({0x80000000},)\n"
