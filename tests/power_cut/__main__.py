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

from hiveguard.regf.limits import LOG_MAX

from . import key_lives, page_lives
from .lives import Chain, Totals
from .readings import SMALL_LOGS, hashes, small_logs

LIVES = 8
SAMPLES = 4


class Kind(NamedTuple):
    """A kind of hive, its share of the time, whether a quick hash guards its logs, and what a log can hold."""

    name: str
    chain: Callable[[int, Totals], Chain]
    share: float
    quick: bool = True
    logs: int = LOG_MAX


def _pages(seed: int, totals: Totals) -> Chain:
    return page_lives.chain(seed, totals, samples=SAMPLES)


def _as_windows_left_it(seed: int, totals: Totals) -> Chain:
    return page_lives.chain(seed, totals, samples=SAMPLES, windows=True)


def _keys(seed: int, totals: Totals) -> Chain:
    return key_lives.chain(seed, totals, samples=SAMPLES)


KINDS = (
    Kind("pages", _pages, 0.3),
    Kind("pages, small logs", _pages, 0.1, logs=SMALL_LOGS),
    Kind("pages, Marvin", _pages, 0.1, quick=False),
    Kind("as Windows left it", _as_windows_left_it, 0.1, quick=False),
    Kind("keys and values", _keys, 0.3),
    Kind("keys and values, small logs", _keys, 0.1, logs=SMALL_LOGS),
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
        with hashes(quick=kind.quick), small_logs(kind.logs):
            while monotonic() < end:
                kind.chain(seed, totals).live(LIVES)
                seed += 1
        print(f"{kind.name}, seeds {first} to {seed - 1}: {totals}", flush=True)
        for objection in dict.fromkeys(totals.objections):
            print(f"  {objection}")
        wrong = wrong or bool(totals.objections)
    return wrong


sys.exit(main())
