"""Mutants of hives: bits, bytes, words with telling values, copies, cuts; the checksum repaired in most.

Must not know: what the reader does with them.
"""

from __future__ import annotations

import random
from struct import pack_into, unpack_from

from hiveguard.regf.base_block import checksum
from hiveguard.regf.layout import BASE_BLOCK_SIZE, CHECKSUM_AT, HEADER_SIZE

#: words that sit on the edges of the format: counts, sizes, signs, NIL, signatures
TELLING = (
    0,
    1,
    2,
    4,
    8,
    0x20,
    0x7F,
    0xFF,
    0x3FF,
    0xFFF,
    0x1000,
    0x3FD8,
    0x3FD9,
    0x7FFF,
    0xFFFF,
    0x10000,
    0x7FFFFFFF,
    0x7FFFFFF8,
    0x80000000,
    0x80000001,
    0x80000004,
    0x80000005,
    0xFFFFFFF0,
    0xFFFFFFF8,
    0xFFFFFFFF,
    0x6B6E,
    0x6B76,
    0x6B73,
    0x666C,
    0x686C,
    0x696C,
    0x6972,
    0x6264,
)


def mutant(seed: bytes, chance: random.Random) -> bytes:
    """A changed copy of a hive: one to eight changes."""
    data = bytearray(seed)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5, 8))):
        _change(data, chance)
    return sealed(bytes(data)) if chance.random() < 0.9 else bytes(data)


def sealed(data: bytes) -> bytes:
    """The same with the base block's checksum set right."""
    if len(data) < HEADER_SIZE:
        return data
    repaired = bytearray(data)
    pack_into("<I", repaired, CHECKSUM_AT, checksum(data[:HEADER_SIZE]))
    return bytes(repaired)


def _place(data: bytearray, chance: random.Random, width: int) -> int:
    """Anywhere; mostly in the bins, and mostly where there is something."""
    last = max(len(data) - width, 0)
    for _ in range(4):
        at = (
            chance.randrange(min(BASE_BLOCK_SIZE, last), last + 1)
            if chance.random() < 0.9
            else chance.randrange(last + 1)
        )
        if any(data[at : at + 8]):
            return at
    return at


def _change(data: bytearray, chance: random.Random) -> None:
    if len(data) < 16:
        return
    kind = chance.randrange(10)
    if kind < 2:
        at = _place(data, chance, 1)
        data[at] ^= 1 << chance.randrange(8)
    elif kind < 4:
        data[_place(data, chance, 1)] = chance.randrange(256)
    elif kind < 7:
        at = _place(data, chance, 4) & ~3
        pack_into("<I", data, min(at, len(data) - 4), chance.choice(TELLING))
    elif kind == 7:  # one reference points where another does
        at, other = (min(_place(data, chance, 4) & ~3, len(data) - 4) for _ in range(2))
        pack_into("<I", data, at, unpack_from("<I", data, other)[0])
    elif kind == 8:  # a stretch is copied over another
        length = chance.choice((4, 8, 16, 76, 80, 128))
        at, other = _place(data, chance, length), _place(data, chance, length)
        data[other : other + length] = data[at : at + length]
    else:
        least = 2 * BASE_BLOCK_SIZE if len(data) > 2 * BASE_BLOCK_SIZE and chance.random() < 0.9 else 0
        del data[chance.randrange(least, len(data)) :]
