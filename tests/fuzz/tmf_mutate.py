"""Mutants of TMF files and of payloads: lines moved, doubled and cut, marks of the grammar put anywhere, telling bytes.

Must not know: what the reader does with them.
"""

from __future__ import annotations

import random
from struct import pack

from hiveguard.trace.wpp_items import ITEMS

#: what the grammar is made of, and what is at its edges
PARTS = (
    b"#typev ", b"#type ", b"#enumv ", b"{", b"}", b"{\n", b"\n}\n", b'"', b'" //', b" // ", b"//", b" -- ",
    b" -- 10", b", Item", b", ItemLong -- 10", b"(", b")", b"(a,b)", b"=", b",", b"%", b"%%", b"%0", b"%10!s!",
    b"%11!d!", b"%99!s!", b"%1!s!", b"%10!1024s!", b"%10!.1024d!", b"%10!99999s!", b"%10!q!", b"%!FUNC!", b"%!",
    b"!", b"LEVEL=", b"FLAGS=", b"FUNC=", b"\n", b"\r\n", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe9", b"0",
    b"65535", b"65536", b"-1", b"0x", b"0x5,", b"99999999999999999999", b"\t", b" ", b"\x85", "\u2028".encode(),
    b"SRC=", b"6f1d9b0c-5d7e-4b7a-9d55-0c8f3c1e2a90 a",
)  # fmt: skip
TELLING = (
    0,
    1,
    2,
    0xFF,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
    1 << 63,
    (1 << 63) - 1,
    (1 << 64) - 1,
)
_ITEMS = tuple(name.encode() for name in ITEMS)


def file_mutant(seed: bytes, chance: random.Random) -> bytes:
    """A changed copy of a TMF file."""
    data = seed
    for _ in range(chance.choice((1, 1, 2, 3, 5, 8, 13))):
        data = _FILE_CHANGES[chance.randrange(len(_FILE_CHANGES))](data, chance)
    return data[:200_000]


def _insert(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(PARTS) * chance.choice((1, 1, 1, 2, 50)) + data[at:]


def _replace(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(PARTS) + data[at + chance.randrange(12) :]


def _lines(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
    what = chance.randrange(4)
    if what == 0:
        del lines[one]
    elif what == 1:
        lines.insert(two, lines[one])
    elif what == 2:
        lines[one], lines[two] = lines[two], lines[one]
    else:
        lines[one] = lines[one][: chance.randrange(len(lines[one]) + 1)]
    return b"\n".join(lines)


def _item(data: bytes, chance: random.Random) -> bytes:
    """Another item type in a place of one."""
    places = [at for at in range(len(data)) if data.startswith(b", Item", at)][:400]
    if not places:
        return data
    at = chance.choice(places) + 2
    end = at
    while end < len(data) and (data[end : end + 1].isalnum() or data[end : end + 1] == b"_"):
        end += 1
    return data[:at] + b"Item" + chance.choice(_ITEMS)[4:] + data[end:]


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _bits(data: bytes, chance: random.Random) -> bytes:
    if not data:
        return data
    out = bytearray(data)
    out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    return bytes(out)


_FILE_CHANGES = (_insert, _insert, _replace, _lines, _lines, _item, _item, _bits, _cut)


def payload_mutant(seed: bytes, chance: random.Random) -> bytes:
    """A changed copy of a payload, of 60,000 bytes at most."""
    data = seed
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        at = chance.randrange(len(data) + 1)
        width = chance.choice((1, 2, 4, 8))
        number = pack("<Q", chance.choice(TELLING))[:width]
        data = (
            data[:at] + number + data[at + width :],
            data[:at] + number + data[at:],
            data[:at],
            data[at:],
            data[:at] + chance.randbytes(chance.randrange(40)) + data[at:],
            data * chance.choice((2, 3, 100)),
            _bits(data, chance),
        )[chance.randrange(7)]
    return data[:60_000]
