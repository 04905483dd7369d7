"""``hiveguard ls``: the subkeys and values of a key."""

from __future__ import annotations

from ..arguments import add_format, add_key
from ..output import put_text
from ..show import named, put_time, value_line, value_record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from ...registry.hive import Hive
    from ..output import Field
    from ..session import Session

EXAMPLES = (
    "hiveguard ls NTUSER.DAT",
    "hiveguard ls NTUSER.DAT 'Software\\Microsoft\\Windows'",
    "hiveguard ls --keys */NTUSER.DAT Software",
)
COLUMNS = ("kind", "path", "last_write", "subkeys", "name", "type", "type_name", "data", "raw")


def arguments(parser: ArgumentParser) -> None:
    add_key(parser)
    parser.add_argument("--keys", action="store_true", help="subkeys only")
    parser.add_argument("--values", action="store_true", help="values only")
    add_format(parser)


def run(session: Session) -> None:
    hives, words = session.split(1)
    session.out.columns(("hive", *COLUMNS) if len(hives) > 1 else COLUMNS)
    session.for_each(hives, lambda hive: _list(session, hive, words[0] if words else ""))


def _list(session: Session, hive: Hive, path: str) -> None:
    out, options = session.out, session.options
    prefix = f"{hive.label}: " if session.many else ""
    key = hive.key(path)
    if options.keys or not options.values:
        subkeys = key.subkeys(on_incomplete="record")
        for subkey in subkeys:
            if out.kind == "text":
                out.line(f"{prefix}{subkey.last_write_text or '-':<28}  {subkey.name}\\")
                continue
            record: dict[str, Field] = {"kind": "key"}
            put_text(record, "path", subkey.path)
            put_time(record, "last_write", subkey.last_write)
            record["subkeys"] = subkey.subkey_count
            out.record(named(record, hive, many=session.many))
        session.conclude(subkeys.verdict, hive)
    if options.values or not options.keys:
        values = key.values(on_incomplete="record")
        for value in values:
            if out.kind == "text":
                out.line(prefix + value_line(value))
            else:
                out.record(named(value_record(key.path, value), hive, many=session.many))
        session.conclude(values.verdict, hive)
