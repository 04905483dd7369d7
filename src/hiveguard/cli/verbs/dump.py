"""``hiveguard dump``: every key and value, depth first in stored order."""

from __future__ import annotations

from ..arguments import add_format, add_hives
from ..show import data_line, key_record, named, value_name, value_record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from ...registry.hive import Hive
    from ...registry.hive_key import HiveKey
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
    parser.add_argument("--security", action="store_true", help="the security descriptor of each key, in SDDL")
    parser.add_argument("--type", metavar="TYPE", help="only values of this type: REG_SZ, dword, 7")


def run(session: Session) -> None:
    under = session.options.under
    session.for_each(session.options.inputs, lambda hive: _dump(session, hive, under))


def _dump(session: Session, hive: Hive, under: str) -> None:
    if session.out.kind == "text":
        _text(session, hive, under)
    else:
        dump_records(session, hive, under)


def dump_records(session: Session, hive: Hive, under: str) -> None:
    """Every key and value below a path as records for machines."""
    out, options = session.out, session.options
    out.columns(("hive", *COLUMNS) if session.many else COLUMNS)
    wanted = wanted_type(options)
    for key in session.walk(hive, under):
        values = key.values()
        record = key_record(key, len(values))
        if getattr(options, "security", False):
            record["security"] = security_text(key)
        out.record(named(record, hive, many=session.many))
        for value in values:
            if wanted is None or value.type == wanted:
                out.record(named(value_record(key.path, value), hive, many=session.many))


def _text(session: Session, hive: Hive, under: str) -> None:
    out, options = session.out, session.options
    wanted = wanted_type(options)
    if session.many:
        out.line(f"# {hive.label}")
    for key in session.walk(hive, under):
        security = f"  {security_text(key)}" if options.security else ""
        out.line(f"[{key.path}]  {key.last_write_text or '-'}{security}")
        for value in key.values():
            if wanted is None or value.type == wanted:
                out.line(f"  {value_name(value)}  {value.type_name}  {data_line(value)}")


def wanted_type(options: Namespace) -> int | None:
    """The type that was asked for, or None for all."""
    from ...registry.search import type_number

    return type_number(getattr(options, "type", None))


def security_text(key: HiveKey) -> str | None:
    """A key's descriptor in SDDL; None where it has none or it cannot be read (the walk's verdict tells)."""
    from ...core.errors import Incomplete

    try:
        descriptor = key.security
    except Incomplete:
        return None
    return descriptor.sddl if descriptor is not None else None
