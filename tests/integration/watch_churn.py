"""Hives loaded and unloaded as fast as that goes, while they are watched: the final state must be right.

``python -m tests.integration.watch_churn [--seconds 60] [--per-second 100]``. Must not know: how they are watched.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from hiveguard.core.hive_event import EventKind, HiveEvent
from hiveguard.core.liveness import Liveness, LivenessState
from hiveguard.testing import HiveBuilder
from hiveguard.watch.watch import Watch, watch

NAMES = tuple(f"{number}.DAT" for number in range(8))
PATIENCE = 20.0


class Report(NamedTuple):
    """How it went: ``wrong``: hives whose final state is not what the file system says; ``odd``: streams of events
    that do not alternate between loaded and unloaded."""

    changes: int
    events: int
    wrong: list[str]
    odd: list[str]
    ending: str

    @property
    def is_right(self) -> bool:
        return not self.wrong and not self.odd


def churn(folder: Path, *, seconds: float, per_second: int, events: bool, seed: int = 1) -> Report:
    """Create, delete, replace and rename hives at a rate, and look at what the watch says in the end."""
    chance = random.Random(seed)
    hive = HiveBuilder().build()
    spare = folder.parent / f"{folder.name}.spare"
    held: dict[str, Liveness] = {}
    told: dict[str, list[EventKind]] = {}
    with watch(folder, interval=0.05, events=events) as watched:
        end = time.monotonic() + seconds
        changes = 0
        due = time.monotonic()
        while time.monotonic() < end:
            _change(folder, spare, hive, chance)
            changes += 1
            due += 1 / per_second
            _take(watched, held, told, due - time.monotonic())
        there = {name for name in NAMES if (folder / name).exists()}
        patience = time.monotonic() + PATIENCE
        while time.monotonic() < patience and _wrong(held, there, best=5 if events else 4):
            _take(watched, held, told, 0.1)
        wrong = _wrong(held, there, best=5 if events else 4)
    for item in watched:
        _note(item, held, told)
    assert watched.verdict is not None
    odd = [name for name, kinds in told.items() if not _alternates(kinds)]
    return Report(changes, sum(map(len, told.values())), wrong, odd, watched.verdict.ending.name)


def _change(folder: Path, spare: Path, hive: bytes, chance: random.Random) -> None:
    path = folder / chance.choice(NAMES)
    match chance.randrange(4):
        case 0 | 1 if not path.exists():
            path.write_bytes(hive)
        case 2:
            spare.write_bytes(hive)
            os.replace(spare, path)
        case 3 if path.exists():
            os.rename(path, folder / chance.choice(NAMES))
        case _:
            path.unlink(missing_ok=True)


def _take(watched: Watch, held: dict[str, Liveness], told: dict[str, list[EventKind]], timeout: float) -> None:
    end = time.monotonic() + max(timeout, 0)
    while (item := watched.get(max(end - time.monotonic(), 0))) is not None:
        _note(item, held, told)


def _note(item: object, held: dict[str, Liveness], told: dict[str, list[EventKind]]) -> None:
    if isinstance(item, Liveness):
        held[os.path.basename(item.file or "")] = item
    elif isinstance(item, HiveEvent) and item.kind in (EventKind.LOADED, EventKind.UNLOADED, EventKind.INVENTORY):
        told.setdefault(os.path.basename(item.file or ""), []).append(item.kind)


def _wrong(held: dict[str, Liveness], there: set[str], *, best: int) -> list[str]:
    found = []
    for name, live in held.items():
        expected = LivenessState.ALIVE if name in there else LivenessState.UNLOADED
        if live.state is not expected or live.stars != best:
            found.append(
                f"{name}: {live.state.value} {live.stars}, and it is {'there' if name in there else 'not there'}"
            )
    return found + [f"{name}: never seen" for name in there if name not in held]


def _alternates(kinds: list[EventKind]) -> bool:
    return all((kind is EventKind.UNLOADED) == bool(at % 2) for at, kind in enumerate(kinds))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--per-second", type=int, default=100)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    options = parser.parse_args()
    code = 0
    for events in (True, False):
        with tempfile.TemporaryDirectory() as folder:
            report = churn(
                Path(folder), seconds=options.seconds, per_second=options.per_second, events=events, seed=options.seed
            )
        print(f"watch churn, {'two channels' if events else 'poll only'}, seed {options.seed}: {report}")
        code |= not report.is_right
    return code


if __name__ == "__main__":
    sys.exit(main())
