"""Rounds of deleting a random half of many keys and making as many: how much larger than its content the hive stays.

``python -m tests.property.churn [--keys N] [--rounds N] [--seed N]``
"""

from __future__ import annotations

import argparse
import random
import struct
import sys
import time
from collections.abc import Iterator

from hiveguard.embedded.hive_store import HiveStore
from hiveguard.regf.disk import Part
from hiveguard.regf.heap import Heap
from hiveguard.regf.new_hive import new_hive
from hiveguard.registry.hive_files import MemoryDisk

TIME = 132_000_000_000_000_000
PARENTS = 100
FACTOR = 1.3
EMPTY_MOST = 16 * 1024


def allocated(heap: Heap) -> int:
    """Bytes of all allocated cells."""
    total = 0
    for number, start in enumerate(heap.bins):
        end = heap.bins[number + 1] if number + 1 < len(heap.bins) else heap.bins_size
        at = start + 32
        while at < end:
            (size,) = struct.unpack_from("<i", heap.data, 4096 + at)
            total -= min(size, 0)
            at += abs(size)
    return total


class Churn:
    """One hive and what is in it."""

    def __init__(self, keys: int, seed: int) -> None:
        self.disk = MemoryDisk(new_hive("1.5", "ROOT", TIME))
        self.store = HiveStore.open(self.disk, "churn")
        self.editor = self.store.editor
        self._keys = keys
        self._chance = random.Random(seed)
        self._made = 0
        self._parents = [self.editor.create_key(self.editor.root, f"Parent {n}", TIME) for n in range(PARENTS)]
        self._live: list[tuple[int, int]] = []
        self._make(keys)

    def _make(self, count: int) -> None:
        chance, editor = self._chance, self.editor
        for _ in range(count):
            self._made += 1
            parent = chance.choice(self._parents)
            key = editor.create_key(parent, f"Key {self._made} {'x' * chance.randrange(20)}", TIME)
            editor.set_value(key, "v", 3, bytes(chance.randrange(100)), TIME)
            self._live.append((parent, key))

    def _write(self) -> None:
        pages, size = self.store.take()
        self.store.commit(pages, size)
        self.store.reconcile(always=True)

    def rounds(self, count: int) -> Iterator[float]:
        """The file's length by the sum of its allocated cells, after each round."""
        for _ in range(count):
            self._chance.shuffle(self._live)
            half = len(self._live) // 2
            dead, self._live = self._live[:half], self._live[half:]
            for parent, key in dead:
                self.editor.delete_key(parent, key, TIME)
            self._make(half)
            self._write()
            yield self.disk.size(Part.PRIMARY) / allocated(self.editor.heap)

    def emptied(self) -> int:
        """The file's length when every key is deleted."""
        for parent, key in self._live:
            self.editor.delete_key(parent, key, TIME)
        for parent in self._parents:
            self.editor.delete_key(self.editor.root, parent, TIME)
        self._live, self._parents = [], []
        self._write()
        return self.disk.size(Part.PRIMARY)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--keys", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    asked = parser.parse_args()
    print(f"seed {asked.seed}, {asked.keys:,} keys")
    started = time.monotonic()
    churn = Churn(asked.keys, asked.seed)
    worst = 0.0
    for number, factor in enumerate(churn.rounds(asked.rounds), 1):
        worst = max(worst, factor)
        print(f"round {number}: {factor:.3f} times the allocated cells, {time.monotonic() - started:.0f} s", flush=True)
    left = churn.emptied()
    print(f"all deleted: {left:,} bytes; worst {worst:.3f}, bound {FACTOR}")
    return int(worst > FACTOR or left > EMPTY_MOST)


if __name__ == "__main__":
    sys.exit(main())
