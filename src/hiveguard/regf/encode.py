"""Data as people give them made into the bytes that a value holds: the other way round of `decode`.

Must not know: keys. Source: Microsoft, "Registry Value Types": strings are UTF-16 with a final NUL, a REG_LINK
has none, a list of strings ends in an empty one.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..core.errors import BadArgument
from .value_types import (
    REG_BINARY,
    REG_DWORD,
    REG_DWORD_BIG_ENDIAN,
    REG_EXPAND_SZ,
    REG_LINK,
    REG_MULTI_SZ,
    REG_QWORD,
    REG_SZ,
    type_name,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Given: TypeAlias = str | int | bytes | bytearray | memoryview | Sequence[str]

__all__ = ("encode", "type_for")

_INTEGERS = {REG_DWORD: (4, "little"), REG_DWORD_BIG_ENDIAN: (4, "big"), REG_QWORD: (8, "little")}


def type_for(data: Given) -> int:
    """The type that data have when nobody names one: text, number (of 32 or 64 bits), bytes, list of texts.

    Raises `BadArgument` for anything else.
    """
    if isinstance(data, str):
        return REG_SZ
    if isinstance(data, int):
        return REG_DWORD if 0 <= data < 1 << 32 else REG_QWORD
    if isinstance(data, (bytes, bytearray, memoryview)):
        return REG_BINARY
    _ensure_list(data)
    return REG_MULTI_SZ


def encode(kind: int, data: Given) -> bytes:
    """The raw bytes of data under a type. Bytes are taken as they are; raises `BadArgument` where data do not fit."""
    if isinstance(data, (bytes, bytearray, memoryview)):
        return bytes(data)
    if isinstance(data, int):
        width, order = _INTEGERS.get(kind, (0, "little"))
        if not width:
            raise BadArgument(f"a number is no data for {type_name(kind)}; use REG_DWORD or REG_QWORD")
        if not 0 <= data < 1 << 8 * width:
            raise BadArgument(f"{data} does not fit into {type_name(kind)}: {8 * width} bits without a sign")
        return data.to_bytes(width, "big" if order == "big" else "little")
    if isinstance(data, str):
        if kind in (REG_SZ, REG_EXPAND_SZ):
            return (data + "\0").encode("utf-16-le", "surrogatepass")
        if kind == REG_LINK:
            return data.encode("utf-16-le", "surrogatepass")
        raise BadArgument(f"a text is no data for {type_name(kind)}; use REG_SZ, REG_EXPAND_SZ or give bytes")
    _ensure_list(data)
    if kind != REG_MULTI_SZ or not all(isinstance(text, str) for text in data):
        raise BadArgument(f"{data!r} is no data for {type_name(kind)}; a list of texts is REG_MULTI_SZ")
    return "".join(f"{text}\0" for text in (*data, "")).encode("utf-16-le", "surrogatepass")


def _ensure_list(data: object) -> None:
    if not isinstance(data, Sequence) or isinstance(data, range):  # a range is one, and holds no texts
        raise BadArgument(
            f"{type(data).__name__} is no data for a value; give text, a whole number, bytes or a list of texts"
        )
