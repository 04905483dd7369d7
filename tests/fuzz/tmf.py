"""``python -m tests.fuzz.tmf``: mutants of TMF files and of WPP payloads, run by hand; prints how they ended.

``--count N`` (default 100,000), ``--seed N`` (default: a new one, printed). The input with number I of seed N is made
again by ``--seed N --only I``.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter

from . import target, tmf_mutate, tmf_seeds
from .tmf_target import MESSAGES, read_wpp

GOAL = 100_000

Payloads = list[tuple[str, int, bytes]]


class Pool:
    """The seeds: files, and the payloads by GUID."""

    def __init__(self) -> None:
        self.files = tmf_seeds.files()
        self.payloads = tmf_seeds.payloads()
        self._of: dict[str, Payloads] = {}
        for payload in self.payloads:
            self._of.setdefault(payload[0], []).append(payload)

    def made(self, number: int, index: int) -> tuple[bytes, Payloads]:
        """The input with this number: every third has its file as it is, every third its payloads."""
        chance = random.Random(f"{number}:{index}")
        guid, payloads = chance.choice(sorted(self._of.items()))
        if chance.random() < 0.3:
            guid, payloads = tmf_seeds.GUID, self._of[tmf_seeds.GUID]
        name = "own" if guid == tmf_seeds.GUID else f"{guid}.tmf"
        file = dict(self.files).get(name) or chance.choice(self.files)[1]
        if chance.random() < 0.1:
            file = chance.choice(self.files)[1]
        if index % 3 != 1:
            file = tmf_mutate.file_mutant(file, chance)
        chosen = chance.choices(payloads, k=chance.randrange(1, MESSAGES))
        if index % 3 != 2:
            chosen = [(of, of_number, tmf_mutate.payload_mutant(data, chance)) for of, of_number, data in chosen]
        return file, chosen


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.tmf", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=GOAL, help="inputs of this run")
    parser.add_argument("--seed", type=int, help="of the random choices (default: a new one, printed)")
    parser.add_argument("--only", type=int, help="one input again, with its traceback")
    options = parser.parse_args()
    number = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    pool = Pool()
    target.bound_time()
    if options.only is not None:
        print(read_wpp(*pool.made(number, options.only), options.only))
        return 0
    target.bound_memory()
    print(f"tmf: {len(pool.files)} files, {len(pool.payloads)} payloads, random seed {number}", flush=True)
    endings: Counter[str] = Counter()
    slowest = 0.0
    for index in range(options.count):
        file, payloads = pool.made(number, index)
        begun = time.monotonic()
        try:
            endings[read_wpp(file, payloads, index)] += 1
        except BaseException as error:  # noqa: BLE001  # whatever it is, it is what we look for
            if isinstance(error, KeyboardInterrupt):
                break
            endings["BROKEN"] += 1
            print(f"BROKEN by --seed {number} --only {index}: {type(error).__name__}: {error}", flush=True)
        slowest = max(slowest, time.monotonic() - begun)
    print(f"{sum(endings.values()):,} inputs: {dict(endings)}; the slowest took {slowest:.2f} s")
    return 1 if endings["BROKEN"] else 0


if __name__ == "__main__":
    sys.exit(main())
