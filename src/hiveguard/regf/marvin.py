"""Marvin32, the hash that guards the entries of a new-format log.

Source: msuhanov/regf, "Format of transaction log files"; the seed is the 64-bit number
0x82EF4D887A4E55C5. Inputs here are always whole 32-bit words.
"""

from __future__ import annotations

from struct import unpack

__all__ = ("marvin32",)

_LOW, _HIGH = 0x7A4E55C5, 0x82EF4D88
_PADDING = (0x80, 0)
_MASK = 0xFFFFFFFF


def marvin32(data: bytes | memoryview) -> int:
    """The 64-bit Marvin hash of `data`, whose length is a multiple of four bytes."""
    low, high = _LOW, _HIGH
    for word in (*unpack(f"<{len(data) // 4}I", data), *_PADDING):
        low = (low + word) & _MASK
        high ^= low
        low = ((low << 20 & _MASK | low >> 12) + high) & _MASK
        high = (high << 9 & _MASK | high >> 23) ^ low
        low = ((low << 27 & _MASK | low >> 5) + high) & _MASK
        high = high << 19 & _MASK | high >> 13
    return high << 32 | low
