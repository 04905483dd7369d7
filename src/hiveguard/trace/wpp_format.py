"""A message's format string taken apart: what stands there as it is, and what refers to an argument or to the message.

Must not know: payloads. Sources: Microsoft, WDK, "Trace message prefix" (``%1`` to ``%9`` and ``%!NAME!``), "What are
the WPP extended format specification strings?"; public TMF files (``%0`` stands before every text, and a digit of that
text may follow it at once).
"""

from __future__ import annotations

from ..core.verdict import Frozen
from .wpp_spec import PLAIN, WppSpec, wpp_spec

TYPE_CHECKING = False

__all__ = ("Piece", "format_pieces")

_FIRST_ARGUMENT = 10
_DIGITS_MAX = 5
_SPEC_MAX = 24
_NAME_MAX = 32
_LINE_ENDS = ("\\r\\n", "\\n", "\r", "\n")


class Piece(Frozen):
    """``kind``: ``text``, ``argument`` (``number`` from 10), ``field`` (``number`` 1 to 9 of the prefix), ``name``
    (of ``%!NAME!``) or ``unknown`` (a notation that is none); ``text``: as it stands in the format."""

    __slots__ = ("kind", "number", "spec", "text")
    kind: str
    number: int
    spec: WppSpec
    text: str

    def __init__(self, kind: str, text: str, number: int = 0, spec: WppSpec = PLAIN) -> None:
        object.__setattr__(self, "kind", kind)
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "number", number)
        object.__setattr__(self, "spec", spec)

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.kind, self.text, self.number, self.spec))


def format_pieces(format: str) -> tuple[Piece, ...]:
    """The pieces of a format, in order."""
    for end in _LINE_ENDS:
        format = format.removesuffix(end)
    pieces: list[Piece] = []
    held: list[str] = []
    at = 0
    while True:
        mark = format.find("%", at)
        if mark < 0:
            held.append(format[at:])
            break
        held.append(format[at:mark])
        at, found = _reference(format, mark)
        if isinstance(found, str):
            held.append(found)
            continue
        if text := "".join(held):
            pieces.append(Piece("text", text))
        held.clear()
        pieces.append(found)
    if text := "".join(held):
        pieces.append(Piece("text", text))
    return tuple(pieces)


def _reference(format: str, mark: int) -> tuple[int, Piece | str]:
    """What a percent sign begins, and where it ends: a piece, or text."""
    following = format[mark + 1 : mark + 2]
    if following == "%":
        return mark + 2, "%"
    if following == "0":
        return mark + 2, ""  # where the prefix goes; a digit behind it is text
    if following == "!":
        end = format.find("!", mark + 2, mark + 2 + _NAME_MAX)
        name = format[mark + 2 : max(end, 0)]
        if name.isascii() and name.replace("_", "a").isalnum():
            return end + 1, Piece("name", format[mark : end + 1])
        return mark + 1, "%"
    end = mark + 1
    while end < len(format) and format[end] in "0123456789" and end - mark <= _DIGITS_MAX:
        end += 1
    if end == mark + 1:
        return end, "%"
    number = int(format[mark + 1 : end])
    spec = PLAIN
    if format[end : end + 1] == "!":
        stop = format.find("!", end + 1, end + 1 + _SPEC_MAX)
        inner = format[end + 1 : max(stop, 0)]
        if inner and " " not in inner.strip(" "):
            found = wpp_spec(inner)
            if found is None:
                return stop + 1, Piece("unknown", format[mark : stop + 1], number)
            spec, end = found, stop + 1
    return end, Piece("argument" if number >= _FIRST_ARGUMENT else "field", format[mark:end], number, spec)
