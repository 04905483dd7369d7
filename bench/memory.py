"""Peak memory of a walk, of a walk with logs applied, and of `dump`, less the hive's own size.

    python -m bench.memory

Peak of resident memory as the kernel counted it for the ended process, interpreter included. The
bound is the file's size plus 40 MB.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from bench import environment, hives, record
from bench.measure import MEBIBYTE, Failed, run

WALK = Path(__file__).with_name("peers") / "walk_hiveguard.py"
BOUND = 40_000_000
# Endings of hives that are read whole or in part; what matters here is the memory.
ANY_ENDING = (0, 4, 5)


def commands(folder: Path, ours: environment.Environment) -> list[tuple[str, str, list[str]]]:
    """What is measured: its name, the hive, the command line."""
    walk = [ours.python, str(WALK)]
    dump = [ours.command, "dump", "--format", "jsonl"]
    listed = [("walk", hive, [*walk, str(folder / hive)]) for hive in hives.WALKED]
    logged = str(folder / hives.WITH_LOGS)
    return [
        *listed,
        ("walk with logs", hives.WITH_LOGS, [*walk, logged, "logs"]),
        ("dump", hives.LARGEST, [*dump, str(folder / hives.LARGEST), "--logs", "ignore"]),
        ("dump with logs", hives.WITH_LOGS, [*dump, logged]),
    ]


def main(arguments: list[str] | None = None) -> int:
    argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0]).parse_args(arguments)
    folder = hives.folder()
    ours = environment.prepare()
    facts: dict[str, Any] = {
        "python": ours.version,
        "machine": environment.machine(),
        "bound": BOUND,
        "runs": [],
    }
    rows = [["what", "hive", "file MB", "peak MB", "peak less file MB", "within 40 MB"]]
    for what, hive, command in commands(folder, ours):
        size = os.path.getsize(folder / hive)
        one: dict[str, Any] = {"what": what, "hive": hive, "size": size}
        try:
            peak = run(command, keep_output=False, may_end_with=ANY_ENDING).peak
        except Failed as failure:
            one["not_run"] = str(failure)
            rows.append([what, hive, f"{size / 1e6:.1f}", "not run", str(failure), ""])
            print(f"bench: SKIPPED {what} of {hive}: {failure}", file=sys.stderr)
        else:
            one |= {"peak": peak, "over": peak - size}
            within = "yes" if peak - size <= BOUND else "NO"
            rows.append([what, hive, f"{size / 1e6:.1f}", f"{peak / 1e6:.1f}", f"{(peak - size) / 1e6:.1f}", within])
        facts["runs"].append(one)
    bare = run([ours.python, "-c", "pass"]).peak
    facts["bare"] = bare
    record.write("memory", facts)
    print(f"peak memory, Python {ours.version} ({environment.SYSTEM_PYTHON}), {facts['machine']}")
    print(f"a bare start alone has a peak of {bare / MEBIBYTE:.1f} MiB; MB = 1,000,000 bytes")
    print(record.table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
