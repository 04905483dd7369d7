"""``python -m tests.fuzz``: mutants and coverage-guided inputs until the totals are reached; resumes.

Totals are kept in docs/fuzz.json, and what is written of them in docs/fuzzing.md.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import random
import sys
import time
from pathlib import Path

from . import mutate, seeds, target

TOTALS = Path("docs/fuzz.json")
PAGE = Path("docs/fuzzing.md")
MARK = "<!-- figures: written by `make fuzz` -->"
FINDINGS = Path("build/fuzz/findings")
LOCK = Path("build/fuzz/totals.lock")
#: kind of run: how many inputs there are to be
GOALS = {"small": 1_000_000, "large": 20_000}
_SAVE_EVERY = 20.0


def _totals() -> dict[str, dict[str, int]]:
    return json.loads(TOTALS.read_text()) if TOTALS.exists() else {}


def _save(kind: str, endings: dict[str, int]) -> None:
    """Add what was run since the last time; several processes may do so."""
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("w") as lock:  # the kernel lets go of it when a process dies
        fcntl.flock(lock, fcntl.LOCK_EX)
        totals = _totals()
        of_kind = totals.setdefault(kind, {})
        for ending, count in endings.items():
            of_kind[ending] = of_kind.get(ending, 0) + count
        TOTALS.write_text(json.dumps(totals, indent=1, sort_keys=True) + "\n")
    endings.clear()


def write_page() -> None:
    """The totals as a table at the end of the page about fuzzing."""
    text, _, _ = PAGE.read_text(encoding="utf-8").partition(MARK)
    totals = _totals()
    endings = sorted({ending for of_kind in totals.values() for ending in of_kind})
    lines = [f"| kind | inputs | {' | '.join(endings)} |", "| --- " * (len(endings) + 2) + "|"]
    for kind, of_kind in sorted(totals.items()):
        counts = [f"{of_kind.get(ending, 0):,}" for ending in endings]
        lines.append(f"| {kind} | {sum(of_kind.values()):,} | {' | '.join(counts)} |")
    PAGE.write_text(text + MARK + "\n\n" + "\n".join(lines) + "\n", encoding="utf-8")


def run(kind: str, count: int, number: int) -> int:
    """Mutants of one kind of seeds; returns how many broke the invariant."""
    pool = seeds.small() if kind == "small" else seeds.large()
    print(f"{kind}: {len(pool)} seeds, random seed {number}", flush=True)
    target.bound_memory()
    target.bound_time()
    endings: dict[str, int] = {}
    broken = 0
    saved = time.monotonic()
    for index in range(count):
        chance = random.Random(f"{number}:{index}")
        name, seed = chance.choice(pool)
        data = mutate.mutant(seed, chance)
        try:
            ending = target.read_everything(data, index)
        except BaseException as error:  # noqa: BLE001  # whatever it is, it is what we look for
            if isinstance(error, KeyboardInterrupt):
                break
            broken += 1
            FINDINGS.mkdir(parents=True, exist_ok=True)
            path = FINDINGS / f"{kind}-{number}-{index}"
            path.write_bytes(data)
            print(f"BROKEN by {path} (from {name}, choice {index % 8}): {type(error).__name__}: {error}", flush=True)
            ending = "BROKEN"
        endings[ending] = endings.get(ending, 0) + 1
        if time.monotonic() - saved > _SAVE_EVERY:
            _save(kind, endings)
            saved = time.monotonic()
    _save(kind, endings)
    return broken


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("kind", nargs="?", choices=(*GOALS, "coverage", "all"), default="all")
    parser.add_argument("--count", type=int, help="inputs of this run (default: what is missing to the goal)")
    parser.add_argument("--seed", type=int, help="of the random choices (default: a new one, printed)")
    parser.add_argument("--seconds", type=int, default=300, help="of the coverage-guided run")
    options = parser.parse_args()
    number = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    broken = 0
    for kind in GOALS if options.kind == "all" else (options.kind,):
        if kind in GOALS:
            done = sum(_totals().get(kind, {}).values())
            count = options.count if options.count is not None else max(GOALS[kind] - done, 0)
            broken += run(kind, count, number)
    if options.kind in ("coverage", "all"):
        from .coverage import fuzz

        broken += fuzz(options.seconds, number)
    write_page()
    print(json.dumps(_totals(), sort_keys=True))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
