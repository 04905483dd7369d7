"""Keys and values as lines for people and as records for machines: the same everywhere.

Must not know: verbs. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.filetime import text as time_text
from .escape import visible
from .output import put_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..regf.value import Value
    from ..registry.hive import Hive
    from ..registry.key import Key
    from .output import Field

__all__ = ("data_field", "data_line", "key_record", "named", "put_time", "value_line", "value_name", "value_record")

#: how the default value is shown to people; in machine formats its name is null
DEFAULT = "(default)"
_BYTES_SHOWN = 32


def value_name(value: Value) -> str:
    """The name for a line of text; a value that really is called ``(default)`` is quoted to tell it apart."""
    if value.name is None:
        return DEFAULT
    return f'"{value.name}"' if value.name.lower() == DEFAULT else visible(value.name)


def data_line(value: Value, *, width: int | None = _BYTES_SHOWN) -> str:
    """The data as one line for people. ``width`` bounds the bytes of binary data that are shown."""
    decoded = value.decode()
    data = decoded.data
    if data is None:
        line = value.raw[:width].hex(" ")
    elif isinstance(data, bytes):
        line = data[:width].hex(" ")
        if width is not None and len(data) > width:
            line += f" ... ({len(data):,} bytes)"
    elif isinstance(data, list):
        line = ", ".join(f'"{visible(item)}"' for item in data)
    elif isinstance(data, int):
        line = f"{data} ({data:#x})"
    else:
        line = visible(data)
    return f"{line} [{decoded.note}]" if decoded.note else line


def value_line(value: Value) -> str:
    """Name, type and data on one line."""
    return f"{value_name(value)}  {value.type_name}  {data_line(value)}"


def data_field(value: Value, record: dict[str, Field]) -> None:
    """``data`` by type (bytes in hex), ``note`` where it is not all or not decoded."""
    decoded = value.decode()
    data = decoded.data
    if isinstance(data, bytes):
        record["data"] = data.hex()
    elif isinstance(data, list):
        parts: list[str] = []
        for item in data:
            one: dict[str, Field] = {}
            put_text(one, "item", item)
            parts.append(str(one["item"]))
        record["data"] = parts
    elif isinstance(data, str):
        put_text(record, "data", data)
    else:
        record["data"] = data
    if decoded.note:
        record["note"] = decoded.note


def value_record(path: str, value: Value) -> dict[str, Field]:
    """A value for machines; the raw bytes are always there, in hex."""
    record: dict[str, Field] = {"kind": "value"}
    put_text(record, "path", path)
    put_text(record, "name", value.name)
    record["type"] = value.type
    record["type_name"] = value.type_name
    data_field(value, record)
    record["raw"] = value.raw.hex()
    return record


def key_record(key: Key, values: int) -> dict[str, Field]:
    """A key for machines; a last-write time without a date is null with its ticks beside it."""
    record: dict[str, Field] = {"kind": "key"}
    put_text(record, "path", key.path)
    put_time(record, "last_write", key.last_write)
    record["subkeys"] = key.subkey_count
    record["values"] = values
    return record


def named(record: dict[str, Field], hive: Hive, *, many: bool) -> dict[str, Field]:
    """The record with its hive's name, where there are several hives."""
    if many:
        put_text(record, "hive", hive.label)
    return record


def put_time(record: dict[str, Field], name: str, ticks: int) -> None:
    """A FILETIME as text; where it has no date, null and the number of ticks beside it."""
    record[name] = time_text(ticks)
    if record[name] is None:
        record[f"{name}_ticks"] = ticks
