"""The arguments of the functions, taken and refused as CPython's Argument Clinic does it for ``winreg``.

| parameter                    | C type | takes              | refuses                                             |
| ---------------------------- | ------ | ------------------ | --------------------------------------------------- |
| key                          | HKEY   | a handle, an int   | the rest TypeError; beyond 64 bits OverflowError    |
| names of keys, values, files | WCHAR* | str, some also None| the rest TypeError; a NUL in it ValueError          |
| value of SetValue            | object | str                | the rest TypeError                                  |
| index, reserved              | int    | what is an index   | the rest TypeError; beyond 32 bits OverflowError    |
| access                       | REGSAM | as an int          | as an int; a negative one is the mask of its bits   |
| type                         | DWORD  | an int             | the rest TypeError; until 3.11 it wraps at 32 bits, |
|                              |        |                    | since 3.12 ValueError below 0, OverflowError above  |
| reserved of SetValueEx       | object | anything           | nothing                                             |

What the calls make of a number that was taken is not settled here. Must not know: keys. Source: CPython,
PC/winreg.c, PC/clinic/winreg.c.h, Python/getargs.c.
"""

from __future__ import annotations

import sys
from operator import index

from .hkey import HKEYType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import SupportsIndex

__all__ = ("as_signed", "c_int", "dword", "handle_number", "mask", "text", "text_or_none", "unicode")

_WORD = 1 << 64
_PREDEFINED = range(0x80000000, 0x80000007)
_WRAPS = sys.version_info < (3, 12)


def handle_number(key: object) -> int:
    """The number of a handle, predefined ones in their long form."""
    if key is None:
        raise TypeError("None is not a valid HKEY in this context")
    if isinstance(key, HKEYType):
        return key.handle
    if not isinstance(key, int):
        raise TypeError("The object is not a PyHKEY object")
    if not -_WORD // 2 <= key < _WORD:
        raise OverflowError("int too big to convert")
    number = key % _WORD
    return number | 0xFFFFFFFF_00000000 if number in _PREDEFINED else number


def as_signed(number: int) -> int:
    """A handle as audit events show it."""
    return number - _WORD if number >> 63 else number


def unicode(value: object, function: str, parameter: int | str, *, or_none: bool = False) -> str:
    """A text of any characters; ``parameter`` is its position, or its name where it may be given by name."""
    if not isinstance(value, str):
        words = "str or None" if or_none else "str"
        raise TypeError(f"{_which(function, parameter)} must be {words}, not {_kind(value)}")
    return value


def text(value: object, function: str, parameter: int | str, *, or_none: bool = False) -> str:
    """A text that ends at its NUL, and so has none."""
    taken = unicode(value, function, parameter, or_none=or_none)
    if "\0" in taken:
        raise ValueError("embedded null character")
    return taken


def text_or_none(value: object, function: str, parameter: int | str) -> str | None:
    """A text, or None."""
    return None if value is None else text(value, function, parameter, or_none=True)


def c_int(value: SupportsIndex) -> int:
    """A number of 32 bits with a sign."""
    number = index(value)
    if not -(1 << 31) <= number < 1 << 31:
        raise OverflowError("Python int too large to convert to C int")
    return number


def mask(value: SupportsIndex) -> int:
    """An access mask: its bits, without a sign."""
    return c_int(value) % (1 << 32)


def dword(value: object, function: str, position: int, *, wraps: bool = _WRAPS) -> int:
    """A number of 32 bits without a sign."""
    if not isinstance(value, int):
        told = f"{_which(function, position)} must be int, not {_kind(value)}" if wraps else "an integer is required"
        raise TypeError(told)
    if wraps:
        return value % (1 << 32)
    if value < 0:
        raise ValueError("value must be positive")
    if value >> 32:
        raise OverflowError("Python int too large to convert to C unsigned long")
    return int(value)


def _which(function: str, parameter: int | str) -> str:
    told = repr(parameter) if isinstance(parameter, str) and parameter else parameter
    return f"{function}() argument {told}".rstrip()


def _kind(value: object) -> str:
    return "None" if value is None else type(value).__name__
