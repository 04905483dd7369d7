"""Marvin32, the hash that guards the entries of a new-format log.

Must not know: logs. Source: msuhanov/regf, "Format of transaction log files"; the seed is the 64-bit number
0x82EF4D887A4E55C5. Inputs here are always whole 32-bit words.
"""

from __future__ import annotations

from itertools import chain
from struct import iter_unpack

__all__ = ("marvin32",)

_PADDING = ((0x80,), (0,))
#: The state half-way through a round: so that a round begins where the word comes in, and an addition needs no
#: mask of its own. The second half makes the seed of these.
_LOW, _HIGH = 0x13A8AD12, 0xE9B1105D


def marvin32(data: bytes | memoryview) -> int:
    """The 64-bit Marvin hash of `data`, whose length is a multiple of four bytes."""
    # A word of 32 bits, written twice side by side and shifted right, is rotated; what lies above its 32 bits is
    # masked off once, after the operation that follows.
    low, high, mask, twice = _LOW, _HIGH, 0xFFFFFFFF, 0x100000001
    for (word,) in chain(iter_unpack("<I", data), _PADDING):
        low = ((low * twice >> 5) + high + word) & mask
        high = ((high * twice >> 13) ^ low) & mask
        low = ((low * twice >> 12) + high) & mask
        high = ((high * twice >> 23) ^ low) & mask
    low = ((low * twice >> 5) + high) & mask
    return (high * twice >> 13 & mask) << 32 | low
