"""``python -m tests.guard``: listings of every kind against the oracle, and loops by index beside them.

Prints the seed, the totals, and whatever was untrue; ends with 1 when anything was. With ``--write`` the figures
go into docs/guard.md.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import SystemRandom

from . import embedded_stages
from .proof import Stage, Totals, ask_guard, ask_loop
from .stages import KINDS, LISTINGS, hasty_stage, narrow_stage, stage

PAGE = Path("docs/guard.md")
MARK = "<!-- figures: written by `make guard` -->"
#: name, the making of its stages, their kind, and its share of all listings
MAKINGS: tuple[tuple[str, Callable[[str, int], Stage], str, int], ...] = (
    *((kind, stage, kind, share) for kind, (_, share) in KINDS.items()),
    ("stamp, every allowance used up", narrow_stage, "stamp", 15),
    ("stamp, no time", hasty_stage, "stamp", 5),
    *((kind, embedded_stages.stage, kind, 8) for kind in embedded_stages.KINDS),
)


def prove(listings: int, seed: int, *, loops: bool = True) -> dict[str, Totals]:
    """About so many listings, spread over all kinds; stage n of a kind has the seed ``seed + n``."""
    whole = sum(making[-1] for making in MAKINGS)
    results: dict[str, Totals] = {}
    for name, make, kind, share in MAKINGS:
        totals = results[name] = Totals()
        for number in range(max(-(-listings * share // whole // LISTINGS), 1)):
            ask_guard(make(kind, seed + number), seed + number, totals)
            if loops:
                ask_loop(make(kind, seed + number), totals)
    return results


def table(results: dict[str, Totals]) -> list[str]:
    """The totals, a row a kind."""
    lines = [
        "| source | listings | complete | changed | unproven | damaged | errors | untrue "
        "| the loop: wrong | by equal counts | by equal stamps |",
        "| --- " + "| ---: " * 10 + "|",
    ]
    for name, totals in results.items():
        told = [totals.endings.pop(ending, 0) for ending in ("COMPLETE", "CHANGED", "UNPROVEN", "DAMAGED")]
        errors = totals.endings.total()
        wrong = (totals.ended_wrong, totals.count_wrong, totals.stamp_wrong)
        figures = [sum(told) + errors, *told, errors, len(totals.objections)]
        rates = [f"{count:,} ({100 * count / max(totals.loops, 1):.1f} %)" for count in wrong]
        lines.append(f"| {name} | {' | '.join(f'{figure:,}' for figure in figures)} | {' | '.join(rates)} |")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.guard", description=__doc__)
    parser.add_argument("--listings", type=int, default=100_000, help="about how many (default: 100,000)")
    parser.add_argument("--seed", type=int, help="where the seeds begin (default: by chance; it is printed)")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/guard.md")
    options = parser.parse_args()
    seed = SystemRandom().randrange(1 << 32) if options.seed is None else options.seed
    print(f"seed: {seed} (again: python -m tests.guard --listings {options.listings} --seed {seed})", flush=True)
    started = time.monotonic()
    results = prove(options.listings, seed)
    objections = [f"{name}: {each}" for name, totals in results.items() for each in totals.objections]
    count = sum(totals.listings for totals in results.values())
    lines = table(results)
    print(*lines, sep="\n")
    print(f"{count:,} listings in {time.monotonic() - started:.0f} s: {len(objections):,} untrue")
    print(*objections[:20], sep="\n", end="\n" if objections else "")
    if options.write:
        text, _, _ = PAGE.read_text(encoding="utf-8").partition(MARK)
        told = f"{count:,} listings, seed {seed}, {len(objections):,} untrue."
        PAGE.write_text(f"{text}{MARK}\n\n{told}\n\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return 1 if objections else 0


if __name__ == "__main__":
    sys.exit(main())
