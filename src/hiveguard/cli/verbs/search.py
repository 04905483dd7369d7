"""``hiveguard search``: keys and values by name, data, type or size."""

from __future__ import annotations

import re

from ...core.errors import BadArgument
from ...regf.names import fold
from ...regf.value import TYPE_NAMES
from .. import exit_codes
from ..arguments import add_format, add_hives
from ..bounds import size
from ..globs import Glob
from ..show import data_line, key_record, named, value_name, value_record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable

    from ...regf.value import Value
    from ...registry.hive import Hive
    from ...registry.key import Key
    from ..session import Session

    Matches = Callable[[str], bool]

EXAMPLES = (
    "hiveguard search -f wallpaper NTUSER.DAT",
    "hiveguard search -f '\\.exe$' --regex --data NTUSER.DAT SOFTWARE",
    "hiveguard search --hex '4d 5a 90 00' --min-size 64k C/Windows/System32/config",
    "hiveguard search --type REG_MULTI_SZ --under 'ControlSet001\\Services' SYSTEM",
    "hiveguard search --path 'Software\\*\\Windows\\**' NTUSER.DAT",
)
COLUMNS = ("kind", "path", "last_write", "subkeys", "values", "name", "type", "type_name", "data", "raw")
_SHORT_TYPES = {name.removeprefix("REG_").lower(): number for number, name in enumerate(TYPE_NAMES)}


def arguments(parser: ArgumentParser) -> None:
    add_hives(parser)
    parser.add_argument("-f", "--find", metavar="TEXT", help="what to look for: text anywhere in a name or in data")
    parser.add_argument("--regex", action="store_true", help="TEXT is a regular expression")
    parser.add_argument("--exact", action="store_true", help="TEXT is all of the name or string")
    parser.add_argument("--case", action="store_true", help="upper and lower case differ")
    parser.add_argument("--keys", action="store_true", help="look in key names (with none of these three: in all)")
    parser.add_argument("--values", action="store_true", help="look in value names")
    parser.add_argument("--data", action="store_true", help="look in data")
    parser.add_argument("--hex", metavar="BYTES", help="bytes in the raw data, in hexadecimal")
    parser.add_argument("--base64", action="store_true", help="string data that are all base64")
    parser.add_argument("--type", metavar="TYPE", help="values of a type: REG_SZ, sz, or a number")
    parser.add_argument("--min-size", type=size, metavar="N", help="data of at least N bytes (64k, 1M)")
    parser.add_argument("--max-size", type=size, metavar="N", help="data of at most N bytes")
    parser.add_argument("--under", metavar="PATH", default="", help="only below this key")
    parser.add_argument("--path", metavar="GLOB", help="only keys whose path fits: * one name, ** any number of names")
    add_format(parser)


def run(session: Session) -> None:
    criteria = Criteria(session.options)
    session.out.columns(("hive", *COLUMNS) if len(session.options.inputs) > 1 else COLUMNS)
    found = 0

    def search(hive: Hive) -> None:
        nonlocal found
        fits = Glob(session.place(hive, criteria.path)).fits if criteria.path else None
        for key in session.walk(hive, session.options.under):
            if fits is None or fits(key.path):
                found += _matches(session, hive, key, criteria)

    session.for_each(session.options.inputs, search)
    session.notes.append(f"{found:,} found")
    if not found and session.verdict.is_complete and not session.unread:
        session.note_code(exit_codes.NOT_THERE)


class Criteria:
    """What is looked for, compiled once. Raises `BadArgument` for what cannot be a pattern."""

    def __init__(self, options: Namespace) -> None:
        anywhere = not (options.keys or options.values or options.data)
        self.text = _text_matcher(options)
        self.in_keys = options.keys or anywhere
        self.in_names = options.values or anywhere
        self.in_data = options.data or anywhere
        self.bytes = _bytes(options.hex)
        self.type = type_number(options.type)
        self.min_size = options.min_size
        self.max_size = options.max_size
        self.base64 = options.base64
        self.path: str | None = options.path
        self.about_values = (
            self.bytes is not None
            or self.type is not None
            or self.base64
            or self.min_size is not None
            or self.max_size is not None
        )
        if self.text is None and not self.about_values and self.path is None:
            raise BadArgument("nothing to look for; give -f TEXT, --hex, --type, --min-size or --path")

    def takes_key(self, key: Key) -> bool:
        """Whether the key itself is a find."""
        if self.about_values:
            return False
        if self.text is None:
            return self.path is not None
        return self.in_keys and self.text(key.name)

    def takes_value(self, value: Value) -> bool:
        """Whether a value is a find."""
        length = len(value.raw)
        if (self.type is not None and value.type != self.type) or (
            self.bytes is not None and self.bytes not in value.raw
        ):
            return False
        if (self.min_size is not None and length < self.min_size) or (
            self.max_size is not None and length > self.max_size
        ):
            return False
        if self.base64 and not _is_base64(value):
            return False
        if self.text is None:
            return self.about_values
        if self.in_names and self.text(value.name or ""):
            return True
        return self.in_data and any(map(self.text, _strings(value)))


def _matches(session: Session, hive: Hive, key: Key, criteria: Criteria) -> int:
    out, found = session.out, 0
    prefix = f"{hive.label}: " if session.many else ""
    if criteria.takes_key(key):
        found += 1
        if out.kind == "text":
            out.line(f"{prefix}{key.path}\\")
        else:
            out.record(named(key_record(key, len(key.values())), hive, many=session.many))
    for value in key.values():
        if criteria.takes_value(value):
            found += 1
            if out.kind == "text":
                out.line(f"{prefix}{key.path}  {value_name(value)}  {value.type_name}  {data_line(value)}")
            else:
                out.record(named(value_record(key.path, value), hive, many=session.many))
    return found


def _text_matcher(options: Namespace) -> Matches | None:
    text: str | None = options.find
    if text is None:
        return None
    if options.regex:
        try:
            pattern = re.compile(text, 0 if options.case else re.IGNORECASE)
        except re.error as error:
            raise BadArgument(f"{text!r} is no regular expression: {error}; see the help of Python's re") from None
        search = pattern.fullmatch if options.exact else pattern.search
        return lambda name: search(name) is not None
    # The registry's own upper case, as a look-up uses it.
    wanted = text if options.case else fold(text)
    if options.exact:
        return (lambda name: name == wanted) if options.case else (lambda name: fold(name) == wanted)
    return (lambda name: wanted in name) if options.case else (lambda name: wanted in fold(name))


def _bytes(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        found = bytes.fromhex(text.replace(",", " ").replace("0x", " "))
    except ValueError:
        found = b""
    if not found:
        raise BadArgument(f"{text!r} is not hexadecimal; use --hex '4d 5a'")
    return found


def type_number(text: str | None) -> int | None:
    """The number of a type as people write it; raises `BadArgument` for what is none."""
    if text is None:
        return None
    short = text.lower().removeprefix("reg_")
    if short in _SHORT_TYPES:
        return _SHORT_TYPES[short]
    try:
        return int(text, 0)
    except ValueError:
        raise BadArgument(f"{text!r} is no type; use REG_SZ, dword, 7 or 0xffff0012") from None


def _strings(value: Value) -> list[str]:
    """The data as the strings that are searched: text as it is, numbers in decimal and hexadecimal."""
    data = value.data
    if isinstance(data, str):
        return [data]
    if isinstance(data, list):
        return data
    if isinstance(data, int):
        return [str(data), hex(data)]
    raw = value.raw
    return [raw.decode("latin-1"), raw[: len(raw) & ~1].decode("utf-16-le", "replace")]


def _is_base64(value: Value) -> bool:
    from binascii import Error, a2b_base64

    data = value.data
    if not isinstance(data, str) or len(data) < 16 or len(data) % 4:
        return False
    try:
        a2b_base64(data, strict_mode=True)
    except (Error, ValueError):
        return False
    return True
