"""``hiveguard set``: make a key, or set a value."""

from __future__ import annotations

from ...core.errors import BadArgument
from ...regf.value_types import (
    REG_BINARY,
    REG_DWORD,
    REG_DWORD_BIG_ENDIAN,
    REG_EXPAND_SZ,
    REG_MULTI_SZ,
    REG_QWORD,
    REG_SZ,
)
from ..changing import add_target, change
from ..places import Places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from ...embedded.live_key import LiveKey
    from ...regf.encode import Given
    from ..session import Session

EXAMPLES = (
    "hiveguard set NTUSER.DAT 'Control Panel\\Desktop' Wallpaper 'C:\\wall.bmp' -o changed.dat",
    "hiveguard set --write NTUSER.DAT 'Software\\HiveGuard' Level 0x10 --type dword",
    "hiveguard set --write NTUSER.DAT 'Software\\New\\Key'",
)

#: the types whose data are a number, by the names that -t takes
_NUMBERS = {REG_DWORD: "dword", REG_QWORD: "qword", REG_DWORD_BIG_ENDIAN: "dword_big_endian"}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("hive", metavar="HIVE", help="a hive file")
    parser.add_argument("key", metavar="KEY", help="the key; it is made, with those on the way")
    parser.add_argument("name", nargs="?", metavar="VALUE", help="the value's name; without one only the key is made")
    parser.add_argument(
        "data", nargs="*", metavar="DATA", help="text; a number for dword and qword; hexadecimal bytes for other types"
    )
    parser.add_argument("--default", action="store_true", help="the key's default value: no VALUE stands before DATA")
    parser.add_argument(
        "-t", "--type", default="sz", metavar="TYPE", help="sz (default), dword, multi_sz, 7, 0xffff0012"
    )
    add_target(parser)


def run(session: Session) -> None:
    from ...registry.search import type_number

    options = session.options
    words: list[str] = list(options.data)
    name: str | None = options.name
    if options.default:
        if name is not None:
            words.insert(0, name)
        name = None
    kind = type_number(options.type)
    assert kind is not None
    has_value = name is not None or options.default
    data = data_of(kind, words) if has_value else b""

    def work(root: LiveKey) -> tuple[int, int]:
        places = Places(session, root, options.hive)
        key = places.keys.create(places.names(options.key))
        if has_value:
            key.set_value(name, data, kind)
        return 1, int(has_value)

    change(session, options.hive, work)


def data_of(kind: int, words: list[str]) -> Given:
    """Data from the words of a command line."""
    if kind == REG_MULTI_SZ:
        return words
    if not words and kind in _NUMBERS:
        raise BadArgument(f"no number for {_NUMBERS[kind]} was given; name it behind the value")
    if not words:
        return b"" if kind not in (REG_SZ, REG_EXPAND_SZ) else ""
    if kind in (REG_SZ, REG_EXPAND_SZ):
        if len(words) > 1:
            raise BadArgument(f"{words[1]}: a second word of data; put the text in quotes, or say --type multi_sz")
        return words[0]
    if kind in _NUMBERS:
        try:
            number = int(" ".join(words), 0)
        except ValueError:
            raise BadArgument(f"{' '.join(words)!r} is no number; use 16 or 0x10") from None
        return number
    try:
        return bytes.fromhex("".join(words).replace(",", "").replace("0x", ""))
    except ValueError:
        kind_words = "binary data" if kind == REG_BINARY else f"data of type {kind}"
        raise BadArgument(f"{' '.join(words)!r} is no {kind_words}; use hexadecimal, as 01ff or 01,ff") from None
