"""``hiveguard diff``: what differs between two hives, or between the hives of two folders."""

from __future__ import annotations

import os

from ...core.errors import BadArgument, HiveError
from ...core.filetime import text as time_text
from ...registry.diff import compare
from .. import exit_codes
from ..arguments import add_format, add_reading
from ..inputs import expand
from ..output import put_text
from ..show import data_line, put_time, value_name, value_record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from ...regf.value import Value
    from ...registry.diff import Difference
    from ..output import Field
    from ..session import Session

EXAMPLES = (
    "hiveguard diff before/NTUSER.DAT after/NTUSER.DAT",
    "hiveguard diff --under Software --format unified old.dat new.dat",
)
KINDS = ("text", "unified", "jsonl", "json", "csv")
COLUMNS = ("kind", "change", "path", "name", "type", "type_name", "raw", "before_type", "before_raw", "last_write")
_MARKS = {"added": "+", "removed": "-", "changed": "~"}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("before", metavar="BEFORE", help="a hive, or a folder of hives")
    parser.add_argument("after", metavar="AFTER", help="the hive or folder to compare it with")
    parser.add_argument("--under", metavar="PATH", default="", help="only this key and what is below it")
    parser.add_argument("--times", action="store_true", help="keys whose last-write time alone differs, too")
    add_reading(parser)
    add_format(parser, *KINDS)


def run(session: Session) -> None:
    before, after = session.options.before, session.options.after
    session.out.columns(COLUMNS)
    folders = [path != "-" and os.path.isdir(path) for path in (before, after)]
    if folders[0] != folders[1]:
        raise BadArgument("a folder can be compared with a folder only; name two hives or two folders")
    if not folders[0]:
        _compare(session, before, after)
        return
    session.many = True
    one, other = _relative(session, before), _relative(session, after)
    for name in sorted(one.keys() | other.keys()):
        if name in one and name in other:
            _compare(session, one[name], other[name])
        else:
            _alone(session, one.get(name) or other[name], "removed" if name in one else "added")


def _relative(session: Session, folder: str) -> dict[str, str]:
    found = {}
    for each in expand([folder]):
        if each.error is not None:
            session.fail(each.error)
        else:
            found[os.path.relpath(each.path, folder)] = each.path
    return found


def _compare(session: Session, before: str, after: str) -> None:
    options, out = session.options, session.out
    session.inputs += 2
    try:
        with session.open(before) as one, session.open(after) as other:
            found = compare(session.walk(one, options.under), session.walk(other, options.under), times=options.times)
    except HiveError as error:
        session.unread += 1
        session.fail(error)
        return
    if found:
        session.note_code(exit_codes.NOT_THERE)
    if out.kind == "unified" or (found and session.many and out.kind == "text"):
        out.line(f"--- {before}")
        out.line(f"+++ {after}")
    place = None
    for difference in found:
        if out.kind == "unified" and difference.path != place:
            place = difference.path
            out.line(f"@@ {place or chr(92)} @@")
        _put(session, difference)
    session.notes.append(f"{len(found):,} differences" if found else "no differences")


def _alone(session: Session, path: str, change: str) -> None:
    session.note_code(exit_codes.NOT_THERE)
    if session.out.kind in ("text", "unified"):
        session.out.line(f"{_MARKS[change]} the whole hive {path}")
    else:
        record: dict[str, Field] = {"kind": "hive", "change": change}
        put_text(record, "hive", path)
        session.out.record(record)


def _put(session: Session, difference: Difference) -> None:
    kind = session.out.kind
    if kind == "text":
        session.out.line(f"{_MARKS[difference.change]} {difference.path or chr(92)}{_what(difference)}")
    elif kind == "unified":
        _unified(session, difference)
    else:
        session.out.record(_record(difference))


def _shown(value: Value) -> str:
    return f"{value.type_name}  {data_line(value)}"


def _what(difference: Difference) -> str:
    before, after = difference.before, difference.after
    if before is not None and after is not None:
        return f"  {value_name(after)}  {_shown(before)}  ->  {_shown(after)}"
    value = before if before is not None else after
    if value is not None:
        return f"  {value_name(value)}  {_shown(value)}"
    if difference.change == "changed":
        old, new = (time_text(time or 0) for time in difference.times)
        return f"\\  last write {old}  ->  {new}"
    return "\\"


def _unified(session: Session, difference: Difference) -> None:
    out = session.out
    for mark, value, time in zip("-+", (difference.before, difference.after), difference.times, strict=True):
        if value is not None:
            out.line(f"{mark}{value_name(value)}  {_shown(value)}")
        elif difference.is_key and time is not None:
            out.line(f"{mark}[key]  last write {time_text(time)}")


def _record(difference: Difference) -> dict[str, Field]:
    before, after = difference.before, difference.after
    value = after if after is not None else before
    record: dict[str, Field]
    if value is None:
        record = {"kind": "key", "change": difference.change}
        put_text(record, "path", difference.path)
        for name, time in zip(("before_last_write", "last_write"), difference.times, strict=True):
            if time is not None:
                put_time(record, name, time)
        return record
    record = {**value_record(difference.path, value), "kind": "value", "change": difference.change}
    if before is not None and after is not None:
        record["before_type"], record["before_type_name"] = before.type, before.type_name
        record["before_raw"] = before.raw.hex()
    return record
