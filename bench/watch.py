"""What a watch costs and how quick it is: from event to output, and 10,000 idle hives beside a bare loop of stat.

``python -m bench.watch`` prints a table. Must not know: how hives are watched.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import hiveguard
from hiveguard.core.hive_event import EventKind, HiveEvent
from hiveguard.testing import HiveBuilder
from hiveguard.watch.watch import Watch

HIVES, FOLDERS = 10_000, 100
SECONDS = 20.0
TIMES = 40
INTERVAL = 0.5


def main() -> int:
    if sys.argv[1:2] == ["idle"]:
        return _idle(sys.argv[2])
    if sys.argv[1:2] == ["bare"]:
        return _bare(sys.argv[2])
    hive = HiveBuilder().build()
    print("| from what happens to the item in a consumer's hands | median | worst |")
    print("| --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        _latency("a file appears, by inotify", Path(folder), hive, events=True)
    with tempfile.TemporaryDirectory() as folder:
        _latency(f"a file appears, by the poll every {INTERVAL * 1e3:g} ms", Path(folder), hive, events=False)
    _embedded()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(HIVES):
            place = Path(folder) / f"{number % FOLDERS:03}"
            place.mkdir(exist_ok=True)
            (place / f"{number}.DAT").write_bytes(hive)
        print(f"\n{HIVES:,} hives in {FOLDERS} folders, idle, {INTERVAL * 1e3:g} ms:")
        for what in ("bare", "idle"):
            subprocess.run([sys.executable, "-m", "bench.watch", what, folder], check=True)
    return 0


def _report(name: str, took: list[float]) -> None:
    print(f"| {name} | {median(took) * 1e3:.2f} ms | {max(took) * 1e3:.2f} ms |")


def _until(watched: Watch, kind: EventKind, file: str | None) -> float:
    while True:
        item = watched.get(20)
        assert item is not None
        if isinstance(item, HiveEvent) and item.kind is kind and item.file == file:
            return time.perf_counter()


def _latency(name: str, folder: Path, hive: bytes, *, events: bool) -> None:
    took = []
    outside = folder.parent / f"{folder.name}.new"
    with hiveguard.watch(folder, interval=INTERVAL, events=events) as watched:
        for number in range(TIMES):
            outside.write_bytes(hive)
            time.sleep(0.013 * (number % 7))  # not in step with the poll
            begin = time.perf_counter()
            os.rename(outside, folder / f"{number}.DAT")
            file = str(folder / f"{number}.DAT")
            took.append(_until(watched, EventKind.LOADED, file) - begin)
    _report(name, took)


def _embedded() -> None:
    took = []
    with hiveguard.Registry(bare=True, lazy_flush=None) as registry, hiveguard.watch(registry) as watched:
        for number in range(TIMES):
            begin = time.perf_counter()
            registry.load(rf"HKU\H{number}", None)
            took.append(_until(watched, EventKind.LOADED, None) - begin)
    _report("a hive is loaded in the embedded registry", took)


def _idle(folder: str) -> int:
    with hiveguard.watch(folder, interval=INTERVAL) as watched:
        while watched.get(3 * INTERVAL) is not None:
            pass
        cpu, wall = time.process_time(), time.monotonic()
        time.sleep(SECONDS)
        share = (time.process_time() - cpu) / (time.monotonic() - wall)
    _memory("watched", share)
    return 0


def _bare(folder: str) -> int:
    """The least that any poll must do: one stat for each file, relative to its folder."""
    folders = [
        (os.open(entry.path, os.O_RDONLY), sorted(os.listdir(entry.path)))
        for entry in os.scandir(folder)
        if entry.is_dir()
    ]
    cpu, wall = time.process_time(), time.monotonic()
    due = wall
    while time.monotonic() - wall < SECONDS:
        for descriptor, names in folders:
            for name in names:
                os.stat(name, dir_fd=descriptor)
        due += INTERVAL
        time.sleep(max(due - time.monotonic(), 0))
    _memory("bare loop of stat", (time.process_time() - cpu) / (time.monotonic() - wall))
    return 0


def _memory(name: str, share: float) -> None:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  {name:<20} {share:6.2%} of one core, {peak:.0f} MB", flush=True)


if __name__ == "__main__":
    sys.exit(main())
