"""``hiveguard ls``: the subkeys and values of a key."""

from __future__ import annotations

from ...core.errors import NotFound
from ...registry.glob import Glob, is_glob
from ..arguments import add_format, add_key
from ..output import put_text
from ..show import named, put_time, value_line, value_record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from ...registry.hive import Hive
    from ...registry.hive_key import HiveKey
    from ..output import Field
    from ..session import Session

EXAMPLES = (
    "hiveguard ls NTUSER.DAT",
    "hiveguard ls NTUSER.DAT 'Software\\Microsoft\\Windows'",
    "hiveguard ls NTUSER.DAT 'Software\\*\\Run'",
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
    session.columns(COLUMNS, hives)
    session.for_each(hives, lambda hive: _list(session, hive, words[0] if words else ""))


def _list(session: Session, hive: Hive, path: str) -> None:
    if is_glob(path):
        _each_that_fits(session, hive, session.place(hive, path))
        return
    _entries(session, hive, session.key(hive, path), concludes=True)


def _each_that_fits(session: Session, hive: Hive, path: str) -> None:
    glob = Glob(path)
    found = 0
    try:
        for key in session.walk(hive, glob.prefix):
            if glob.fits(key.path):
                found += 1
                if session.out.kind == "text":
                    session.out.line(f"{hive.label}: {key.path}:" if session.many else f"{key.path}:")
                # What is wrong with its lists the walk itself tells.
                _entries(session, hive, key, concludes=False)
    except NotFound:
        found = 0
    session.notes.append(f"{found:,} {'key fits' if found == 1 else 'keys fit'}")
    if not found and session.verdict.is_complete:
        raise NotFound(f"{hive.label}: no key fits {path}; list the keys above, or quote a name that holds *")


def _entries(session: Session, hive: Hive, key: HiveKey, *, concludes: bool) -> None:
    out, options = session.out, session.options
    prefix = f"{hive.label}: " if session.many else ""
    if not concludes and out.kind == "text":
        prefix = "  "
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
        if concludes:
            session.conclude(subkeys.verdict, hive)
    if options.values or not options.keys:
        values = key.values(on_incomplete="record")
        for value in values:
            if out.kind == "text":
                out.line(prefix + value_line(value))
            else:
                out.record(named(value_record(key.path, value), hive, many=session.many))
        if concludes:
            session.conclude(values.verdict, hive)
