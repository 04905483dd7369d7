"""Speed of recorded traces: records a second, HiveGuard beside dissect.etl and etl-parser, in turn, in one run.

``python -m bench.trace [--rounds N] [--quick]`` prints a table of the real traces. Like for like: of every record its
time (an integer of 100-ns ticks), its provider and its payload, as each reader's public calls give them. dissect.etl
gives a time as an integer by `get_filetime_for_event` and a provider as a UUID; HiveGuard gives 16 bytes. etl-parser
hands parsed records to an observer, whose times are taken where it has a call for them. CPU time of the loop alone,
without the start of Python and without imports. Each round starts a process for each reader, one after the other.

Must not know: how any of them reads.
"""

from __future__ import annotations

import argparse
import json
import lzma
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".cache" / "traces"
TRACES = ("diaghub", "diaghub.kernel.1", "ep-ShutdownPerfDiagLogger", "net.4.5.2.x86")
PEERS = {"dissect.etl": "dissect-etl", "etl-parser": "etl-parser"}
#: what is promised: (way, base) to the least ratio, of uncompressed and of compressed traces
GOALS = {
    ("file order", "dissect.etl"): (20.0, 4.0),
    ("time order", "dissect.etl"): (15.0, 4.0),
    ("file order", "etl-parser"): (150.0, None),
}
OURS = ("file order", "time order", "filtered")


def read_hiveguard(path: str, way: str) -> tuple[int, float]:
    """Records and seconds: every record's time, provider and payload."""
    import hiveguard.trace.lz77
    import hiveguard.trace.record_walk
    import hiveguard.trace.time_order  # noqa: F401  # before the clock starts, as those of the others
    from hiveguard.trace import open_trace

    registry = [bytes.fromhex("2e7253ae63c8d211865900c04fa321a1")]
    count = 0
    began = time.process_time()
    with open_trace(path) as trace:
        walk = trace.records(
            "time" if way == "time order" else "file",
            providers=registry if way == "filtered" else None,
            on_incomplete="record",
        )
        for record in walk:
            count += 1
            record.time  # noqa: B018
            record.provider  # noqa: B018
            record.payload  # noqa: B018
    return count, time.process_time() - began


def read_dissect(path: str, way: str) -> tuple[int, float]:
    """The same by dissect.etl."""
    from dissect.etl.etl import ETL

    count = 0
    began = time.process_time()
    with open(path, "rb") as file:
        trace = ETL(file)
        to_filetime = trace.get_filetime_for_event
        for record in trace:
            count += 1
            header = record.header
            to_filetime(header.time_delta)
            header.provider_id  # noqa: B018
            header.payload  # noqa: B018
    return count, time.process_time() - began


def read_etl_parser(path: str, way: str) -> tuple[int, float]:
    """The same by etl-parser."""
    from etl.etl import IEtlFileObserver, build_from_stream  # type: ignore[import-not-found]

    class Observer(IEtlFileObserver):  # type: ignore[misc]
        count = 0

        def on_event_record(self, event: object) -> None:
            self.count += 1
            event.get_timestamp()  # type: ignore[attr-defined]

        def on_perfinfo_trace(self, event: object) -> None:
            self.count += 1
            event.get_timestamp()  # type: ignore[attr-defined]

        def on_trace_record(self, event: object) -> None:
            self.count += 1

        on_system_trace = on_win_trace = on_trace_record

    observer = Observer()
    began = time.process_time()
    with open(path, "rb") as file:
        build_from_stream(file.read()).parse(observer)
    return observer.count, time.process_time() - began


READERS = {"hiveguard": read_hiveguard, "dissect.etl": read_dissect, "etl-parser": read_etl_parser}


def _unpacked(name: str) -> Path | None:
    from tools import shared_folder

    shared = shared_folder.find()
    packed = shared / "data" / "etl" / f"{name}.etl.xz" if shared is not None else None
    if packed is None or not packed.is_file():
        return None
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.etl"
    if not path.exists():
        path.write_bytes(lzma.decompress(packed.read_bytes()))
    return path


def _python_of(reader: str) -> str:
    if reader == "hiveguard":
        from bench import environment

        return environment.prepare().python
    return str(ROOT / ".peers" / PEERS[reader] / "bin" / "python")


def _once(python: str, reader: str, way: str, path: Path) -> tuple[int, float] | None:
    command = [python, str(Path(__file__)), "--child", reader, way, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    count, seconds = json.loads(done.stdout)
    return count, seconds


def measure(rounds: int, names: tuple[str, ...]) -> list[dict[str, object]]:
    """Each trace by each reader that is there; the rate is records by the median of the seconds."""
    pythons = {reader: _python_of(reader) for reader in READERS}
    runs = [("hiveguard", way) for way in OURS] + [(reader, "as it is") for reader in PEERS]
    rows: list[dict[str, object]] = []
    for name in names:
        path = _unpacked(name)
        if path is None:
            print(f"SKIPPED {name}: shared/ is absent", file=sys.stderr)
            continue
        found: dict[tuple[str, str], list[tuple[int, float]]] = {run: [] for run in runs}
        for _ in range(rounds):
            for reader, way in runs:
                if Path(pythons[reader]).exists():
                    got = _once(pythons[reader], reader, way, path)
                    if got is not None:
                        found[reader, way].append(got)
        records = found["hiveguard", "file order"][0][0]
        for reader, way in runs:
            times = [seconds for _, seconds in found[reader, way]]
            counts = {count for count, _ in found[reader, way]}
            whole = bool(counts) and (way == "filtered" or max(counts) >= records * 0.99)
            # The filter walks every record too: its rate is of the records walked.
            rate = records / median(times) if whole else None
            rows.append({"trace": name, "reader": reader, "way": way, "records": records, "rate": rate})
    return rows


def ratios(rows: list[dict[str, object]]) -> list[tuple[str, str, str, float]]:
    """(trace, our way, peer, our rate by the peer's)."""
    rates = {(row["trace"], row["reader"], row["way"]): row["rate"] for row in rows}
    found = []
    for trace in dict.fromkeys(str(row["trace"]) for row in rows):
        for way in OURS:
            for peer in PEERS:
                ours, theirs = rates[trace, "hiveguard", way], rates.get((trace, peer, "as it is"))
                if isinstance(ours, float) and isinstance(theirs, float):
                    found.append((trace, way, peer, ours / theirs))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.trace", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="one round: to see that it works, not to quote")
    parser.add_argument("--trace", action="append", choices=TRACES)
    asked = parser.parse_args()
    from bench import record

    rows = measure(1 if asked.quick else asked.rounds, tuple(asked.trace or TRACES))
    record.write("trace", {"rows": rows})
    print("| trace | reader | way | records/s |\n| --- | --- | --- | ---: |")
    for row in rows:
        rate = row["rate"]
        shown = f"{rate:,.0f}" if isinstance(rate, float) else "cannot read it"
        print(f"| {row['trace']} | {row['reader']} | {row['way']} | {shown} |")
    print("\n| trace | way | beside | ratio | goal |\n| --- | --- | --- | ---: | ---: |")
    for trace, way, peer, ratio in ratios(rows):
        goal = GOALS.get((way, peer), (None, None))[trace.startswith("net.")]
        print(f"| {trace} | {way} | {peer} | {ratio:.1f} | {goal or ''} |")
    return 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        sys.path.pop(0)  # the folder of this file: its names are not those of the readers
        print(json.dumps(READERS[sys.argv[2]](sys.argv[4], sys.argv[3])))
        sys.exit(0)
    sys.exit(main())
