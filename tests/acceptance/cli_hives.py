"""Hives for the tests of the command line: one that is sound, and the same one in every bad shape.

Must not know: the command line.
"""

from __future__ import annotations

from pathlib import Path

from hiveguard.regf.layout import HEADER_SEQ1
from hiveguard.testing import DirtyHive, HiveBuilder
from tests import example_hives

#: what a terminal obeys, and what JSON readers stumble over, each with a word for the test's name
HOSTILE = {
    "esc": "\x1b[31mred\x1b]0;title\x07",
    "cr": "one\rtwo",
    "lf": "one\ntwo",
    "nul": "one\0two",
    "c1": "one\x9b31mtwo",
    "bidi": "one\u202etwo\u2066three",
    "high-surrogate": "one\ud800two",
    "low-surrogate": "one\udc00two",
    "del": "one\x7ftwo\b\b",
    "line-separator": "one\u2028two",
    "wide": "Schlüssel 鍵 🔑",
}


def hostile() -> bytes:
    """A hive whose names, class and data hold all of `HOSTILE`."""
    builder = HiveBuilder(minor=5)
    for word, text in HOSTILE.items():
        key = builder.root.key("Names").another_key(text)
        key.class_name = text
        key.text(text, text)
        key.multi("many", text, "plain")
        key.value("link", 6, text.encode("utf-16-le", "surrogatepass"))
        key.binary(word, text.encode("utf-16-le", "surrogatepass"))
        key.value(f"strange {word}", 0xFFFF0012, text.encode("utf-8", "surrogatepass"))
    return builder.build()


def write_all(folder: Path) -> None:
    """`whole.dat`, `cut.dat`, `irregular.dat`, `torn.dat` with its log, and what is no hive at all."""
    whole = example_hives.ntuser()
    (folder / "whole.dat").write_bytes(whole)
    (folder / "cut.dat").write_bytes(whole[: example_hives.CUT_AT])
    (folder / "irregular.dat").write_bytes(whole + b"\1" * 4096)
    hive = DirtyHive()
    (folder / "torn.dat").write_bytes(hive.primary())
    log = bytearray(hive.log(3, 4, 5).build())
    log[-1] ^= 0xFF
    log[hive.log(3, 4, 5).starts()[2] + 40] ^= 0xFF
    (folder / "torn.dat.LOG1").write_bytes(bytes(log))
    (folder / "pending.dat").write_bytes(hive.primary())
    (folder / "rootless.dat").write_bytes(rootless())
    (folder / "empty.dat").write_bytes(b"")
    (folder / "text.reg").write_bytes("Windows Registry Editor Version 5.00\r\n\r\n[HKEY_X]\r\n".encode("utf-16"))
    (folder / "random.dat").write_bytes(bytes(range(256)) * 64)
    (folder / "nothing").mkdir()


def rootless() -> bytes:
    """A hive whose bins hold nothing that could be the root key."""
    image = HiveBuilder(minor=5).image()
    image.put(image.key(""), 0, b"xx")
    assert image.header_u32(HEADER_SEQ1)
    return bytes(image)
