"""The printf notation of one reference in a message format, and how a value looks by it.

Integers are taken at the width of their item, not at the width that the notation names: that is what was written.
Must not know: items, messages. Sources: Microsoft, "Format specification syntax: printf and wprintf functions"; WDK,
"What are the WPP extended format specification strings?".
"""

from __future__ import annotations

from math import isfinite

from ..core.verdict import Frozen
from .limits import WPP_WIDTH_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Value: TypeAlias = int | float | str | bytes | None

__all__ = ("PLAIN", "UNSIGNED", "WppSpec", "as_signed", "render", "wpp_spec")

_FLAGS = "-+ #0"
_LENGTHS = ("I64", "I32", "I", "hh", "h", "ll", "l", "w", "z", "j", "t")
_KINDS = frozenset("diuxXocCsSpeEfgG")
#: notations that take an integer as unsigned
UNSIGNED = frozenset("uxXop")
#: a character whose width is named: ``C`` is a wide one
_CHARACTERS = {"lc": "C", "wc": "C", "hC": "c"}
_INTEGERS = frozenset("diuxXop")
_FLOATS = frozenset("eEfgG")
_BASES = {"x": "x", "X": "X", "o": "o", "p": "X"}


class WppSpec(Frozen):
    """``flags``, ``width`` (0: none), ``precision`` (-1: none), ``kind``: the letter."""

    __slots__ = ("flags", "kind", "precision", "width")
    flags: str
    kind: str
    precision: int
    width: int

    def __init__(self, kind: str, flags: str = "", width: int = 0, precision: int = -1) -> None:
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "flags", flags)
        object.__setattr__(self, "width", width)
        object.__setattr__(self, "precision", precision)

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.kind, self.flags, self.width, self.precision))


#: what a reference without notation means
PLAIN = WppSpec("s")


def wpp_spec(text: str) -> WppSpec | None:
    """The notation between two exclamation marks; None: it is none, or asks for more room than there may be."""
    at = 0
    while at < len(text) and text[at] in _FLAGS:
        at += 1
    flags = text[:at]
    width, at = _digits(text, at)
    precision = -1
    if text[at : at + 1] == ".":
        precision, at = _digits(text, at + 1)
    length = next((each for each in _LENGTHS if text.startswith(each, at)), "")
    at += len(length)
    kind = text[at:]
    if kind not in _KINDS or len(kind) != 1 or width > WPP_WIDTH_MAX or precision > WPP_WIDTH_MAX:
        return None
    kind = _CHARACTERS.get(length[:1] + kind, kind)
    return WppSpec(kind, flags, width, precision)


def _digits(text: str, at: int) -> tuple[int, int]:
    end = at
    while end < len(text) and text[end] in "0123456789":
        end += 1
    return (int(text[at : min(end, at + 9)]) if end > at else 0), end


def as_signed(value: int, bits: int) -> int:
    """The bits of an integer as a signed one."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def render(value: Value, own: str, bits: int, spec: WppSpec, pointer_bits: int = 64) -> str:
    """A value by a notation. ``own``: its text where the notation asks for a string, or cannot be had;
    ``bits``: of an integer."""
    kind = spec.kind
    if isinstance(value, int) and kind in _INTEGERS:
        return _integer(value, bits, spec, pointer_bits)
    if isinstance(value, int) and kind in "cC":
        return _padded(chr(value & (0xFFFF if bits > 8 and kind == "C" else 0xFF)), spec)
    if isinstance(value, float) and kind in _FLOATS:
        # What is no number is filled up with blanks, as C has it.
        flags = "".join(flag for flag in _FLAGS if flag in spec.flags and (flag != "0" or isfinite(value)))
        precision = "" if spec.precision < 0 else f".{spec.precision}"
        return str(f"%{flags}{spec.width or ''}{precision}{kind}" % value)
    return _padded(own if spec.precision < 0 or kind not in "sS" else own[: spec.precision], spec)


def _integer(value: int, bits: int, spec: WppSpec, pointer_bits: int) -> str:
    kind = spec.kind
    number = value & ((1 << bits) - 1) if kind in UNSIGNED else as_signed(value, bits)
    digits = format(abs(number), _BASES.get(kind, "d"))
    if kind == "p":
        digits = digits.zfill(pointer_bits // 4)
    elif spec.precision >= 0:
        digits = digits.zfill(spec.precision) if number or spec.precision else ""
    sign = ""
    if number < 0:
        sign = "-"
    elif kind in "di":
        sign = "+" if "+" in spec.flags else " " if " " in spec.flags else ""
    elif "#" in spec.flags and kind == "o" and not digits.startswith("0"):
        digits = "0" + digits  # one digit more, if the precision has not brought it
    elif "#" in spec.flags and number:
        sign = {"x": "0x", "X": "0X"}.get(kind, "")
    if "0" in spec.flags and "-" not in spec.flags and spec.precision < 0:
        digits = digits.zfill(max(spec.width - len(sign), 0))
    return _padded(sign + digits, spec)


def _padded(text: str, spec: WppSpec) -> str:
    return text.ljust(spec.width) if "-" in spec.flags else text.rjust(spec.width)
