"""Value data by type, exactly as far as the bytes go: what does not fit its type is reported, never guessed.

Must not know: cells, keys. Sources: Microsoft, "Registry Value Types"; msuhanov/regf, "Key value".
"""

from __future__ import annotations

from .value_types import (
    REG_DWORD,
    REG_DWORD_BIG_ENDIAN,
    REG_EXPAND_SZ,
    REG_LINK,
    REG_MULTI_SZ,
    REG_QWORD,
    REG_SZ,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Data: TypeAlias = str | int | list[str] | bytes | None

__all__ = ("Decoded", "decode")


class Decoded:
    """``data``: by its type, None when it cannot be decoded; ``trailing``: bytes after the end that the
    type itself marks; ``note``: what is unusual, or why nothing was decoded ('' when all is well).
    """

    __slots__ = ("data", "note", "trailing")

    def __init__(self, data: Data, trailing: bytes = b"", note: str = "") -> None:
        self.data = data
        self.trailing = trailing
        self.note = note

    def __repr__(self) -> str:
        return f"Decoded(data={self.data!r}, trailing={self.trailing!r}, note={self.note!r})"


def _whole_units(raw: bytes) -> tuple[str, str]:
    note = "an odd last byte was left out" if len(raw) & 1 else ""
    return raw[: len(raw) & ~1].decode("utf-16-le", "surrogatepass"), note


def _trailing(raw: bytes, characters: str, note: str) -> tuple[bytes, str]:
    used = len(characters.encode("utf-16-le", "surrogatepass"))
    rest = raw[used:]
    if any(rest):
        note = "; ".join(filter(None, (f"{len(rest)} bytes follow the end", note)))
        return rest, note
    return b"", note


def _string(raw: bytes) -> Decoded:
    text, note = _whole_units(raw)
    end = text.find("\0")
    if end < 0:
        return Decoded(text, b"", note)
    trailing, note = _trailing(raw, text[: end + 1], note)
    return Decoded(text[:end], trailing, note)


def _strings(raw: bytes) -> Decoded:
    text, note = _whole_units(raw)
    items: list[str] = []
    at = 0
    while at < len(text):
        end = text.find("\0", at)
        if end == at:  # the empty string that ends the list for every Windows reader
            trailing, note = _trailing(raw, text[: at + 1], note)
            return Decoded(items, trailing, note)
        if end < 0:
            items.append(text[at:])
            break
        items.append(text[at:end])
        at = end + 1
    return Decoded(items, b"", note)


def _number(width: int, order: str) -> Callable[[bytes], Decoded]:
    def read(raw: bytes) -> Decoded:
        if len(raw) != width:
            return Decoded(None, b"", f"{len(raw)} bytes instead of {width}: not decoded")
        return Decoded(int.from_bytes(raw, "big" if order == "big" else "little"))

    return read


#: type number to its decoder; every other type is bytes
DECODERS: dict[int, Callable[[bytes], Decoded]] = {
    REG_SZ: _string,
    REG_EXPAND_SZ: _string,
    REG_LINK: _string,
    REG_MULTI_SZ: _strings,
    REG_DWORD: _number(4, "little"),
    REG_DWORD_BIG_ENDIAN: _number(4, "big"),
    REG_QWORD: _number(8, "little"),
}


def decode(number: int, raw: bytes) -> Decoded:
    """The data of a value of this type. Types without a rule give their bytes as they are."""
    decoder = DECODERS.get(number)
    return decoder(raw) if decoder is not None else Decoded(raw)
