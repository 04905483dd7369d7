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
from ..embedded.key_content import claimed_subkeys, claimed_values
from ..embedded.live_list import SubkeyList, ValueList
from ..registry.source import NoMore
from . import constants as c
from .access import DELETE, granted, names_two_views, told
from .arguments import as_signed, c_int, dword, handle_number, mask, text, text_or_none, unicode
from .convert import from_raw, signed, to_raw
from .errors import (
    BAD_NETPATH,
    BAD_PATHNAME,
    INVALID_DATA,
    INVALID_HANDLE,
    INVALID_PARAMETER,
    NO_MORE_ITEMS,
    REGISTRY_CORRUPT,
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
    from ..embedded.live_list import LiveList
    from ..regf.value import Value

    P = ParamSpec("P")
    R = TypeVar("R")
    T = TypeVar("T")
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

#: what a key may be opened with (REG_LEGAL_OPEN_OPTION of winnt.h), REG_OPTION_DONT_VIRTUALIZE the last of them
_OPEN_OPTIONS = c.REG_OPTION_BACKUP_RESTORE | c.REG_OPTION_OPEN_LINK | 0x10
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


def _names(number: int, sub_key: str | None, access: int = 0) -> tuple[str, ...]:
    """The names of a path below a handle; the 32-bit view of HKLM\\Software lies in its own key."""
    if names_two_views(access):
        raise windows_error(INVALID_PARAMETER)
    if sub_key is not None and sub_key.startswith("\\"):
        raise windows_error(BAD_PATHNAME)
    names = tuple(name for name in (sub_key or "").split("\\") if name)
    is_software = number == c.HKEY_LOCAL_MACHINE and names[:1] and names[0].upper() == "SOFTWARE"
    if access & c.KEY_WOW64_32KEY and is_software and (not names[1:] or names[1].upper() != "WOW6432NODE"):
        names = (names[0], "Wow6432Node", *names[1:])
    return names


def _key(number: int, rights: int = 0) -> LiveKey:
    key, access = TABLE.find(number)
    lacking = rights & ~access
    if lacking:
        raise AccessDenied(f"{key.path}: the handle was opened without {told(lacking)}; open the key with it")
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
        number = handle_number(hkey)
        if number:
            TABLE.close(number)


@_as_on_windows
def ConnectRegistry(computer_name: str | None, key: Handle, /) -> PyHKEY:
    """A new handle on a predefined key of this computer; no other one can be reached."""
    name, number = text_or_none(computer_name, "ConnectRegistry", 1), handle_number(key)
    sys.audit("winreg.ConnectRegistry", name, as_signed(number))
    if name and name.strip("\\").upper() not in ("LOCALHOST", "127.0.0.1", "."):
        raise windows_error(BAD_NETPATH)
    if number not in ROOTS:
        raise windows_error(INVALID_HANDLE)
    return new_hkey(TABLE.add(TABLE.registry.open(ROOTS[number], write=True), c.KEY_ALL_ACCESS))


def _create(number: int, sub_key: str | None, reserved: int, access: int, rights: int) -> PyHKEY:
    sys.audit("winreg.CreateKey", as_signed(number), sub_key, access)
    if reserved:
        raise windows_error(INVALID_PARAMETER)
    names = _names(number, sub_key, access)
    return _hand_out(_key(number).create(names), rights)


@_as_on_windows
def CreateKey(key: Handle, sub_key: str | None, /) -> PyHKEY:
    """Make a key, and those on the way, or open it, with all rights."""
    number, name = handle_number(key), text_or_none(sub_key, "CreateKey", 2)
    return _create(number, name, 0, c.KEY_WRITE, c.KEY_ALL_ACCESS)


@_as_on_windows
def CreateKeyEx(key: Handle, sub_key: str | None, reserved: int = 0, access: int = c.KEY_WRITE) -> PyHKEY:
    """Make a key, and those on the way, or open it, with the rights that are asked for."""
    number, name = handle_number(key), text_or_none(sub_key, "CreateKeyEx", "sub_key")
    zero, asked = c_int(reserved), mask(access)
    return _create(number, name, zero, asked, granted(asked))


def _open(function: str, key: Handle, sub_key: str | None, reserved: int, access: int) -> PyHKEY:
    number, name = handle_number(key), text_or_none(sub_key, function, "sub_key")
    options, asked = c_int(reserved), mask(access)
    sys.audit("winreg.OpenKey", as_signed(number), name, asked)
    if options & ~_OPEN_OPTIONS:
        raise windows_error(INVALID_PARAMETER)
    names, link = _names(number, name, asked), bool(options & c.REG_OPTION_OPEN_LINK)
    return _hand_out(_key(number).open(names, write=True, link=link), granted(asked))


@_as_on_windows
def OpenKey(key: Handle, sub_key: str | None, reserved: int = 0, access: int = c.KEY_READ) -> PyHKEY:
    """Open a key with the rights that are asked for. Of the options in ``reserved`` REG_OPTION_OPEN_LINK counts."""
    return _open("OpenKey", key, sub_key, reserved, access)


@_as_on_windows
def OpenKeyEx(key: Handle, sub_key: str | None, reserved: int = 0, access: int = c.KEY_READ) -> PyHKEY:
    """The same as `OpenKey`."""
    return _open("OpenKeyEx", key, sub_key, reserved, access)


# --- keys -----------------------------------------------------------------------------------


def _delete(number: int, sub_key: str, access: int, reserved: int) -> None:
    sys.audit("winreg.DeleteKey", as_signed(number), sub_key, access)
    if reserved:
        raise windows_error(INVALID_PARAMETER)
    names = _names(number, sub_key, access)
    if not names:
        raise AccessDenied("a key cannot be deleted through its own handle; name it below its parent")
    _key(number).delete(names)


@_as_on_windows
def DeleteKey(key: Handle, sub_key: str, /) -> None:
    """Delete a key that has no subkeys."""
    _delete(handle_number(key), text(sub_key, "DeleteKey", 2), 0, 0)


@_as_on_windows
def DeleteKeyEx(key: Handle, sub_key: str, access: int = c.KEY_WOW64_64KEY, reserved: int = 0) -> None:
    """Delete a key that has no subkeys, in the view that is asked for."""
    number, name = handle_number(key), text(sub_key, "DeleteKeyEx", "sub_key")
    asked = mask(access)
    _delete(number, name, asked, c_int(reserved))


@_as_on_windows
def DeleteTree(key: Handle, sub_key: str | None = None, /) -> None:
    """Delete a key with everything below it; without a name what is in the key, and the key stays."""
    number, name = handle_number(key), text_or_none(sub_key, "DeleteTree", 2)
    sys.audit("winreg.DeleteTree", as_signed(number), name)
    found = _key(number, DELETE | c.KEY_ENUMERATE_SUB_KEYS | c.KEY_QUERY_VALUE)
    if name:
        found.delete_tree(_names(number, name))
        return
    values = found.values()
    if len(values):
        _key(number, c.KEY_SET_VALUE)
    for child in found.subkeys():
        found.delete_tree((child.name,))
    for value in values:
        found.delete_value(value.name)


@_as_on_windows
def EnumKey(key: Handle, index: int, /) -> str:
    """The name of the subkey at an index; the end is error 259, which never means that all was seen.

    Of a damaged list the end is error 1015.
    """
    number, place = handle_number(key), c_int(index)
    sys.audit("winreg.EnumKey", as_signed(number), place)
    found = _key(number, c.KEY_ENUMERATE_SUB_KEYS)
    return _item(SubkeyList(found, found.handle, found.registry.tree), place).name


def _item(listed: LiveList[T], place: int) -> T:
    """An item at an index; error 259 past the end, or 1015 when that is the end of what can be read."""
    try:
        if place < 0:
            raise NoMore("no index is negative")
        return listed.item(place)
    except NoMore:
        listed.stamp()
        wrong = listed.found()
        raise windows_error(REGISTRY_CORRUPT if wrong.lost else NO_MORE_ITEMS, wrong.loss) from None


@_as_on_windows
def QueryInfoKey(key: Handle, /) -> tuple[int, int, int]:
    """Number of subkeys, number of values, last-write time in FILETIME ticks; the numbers are as stored."""
    number = handle_number(key)
    sys.audit("winreg.QueryInfoKey", as_signed(number))
    found = _key(number, c.KEY_QUERY_VALUE)
    with found.registry.lock:
        block = found.handle.live()
        return claimed_subkeys(block), claimed_values(block), block.editor.last_write(block.offset)


@_as_on_windows
def FlushKey(key: Handle, /) -> None:
    """Make all changes to the key's hive outlive a power cut."""
    _key(handle_number(key)).flush()


@_as_on_windows
def LoadKey(key: Handle, sub_key: str, file_name: str, /) -> None:
    """Load a hive file below HKEY_LOCAL_MACHINE or HKEY_USERS."""
    number = handle_number(key)
    name, file = text(sub_key, "LoadKey", 2), text(file_name, "LoadKey", 3)
    sys.audit("winreg.LoadKey", as_signed(number), name, file)
    found = _key(number)
    found.registry.load(f"{found.path}\\{name}", file)


@_as_on_windows
def SaveKey(key: Handle, file_name: str, /) -> None:
    """Write a key and everything below it to a new hive file."""
    number, file = handle_number(key), text(file_name, "SaveKey", 2)
    sys.audit("winreg.SaveKey", as_signed(number), file)
    found = _key(number)
    found.registry.save_open(found, file)


# --- values ---------------------------------------------------------------------------------


@_as_on_windows
def EnumValue(key: Handle, index: int, /) -> tuple[str, object, int]:
    """Name, data and type of the value at an index; the end is error 259.

    Of a damaged list the end is error 1015, and so is a value that cannot be read whole: the next index goes on.
    """
    number, place = handle_number(key), c_int(index)
    sys.audit("winreg.EnumValue", as_signed(number), place)
    if number == c.HKEY_PERFORMANCE_DATA and place == 0:
        return "Global", _PERFORMANCE, c.REG_BINARY
    found = _key(number, c.KEY_QUERY_VALUE)
    listed = ValueList(found, found.handle, found.registry.tree)
    value = _item(listed, place)
    if listed.found().lost:
        raise windows_error(REGISTRY_CORRUPT, listed.found().loss)
    return value.name or "", from_raw(value.type, value.raw), signed(value.type)


def _default(key: LiveKey) -> Value | None:
    try:
        return key.value(None)
    except NotFound:
        return None


@_as_on_windows
def QueryValue(key: Handle, sub_key: str | None, /) -> str:
    """The default value of a key, a REG_SZ; "" when it is not set."""
    number, name = handle_number(key), text_or_none(sub_key, "QueryValue", 2)
    sys.audit("winreg.QueryValue", as_signed(number), name, None)
    if name:  # a subkey is opened for it, whatever the handle was opened for
        with _key(number).open(_names(number, name)) as opened:
            value = _default(opened)
    else:
        value = _default(_key(number, c.KEY_QUERY_VALUE))
    if value is None:
        return ""
    if value.type != c.REG_SZ:
        raise windows_error(INVALID_DATA)
    return str(from_raw(c.REG_SZ, value.raw))


@_as_on_windows
def QueryValueEx(key: Handle, name: str | None, /) -> tuple[object, int]:
    """Data and type of a value."""
    number, wanted = handle_number(key), text_or_none(name, "QueryValueEx", 2)
    sys.audit("winreg.QueryValue", as_signed(number), None, wanted)
    if number == c.HKEY_PERFORMANCE_DATA:
        return _PERFORMANCE, c.REG_BINARY
    value = _key(number, c.KEY_QUERY_VALUE).value(wanted or None)
    return from_raw(value.type, value.raw), signed(value.type)


@_as_on_windows
def SetValue(key: Handle, sub_key: str | None, type: int, value: str, /) -> None:
    """Set the default value of a key, which is made if need be."""
    number, name = handle_number(key), text_or_none(sub_key, "SetValue", 2)
    kind, data = dword(type, "SetValue", 3), unicode(value, "SetValue", 4)
    if kind != c.REG_SZ:
        raise TypeError("type must be winreg.REG_SZ")
    sys.audit("winreg.SetValue", as_signed(number), name, kind, data)
    if name:  # a subkey is opened for it, whatever the handle was opened for
        with _key(number).create(_names(number, name)) as opened:
            opened.set_value(None, to_raw(kind, data), kind)
    else:
        _key(number, c.KEY_SET_VALUE).set_value(None, to_raw(kind, data), kind)


@_as_on_windows
def SetValueEx(key: Handle, value_name: str | None, reserved: object, type: int, value: object, /) -> None:
    """Set a value."""
    number, name = handle_number(key), text_or_none(value_name, "SetValueEx", 2)
    kind = dword(type, "SetValueEx", 4)
    raw = to_raw(kind, value)
    sys.audit("winreg.SetValue", as_signed(number), name, kind, value)
    _key(number, c.KEY_SET_VALUE).set_value(name, raw, kind)


@_as_on_windows
def DeleteValue(key: Handle, value: str | None, /) -> None:
    """Delete a value."""
    number, name = handle_number(key), text_or_none(value, "DeleteValue", 2)
    sys.audit("winreg.DeleteValue", as_signed(number), name)
    _key(number, c.KEY_SET_VALUE).delete_value(name)


# --- the rest -------------------------------------------------------------------------------


def ExpandEnvironmentStrings(string: str, /) -> str:
    """Replace ``%NAME%`` by the environment's NAME, in any case; what is not there stays as it is."""
    given = text(string, "ExpandEnvironmentStrings", "")
    sys.audit("winreg.ExpandEnvironmentStrings", given)
    known = {name.upper(): value for name, value in os.environ.items()}
    return re.sub("%([^%]*)%", lambda found: known.get(found[1].upper(), found[0]), given)


@_as_on_windows
def DisableReflectionKey(key: Handle, /) -> None:
    """Does nothing: there is no reflection since Windows 7."""
    number = handle_number(key)
    sys.audit("winreg.DisableReflectionKey", as_signed(number))
    _key(number)


@_as_on_windows
def EnableReflectionKey(key: Handle, /) -> None:
    """Does nothing: there is no reflection since Windows 7."""
    number = handle_number(key)
    sys.audit("winreg.EnableReflectionKey", as_signed(number))
    _key(number)


@_as_on_windows
def QueryReflectionKey(key: Handle, /) -> bool:
    """Whether reflection is off for a key: it always is."""
    number = handle_number(key)
    sys.audit("winreg.QueryReflectionKey", as_signed(number))
    _key(number)
    return True
