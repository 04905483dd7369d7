"""``hiveguard get``: one value, or all values of a key."""

from __future__ import annotations

from ...core.errors import BadArgument, Incomplete
from ...regf.value import Value
from ..arguments import add_format, add_key
from ..bounds import positive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from ...registry.hive import Hive
    from ..session import Session

EXAMPLES = (
    "hiveguard get NTUSER.DAT 'Control Panel\\Desktop' Wallpaper",
    "hiveguard get NTUSER.DAT 'Software\\Classes\\.txt' --default",
    "hiveguard get SYSTEM 'Select' Current --raw | xxd",
)
COLUMNS = ("kind", "path", "name", "type", "type_name", "data", "raw")
ALL = "*"


def arguments(parser: ArgumentParser) -> None:
    add_key(parser, "key, then the value's name", "[KEY [VALUE]]")
    parser.add_argument("--default", action="store_true", help="the key's default value")
    parser.add_argument(
        "--ordinal", type=positive, default=1, metavar="N", help="the N-th of several values of that name"
    )
    parser.add_argument("--raw", action="store_true", help="the exact bytes, nothing else")
    parser.add_argument("--base64", action="store_true", help="the exact bytes in base64")
    add_format(parser)
    parser.set_defaults(at_once=True)


def run(session: Session) -> None:
    hives, words = session.split(2)
    path = words[0] if words else ""
    if len(words) == 2 and session.options.default:
        raise BadArgument(f"{words[1]}: a value was named, and --default asks for another; give one of them")
    name: str | None = words[1] if len(words) == 2 else None if session.options.default else ALL
    if (session.options.raw or session.options.base64) and name == ALL:
        raise BadArgument("--raw and --base64 write one value; name it, or give --default")
    session.columns(COLUMNS, hives)
    session.for_each(hives, lambda hive: _get(session, hive, path, name))


def _get(session: Session, hive: Hive, path: str, name: str | None) -> None:
    key = session.key(hive, path)
    if name == ALL:
        listing = key.values(on_incomplete="record")
        for value in listing:
            _put(session, hive, key.path, value, alone=False)
        session.conclude(listing.verdict, hive)
        return
    try:
        value = key.value(name, session.options.ordinal)
    except Incomplete as incomplete:
        # A value that is there but damaged is delivered, and told.
        for item in incomplete.items:
            if isinstance(item, Value):
                _put(session, hive, key.path, item, alone=True)
        raise
    _put(session, hive, key.path, value, alone=True)
    session.conclude(key.answered(values=1), hive)


def _put(session: Session, hive: Hive, path: str, value: Value, *, alone: bool) -> None:
    out, options = session.out, session.options
    if options.raw:
        out.write_bytes(value.raw)
    elif options.base64:
        from binascii import b2a_base64

        out.write(b2a_base64(value.raw).decode("ascii"))
    elif out.kind != "text":
        from ..output import put_text
        from ..show import value_record

        record = value_record(path, value)
        if session.many:
            put_text(record, "hive", hive.label)
        out.record(record)
    else:
        from ..show import data_line, value_line

        prefix = f"{hive.label}: " if session.many else ""
        if not alone:
            out.line(prefix + value_line(value))
        elif isinstance(value.data, list):
            for item in value.data:
                out.line(prefix + item)
        elif isinstance(value.data, int):
            out.line(f"{prefix}{value.data}")
        else:
            out.line(prefix + data_line(value, width=None))
