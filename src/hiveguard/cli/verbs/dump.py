"""``hiveguard dump``: every key and value, depth first in stored order."""

from __future__ import annotations

from ..arguments import add_format, add_hives
from ..output import put_text
from ..show import data_line, key_record, value_name, value_record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from ...registry.hive import Hive
    from ..session import Session

EXAMPLES = (
    "hiveguard dump NTUSER.DAT",
    "hiveguard dump --format jsonl NTUSER.DAT | jq -c 'select(.kind==\"end\")'",
    "hiveguard dump --under 'Software\\Microsoft' --format csv -o run.csv NTUSER.DAT",
)
COLUMNS = ("kind", "path", "last_write", "subkeys", "values", "name", "type", "type_name", "data", "raw")


def arguments(parser: ArgumentParser) -> None:
    add_hives(parser)
    add_format(parser)
    parser.add_argument("--under", metavar="PATH", default="", help="only this key and what is below it")


def run(session: Session) -> None:
    session.for_each(session.options.inputs, lambda hive: _dump(session, hive))


def _dump(session: Session, hive: Hive) -> None:
    out = session.out
    if out.kind == "text":
        _text(session, hive)
        return
    out.columns(("hive", *COLUMNS) if session.many else COLUMNS)
    label = hive.label
    for key in session.walk(hive, session.options.under):
        values = key.values()
        records = [key_record(key, len(values))]
        records += [value_record(key.path, value) for value in values]
        for record in records:
            if session.many:
                put_text(record, "hive", label)
            out.record(record)


def _text(session: Session, hive: Hive) -> None:
    out = session.out
    if session.many:
        out.line(f"# {hive.label}")
    for key in session.walk(hive, session.options.under):
        out.line(f"[{key.path}]  {key.last_write_text or '-'}")
        for value in key.values():
            out.line(f"  {value_name(value)}  {value.type_name}  {data_line(value)}")
