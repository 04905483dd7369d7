"""The cold look-up: what one value costs, from nothing, beside the start of bare Python.

    python -m bench.lookup [--rounds N]

Three commands in turn, in a venv without start-up hooks and with compiled bytecode: Python with an
empty script, the library's look-up as a script, and `hiveguard get`. Clean hives of the corpus, each
named; ratios of CPU time to the empty script of the same round.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from bench import environment, hives, record
from bench.measure import Failed, in_turn, ratio

SCRIPTS = Path(__file__).with_name("scripts")
BOUNDS = {"library": 2.0, "get": 3.0}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=21, help="counted rounds (21)")
    asked = parser.parse_args(arguments)

    folder = hives.folder()
    ours = environment.prepare()
    facts: dict[str, Any] = {
        "python": ours.version,
        "machine": environment.machine(),
        "modules_at_start": ours.modules_at_start,
        "pth_files": ours.pth_files,
        "bytecode_cached": ours.bytecode_cached,
        "rounds": asked.rounds,
        "bounds": BOUNDS,
        "hives": {},
    }
    rows = [["hive", "key", "value", "bare start ms", "library / bare", "hiveguard get / bare"]]
    for hive, key, value in hives.LOOKED_UP:
        where = [str(folder / hive), key, value]
        commands = {
            "bare": [ours.python, str(SCRIPTS / "empty.py")],
            "library": [ours.python, str(SCRIPTS / "lookup.py"), *where],
            "get": [ours.command, "get", *where],
        }
        found: dict[str, Any] = {"key": key, "value": value}
        try:
            series = in_turn(commands, rounds=asked.rounds, warm_up=2)
        except Failed as failure:
            found["not_run"] = str(failure)
            rows.append([hive, key, value, "not run", str(failure), ""])
            print(f"bench: SKIPPED look-up in {hive}: {failure}", file=sys.stderr)
        else:
            library, get = (ratio(series[name], series["bare"]) for name in ("library", "get"))
            found |= {
                "bare_ms": series["bare"].middle * 1000,
                "library": list(library),
                "library_text": str(library),
                "get": list(get),
                "get_text": str(get),
            }
            rows.append([hive, key, value, f"{found['bare_ms']:.1f}", str(library), str(get)])
        facts["hives"][hive] = found
    record.write("lookup", facts)
    print(
        f"cold look-up, Python {ours.version} ({environment.SYSTEM_PYTHON}), {facts['machine']}; "
        f"{ours.modules_at_start} modules at bare start, "
        f"start-up hooks: {', '.join(ours.pth_files) or 'none'}, "
        f"bytecode {'cached' if ours.bytecode_cached else 'NOT cached'}"
    )
    print(record.table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
