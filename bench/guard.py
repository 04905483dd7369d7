"""What the guard costs: a quiet key of 1,000 subkeys, through the guard and by a plain loop over the same source.

``python -m bench.guard`` prints a table. Loop and guard take turns, and each row is the median of their ratios, so
that a busy neighbour disturbs both alike. Must not know: other hive readers.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple, TypeVar

from bench import record
from hiveguard.core.clock import Clock
from hiveguard.embedded.live_list import SubkeyList
from hiveguard.embedded.registry import Registry
from hiveguard.registry.listing import Guard
from hiveguard.registry.source import NoMore, Source, Stamp

T = TypeVar("T")

KEYS = 1_000
BOUND = 1.3
ROUNDS = 200
LONG_AGO = 1_600_000_000_000_000_000


class Row(NamedTuple):
    """One source: seconds of the loop and of the guard, and the median of guard by loop."""

    name: str
    loop: float
    guarded: float
    ratio: float


class Bare(Source[str]):
    """A list in memory, the cheapest source there can be: whatever the guard adds shows here."""

    __slots__ = ("_clock", "_generation", "_names")

    def __init__(self, names: list[str], generation: int | None) -> None:
        self.label, self.what = "bare", "subkeys"
        self._names = names
        self._generation = generation
        self._clock = Clock()

    def stamp(self) -> Stamp:
        return Stamp(len(self._names), self._generation, LONG_AGO)

    def item(self, index: int) -> str:
        if index < len(self._names):
            return self._names[index]
        raise NoMore("")

    def names(self, items: Sequence[str]) -> Sequence[str]:
        return items

    def clock(self) -> int | None:
        return self._clock.wall()


def loop(source: Source[T]) -> list[T]:
    """What everybody writes."""
    found: list[T] = []
    index = 0
    while True:
        try:
            found.append(source.item(index))
        except NoMore:
            return found
        index += 1


def compared(name: str, plain: Source[T], guarded: Source[T], rounds: int = ROUNDS) -> Row:
    """Loop and guard in turn. ``guarded`` may offer what the loop cannot use."""
    guard = Guard()
    guard.list(guarded)  # from here on it knows the clock
    times: list[tuple[float, float]] = []
    for _ in range(rounds):
        times.append((_seconds(lambda: loop(plain)), _seconds(lambda: guard.list(guarded))))
    return Row(
        name,
        median(one for one, _ in times),
        median(two for _, two in times),
        median(two / one for one, two in times),
    )


def _seconds(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


def measure() -> list[Row]:
    """All rows."""
    names = [f"Key {number:04}" for number in range(KEYS)]
    rows = [
        compared("in memory, generation", Bare(names, 1), Bare(names, 1)),
        compared("in memory, stamp", Bare(names, None), Bare(names, None)),
    ]
    with Registry(bare=True, lazy_flush=None) as registry:
        registry.load("HKU\\Bench", None)
        with registry.create("HKU\\Bench\\Key") as key:
            for name in names:
                key.create(name).close()
            tree, handle = registry.tree, key.handle
            by_index = SubkeyList(key, handle, tree, by_index=True)
            rows.append(compared("embedded, by index", by_index, by_index, ROUNDS // 10))
            rows.append(compared("embedded", by_index, SubkeyList(key, handle, tree), ROUNDS // 10))
    return rows


def main() -> int:
    print(f"| {KEYS:,} subkeys | loop, ms | guard, ms | guard / loop |\n| --- | ---: | ---: | ---: |")
    rows = measure()
    record.write("guard", {"subkeys": KEYS, "bound": BOUND, "rows": [row._asdict() for row in rows]})
    for row in rows:
        print(f"| {row.name} | {row.loop * 1e3:.2f} | {row.guarded * 1e3:.2f} | {row.ratio:.2f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
