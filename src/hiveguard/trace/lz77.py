"""Decompresses XPRESS plain LZ77, as compressed trace buffers have it.

Must not know: buffers. Source: [MS-XCA] 2.3 and 2.4 (Plain LZ77): 32 flag bits are taken from the highest down; 0 is a
literal byte, 1 a match of 16 bits: offset - 1 in the upper 13, length - 3 in the lower 3, and where those are 7 the
length goes on in a nibble that two matches share, a byte, 16 bits, 32 bits.
"""

from __future__ import annotations

from struct import Struct
from struct import error as struct_error

TYPE_CHECKING = False

__all__ = ("decompress",)

_u16 = Struct("<H").unpack_from
_u32 = Struct("<I").unpack_from


def decompress(data: bytes, length: int) -> tuple[bytearray, bool]:
    """Up to ``length`` bytes, and whether that many came out. Bad data give what was made before them."""
    out = bytearray()
    try:
        _decompress(data, length, out)
    except (IndexError, struct_error):  # the data end, or a match reaches before the beginning
        pass
    whole = len(out) >= length
    if len(out) > length:
        del out[length:]
        return out, False  # a match runs beyond the announced end: what announced it is wrong
    return out, whole


def _decompress(data: bytes, length: int, out: bytearray) -> None:
    at = 0
    nibble = -1  # where the upper half of a byte waits for the next long match
    made = 0
    append = out.append
    while made < length:
        (flags,) = _u32(data, at)
        at += 4
        left = 32
        while True:
            run = left - flags.bit_length()  # zero bits: literals
            if run:
                if made + run > length:
                    run = length - made
                if run == 1:
                    append(data[at])
                    at += 1
                    made += 1
                else:
                    piece = data[at : at + run]
                    out += piece
                    at += run
                    made += len(piece)
                    if len(piece) < run:
                        raise IndexError
                if made >= length:
                    return
                left -= run
            if not left:
                break
            left -= 1
            flags ^= 1 << left
            match = data[at] | data[at + 1] << 8
            at += 2
            size = match & 7
            if size == 7:
                if nibble < 0:
                    size = data[at] & 15
                    nibble = at
                    at += 1
                else:
                    size = data[nibble] >> 4
                    nibble = -1
                if size == 15:
                    size = data[at]
                    at += 1
                    if size == 255:
                        (size,) = _u16(data, at)
                        at += 2
                        if size == 0:
                            (size,) = _u32(data, at)
                            at += 4
                        size -= 22
                        if size < 0:
                            raise IndexError
                    size += 15
                size += 7
            size += 3
            begin = made - (match >> 3) - 1
            if begin < 0:
                raise IndexError
            stop = begin + size
            if stop <= made:
                out += out[begin:stop]
            else:  # the match overlaps its own output: what lies between is repeated
                if size > length - made:
                    size = length - made + 1  # no more than it takes to see that it is too long
                between = out[begin:made]
                out += (between * (size // len(between) + 1))[:size]
            made += size
            if made >= length:
                return
