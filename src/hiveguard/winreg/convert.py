"""Python objects to value data and back, exactly as the standard library's ``winreg`` does it.

Must not know: keys. Source: CPython, PC/winreg.c (Py2Reg, Reg2Py); what it reads past the data (a REG_DWORD
of two bytes) is not copied: zeros stand there.
"""

from __future__ import annotations

from .constants import REG_DWORD, REG_EXPAND_SZ, REG_MULTI_SZ, REG_QWORD, REG_SZ

__all__ = ("from_raw", "signed", "to_raw")

_UNFIT = "Could not convert the data to the specified type."
_UTF16, _AS_IS = "utf-16-le", "surrogatepass"
_INTEGERS = {REG_DWORD: (4, "int", "long"), REG_QWORD: (8, "int", "long long")}


def to_raw(kind: int, value: object) -> bytes:
    """The bytes of a value's data. Raises `ValueError`, `TypeError` or `OverflowError` as ``winreg`` does."""
    if kind in _INTEGERS:
        return _integer(kind, value)
    if kind in (REG_SZ, REG_EXPAND_SZ):
        if value is not None and not isinstance(value, str):
            raise ValueError(_UNFIT)
        return f"{value or ''}\0".encode(_UTF16, _AS_IS)
    if kind == REG_MULTI_SZ:
        return _strings(value)
    if value is None:
        return b""
    try:
        view = memoryview(value)  # type: ignore[arg-type]  # what is no buffer raises
    except TypeError:
        raise TypeError(f"Objects of type '{type(value).__name__}' can not be used as binary registry values") from None
    if not view.c_contiguous:
        raise BufferError("memoryview: underlying buffer is not C-contiguous")
    return bytes(view)


def _integer(kind: int, value: object) -> bytes:
    width, small, large = _INTEGERS[kind]
    if value is None:
        return bytes(width)
    if not isinstance(value, int):
        raise ValueError(_UNFIT)
    if value < 0:
        raise OverflowError(f"can't convert negative value to unsigned {small}")
    if value >> 8 * width:
        raise OverflowError(f"Python int too large to convert to C unsigned {large}")
    return value.to_bytes(width, "little")


def _strings(value: object) -> bytes:
    if value is None:
        value = []
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ValueError(_UNFIT)
    return "".join(f"{text}\0" for text in (*value, "")).encode(_UTF16, _AS_IS)


def signed(kind: int) -> int:
    """A type as ``winreg`` returns it: a signed number of 32 bits."""
    return kind - (1 << 32) if kind >> 31 else kind


def from_raw(kind: int, raw: bytes) -> object:
    """The object that ``winreg`` makes of a value's data."""
    if kind in _INTEGERS:
        width = _INTEGERS[kind][0]
        return int.from_bytes(raw[:width], "little")
    text = raw[: len(raw) & ~1].decode(_UTF16, _AS_IS) if kind in (REG_SZ, REG_EXPAND_SZ, REG_MULTI_SZ) else ""
    if kind in (REG_SZ, REG_EXPAND_SZ):
        return text.partition("\0")[0]
    if kind == REG_MULTI_SZ:
        return _split(text) if raw else None
    return raw or None


def _split(text: str) -> list[str]:
    """The strings of a REG_MULTI_SZ: the last empty one ends the list, empty ones inside are strings."""
    text = text.removesuffix("\0")
    if not text:
        return []
    return text.removesuffix("\0").split("\0")
