"""``hiveguard trace``: what happened to hives, out of a recorded trace (.etl)."""

from __future__ import annotations

from ...core.errors import BadArgument, HiveError, NotWritten
from ...core.hive_event import HiveEvent
from ..arguments import add_color, add_live_format
from ..output import message, put_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Mapping

    from ...trace.key_operation import KeyOperation, RawEvent
    from ...trace.record import Record
    from ...trace.tmf import Tmf
    from ...trace.trace import Trace
    from ..output import Field
    from ..session import Session

EXAMPLES = (
    "hiveguard trace boot.etl",
    "hiveguard trace --keys --format jsonl registry.etl",
    "hiveguard trace --provider 70eb4f03-c1de-4f73-a051-33d13d5413bd boot.etl",
    "hiveguard trace --info boot.etl",
    "hiveguard trace --tmf keeper-tmf keeper.etl",
)

_FINDINGS_TOLD = 10  #: about TMF files, one by one


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("inputs", nargs="+", metavar="FILE", help="a recorded trace (.etl)")
    parser.add_argument("--keys", action="store_true", help="operations on keys and values, too")
    parser.add_argument(
        "--provider", action="append", metavar="GUID", default=[], help="every record of this provider, not decoded"
    )
    parser.add_argument(
        "--tmf", action="append", metavar="PATH", default=[], help="WPP messages instead, by this TMF file or folder"
    )
    parser.add_argument("--info", action="store_true", help="what the session was, and nothing of its records")
    add_color(parser)
    add_live_format(parser)


def run(session: Session) -> None:
    from ...trace.trace import open_trace

    session.many = len(session.options.inputs) > 1
    session.of = "traces"
    tmf = _tmf(session)
    for path in session.options.inputs:
        session.begin(path)
        try:
            with open_trace(path) as trace:
                if tmf is not None and not session.options.info:
                    _messages(session, trace, tmf)
                else:
                    _read(session, path, trace)
        except NotWritten:  # our own output: no other trace can help
            raise
        except HiveError as error:
            session.unread += 1
            session.fail(error)


def _read(session: Session, path: str, trace: Trace) -> None:
    options = session.options
    if options.info:
        _info(session, path, trace)
        return
    if options.provider:
        guids = [_guid(text) for text in options.provider]
        for record in session.read(trace.records(providers=guids, on_incomplete="record")):
            _record(session, record)
        return
    from ...trace.hive_trace import hive_events

    for item in session.read(hive_events(trace, keys=options.keys, on_incomplete="record")):
        if isinstance(item, HiveEvent):
            _event(session, item)
        else:
            _other(session, item)


def _tmf(session: Session) -> Tmf | None:
    """The message formats that were asked for; what is odd about their files is told."""
    if not session.options.tmf:
        return None
    if session.options.keys or session.options.provider:
        raise BadArgument("--tmf shows WPP messages only; leave out --keys and --provider")
    from ...trace.tmf_files import load_tmf

    try:
        tmf = load_tmf(*session.options.tmf)
    except HiveError:
        session.inputs = session.unread = len(session.options.inputs)  # none of them is read
        raise
    for finding in tmf.findings[:_FINDINGS_TOLD]:
        message(str(finding))
    more = len(tmf.findings) - _FINDINGS_TOLD + sum(count for _, count in tmf.more_findings)
    if more > 0:
        message(f"{more:,} more findings about TMF files")
    return tmf


def _messages(session: Session, trace: Trace, tmf: Tmf) -> None:
    from ...trace.wpp_messages import wpp_messages

    for each in session.read(wpp_messages(trace, tmf, on_incomplete="record")):
        if session.out.kind == "jsonl":
            session.out.record(_safe(each.as_record()))
        else:
            session.out.line(each.line())


def _safe(record: Mapping[str, object]) -> dict[str, Field]:
    """The record with texts that any reader of JSON survives."""
    told: dict[str, Field] = {}
    for name, value in record.items():
        if isinstance(value, list):
            told[name] = [_safe(each) for each in value]
        elif isinstance(value, str):
            put_text(told, name, value)
        elif value is None or isinstance(value, int):
            told[name] = value
    return told


def _guid(text: str) -> bytes:
    from uuid import UUID

    try:
        return UUID(text).bytes_le
    except ValueError:
        raise BadArgument(f"{text!r} is no GUID; write it as 70eb4f03-c1de-4f73-a051-33d13d5413bd") from None


def _event(session: Session, event: HiveEvent) -> None:
    from ..watch_screen import Lines, Screen

    screen = Screen(session) if session.out.kind == "jsonl" else Lines(session)
    screen.put(event)


def _other(session: Session, item: KeyOperation | RawEvent) -> None:
    from ...trace.key_operation import KeyOperation
    from ...watch.record import VERSION, time_text

    time = time_text(item.time)
    if isinstance(item, KeyOperation):
        record: dict[str, Field] = {"v": VERSION, "kind": "key", "operation": item.name, "time": time}
        put_text(record, "key", item.key)
        put_text(record, "value", item.value)
        record["status"] = None if item.status is None else f"{item.status:#010x}"
        text = f"{item.name:<22} {item.key or '(unknown key)'}" + (f"  {item.value}" if item.value is not None else "")
    else:
        record = {"v": VERSION, "kind": "raw", "number": item.number, "time": time, "payload": item.payload.hex()}
        text = f"raw {item.number:<18} {len(item.payload):,} bytes"
    record["channel"], record["pid"], record["tid"] = item.channel, item.pid, item.tid
    _put(session, record, f"{(time or '')[:23]}Z  {text}")


def _record(session: Session, record: Record) -> None:
    from ...core.filetime import text
    from ...watch.record import VERSION

    time = text(record.time) if record.time is not None else None
    told: dict[str, Field] = {
        "v": VERSION,
        "kind": "record",
        "header": record.kind,
        "time": time,
        "provider": record.provider_text,
        "id": record.id,
        "opcode": record.opcode,
        "version": record.version,
        "cpu": record.cpu,
        "pid": record.pid,
        "tid": record.tid,
        "payload": record.payload.hex(),
    }
    number = record.id if record.id is not None else f"opcode {record.opcode}"
    _put(session, told, f"{(time or '')[:23]}Z  {record.kind:<9} {number}  {len(record.payload):,} bytes")


def _info(session: Session, path: str, trace: Trace) -> None:
    from ...core.filetime import text
    from ...core.verdict import Verdict

    found = trace.session
    told: dict[str, Field] = {"kind": "session"}
    put_text(told, "file", path)
    put_text(told, "logger", found.logger)
    told["windows_build"] = found.build
    told["processors"] = found.processors
    told["pointer_size"] = found.pointer_size
    told["clock"] = found.clock.name
    told["started"] = text(found.start_time)
    told["closed"] = found.closed
    told["compressed"] = found.compression is not None
    told["modes"] = list(found.modes)
    told["events_lost"], told["buffers_lost"] = found.events_lost, found.buffers_lost
    if session.out.kind == "jsonl":
        session.out.record(told)
    else:
        for name, value in told.items():
            if name != "kind":
                session.out.line(f"{name:<14} {', '.join(found.modes) if name == 'modes' else value}")
    session.conclude(Verdict(counts={"traces": 1}, attempts=1))


def _put(session: Session, record: dict[str, Field], line: str) -> None:
    if session.out.kind == "jsonl":
        session.out.record(record)
    else:
        session.out.line(line)
