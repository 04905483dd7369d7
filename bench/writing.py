"""Loading and writing: beside reading the bytes, beside hivex, beside fake-winreg.

    python -m bench.writing [--rounds N]

Processes in turn (A B A B), each printing the seconds of the part that is compared. Must not know: how others work.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

from bench import environment, hives, record
from tools import peers

SCRIPTS = Path(__file__).with_name("scripts")
HIVE = "big/big-70.hive"
KEYS, VALUES = 500, 50_000


def seconds(command: list[str]) -> list[float]:
    """The numbers that a script prints on its last line."""
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.splitlines()[-1].split()]


def compared(what: str, bound: str, pairs: list[tuple[float, float]]) -> dict[str, Any]:
    """One row: ours by theirs, round by round."""
    ratios = [ours / theirs for ours, theirs in pairs]
    return {
        "what": what,
        "text": f"{median(ratios):.2f} ({min(ratios):.2f}..{max(ratios):.2f})",
        "bound": bound,
        "ours": median(ours for ours, _ in pairs),
        "theirs": median(theirs for _, theirs in pairs),
    }


def writes(python: str, ours: str, theirs: tuple[str, str], rounds: int) -> list[tuple[float, float]]:
    """Our writer and another one in turn, each in a folder of its own."""
    pairs = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            make = f"import hiveguard; hiveguard.create({str(Path(folder) / 'empty.dat')!r}, '1.5')"
            subprocess.run([python, "-c", make], check=True)
            words = [folder, str(KEYS), str(VALUES)]
            script = str(SCRIPTS / "write_values.py")
            pairs.append(
                (seconds([python, script, ours, *words])[0], seconds([theirs[0], script, theirs[1], *words])[0])
            )
    return pairs


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="counted rounds (7)")
    asked = parser.parse_args(arguments)
    ours = environment.prepare()
    rows: list[dict[str, Any]] = []
    hive = hives.folder() / HIVE
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"  # the hive that is opened for writing must not be the corpus's own
        copy.write_bytes(hive.read_bytes())
        loads = [seconds([ours.python, str(SCRIPTS / "load_hive.py"), str(copy)]) for _ in range(asked.rounds)]
    rows.append(compared("load, beside reading the bytes", "2", [(load, read) for load, read in loads]))
    for what, bound, writer, peer in (
        ("write and flush, beside hivex", "4", "hiveguard", peers.LIBRARIES[0]),
        ("write in memory, beside fake-winreg", "0.2", "drop-in", peers.STAND_INS[0]),
    ):
        python = peers.python_of(peer)
        if not Path(python).exists() or not peers.imports(python, peer.module):
            rows.append({"what": what, "not_run": f"{peer.name} cannot be had here (see `make peers-setup`)"})
            print(f"bench: SKIPPED {rows[-1]['not_run']}", file=sys.stderr)
            continue
        rows.append(compared(what, bound, writes(ours.python, writer, (python, peer.name), asked.rounds)))
    record.write("writing", {"hive": HIVE, "keys": KEYS, "values": VALUES, "rows": rows})
    for row in rows:
        print(row["what"], row.get("text", "not run"), sep=": ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
