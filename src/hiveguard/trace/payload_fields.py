"""Payloads by their layouts: packed fields, no padding between them, pointers as wide as the record says.

A payload that is shorter or longer than its layout is data, not an error: what fits is decoded, the rest kept. Must not
know: which layouts there are. Source: Microsoft, "Event Tracing MOF Qualifiers" (types); the layouts' own tables.
"""

from __future__ import annotations

from struct import Struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    Decoded: TypeAlias = int | str | bytes

__all__ = ("Layout", "Payload", "decode", "encode", "layout")

#: kind to its form; pointers and what has no fixed length stand apart
_FIXED = {
    "u8": Struct("<B"),
    "u16": Struct("<H"),
    "u32": Struct("<I"),
    "u64": Struct("<Q"),
    "i64": Struct("<q"),
}
_POINTERS = {4: Struct("<I"), 8: Struct("<Q")}
_GUID = 16


class Layout:
    """The fields of one payload in order: (name, kind). Kinds: those with a fixed width, ``ptr``, ``guid``, ``z``
    (UTF-16 up to and with a NUL), ``bytes:FIELD`` (as many as that field says)."""

    __slots__ = ("fields",)

    def __init__(self, fields: tuple[tuple[str, str], ...]) -> None:
        self.fields = fields

    def behind(self, place: int) -> frozenset[str]:
        """The names of the fields from this place on."""
        return frozenset(name for name, _ in self.fields[place:])


class Payload:
    """A decoded payload: ``fields`` by name, as far as they were there; ``rest``: bytes behind the last one;
    ``lacks``: the fields of its layout that are cut (a text that is, is in ``fields`` all the same) or not there."""

    __slots__ = ("fields", "lacks", "rest")

    def __init__(self, fields: dict[str, Decoded], rest: bytes, lacks: frozenset[str] = frozenset()) -> None:
        self.fields = fields
        self.rest = rest
        self.lacks = lacks

    @property
    def is_short(self) -> bool:
        """Whether it ended before its layout."""
        return bool(self.lacks)

    def text(self, name: str) -> str | None:
        """A text field; None where it is not there."""
        found = self.fields.get(name)
        return found if isinstance(found, str) else None

    def whole(self, name: str) -> str | None:
        """A text field that was not cut: a part of a path names something else."""
        return None if name in self.lacks else self.text(name)

    def number(self, name: str) -> int | None:
        """A number; None where it is not there."""
        found = self.fields.get(name)
        return found if isinstance(found, int) else None


def layout(text: str) -> Layout:
    """The layout of ``Status:u32 KeyName:z``."""
    return Layout(tuple((name, kind) for name, _, kind in (word.partition(":") for word in text.split())))


def decode(fields: Layout, payload: bytes, pointer_size: int | None) -> Payload:
    """What a payload holds. ``pointer_size``: of the record; a record that tells none is taken for a 64-bit one."""
    found: dict[str, Decoded] = {}
    at, end = 0, len(payload)
    for place, (name, kind) in enumerate(fields.fields):
        if kind == "z":
            stop = _terminator(payload, at)
            if stop < 0:
                if at < end:  # cut: what is there is text all the same
                    found[name] = payload[at : end - (end - at) % 2].decode("utf-16-le", "surrogatepass")
                return Payload(found, payload[end - (end - at) % 2 :], fields.behind(place))
            found[name] = payload[at:stop].decode("utf-16-le", "surrogatepass")
            at = stop + 2
            continue
        if kind == "ptr":
            form = _POINTERS[4 if pointer_size == 4 else 8]
        elif kind in _FIXED:
            form = _FIXED[kind]
        else:
            counted = found[kind.partition(":")[2]] if kind != "guid" else _GUID
            assert isinstance(counted, int)
            found[name] = payload[at : at + counted]
            at += counted
            if at > end:
                return Payload(found, b"", fields.behind(place))
            continue
        if at + form.size > end:
            return Payload(found, payload[at:], fields.behind(place))
        (found[name],) = form.unpack_from(payload, at)
        at += form.size
    return Payload(found, payload[at:])


def encode(fields: Layout, given: dict[str, Decoded], pointer_size: int) -> bytes:
    """The bytes of a payload; for traces that are made, not recorded."""
    out = bytearray()
    for name, kind in fields.fields:
        value = given[name]
        if isinstance(value, str):
            out += value.encode("utf-16-le", "surrogatepass") + b"\0\0"
        elif isinstance(value, bytes):
            out += value
        else:
            out += (_POINTERS[pointer_size] if kind == "ptr" else _FIXED[kind]).pack(value)
    return bytes(out)


def _terminator(payload: bytes, at: int) -> int:
    """Where the 16-bit NUL of a text is; -1: nowhere."""
    found = payload.find(b"\0\0", at)
    while found >= 0 and (found - at) % 2:
        found = payload.find(b"\0\0", found + 1)
    return found
