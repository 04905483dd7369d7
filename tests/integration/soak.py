"""``python -m tests.integration.soak``: hives read for minutes while a writer cuts, rewrites, replaces, removes them.

What is looked for: a walk that says COMPLETE over a mixture of two states, an exception that is no `HiveError`, or
a read that does not end. Prints how often each ending was met.
"""

from __future__ import annotations

import argparse
import collections
import sys
import tempfile
import time
from pathlib import Path

import hiveguard
from tests.acceptance.test_moving_file import CASES, writing


def soak(how: str, seconds: float) -> tuple[collections.Counter[str], int]:
    """Walk and look up for so long; returns the endings, and how many complete walks held a mixture."""
    endings: collections.Counter[str] = collections.Counter()
    mixtures = 0
    deadline = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder, writing(Path(folder), how) as path:
        while time.monotonic() < deadline:
            try:
                with hiveguard.open(path) as hive:
                    walk = hive.walk(on_incomplete="record")
                    marks = {value.raw[:2] for key in walk for value in key.values()}
                    assert walk.verdict is not None
                    endings[f"walk {walk.verdict.ending.words}"] += 1
                    mixtures += walk.verdict.is_complete and len(marks) > 1
                    hive.key("Key 200").value("mark")
                    endings["look-up answered"] += 1
            except hiveguard.Incomplete as incomplete:
                endings[f"look-up {incomplete.verdict.ending.words}"] += 1
            except hiveguard.HiveError as error:
                endings[type(error).__name__] += 1
    return endings, mixtures


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.integration.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="for each way of writing (default: 60)")
    options = parser.parse_args()
    bad = 0
    for how, _ in CASES:
        endings, mixtures = soak(how, options.seconds)
        told = ", ".join(f"{count:,} {ending}" for ending, count in endings.most_common())
        print(f"{how}: {told}; {mixtures} mixtures called complete", flush=True)
        bad += mixtures
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
