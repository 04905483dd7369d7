"""``hiveguard recover``: deleted keys and values, also of a hive whose base block only a log has."""

from __future__ import annotations

from ...core.filetime import text as time_text
from ...core.verdict import replace
from ..arguments import add_format, add_hives
from ..output import put_text
from ..show import data_field, named, put_time, value_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from ...regf.recover import RecoveredKey, RecoveredValue
    from ...registry.hive import Hive
    from ..output import Field
    from ..session import Session

EXAMPLES = (
    "hiveguard recover NTUSER.DAT",
    "hiveguard recover --trust high --format jsonl NTUSER.DAT",
)
COLUMNS = (
    "kind",
    "path",
    "path_known",
    "last_write",
    "name",
    "type",
    "type_name",
    "data",
    "raw",
    "source",
    "data_source",
    "trust",
    "doubts",
    "offset",
)
_TRUSTS = ("high", "medium", "low")


def arguments(parser: ArgumentParser) -> None:
    add_hives(parser)
    parser.add_argument(
        "--trust", choices=_TRUSTS, default="low", help="only what can be trusted so far (default: low)"
    )
    add_format(parser)
    parser.set_defaults(rebuild=True)


def run(session: Session) -> None:
    session.columns(COLUMNS, session.options.inputs)
    session.for_each(session.options.inputs, lambda hive: _recover(session, hive))


def _recover(session: Session, hive: Hive) -> None:
    trusted = _TRUSTS[: _TRUSTS.index(session.options.trust) + 1]
    found = hive.recover()
    keys = values = 0
    for key in found.keys:
        if key.trust in trusted:
            keys += 1
            _put_key(session, hive, key)
            for value in key.values:
                values += 1
                _put_value(session, hive, value)
    for value in found.values:
        if value.trust in trusted:
            values += 1
            _put_value(session, hive, value)
    session.conclude(replace(found.verdict, counts={"keys": keys, "values": values}))
    session.notes.append("all of it deleted or former, none of it live")


def _tail(found: RecoveredKey | RecoveredValue) -> str:
    doubts = f": {'; '.join(found.doubts)}" if found.doubts else ""
    return f"  [{found.source}, trust {found.trust}{doubts}]"


def _put_key(session: Session, hive: Hive, key: RecoveredKey) -> None:
    if session.out.kind == "text":
        prefix = f"{hive.label}: " if session.many else ""
        path = key.path if key.path_known else f"?\\{key.path}"
        session.out.line(f"{prefix}{path}\\  {time_text(key.last_write) or '-'}{_tail(key)}")
        return
    record: dict[str, Field] = {"kind": "deleted-key"}
    put_text(record, "path", key.path)
    record["path_known"] = key.path_known
    put_time(record, "last_write", key.last_write)
    put_text(record, "name", key.name)
    record.update(source=key.source, trust=key.trust, doubts=list(key.doubts), offset=key.offset)
    session.out.record(named(record, hive, many=session.many))


def _put_value(session: Session, hive: Hive, found: RecoveredValue) -> None:
    value = found.value
    if session.out.kind == "text":
        prefix = f"{hive.label}: " if session.many else ""
        session.out.line(f"{prefix}{'?' if found.path is None else found.path}  {value_line(value)}{_tail(found)}")
        return
    record: dict[str, Field] = {"kind": "deleted-value"}
    put_text(record, "path", found.path)
    put_text(record, "name", value.name)
    record["type"], record["type_name"] = value.type, value.type_name
    data_field(value, record)
    record["raw"] = value.raw.hex()
    record.update(source=found.source, data_source=found.data_source, trust=found.trust)
    record.update(doubts=list(found.doubts), offset=found.offset)
    session.out.record(named(record, hive, many=session.many))
