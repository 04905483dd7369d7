"""``python -m tests.guard.threads``: the embedded registry under real threads, judged by what was written down.

Some threads create and delete keys, one loads and unloads hives, by force too, and the others list. Whoever
changes something writes it down under the registry's lock; whoever lists notes when he began and ended.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections import Counter
from random import Random, SystemRandom
from typing import NamedTuple

from hiveguard import Ending, HiveError
from hiveguard.core.listing import Listing
from hiveguard.core.verdict import Verdict
from hiveguard.embedded.registry import Registry
from hiveguard.regf.new_hive import new_hive
from hiveguard.registry.hive_files import MemoryDisk

from .history import History, Question

HIVES = 3
NAMES = [f"k{number:02}" for number in range(40)]
WRITERS = 2
LISTERS = 3
PATIENCE = 120.0  # seconds within which every thread comes to its end


class Hive:
    """One hive, and what is so in it. ``entries`` stay while it is not loaded: they are in its file."""

    def __init__(self, registry: Registry, number: int) -> None:
        self.mount = f"HKU\\Hive{number}"
        self.path = f"{self.mount}\\Key"
        self.disk = MemoryDisk(new_hive("1.5", "ROOT", registry.ground.ticks()))
        self.history = History()
        self.entries: set[str] = set()
        self.load = 1
        self.key = 1
        registry.load(self.mount, self.disk)
        registry.create(self.path).close()
        self.record("begin")

    def record(self, event: str, *, gone: bool = False) -> None:
        """From now on it is so. The registry's lock is held."""
        items = None if gone else tuple(sorted(self.entries))
        self.history.record(time.perf_counter_ns(), items, self.key, self.load, event)


class Answer(NamedTuple):
    """One listing, as it was answered."""

    hive: Hive
    question: Question
    names: tuple[str, ...]
    verdict: Verdict


class Turmoil:
    """The threads over one registry."""

    def __init__(self, seed: int, listings: int) -> None:
        self.seed = seed
        self.listings = listings
        self.registry = Registry(bare=True, lazy_flush=0.02)
        self.hives = [Hive(self.registry, number) for number in range(HIVES)]
        self.answers: list[Answer] = []
        self.refused: Counter[str] = Counter()
        self.done: Counter[str] = Counter()
        self.crashes: list[str] = []
        self.is_over = threading.Event()

    def write(self, random: Random) -> None:
        """Create or delete one subkey, or now and then the whole key."""
        hive, name, chance = random.choice(self.hives), random.choice(NAMES), random.random()
        with self.registry.lock:
            try:
                if chance < 0.005:
                    self.registry.delete(hive.path, tree=True)
                    hive.entries.clear()
                    hive.record("deleted", gone=True)
                    self.registry.create(hive.path).close()
                    hive.key += 1
                    hive.record("made")
                    self.done["key deleted and made"] += 1
                elif name in hive.entries:
                    self.registry.delete(f"{hive.path}\\{name}")
                    hive.entries.discard(name)
                    hive.record("change")
                    self.done["subkey deleted"] += 1
                else:
                    with self.registry.open(hive.path, write=True) as key:
                        key.create(name).close()
                    hive.entries.add(name)
                    hive.record("change")
                    self.done["subkey created"] += 1
            except HiveError as error:
                self.refused[type(error).__name__] += 1
        if random.random() < 0.3:
            self.is_over.wait(random.random() * 0.002)  # let others have the lock

    def live(self, random: Random) -> None:
        """Unload a hive, by force or not, and load it again."""
        hive, force = random.choice(self.hives), random.random() < 0.5
        with self.registry.lock:
            # From here on a reader may find it gone; until the lock is given up nobody does.
            hive.record("unloaded")
        try:
            self.registry.unload(hive.mount, force=force)
        except HiveError as error:
            self.refused[f"unload: {type(error).__name__}"] += 1
        else:
            with self.registry.lock:
                hive.record("unloaded", gone=True)
            self.done["unloaded by force" if force else "unloaded"] += 1
            with self.registry.lock:
                hive.load += 1
                hive.record("loaded")
                self.registry.load(hive.mount, hive.disk)
        self.is_over.wait(random.random() * 0.004)

    def ask(self, random: Random) -> None:
        """One listing."""
        hive = random.choice(self.hives)
        try:
            with self.registry.lock:
                key = self.registry.open(hive.path)
                identity = hive.key, hive.load
        except HiveError as error:
            self.refused[f"open: {type(error).__name__}"] += 1
            return
        with key:
            start = time.perf_counter_ns()
            listing = key.subkeys(on_incomplete="record", by_index=random.random() < 0.7)
            end = time.perf_counter_ns()
        question = Question(start, end, *identity, "same", True, False, True)
        self.answers.append(Answer(hive, question, tuple(each.name for each in listing), listing.verdict))

    def run(self) -> None:
        """Until there are enough listings, or somebody crashed."""
        roles = [self.write] * WRITERS + [self.live] + [self.ask] * LISTERS
        threads = [
            threading.Thread(target=self._repeat, args=(role, Random(self.seed + number)), daemon=True)
            for number, role in enumerate(roles)
        ]
        before = sys.getswitchinterval()
        sys.setswitchinterval(5e-5)
        try:
            for thread in threads:
                thread.start()
            self.is_over.wait()
            for thread in threads:
                thread.join(PATIENCE)
                if thread.is_alive():
                    self.crashes.append(f"{thread.name} does not come to an end")
        finally:
            sys.setswitchinterval(before)
        if not self.crashes:
            self.registry.close()

    def _repeat(self, role: object, random: Random) -> None:
        try:
            while not self.is_over.is_set():
                role(random)  # type: ignore[operator]
                if len(self.answers) >= self.listings:
                    self.is_over.set()
        except BaseException as error:
            self.crashes.append(f"{getattr(role, '__name__', role)}: {error!r}")
            self.is_over.set()
            raise

    def objections(self) -> list[str]:
        """What was untrue."""
        found = list(self.crashes)
        for number, answer in enumerate(self.answers):
            listing: Listing[object] = Listing(answer.names, answer.verdict)
            objection = answer.hive.history.objection(listing, answer.question)
            if objection:
                found.append(f"listing {number}: {objection}: {answer.verdict.reasons}")
        return found


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.guard.threads", description=__doc__)
    parser.add_argument("--listings", type=int, default=100_000)
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    seed = SystemRandom().randrange(1 << 32) if options.seed is None else options.seed
    print(f"seed: {seed}", flush=True)
    started = time.monotonic()
    turmoil = Turmoil(seed, options.listings)
    turmoil.run()
    took = time.monotonic() - started
    objections = turmoil.objections()
    endings = Counter(answer.verdict.ending for answer in turmoil.answers)
    attempts = sum(answer.verdict.attempts for answer in turmoil.answers)
    told = ", ".join(f"{count:,} {Ending(ending).words}" for ending, count in endings.most_common())
    print(f"{len(turmoil.answers):,} listings in {took:.0f} s ({attempts:,} readings): {told}")
    print("done: " + ", ".join(f"{count:,} {what}" for what, count in turmoil.done.most_common()))
    print("refused: " + ", ".join(f"{count:,} {what}" for what, count in turmoil.refused.most_common()))
    print(f"{len(objections):,} untrue")
    print(*objections[:20], sep="\n", end="\n" if objections else "")
    return 1 if objections else 0


if __name__ == "__main__":
    sys.exit(main())
