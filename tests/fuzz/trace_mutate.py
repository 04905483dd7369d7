"""Mutants of traces: fields of buffers and records with telling values, bits, copies, moved buffers, cuts.

Must not know: what the reader does with them.
"""

from __future__ import annotations

import random
from struct import pack, unpack_from

from hiveguard.trace.layout import BUFFER_HEADER

#: numbers that sit on the edges of the format: sizes, types, marks, flags, signs
TELLING = (
    0, 1, 2, 3, 4, 7, 8, 10, 15, 16, 18, 19, 20, 21, 22, 24, 32, 40, 47, 48, 71, 72, 73, 79, 80, 81, 0x7F, 0x80, 0x90,
    0xC0, 0xFF, 0x100, 0x3FF, 0x400, 0x401, 0x7FF, 0x800, 0x1FFF, 0x2000, 0x7FFF, 0x8000, 0xFFF8, 0xFFFF, 0x10000,
    0x1000000, 0x1000001, 0x7FFFFFFF, 0x80000000, 0xFFFFFFF8, 0xFFFFFFFF, 1 << 32, (1 << 63) - 1, 1 << 63,
    (1 << 64) - 1,
)  # fmt: skip
#: (position in a buffer's header, width) of what the reader looks at
BUFFER_FIELDS = ((0, 4), (4, 4), (0x10, 8), (0x18, 8), (0x28, 2), (0x2A, 2), (0x2C, 4), (0x30, 4), (0x34, 2), (0x36, 2))
#: the same in the header record, from its start, both widths
HEADER_FIELDS = (
    (32, 4), (36, 4), (48, 8), (64, 4), (68, 4), (76, 4), (80, 4), (84, 4), (16, 8), (4, 2), (6, 2),
    (280, 8), (288, 8), (296, 8), (304, 4), (308, 4), (272, 8), (296, 4), (300, 4),
)  # fmt: skip
#: the same in any record
RECORD_FIELDS = ((0, 2), (2, 1), (3, 1), (4, 2), (6, 2), (8, 8), (16, 8), (80, 2), (84, 2), (86, 2))


def buffers_of(data: bytes) -> list[int]:
    """Where buffers begin, as far as their sizes lead."""
    found, at = [], 0
    while at + BUFFER_HEADER <= len(data) and len(found) < 200:
        found.append(at)
        (size,) = unpack_from("<I", data, at)
        if size < BUFFER_HEADER:
            break
        at += size
    return found


def mutant(seed: bytes, chance: random.Random) -> bytes:
    """A changed copy of a trace: one to eight changes."""
    data = bytearray(seed)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5, 8))):
        _change(data, chance)
    return bytes(data)


def _put(data: bytearray, at: int, width: int, chance: random.Random) -> None:
    if 0 <= at <= len(data) - width:
        number = chance.choice(TELLING) if chance.random() < 0.8 else chance.getrandbits(8 * width)
        data[at : at + width] = pack("<Q", number & (1 << 64) - 1)[:width]


def _record_in(data: bytearray, buffer: int, chance: random.Random) -> int:
    """Where one of the records of an uncompressed buffer begins."""
    at = buffer + BUFFER_HEADER
    for _ in range(chance.randrange(12)):
        if at + 8 > len(data):
            break
        size = unpack_from("<H", data, at + (4 if data[at + 2] in (1, 2, 3, 4, 16, 17) else 0))[0]
        if size < 8:
            break
        at += size + 7 & ~7
    return at


def _change(data: bytearray, chance: random.Random) -> None:
    if len(data) < 200:
        return
    buffers = buffers_of(data)
    kind = chance.randrange(14)
    if kind < 3:
        at, width = chance.choice(BUFFER_FIELDS)
        _put(data, chance.choice(buffers) + at, width, chance)
    elif kind < 5:
        at, width = chance.choice(HEADER_FIELDS)
        _put(data, BUFFER_HEADER + at, width, chance)
    elif kind < 8:
        at, width = chance.choice(RECORD_FIELDS)
        _put(data, _record_in(data, chance.choice(buffers), chance) + at, width, chance)
    elif kind < 10:
        at = chance.choice(buffers) + chance.randrange(400)
        if at < len(data):
            data[at] ^= 1 << chance.randrange(8)
    elif kind == 10:  # a buffer is put where another one is, or twice
        one, two = sorted((chance.choice(buffers), chance.choice(buffers)))
        (size,) = unpack_from("<I", data, two)
        piece = bytes(data[two : two + min(size, 1 << 16)])
        data[one:one] = piece
    elif kind == 11:  # a stretch is copied over another
        length = chance.choice((4, 8, 16, 72, 80, 128))
        at, other = (chance.randrange(max(len(data) - length, 1)) for _ in range(2))
        data[at : at + length] = data[other : other + length]
    elif kind == 12:  # bytes are taken out or put in: what follows is unaligned
        at = chance.randrange(len(data))
        if chance.random() < 0.5:
            del data[at : at + chance.choice((1, 8, 72, 512))]
        else:
            data[at:at] = bytes(chance.choice((1, 8, 72, 512)))
    else:
        del data[chance.randrange(400, max(len(data), 401)) :]
