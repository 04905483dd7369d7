"""Compresses as trace buffers are compressed: XPRESS plain LZ77, by a greedy search. Made for tests, not for speed.

Must not know: traces. Source: [MS-XCA] 2.3 (Plain LZ77 compression), with the search of 2.3.4 made simple: the last
place of each three bytes.
"""

from __future__ import annotations

from struct import pack, pack_into

__all__ = ("xpress",)

_WINDOW = 8192
_GROUP = 32
_LEAST = 3


def xpress(data: bytes) -> bytes:
    """The compressed form of ``data``."""
    out = bytearray(4)
    flags_at = flags = count = 0
    nibble_at = 0
    last: dict[bytes, int] = {}
    at = 0
    while at < len(data):
        if count == _GROUP:
            pack_into("<I", out, flags_at, flags)
            flags = count = 0
            flags_at = len(out)
            out += bytes(4)
        key = data[at : at + _LEAST]
        found = last.get(key)
        if len(key) < _LEAST or found is None or at - found > _WINDOW:
            last[key] = at
            out.append(data[at])
            at += 1
            flags <<= 1
        else:
            length = _LEAST
            while at + length < len(data) and data[found + length] == data[at + length]:
                length += 1
            nibble_at = _put_match(out, at - found, length, nibble_at)
            for place in range(at, min(at + length, len(data) - _LEAST + 1)):
                last[data[place : place + _LEAST]] = place
            at += length
            flags = flags << 1 | 1
        count += 1
    unused = _GROUP - count
    pack_into("<I", out, flags_at, flags << unused | (1 << unused) - 1)
    return bytes(out)


def _put_match(out: bytearray, distance: int, length: int, nibble_at: int) -> int:
    """Write one match; returns where half a byte waits for the next long one (0: nowhere)."""
    rest = length - _LEAST
    out += pack("<H", distance - 1 << 3 | min(rest, 7))
    if rest < 7:
        return nibble_at
    rest -= 7
    half = min(rest, 15)
    if nibble_at:
        out[nibble_at] |= half << 4
        nibble_at = 0
    else:
        nibble_at = len(out)
        out.append(half)
    if rest < 15:
        return nibble_at
    rest -= 15
    if rest < 255:
        out.append(rest)
        return nibble_at
    out.append(255)
    rest += 15 + 7
    out += pack("<H", rest) if rest < 1 << 16 else pack("<HI", 0, rest)
    return nibble_at
