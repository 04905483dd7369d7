"""``hiveguard info``: what the base block and the logs of a hive say."""

from __future__ import annotations

from ...core.filetime import text as time_text
from ...core.verdict import Verdict
from ...regf.damage import Findings
from ...regf.layout import BASE_BLOCK_SIZE
from ..arguments import add_format, add_hives
from ..output import put_text
from ..show import put_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from ...registry.hive import Hive
    from ..output import Field
    from ..session import Session

EXAMPLES = ("hiveguard info NTUSER.DAT", "hiveguard info --format jsonl C/Windows/System32/config")
COLUMNS = (
    "kind",
    "hive",
    "size",
    "version",
    "seq1",
    "seq2",
    "dirty",
    "checksum_ok",
    "logs",
    "last_written",
    "bins_size",
    "file_name",
)


def arguments(parser: ArgumentParser) -> None:
    add_hives(parser)
    add_format(parser)


def run(session: Session) -> None:
    session.out.columns(COLUMNS)
    session.for_each(session.options.inputs, lambda hive: _info(session, hive))


def _info(session: Session, hive: Hive) -> None:
    record = describe(hive)
    if session.out.kind != "text":
        session.out.record(record)
    else:
        _lines(session, hive, record)
    findings = Findings()
    hive.header.note_oddities(findings, hive.size)
    session.conclude(Verdict(damage=findings.damage, attempts=1))


def describe(hive: Hive) -> dict[str, Field]:
    """Everything about a hive that can be told without walking it."""
    header, report = hive.header, hive.log_report
    record: dict[str, Field] = {"kind": "hive"}
    put_text(record, "hive", hive.label)
    record["size"] = hive.size
    record["version"] = header.version
    record["seq1"], record["seq2"] = header.seq1, header.seq2
    record["dirty"] = header.is_dirty
    record["checksum_ok"] = header.checksum_ok
    record["logs"] = report.state
    record["log_reason"] = report.reason
    record["log_entries"] = list(report.applied)
    record["log_files"] = [{"name": name, "what": what} for name, what in report.logs]
    record["transaction_files"] = hive.transaction_files
    put_time(record, "last_written", header.last_written)
    put_time(record, "last_reorganized", header.last_reorganized)
    record["root"] = header.root
    record["bins_size"] = header.bins_size
    record["beyond_bins"] = hive.size - BASE_BLOCK_SIZE - header.bins_size
    record["file_type"], record["format"], record["clustering"] = header.file_type, header.format, header.clustering
    record["flags"] = list(header.flag_names)
    put_text(record, "file_name", header.file_name)
    record["guids"] = {name: guid.hex() for name, guid in header.guids.items()}
    record["made_by_offreg"] = header.made_by_offreg
    return record


def _lines(session: Session, hive: Hive, record: dict[str, Field]) -> None:
    out, header, report = session.out, hive.header, hive.log_report
    state = "dirty: changes are pending" if header.is_dirty else "clean"
    size, beyond = hive.size, hive.size - BASE_BLOCK_SIZE - header.bins_size
    behind = f"{beyond:,} behind them" if beyond >= 0 else f"of which {-beyond:,} are MISSING"
    rows = (
        ("hive", hive.label),
        ("version", f"{header.version}{', layered keys' if header.has_layered_keys else ''}"),
        (
            "state",
            f"{state} (sequence {header.seq1}/{header.seq2}, checksum {'ok' if header.checksum_ok else 'WRONG'})",
        ),
        ("logs", report.words),
        *((f"  {name}", what) for name, what in report.logs),
        ("entries applied", ", ".join(map(str, report.applied))),
        ("transactions", ", ".join(hive.transaction_files)),
        ("size", f"{size:,} bytes: base block, {header.bins_size:,} bytes of bins, {behind}"),
        ("last written", time_text(header.last_written) or "not noted"),
        ("reorganised", time_text(header.last_reorganized) or ""),
        ("root cell", f"{header.root:#x}"),
        ("file name", header.file_name),
        ("flags", ", ".join(header.flag_names)),
        ("made by", "offreg.dll" if header.made_by_offreg else ""),
    )
    for name, value in rows:
        if value:
            out.line(f"{name + ':':<17} {value}")
