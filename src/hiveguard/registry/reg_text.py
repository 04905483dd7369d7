"""A registry as the text that regedit exports and imports, byte for byte.

UTF-16LE with a byte order mark and CRLF. What the native form of a string would lose (an embedded NUL, a
missing terminator, a line end, a lone surrogate) is written as ``hex(1):``, which reads back exactly.
Must not know: files. Sources: the exporter and the tests of wine-mirror/wine, ``programs/reg`` (they run
on Windows too); Microsoft, "How to add, modify, or delete registry subkeys and values by using a .reg file".
"""

from __future__ import annotations

from ..regf.value_types import REG_DWORD, REG_SZ

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..regf.value import Value
    from .key import Key

__all__ = ("BOM", "HEADER", "encode", "key_lines", "prefix_for", "unfit")

BOM = b"\xff\xfe"
HEADER = "Windows Registry Editor Version 5.00\r\n"
_LINE_MOST = 77
_INDENT = 2
_UNFIT = frozenset("\0\r\n")
_BINARY = 3

#: a hive's usual file name to where Windows mounts it
_MOUNTS = {
    "ntuser.dat": "HKEY_CURRENT_USER",
    "ntuser.man": "HKEY_CURRENT_USER",
    "usrclass.dat": "HKEY_CURRENT_USER\\Software\\Classes",
    "default": "HKEY_USERS\\.DEFAULT",
    "software": "HKEY_LOCAL_MACHINE\\SOFTWARE",
    "system": "HKEY_LOCAL_MACHINE\\SYSTEM",
    "sam": "HKEY_LOCAL_MACHINE\\SAM",
    "security": "HKEY_LOCAL_MACHINE\\SECURITY",
    "components": "HKEY_LOCAL_MACHINE\\COMPONENTS",
    "drivers": "HKEY_LOCAL_MACHINE\\DRIVERS",
    "elam": "HKEY_LOCAL_MACHINE\\ELAM",
    "bcd": "HKEY_LOCAL_MACHINE\\BCD00000000",
    "hardware": "HKEY_LOCAL_MACHINE\\HARDWARE",
}


def prefix_for(file_name: str) -> str:
    """Where a hive of that file name is mounted; an unknown one below HKEY_LOCAL_MACHINE."""
    mount = _MOUNTS.get(file_name.lower())
    if mount is not None:
        return mount
    stem = "".join(character for character in file_name if character.isprintable() and character not in '\\/[]"')
    return f"HKEY_LOCAL_MACHINE\\{stem or 'HIVE'}"


def unfit(name: str | None) -> bool:
    """Whether a name cannot stand in a line of this format."""
    return name is not None and not _UNFIT.isdisjoint(name)


def encode(text: str) -> bytes:
    """The text's UTF-16 units; lone surrogates in names stay what they are."""
    return text.encode("utf-16-le", "surrogatepass")


def key_lines(key: Key, values: Iterable[Value], prefix: str) -> str:
    """A key and values of it, an empty line in front. Names that are `unfit` must have been sorted out."""
    path = f"{prefix}\\{key.path}" if key.path else prefix
    lines = "".join(map(_value_line, values))
    return f"\r\n[{path}]\r\n{lines}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _value_line(value: Value) -> str:
    name = "@" if value.name is None else _quoted(value.name)
    raw = value.raw
    if value.type == REG_SZ:
        text = _plain_string(raw)
        if text is not None:
            return f"{name}={_quoted(text)}\r\n"
    if value.type == REG_DWORD and len(raw) == 4:
        return f"{name}=dword:{int.from_bytes(raw, 'little'):08x}\r\n"
    kind = "hex:" if value.type == _BINARY else f"hex({value.type:x}):"
    return _hex(f"{name}={kind}", raw)


def _plain_string(raw: bytes) -> str | None:
    """The text of a string that its native form carries exactly, else None."""
    if len(raw) < 2 or len(raw) & 1 or raw[-2:] != b"\0\0":
        return None
    try:
        text = raw[:-2].decode("utf-16-le")
    except UnicodeDecodeError:  # a lone surrogate
        return None
    return None if unfit(text) else text


def _hex(start: str, raw: bytes) -> str:
    """Bytes in hexadecimal, wrapped where regedit wraps: as soon as a line has 77 characters."""
    parts = [start]
    length = len(start)
    last = len(raw) - 1
    for at, byte in enumerate(raw):
        if at == last:
            parts.append(f"{byte:02x}")
            break
        parts.append(f"{byte:02x},")
        length += 3
        if length >= _LINE_MOST:
            parts.append("\\\r\n  ")
            length = _INDENT
    parts.append("\r\n")
    return "".join(parts)
