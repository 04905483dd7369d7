"""How the payloads of one message are read and its texts made: its format, made ready once.

Must not know: traces. Sources: those of `hiveguard.trace.wpp_items` and `hiveguard.trace.wpp_format`.
"""

from __future__ import annotations

from .limits import WPP_ARGUMENTS_TEXT_MAX, WPP_TEXT_MAX
from .wpp_format import format_pieces
from .wpp_item_bytes import BAD, HALF
from .wpp_items import ITEMS
from .wpp_message import WppArgument
from .wpp_spec import PLAIN, UNSIGNED, as_signed, render

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from .tmf_message import TmfArgument, TmfMessage
    from .wpp_items import Item
    from .wpp_spec import Value, WppSpec

    Fields: TypeAlias = Mapping[int, str | int]

__all__ = ("CUT_MARK", "WppPlan", "WppReading")

#: what stands in a text where the payload has ended
CUT_MARK = "<cut>"
_INT = 32  # bits of an int


class WppReading:
    """What one payload gave: ``arguments``, their ``bits`` (of integers), ``whole``: how many of them are all there,
    ``rest``: how many bytes are left; ``problem``: why not all of it was read, or empty; ``is_cut``; ``is_long``:
    whether the arguments' texts are longer than they may be together, and cut."""

    __slots__ = ("arguments", "bits", "is_cut", "is_long", "problem", "rest", "whole")

    def __init__(self) -> None:
        self.arguments: list[WppArgument] = []
        self.bits: list[int] = []
        self.whole = 0
        self.rest = 0
        self.problem = ""
        self.is_cut = False
        self.is_long = False


class WppPlan:
    """``form``: the message. ``problem``: what of its format no payload can fill, or empty. ``has_fields``: whether
    its text has any of the prefix."""

    __slots__ = ("_items", "_names", "_pieces", "_positions", "form", "has_fields", "problem")

    def __init__(self, form: TmfMessage) -> None:
        self.form = form
        self._pieces = format_pieces(form.format)
        specs: dict[int, WppSpec] = {}
        for piece in self._pieces:
            if piece.kind == "argument":
                specs.setdefault(piece.number, piece.spec)
        self._items: list[tuple[TmfArgument, Item, bool]] = []
        self._positions: dict[int, int] = {}
        for argument in form.arguments:
            item = ITEMS[argument.item.lower()]
            kind = specs.get(argument.index, PLAIN).kind
            is_signed = item.is_signed if kind in "sS" else kind not in UNSIGNED and kind not in "cC"
            self._positions[argument.index] = len(self._items)
            self._items.append((argument, item, is_signed))
        self._names = {
            "FUNC": form.function,
            "LEVEL": form.level,
            "FLAGS": form.flags,
            "KEYWORDS": form.flags,
            "FILE": form.source or None,
            "COMPNAME": form.major or form.component or None,
            "SUBCOMP": form.minor or None,
        }
        self.has_fields = any(piece.kind == "field" for piece in self._pieces)
        self.problem = self._unfillable()

    def _unfillable(self) -> str:
        for piece in self._pieces:
            if piece.kind == "unknown":
                return f"its format has {piece.text}, which is no known notation"
            if piece.kind == "argument" and piece.number not in self._positions:
                return f"its format names argument {piece.number}, which its TMF does not have"
        return ""

    # --- arguments --------------------------------------------------------------------------

    def read(self, payload: bytes, pointer_size: int) -> WppReading:
        """The arguments in a payload, as far as they are there."""
        reading = WppReading()
        at = 0
        room = WPP_ARGUMENTS_TEXT_MAX
        for argument, item, is_signed in self._items:
            if at < 0:
                reading.arguments.append(WppArgument(argument.index, argument.item, None, CUT_MARK))
                reading.bits.append(0)
                continue
            value, at, bits = item.read(payload, at, pointer_size)
            text = CUT_MARK
            if value is not None and room >= 0:
                text = item.text(value, argument, bits)
                if len(text) > room:
                    text = text[:room] + CUT_MARK
                    room = -1  # no more is made: what would be cut costs memory and time all the same
                else:
                    room -= len(text)
            if room < 0:
                reading.is_long = True
            if at < 0:
                reading.is_cut = True
                if at == BAD:
                    reading.problem = f"argument {argument.index} is no {argument.item}"
                else:
                    reading.problem = f"the payload ends before argument {argument.index} does"
                    if value is not None and room >= 0:
                        text += CUT_MARK
            else:
                reading.whole += 1
                if bits == HALF:
                    reading.is_cut = True
                    reading.problem = f"argument {argument.index} ends in the middle of a character"
                    if room >= 0:
                        text += CUT_MARK
                    bits = 0
                elif isinstance(value, int):
                    if not item.is_signed:
                        bits = max(bits, _INT)  # printf is given an int: it was never negative, and is not by %d
                    if is_signed:
                        value = as_signed(value, bits)
            reading.arguments.append(WppArgument(argument.index, argument.item, value, text))
            reading.bits.append(bits)
        if at >= 0:
            reading.rest = len(payload) - at
            if reading.rest and not reading.problem:
                reading.problem = f"{_bytes(reading.rest)} behind its last argument"
        return reading

    # --- the text ---------------------------------------------------------------------------

    def text(self, reading: WppReading, fields: Fields, pointer_size: int) -> tuple[str, bool]:
        """The text, and whether all of it is there. ``fields``: of the prefix, by number."""
        out: list[str] = []
        room = WPP_TEXT_MAX
        for piece in self._pieces:
            kind = piece.kind
            if kind == "argument" and piece.number in self._positions:
                position = self._positions[piece.number]
                argument = reading.arguments[position]
                # What is cut has no value that a notation could be applied to.
                value: Value = argument.value if position < reading.whole else None
                text = render(value, argument.text, reading.bits[position] or 64, piece.spec, pointer_size * 8)
            elif kind == "field" and piece.number in fields:
                found = fields[piece.number]
                text = render(found, str(found), 32, piece.spec, pointer_size * 8)
            elif kind == "name":
                text = self._names.get(piece.text[2:-1]) or piece.text
            else:
                text = piece.text
            if len(text) > room:
                out.append(text[:room] + "…")
                return "".join(out), False
            room -= len(text)
            out.append(text)
        return "".join(out), True


def _bytes(count: int) -> str:
    return "1 byte" if count == 1 else f"{count:,} bytes"
