"""``hiveguard search``: keys and values by name, data, type or size."""

from __future__ import annotations

from ...core.errors import BadArgument
from ...registry.search import Query, type_number
from .. import exit_codes
from ..arguments import add_format, add_hives
from ..bounds import size
from ..inputs import exists
from ..show import data_line, key_record, named, value_name, value_record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from ...registry.hive import Hive
    from ...registry.search import Match
    from ..session import Session

EXAMPLES = (
    "hiveguard search -f wallpaper NTUSER.DAT",
    "hiveguard search -f '\\.exe$' --regex --data NTUSER.DAT SOFTWARE",
    "hiveguard search --hex '4d 5a 90 00' --min-size 64k C/Windows/System32/config",
    "hiveguard search --type REG_MULTI_SZ --under 'ControlSet001\\Services' SYSTEM",
    "hiveguard search --path 'Software\\*\\Windows\\**' NTUSER.DAT",
)
COLUMNS = ("kind", "path", "last_write", "subkeys", "values", "name", "type", "type_name", "data", "raw")

#: the options that say what to look for
_SOUGHT = ("find", "hex", "base64", "type", "min_size", "max_size", "path")


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
    options = session.options
    if all(getattr(options, name) in (None, False) for name in _SOUGHT):
        missing = next((word for word in options.inputs if not exists(word)), None)
        if missing is not None:
            raise BadArgument(f"{missing}: there is no such file; to look for text use -f '{missing}'")
    _query(options, options.path)  # a bad pattern ends at once, before any hive is read
    session.columns(COLUMNS, options.inputs)
    found = 0

    def search(hive: Hive) -> None:
        nonlocal found
        query = _query(options, session.place(hive, options.path) if options.path else None)
        for match in query.matches(session.walk(hive, options.under)):
            found += 1
            _put(session, hive, match)

    session.for_each(options.inputs, search)
    session.notes.append(f"{found:,} found")
    if not found and session.verdict.is_complete and not session.unread:
        session.note_code(exit_codes.NOT_THERE)


def _query(options: Namespace, path: str | None) -> Query:
    return Query(
        options.find,
        regex=options.regex,
        exact=options.exact,
        case=options.case,
        keys=options.keys,
        names=options.values,
        data=options.data,
        raw=_bytes(options.hex),
        type=type_number(options.type),
        min_size=options.min_size,
        max_size=options.max_size,
        base64=options.base64,
        path=path,
    )


def _put(session: Session, hive: Hive, match: Match) -> None:
    out, (key, value) = session.out, match
    prefix = f"{hive.label}: " if session.many else ""
    if value is None:
        if out.kind == "text":
            out.line(f"{prefix}{key.path}\\")
        else:
            out.record(named(key_record(key, len(key.values())), hive, many=session.many))
    elif out.kind == "text":
        out.line(f"{prefix}{key.path}  {value_name(value)}  {value.type_name}  {data_line(value)}")
    else:
        out.record(named(value_record(key.path, value), hive, many=session.many))


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
