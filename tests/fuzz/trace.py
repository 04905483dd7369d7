"""``python -m tests.fuzz.trace``: mutants of traces until the total is reached; resumes. See `tests.fuzz.__main__`.

``--count N`` (default: what is missing to the goal), ``--seed N`` (default: a new one, printed). The input with number
I of seed N is made again by ``--seed N --only I``.
"""

from __future__ import annotations

import argparse
import random
import sys
import time

from . import target
from .__main__ import FINDINGS, _save, _totals, write_page
from .trace_mutate import mutant
from .trace_seeds import all_seeds
from .trace_target import read_trace

KIND = "traces"
GOAL = 100_000
_SAVE_EVERY = 20.0


def made(pool: list[tuple[str, bytes]], number: int, index: int) -> tuple[str, bytes]:
    """The input with this number, and the name of its seed."""
    chance = random.Random(f"{number}:{index}")
    name, seed = chance.choice(pool)
    return name, mutant(seed, chance)


def run(count: int, number: int) -> int:
    """So many mutants; returns how many broke the invariant."""
    pool = all_seeds()
    print(f"{KIND}: {len(pool)} seeds, random seed {number}", flush=True)
    target.bound_memory()
    target.bound_time()
    endings: dict[str, int] = {}
    broken = 0
    saved = time.monotonic()
    for index in range(count):
        name, data = made(pool, number, index)
        try:
            ending = read_trace(data, index)
        except BaseException as error:  # noqa: BLE001  # whatever it is, it is what we look for
            if isinstance(error, KeyboardInterrupt):
                break
            broken += 1
            FINDINGS.mkdir(parents=True, exist_ok=True)
            path = FINDINGS / f"{KIND}-{number}-{index}"
            path.write_bytes(data)
            print(f"BROKEN by {path} (from {name}, choice {index % 16}): {type(error).__name__}: {error}", flush=True)
            ending = "BROKEN"
        endings[ending] = endings.get(ending, 0) + 1
        if time.monotonic() - saved > _SAVE_EVERY:
            _save(KIND, endings)
            saved = time.monotonic()
    _save(KIND, endings)
    return broken


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.trace", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, help="inputs of this run (default: what is missing to the goal)")
    parser.add_argument("--seed", type=int, help="of the random choices (default: a new one, printed)")
    parser.add_argument("--only", type=int, help="one input again, with its traceback")
    options = parser.parse_args()
    number = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    if options.only is not None:
        target.bound_time()
        print(read_trace(made(all_seeds(), number, options.only)[1], options.only))
        return 0
    done = sum(_totals().get(KIND, {}).values())
    broken = run(options.count if options.count is not None else max(GOAL - done, 0), number)
    write_page()
    print(_totals().get(KIND, {}))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
