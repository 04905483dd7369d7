"""The full walk: HiveGuard and each peer beside hivex, as whole processes, in turn.

    python -m bench.walk [--rounds N] [--hive GROUP/NAME ...] [--peer NAME ...]

Every walk touches every key name and every value's name, type and raw data. Each reader is run in
turn with hivex (A B A B); the ratio is of CPU time (user + system). All run in the interpreter that
hivex runs in, each peer in an environment of its own made from it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, NamedTuple

from bench import environment, hives, record
from bench.measure import MEBIBYTE, Failed, in_turn, ratio
from tools import peers

SCRIPTS = Path(__file__).with_name("peers")
OURS = "hiveguard"
BASE = "hivex"


class Pace(NamedTuple):
    """How often a reader is run, and on how large a hive at most (bytes)."""

    rounds: int
    at_most: int
    reason: str = ""


FULL = Pace(7, 1 << 40)
PACES = {
    OURS: FULL,
    "regrs": Pace(5, 1 << 40),
    "libregf": Pace(3, 1 << 40),
    "python-registry": Pace(3, 1 << 40),
    "dissect-regf": Pace(2, 1 << 40),
    # big-26: 80 s of CPU for one walk; it hands out 84 GB of data for a hive of 26 MB.
    "regipy-rs": Pace(3, 8 * MEBIBYTE, "more than a minute of CPU for each walk of a larger hive"),
    "regipy": Pace(2, 8 * MEBIBYTE, "more than a minute of CPU for each walk of a larger hive"),
}


def command(name: str, hive: Path, ours: environment.Environment) -> list[str] | None:
    """The command line of one reader's walk; None where the peer could not be had."""
    if name == OURS:
        python = ours.python
    else:
        [peer] = [peer for peer in peers.LIBRARIES if peer.name == name]
        python = peers.python_of(peer)
        if not Path(python).exists() or not peers.imports(python, peer.module):
            return None
    return [python, str(SCRIPTS / f"walk_{name.replace('-', '_')}.py"), str(hive)]


def measure(name: str, hive: Path, ours: environment.Environment, rounds: int | None) -> dict[str, Any]:
    """One reader in turn with hivex on one hive: numbers, or the reason why there are none."""
    pace = PACES[name]
    if hive.stat().st_size > pace.at_most:
        return {"not_run": pace.reason}
    theirs, base = command(name, hive, ours), command(BASE, hive, ours)
    if theirs is None or base is None:
        return {"not_run": f"{name if theirs is None else BASE} cannot be had here (see `make peers-setup`)"}
    try:
        both = in_turn({BASE: base, name: theirs}, rounds=rounds or pace.rounds)
    except Failed as failure:
        return {"not_run": str(failure)}
    found = ratio(both[name], both[BASE])
    return {
        "ratio": list(found),
        "text": str(found),
        "cpu": both[name].middle,
        "base_cpu": both[BASE].middle,
        "peak": both[name].peak,
        "base_peak": both[BASE].peak,
        "touched": both[name].output,
        "same_as_base": both[name].output == both[BASE].output,
        "rounds": len(both[name].cpu),
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, help="counted rounds, for every reader alike")
    parser.add_argument("--hive", action="append", metavar="GROUP/NAME", help="only these hives of the corpus")
    parser.add_argument("--peer", action="append", choices=sorted(PACES), help="only these readers")
    asked = parser.parse_args(arguments)

    folder = hives.folder()
    ours = environment.prepare()
    versions = {peer.name: peers.version(peers.python_of(peer), peer) for peer in peers.LIBRARIES}
    facts: dict[str, Any] = {
        "python": ours.version,
        "machine": environment.machine(),
        "versions": versions,
        "hives": {},
    }
    # Each ratio is of neighbours in time, so readers measured before on this machine stand beside the new.
    before = record.read("walk")
    if before and all(before[fact] == facts[fact] for fact in ("python", "machine")):
        facts["hives"] = before["hives"]
    rows = [["reader", "hive", f"CPU / {BASE}", "CPU s", "peak MiB", "touched (keys values characters bytes)"]]
    for hive in asked.hive or hives.WALKED:
        path = folder / hive
        found = {name: measure(name, path, ours, asked.rounds) for name in asked.peer or PACES}
        kept = facts["hives"].get(hive, {}).get("readers", {})
        facts["hives"][hive] = {"size": path.stat().st_size, "readers": {**kept, **found}}
        for name, one in found.items():
            if "not_run" in one:
                rows.append([name, hive, "not run", "", "", one["not_run"]])
                print(f"bench: SKIPPED {name} on {hive}: {one['not_run']}", file=sys.stderr)
            else:
                peak = f"{one['peak'] / MEBIBYTE:.0f}"
                touched = one["touched"] + ("" if one["same_as_base"] else f"  (not as {BASE})")
                rows.append([name, hive, one["text"], f"{one['cpu']:.2f}", peak, touched])
        record.write("walk", facts)
    print(f"full walk, whole process, Python {ours.version} ({environment.SYSTEM_PYTHON}), {facts['machine']}")
    print(record.table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
