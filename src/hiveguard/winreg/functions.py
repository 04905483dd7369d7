"""The functions of ``winreg``, over an embedded registry.

Must not know: how keys are stored. Source: Python documentation, "winreg", "Functions"; order of checks, audit
events and answers as in CPython, PC/winreg.c.
"""

from __future__ import annotations

import os
import re
import sys
from functools import wraps

from ..core.errors import AccessDenied, HiveError, NotFound
from ..embedded.live_list import SubkeyList, ValueList
from ..registry.source import NoMore
from . import constants as c
from .convert import from_raw, signed, to_raw
from .errors import (
    BAD_NETPATH,
    BAD_PATHNAME,
    INVALID_HANDLE,
    NO_MORE_ITEMS,
    as_windows,
    windows_error,
)
from .hkey import HKEYType, PyHKEY, new_hkey
from .table import ROOTS, TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import ParamSpec, TypeAlias, TypeVar

    from ..embedded.live_key import LiveKey

    P = ParamSpec("P")
    R = TypeVar("R")
    Handle: TypeAlias = PyHKEY | int

__all__ = (
    "CloseKey",
    "ConnectRegistry",
    "CreateKey",
    "CreateKeyEx",
    "DeleteKey",
    "DeleteKeyEx",
    "DeleteTree",
    "DeleteValue",
    "DisableReflectionKey",
    "EnableReflectionKey",
    "EnumKey",
    "EnumValue",
    "ExpandEnvironmentStrings",
    "FlushKey",
    "LoadKey",
    "OpenKey",
    "OpenKeyEx",
    "QueryInfoKey",
    "QueryReflectionKey",
    "QueryValue",
    "QueryValueEx",
    "SaveKey",
    "SetValue",
    "SetValueEx",
)

_WORD = 1 << 64
_PREDEFINED = range(0x80000000, 0x80000007)
_PERFORMANCE = "PERF".encode("utf-16-le")


def _as_on_windows(function: Callable[P, R]) -> Callable[P, R]:
    """HiveGuard's errors leave as Windows' own."""

    @wraps(function)
    def call(*arguments: P.args, **named: P.kwargs) -> R:
        try:
            return function(*arguments, **named)
        except HiveError as error:
            raise as_windows(error) from None

    return call


# --- arguments ------------------------------------------------------------------------------


def _number(key: object) -> int:
    """The number of a handle, predefined ones in their long form."""
    if key is None:
        raise TypeError("None is not a valid HKEY in this context")
    if isinstance(key, HKEYType):
        return key.handle
    if not isinstance(key, int):
        raise TypeError("The object is not a PyHKEY object")
    number = key % _WORD
    return number | 0xFFFFFFFF_00000000 if number in _PREDEFINED else number


def _told(number: int) -> int:
    """A handle as audit events show it: a signed number."""
    return number - _WORD if number >> 63 else number


def _text(value: object, function: str, position: int, *, optional: bool = True) -> str | None:
    if value is None and optional:
        return None
    if not isinstance(value, str):
        words = "str or None" if optional else "str"
        kind = "None" if value is None else type(value).__name__
        raise TypeError(f"{function}() argument {position} must be {words}, not {kind}")
    if "\0" in value:
        raise ValueError("embedded null character")
    return value


def _names(number: int, sub_key: str | None, access: int = 0) -> tuple[str, ...]:
    """The names of a path below a handle; the 32-bit view of HKLM\\Software lies in its own key."""
    if sub_key is not None and sub_key.startswith("\\"):
        raise windows_error(BAD_PATHNAME)
    names = tuple(name for name in (sub_key or "").split("\\") if name)
    is_software = number == c.HKEY_LOCAL_MACHINE and names[:1] and names[0].upper() == "SOFTWARE"
    if access & c.KEY_WOW64_32KEY and is_software and (not names[1:] or names[1].upper() != "WOW6432NODE"):
        names = (names[0], "Wow6432Node", *names[1:])
    return names


def _key(number: int, right: int = 0) -> LiveKey:
    key, access = TABLE.find(number)
    if right & ~access:
        raise AccessDenied(f"{key.path}: the handle was not opened for that")
    return key


def _hand_out(key: LiveKey, access: int) -> PyHKEY:
    number = TABLE.add(key, access)
    sys.audit("winreg.OpenKey/result", number)
    return new_hkey(number)


# --- handles --------------------------------------------------------------------------------


@_as_on_windows
def CloseKey(hkey: Handle, /) -> None:
    """Close a handle."""
    if isinstance(hkey, HKEYType):
        hkey.Close()
    elif hkey is not None:
        TABLE.close(_number(hkey))


@_as_on_windows
def ConnectRegistry(computer_name: str | None, key: Handle, /) -> PyHKEY:
    """A new handle on a predefined key of this computer; no other one can be reached."""
    name, number = _text(computer_name, "ConnectRegistry", 1), _number(key)
    sys.audit("winreg.ConnectRegistry", name, _told(number))
    if name and name.strip("\\").upper() not in ("LOCALHOST", "127.0.0.1", "."):
        raise windows_error(BAD_NETPATH)
    if number not in ROOTS:
        raise windows_error(INVALID_HANDLE)
    return new_hkey(TABLE.add(TABLE.registry.open(ROOTS[number], write=True), c.KEY_ALL_ACCESS))


def _create(key: Handle, sub_key: str | None, access: int, rights: int) -> PyHKEY:
    number = _number(key)
    sys.audit("winreg.CreateKey", _told(number), sub_key, access)
    names = _names(number, sub_key, access)
    return _hand_out(_key(number).create(names), rights)


@_as_on_windows
def CreateKey(key: Handle, sub_key: str | None, /) -> PyHKEY:
    """Make a key, and those on the way, or open it, with all rights."""
    return _create(key, _text(sub_key, "CreateKey", 2), c.KEY_WRITE, c.KEY_ALL_ACCESS)


@_as_on_windows
def CreateKeyEx(key: Handle, sub_key: str | None, reserved: int = 0, access: int = c.KEY_WRITE) -> PyHKEY:
    """Make a key, and those on the way, or open it, with the rights that are asked for."""
    return _create(key, _text(sub_key, "CreateKeyEx", 2), access, access)


def _open(key: Handle, sub_key: str | None, access: int) -> PyHKEY:
    number = _number(key)
    sys.audit("winreg.OpenKey", _told(number), sub_key, access)
    return _hand_out(_key(number).open(_names(number, sub_key, access), write=True), access)


@_as_on_windows
def OpenKey(key: Handle, sub_key: str | None, reserved: int = 0, access: int = c.KEY_READ) -> PyHKEY:
    """Open a key with the rights that are asked for."""
    return _open(key, _text(sub_key, "OpenKey", 2), access)


@_as_on_windows
def OpenKeyEx(key: Handle, sub_key: str | None, reserved: int = 0, access: int = c.KEY_READ) -> PyHKEY:
    """The same as `OpenKey`."""
    return _open(key, _text(sub_key, "OpenKeyEx", 2), access)


# --- keys -----------------------------------------------------------------------------------


def _delete(key: Handle, sub_key: str, access: int) -> None:
    number = _number(key)
    sys.audit("winreg.DeleteKey", _told(number), sub_key, access)
    names = _names(number, sub_key, access)
    if not names:
        raise AccessDenied("a key cannot be deleted through its own handle; name it below its parent")
    _key(number).delete(names)


@_as_on_windows
def DeleteKey(key: Handle, sub_key: str, /) -> None:
    """Delete a key that has no subkeys."""
    _delete(key, _text(sub_key, "DeleteKey", 2, optional=False) or "", 0)


@_as_on_windows
def DeleteKeyEx(key: Handle, sub_key: str, access: int = c.KEY_WOW64_64KEY, reserved: int = 0) -> None:
    """Delete a key that has no subkeys, in the view that is asked for."""
    _delete(key, _text(sub_key, "DeleteKeyEx", 2, optional=False) or "", access)


@_as_on_windows
def DeleteTree(key: Handle, sub_key: str | None = None, /) -> None:
    """Delete a key with everything below it; without a name what is in the key, and the key stays."""
    number, name = _number(key), _text(sub_key, "DeleteTree", 2)
    sys.audit("winreg.DeleteTree", _told(number), name)
    found = _key(number)
    if name:
        found.delete_tree(_names(number, name))
        return
    for child in found.subkeys():
        found.delete_tree((child.name,))
    for value in found.values():
        found.delete_value(value.name)


@_as_on_windows
def EnumKey(key: Handle, index: int, /) -> str:
    """The name of the subkey at an index; the end is error 259, which never means that all was seen."""
    number = _number(key)
    sys.audit("winreg.EnumKey", _told(number), index)
    found = _key(number, c.KEY_ENUMERATE_SUB_KEYS)
    try:
        if index < 0:
            raise NoMore("no index is negative")
        return SubkeyList(found, found.handle, found.registry.tree).item(index).name
    except NoMore:
        raise windows_error(NO_MORE_ITEMS) from None


@_as_on_windows
def QueryInfoKey(key: Handle, /) -> tuple[int, int, int]:
    """Number of subkeys, number of values, last-write time in FILETIME ticks."""
    number = _number(key)
    sys.audit("winreg.QueryInfoKey", _told(number))
    found = _key(number, c.KEY_QUERY_VALUE)
    tree = found.registry.tree
    with found.registry.lock:
        block = found.handle.live()
        return tree.count(block), len(tree.value_records(block)), block.editor.last_write(block.offset)


@_as_on_windows
def FlushKey(key: Handle, /) -> None:
    """Make all changes to the key's hive outlive a power cut."""
    _key(_number(key)).flush()


@_as_on_windows
def LoadKey(key: Handle, sub_key: str, file_name: str, /) -> None:
    """Load a hive file below HKEY_LOCAL_MACHINE or HKEY_USERS."""
    number = _number(key)
    name, file = _text(sub_key, "LoadKey", 2, optional=False), _text(file_name, "LoadKey", 3, optional=False)
    sys.audit("winreg.LoadKey", _told(number), name, file)
    found = _key(number)
    found.registry.load(f"{found.path}\\{name}", file)


@_as_on_windows
def SaveKey(key: Handle, file_name: str, /) -> None:
    """Write a key and everything below it to a new hive file."""
    number, file = _number(key), _text(file_name, "SaveKey", 2, optional=False)
    sys.audit("winreg.SaveKey", _told(number), file)
    assert file is not None
    found = _key(number)
    found.registry.save_open(found, file)


# --- values ---------------------------------------------------------------------------------


@_as_on_windows
def EnumValue(key: Handle, index: int, /) -> tuple[str, object, int]:
    """Name, data and type of the value at an index; the end is error 259."""
    number = _number(key)
    sys.audit("winreg.EnumValue", _told(number), index)
    if number == c.HKEY_PERFORMANCE_DATA and index == 0:
        return "Global", _PERFORMANCE, c.REG_BINARY
    found = _key(number, c.KEY_QUERY_VALUE)
    try:
        if index < 0:
            raise NoMore("no index is negative")
        value = ValueList(found, found.handle, found.registry.tree).item(index)
    except NoMore:
        raise windows_error(NO_MORE_ITEMS) from None
    return value.name or "", from_raw(value.type, value.raw), signed(value.type)


@_as_on_windows
def QueryValue(key: Handle, sub_key: str | None, /) -> str:
    """The default value of a key as text; "" when it is not set."""
    number, name = _number(key), _text(sub_key, "QueryValue", 2)
    sys.audit("winreg.QueryValue", _told(number), name, None)
    found = _key(number)
    with found.open(_names(number, name)) as opened:
        try:
            value = opened.value(None)
        except NotFound:
            return ""
    text = from_raw(c.REG_SZ, value.raw)
    return text if isinstance(text, str) else ""


@_as_on_windows
def QueryValueEx(key: Handle, name: str | None, /) -> tuple[object, int]:
    """Data and type of a value."""
    number, wanted = _number(key), _text(name, "QueryValueEx", 2)
    sys.audit("winreg.QueryValue", _told(number), None, wanted)
    if number == c.HKEY_PERFORMANCE_DATA:
        return _PERFORMANCE, c.REG_BINARY
    value = _key(number, c.KEY_QUERY_VALUE).value(wanted or None)
    return from_raw(value.type, value.raw), signed(value.type)


@_as_on_windows
def SetValue(key: Handle, sub_key: str | None, type: int, value: str, /) -> None:
    """Set the default value of a key, which is made if need be."""
    if type != c.REG_SZ:
        raise TypeError("type must be winreg.REG_SZ")
    number, name = _number(key), _text(sub_key, "SetValue", 2)
    text = _text(value, "SetValue", 4, optional=False)
    sys.audit("winreg.SetValue", _told(number), name, type, text)
    with _key(number).create(_names(number, name)) as opened:
        opened.set_value(None, to_raw(type, text), type)


@_as_on_windows
def SetValueEx(key: Handle, value_name: str | None, reserved: object, type: int, value: object, /) -> None:
    """Set a value."""
    number, name = _number(key), _text(value_name, "SetValueEx", 2)
    raw = to_raw(type, value)
    sys.audit("winreg.SetValue", _told(number), name, type, value)
    _key(number, c.KEY_SET_VALUE).set_value(name, raw, type % (1 << 32))


@_as_on_windows
def DeleteValue(key: Handle, value: str | None, /) -> None:
    """Delete a value."""
    number, name = _number(key), _text(value, "DeleteValue", 2)
    sys.audit("winreg.DeleteValue", _told(number), name)
    _key(number, c.KEY_SET_VALUE).delete_value(name)


# --- the rest -------------------------------------------------------------------------------


def ExpandEnvironmentStrings(string: str, /) -> str:
    """Replace ``%NAME%`` by the environment's NAME, in any case; what is not there stays as it is."""
    text = _text(string, "ExpandEnvironmentStrings", 1, optional=False) or ""
    sys.audit("winreg.ExpandEnvironmentStrings", text)
    known = {name.upper(): value for name, value in os.environ.items()}
    return re.sub("%([^%]*)%", lambda found: known.get(found[1].upper(), found[0]), text)


@_as_on_windows
def DisableReflectionKey(key: Handle, /) -> None:
    """Does nothing: there is no reflection since Windows 7."""
    number = _number(key)
    sys.audit("winreg.DisableReflectionKey", _told(number))
    _key(number)


@_as_on_windows
def EnableReflectionKey(key: Handle, /) -> None:
    """Does nothing: there is no reflection since Windows 7."""
    number = _number(key)
    sys.audit("winreg.EnableReflectionKey", _told(number))
    _key(number)


@_as_on_windows
def QueryReflectionKey(key: Handle, /) -> bool:
    """Whether reflection is off for a key: it always is."""
    number = _number(key)
    sys.audit("winreg.QueryReflectionKey", _told(number))
    _key(number)
    return True
