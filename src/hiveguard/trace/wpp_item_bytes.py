"""How many bytes an argument takes, and the value that they are. Arguments lie back to back, without alignment.

Each reader takes payload, position and pointer size, and gives the value, the position behind it (`CUT`: the payload
ends before that; the value is then what there is of a text, or None; `BAD`: it cannot be what its type says) and the
bits of an integer (0: it is none; `HALF`: a text, and a byte behind it that is half a character). Must not know: texts,
names. Sources: those of `hiveguard.trace.wpp_items`.
"""

from __future__ import annotations

from struct import Struct

from .kernel_groups import guid_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from .wpp_spec import Value

    Found: TypeAlias = tuple[Value, int, int]

__all__ = (
    "BAD",
    "CUT",
    "HALF",
    "bytes_counted",
    "char4",
    "fixed",
    "guid",
    "ipv4",
    "ipv6",
    "mac",
    "pointer",
    "port",
    "real",
    "sid",
    "text8",
    "text8_counted",
    "text16",
    "text16_counted",
)

CUT, BAD = -1, -2
HALF = -1
_NULL_SID = b"NULL\0"  # what the check for a NULL SID writes in its place
_SID_HEAD = 8
_SID_PARTS = 15
_U32 = Struct("<I").unpack_from
_REALS = {4: Struct("<f").unpack_from, 8: Struct("<d").unpack_from}


def fixed(size: int) -> Callable[[bytes, int, int], Found]:
    """An integer of so many bytes; as unsigned, its item tells whether it is."""

    def read(payload: bytes, at: int, _: int) -> Found:
        end = at + size
        if end > len(payload):
            return None, CUT, 0
        return int.from_bytes(payload[at:end], "little"), end, size * 8

    return read


def pointer(payload: bytes, at: int, size: int) -> Found:
    """A pointer, as wide as the record says."""
    end = at + size
    if end > len(payload):
        return None, CUT, 0
    return int.from_bytes(payload[at:end], "little"), end, size * 8


def real(size: int) -> Callable[[bytes, int, int], Found]:
    """A floating-point number."""
    unpack = _REALS[size]

    def read(payload: bytes, at: int, _: int) -> Found:
        if at + size > len(payload):
            return None, CUT, 0
        (value,) = unpack(payload, at)
        return float(value), at + size, 0

    return read


def _ansi(data: bytes) -> str:
    """Text in a code page that the trace does not name: Western European, and every byte is something."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _wide(data: bytes) -> str:
    return data[: len(data) & ~1].decode("utf-16-le", "surrogatepass")


def text8(payload: bytes, at: int, _: int) -> Found:
    """8-bit text up to a NUL."""
    end = payload.find(b"\0", at)
    if end < 0:
        return _ansi(payload[at:]), CUT, 0
    return _ansi(payload[at:end]), end + 1, 0


def text16(payload: bytes, at: int, _: int) -> Found:
    """UTF-16 up to a NUL of two bytes."""
    end = payload.find(b"\0\0", at)
    while end >= 0 and (end - at) % 2:
        end = payload.find(b"\0\0", end + 1)
    if end < 0:
        return _wide(payload[at:]), CUT, 0
    return _wide(payload[at:end]), end + 2, 0


def _counted(payload: bytes, at: int) -> tuple[bytes | None, int]:
    """What a count of bytes (16 bits) stands before."""
    if at + 2 > len(payload):
        return None, CUT
    end = at + 2 + (payload[at] | payload[at + 1] << 8)
    return payload[at + 2 : end], end if end <= len(payload) else CUT


def text8_counted(payload: bytes, at: int, _: int) -> Found:
    """8-bit text behind a count of its bytes."""
    data, end = _counted(payload, at)
    return (None if data is None else _ansi(data)), end, 0


def text16_counted(payload: bytes, at: int, _: int) -> Found:
    """UTF-16 behind a count of its bytes."""
    data, end = _counted(payload, at)
    if data is None:
        return None, end, 0
    return _wide(data), end, HALF if len(data) % 2 else 0


def bytes_counted(payload: bytes, at: int, _: int) -> Found:
    """Bytes behind their count."""
    data, end = _counted(payload, at)
    return data, end, 0


def _sized(size: int, make: Callable[[bytes], str]) -> Callable[[bytes, int, int], Found]:
    def read(payload: bytes, at: int, _: int) -> Found:
        end = at + size
        if end > len(payload):
            return None, CUT, 0
        return make(payload[at:end]), end, 0

    return read


def _ipv6(data: bytes) -> str:
    from ipaddress import IPv6Address

    return str(IPv6Address(data))


def _chars(data: bytes) -> str:
    return data.decode("latin-1")


guid = _sized(16, guid_text)
ipv4 = _sized(4, lambda data: ".".join(map(str, data)))
ipv6 = _sized(16, _ipv6)
mac = _sized(6, lambda data: data.hex("-"))
char4 = _sized(4, _chars)


def port(payload: bytes, at: int, _: int) -> Found:
    """A port number: big-endian, as networks have it."""
    if at + 2 > len(payload):
        return None, CUT, 0
    return payload[at] << 8 | payload[at + 1], at + 2, 16


def sid(payload: bytes, at: int, _: int) -> Found:
    """A security identifier, as long as its own count says."""
    if payload[at : at + len(_NULL_SID)] == _NULL_SID:
        return "NULL", at + len(_NULL_SID), 0
    if at + _SID_HEAD > len(payload):
        return None, CUT, 0
    revision, count = payload[at], payload[at + 1]
    if count > _SID_PARTS:
        return None, BAD, 0
    end = at + _SID_HEAD + 4 * count
    if end > len(payload):
        return None, CUT, 0
    authority = int.from_bytes(payload[at + 2 : at + _SID_HEAD], "big")
    parts = [_U32(payload, position)[0] for position in range(at + _SID_HEAD, end, 4)]
    return "-".join(("S", str(revision), str(authority), *map(str, parts))), end, 0
