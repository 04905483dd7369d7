"""Other people's readers of traces agree: on real traces, and on what TraceBuilder makes.

Where a peer is known to be wrong it is left out, and the comment says in what.
"""

from __future__ import annotations

import json
import lzma
import subprocess
from pathlib import Path

import pytest

from hiveguard.testing import TraceBuilder
from hiveguard.trace import Record, open_trace

pytestmark = pytest.mark.peers

ROOT = Path(__file__).resolve().parents[2]
ID = "70eb4f03-c1de-4f73-a051-33d13d5413bd"
CLASS = "ae53722e-c863-11d2-8659-00c04fa321a1"
SECONDS = 100

DISSECT = """
import json, sys
from dissect.etl.etl import ETL
with open(sys.argv[1], "rb") as file:
    trace = ETL(file)
    for record in trace:
        header = record.header
        kind = type(header).__name__
        row = [header._marker.header_type, trace.get_filetime_for_event(header.time_delta)]
        row += [str(header.provider_id), len(header.payload)]
        for name in ("thread_id", "process_id"):
            row.append(getattr(header, name, None))
        print(json.dumps(row))
"""
ETL_PARSER = """
import json, sys
from etl.etl import IEtlFileObserver, build_from_stream
counts = {}
def count(kind):
    counts[kind] = counts.get(kind, 0) + 1
class Observer(IEtlFileObserver):
    def on_event_record(self, event): count("event")
    def on_trace_record(self, event): count("full")
    def on_perfinfo_trace(self, event): count("perfinfo")
    def on_system_trace(self, event): count("system")
    def on_win_trace(self, event): count("message")
with open(sys.argv[1], "rb") as file:
    build_from_stream(file.read()).parse(Observer())
print(json.dumps(counts))
"""


def ask(peer: str, code: str, path: Path) -> list[str]:
    python = ROOT / ".peers" / peer / "bin" / "python"
    if not python.exists():
        pytest.skip(f"{peer} is not here: make peers-setup")
    done = subprocess.run([str(python), "-c", code, str(path)], capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stderr[-500:]
    return done.stdout.splitlines()


def by_dissect(path: Path) -> list[tuple[int, int, str, int]]:
    return [tuple(json.loads(line)[:4]) for line in ask("dissect-etl", DISSECT, path)]


def by_etl_parser(path: Path) -> dict[str, int]:
    counts: dict[str, int] = json.loads(ask("etl-parser", ETL_PARSER, path)[-1])
    return counts


def ours(path: Path) -> list[Record]:
    with open_trace(path) as trace:
        return list(trace.records("file", on_incomplete="record"))


def agree(path: Path, tolerance: int) -> None:
    """Counts, header types, times, class GUIDs and payloads as far as dissect.etl tells them."""
    mine, theirs = ours(path), by_dissect(path)
    assert len(mine) == len(theirs)
    for record, (kind, time, provider, size) in zip(mine, theirs, strict=True):
        # dissect.etl numbers a message 15, the type that is reserved for it.
        assert kind == (15 if record.kind == "message" else record.type)
        assert record.time is not None
        assert abs(record.time - time) <= tolerance  # it computes in floating point
        # It builds the provider of an event from the bytes as they stand, so that its GUID is swapped, knows other
        # classes of kernel records than the documented ones, and counts extended items as payload.
        if record.kind in ("full", "instance"):
            assert record.provider_text == provider
        if record.kind in ("system", "perfinfo", "full", "compact") or not record.items:
            if record.kind != "message":
                assert len(record.payload) == size


@pytest.mark.parametrize(
    "name",
    [
        "pv-SelfDescribingSingleEvent",
        "pv-smallEtlFile",
        "gcevents",
        "ep-AMSITrace",
        "so-test",
        "kr-powershell",
        "pw-eventlog",
        "sz-image_data_32_v0",
        "fn-wppemitter-sample",
        "ep-ShutdownPerfDiagLogger",
        "diaghub.kernel.1",
    ],
)
def test_dissect_agrees_on_real_traces(shared: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / "trace.etl"
    path.write_bytes(lzma.decompress((shared / "data" / "etl" / f"{name}.etl.xz").read_bytes()))
    agree(path, 8)


def built(*, pointer_size: int, clock: int, compressed: bool = False, instances: bool = True) -> TraceBuilder:
    """What dissect.etl can read: no message without GUID, time, thread and process."""
    builder = TraceBuilder(pointer_size=pointer_size, clock=clock, compressed=compressed, frequency=3_117_777)
    for number in range(60):
        cpu = number % 3
        builder.event(ID, number, b"payload" * number, cpu=cpu)
        builder.event(ID, number, b"payload", items=[(1, bytes(16)), (0xB, b"schema")], cpu=cpu)
        builder.system(0x0924, bytes(number), cpu=cpu)
        builder.perfinfo(0x0925, bytes(number), cpu=cpu)
        builder.classic(CLASS, 36, bytes(number), cpu=cpu)
        builder.message(10 + number, b"arguments", guid=ID, pid=4, cpu=cpu)
        if instances:
            builder.compact(0x0926, bytes(number), cpu=cpu)
            builder.perfinfo(0x0525, b"counted", counters=range(number % 8), cpu=cpu)
            builder.instance(CLASS, 3, bytes(number), cpu=cpu)
    return builder


@pytest.mark.parametrize("pointer_size", [4, 8])
@pytest.mark.parametrize("clock", [1, 2, 3])
@pytest.mark.parametrize("compressed", [False, True])
def test_dissect_reads_what_the_builder_makes(tmp_path: Path, pointer_size: int, clock: int, compressed: bool) -> None:
    path = tmp_path / "synthetic.etl"
    path.write_bytes(built(pointer_size=pointer_size, clock=clock, compressed=compressed).build())
    agree(path, 8)


@pytest.mark.parametrize("pointer_size", [4, 8])
@pytest.mark.parametrize("clock", [1, 2, 3])
def test_etl_parser_reads_what_the_builder_makes(tmp_path: Path, pointer_size: int, clock: int) -> None:
    """One instance record would end it, a compressed buffer too; it passes over the first buffer."""
    builder = built(pointer_size=pointer_size, clock=clock, instances=False)
    path = tmp_path / "synthetic.etl"
    path.write_bytes(builder.build())
    counts = by_etl_parser(path)
    assert counts == {"event": 120, "system": 60, "perfinfo": 60, "full": 60, "message": 60}
    assert sum(counts.values()) == len(ours(path)) - 1


@pytest.mark.parametrize("name", ["gcevents", "ep-AMSITrace", "kr-powershell", "pw-eventlog", "diaghub.kernel.1"])
def test_etl_parser_counts_real_traces_alike(shared: Path, tmp_path: Path, name: str) -> None:
    path = tmp_path / "trace.etl"
    path.write_bytes(lzma.decompress((shared / "data" / "etl" / f"{name}.etl.xz").read_bytes()))
    first = int.from_bytes(path.read_bytes()[:4], "little")
    in_first = len(ours_of(path.read_bytes()[:first]))
    assert sum(by_etl_parser(path).values()) == len(ours(path)) - in_first


def ours_of(data: bytes) -> list[Record]:
    return list(open_trace(data).records("file", on_incomplete="record"))
