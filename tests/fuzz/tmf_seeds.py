"""TMF files and payloads that are mutated: one of our own with every item type, and the real ones if there are any.

Must not know: how they are mutated.
"""

from __future__ import annotations

import lzma

from hiveguard.trace import open_trace
from hiveguard.trace.tmf import Tmf
from hiveguard.trace.tmf_parser import read_tmf
from hiveguard.trace.wpp_items import ITEMS
from hiveguard.trace.wpp_messages import wpp_messages
from tools import shared_folder

GUID = "6f1d9b0c-5d7e-4b7a-9d55-0c8f3c1e2a90"
_LISTS = {
    "itemlist": "(false,true,maybe=7,never)",
    "itemset": "(a,b,c,d)",
    "itemenum": "(STATE)",
    "itemflags": "(BITS)",
}
_SPECS = ("s", "d", "08x", "I64u", "p", ".3s", "c", "-10d", "#o", "e")
#: back to back: numbers, a counted text, a text, a SID, a GUID
_PAYLOAD = (
    bytes(range(1, 17)) + b"\4\0abcd" + "Größe".encode("utf-16-le") + b"\0\0" + b"text\0\1\1\0\0\0\0\0\5\x12\0\0\0"
)


def own() -> str:
    """A file with a message for each item type, alone and behind a text."""
    lines = [f"{GUID} Keeper // SRC=keeper.c MJ=a MN=b"]
    for place, item in enumerate(sorted(ITEMS)):
        name = "Item" + item[4:]
        brackets = next((text for start, text in _LISTS.items() if item.startswith(start)), "")
        spec = _SPECS[place % len(_SPECS)]
        for number, begin in ((10 + place, False), (500 + place, True)):
            text = f"%0%!FUNC! {name} %10!{spec}! of %11!s! 100%% %1!s!"
            lines += [f'#typev keeper_c{number} {number} "{text}" //   LEVEL=INFO FLAGS=ALL FUNC=f::g', "{"]
            arguments = [(f"f(a, {item})", name + brackets), ("L'b, c'", "ItemString")]
            if begin:
                arguments.reverse()
            lines += [f"{source}, {kind} -- {index}" for index, (source, kind) in enumerate(arguments, 10)]
            lines.append("}")
    lines += ["#enumv STATE", "{", "Idle,0x0", "Active,0x1", "}", "#enumv BITS", "{", "R,1", "W,2", "RW,3", "}", ""]
    return "\n".join(lines)


def files() -> list[tuple[str, bytes]]:
    """TMF files."""
    found = [("own", own().encode())]
    folder = shared_folder.find()
    for path in sorted((folder / "data" / "tmf").glob("*.tmf")) if folder is not None else ():
        found.append((path.name, path.read_bytes()))
    return found


def payloads() -> list[tuple[str, int, bytes]]:
    """(GUID, number, payload): recorded ones, and ours for every message of our file."""
    numbers = [message.number for message in read_tmf(own().encode())]
    found = [(GUID, number, _PAYLOAD[at:]) for number in numbers for at in (0, 16, 22, 36)]
    folder = shared_folder.find()
    for path in sorted((folder / "data" / "etl").glob("fn-wpp*.etl.xz")) if folder is not None else ():
        for message in wpp_messages(open_trace(lzma.decompress(path.read_bytes())), Tmf()):
            if message.guid is not None:
                found.append((message.guid, message.number, message.payload))
    return found
