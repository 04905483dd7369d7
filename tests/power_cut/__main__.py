"""The long proof: `python -m tests.power_cut --minutes 10 --seed 1`. Prints what was tried, by which seeds, and what
was wrong; a seed alone leads to the same lives again.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from collections.abc import Callable
from time import monotonic
from typing import NamedTuple

from . import key_lives, page_lives
from .lives import Chain, Totals
from .readings import hashes

LIVES = 8
SAMPLES = 4


class Kind(NamedTuple):
    """A kind of hive, by which hash its log is guarded, and its share of the time."""

    name: str
    chain: Callable[[int, Totals], Chain]
    quick: bool
    share: float


KINDS = (
    Kind("pages", lambda seed, totals: page_lives.chain(seed, totals, samples=SAMPLES), True, 0.4),
    Kind("pages, Marvin", lambda seed, totals: page_lives.chain(seed, totals, samples=SAMPLES), False, 0.1),
    Kind(
        "as Windows left it",
        lambda seed, totals: page_lives.chain(seed, totals, samples=SAMPLES, windows=True),
        False,
        0.1,
    ),
    Kind("keys and values", lambda seed, totals: key_lives.chain(seed, totals, samples=SAMPLES), True, 0.4),
)


def main() -> int:
    """Run for a while; 1 when anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.power_cut", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="how long altogether (default: 10)")
    parser.add_argument("--seed", type=int, help="the first seed (default: a random one, printed)")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else secrets.randbelow(10**9)
    wrong = False
    for kind in KINDS:
        totals, first = Totals(), seed
        end = monotonic() + 60 * options.minutes * kind.share
        with hashes(quick=kind.quick):
            while monotonic() < end:
                kind.chain(seed, totals).live(LIVES)
                seed += 1
        print(f"{kind.name}, seeds {first} to {seed - 1}: {totals}", flush=True)
        for objection in dict.fromkeys(totals.objections):
            print(f"  {objection}")
        wrong = wrong or bool(totals.objections)
    return wrong


sys.exit(main())
