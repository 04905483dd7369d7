"""The invariant of writing: whatever bytes a hive has, a change is made, or a `HiveError` says why not; and what is
written can be read again.

``python -m tests.fuzz.changes [--count N] [--seed N]``. Must not know: how a hive is changed.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import time

import hiveguard
from hiveguard.embedded.hive_store import HiveStore
from hiveguard.regf.disk import Part
from hiveguard.registry.hive_files import MemoryDisk
from tests.fuzz.mutate import mutant
from tests.fuzz.seeds import small
from tests.fuzz.target import SECONDS, bound_time, read_everything

NAMES = ("Key3", "below", "deeper", "Ωmega", "New", "a" * 200)
STEPS = 25


def change_everything(data: bytes, chance: random.Random) -> str:
    """Load bytes as a hive and change it at random; returns how that went."""
    disk = MemoryDisk(data)
    signal.alarm(SECONDS)
    try:
        try:
            store = HiveStore.open(disk, "mutant")
        except hiveguard.HiveError:
            return "refused"
        editor = store.editor
        live = [editor.root]
        refused = 0
        for _ in range(STEPS):
            parent = chance.choice(live)
            name = chance.choice(NAMES)
            try:
                match chance.randrange(7):
                    case 0 | 1:
                        found = editor.find_key(parent, name)
                        live.append(editor.create_key(parent, name, 1) if found is None else found)
                    case 2 | 3:
                        raw = bytes(chance.choice((0, 3, 4, 5, 60, 5000, 20000)))
                        editor.set_value(parent, chance.choice((None, *NAMES)), chance.randrange(12), raw, 1)
                    case 4:
                        editor.delete_value(parent, chance.choice((None, "number", *NAMES)), 1)
                    case 5:
                        below = [key for key in editor.subkeys(parent) if key not in live]
                        if below:
                            editor.delete_key(parent, chance.choice(below), 1)
                    case 6:
                        live += [key for key in editor.subkeys(parent)[:2] if key not in live]
            except hiveguard.HiveError:
                refused += 1
        try:
            store.commit(*store.take())
            store.reconcile(always=True)
        except hiveguard.HiveError:
            return "not written"
    finally:
        signal.alarm(0)
    read_everything(bytes(disk.parts[Part.PRIMARY]), 1)
    return "changed, in part" if refused else "changed"


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    asked = parser.parse_args()
    print(f"seed {asked.seed}")
    bound_time()
    hives = [data for _, data in small()]
    ended: dict[str, int] = {}
    started = time.monotonic()
    for number in range(asked.count):
        chance = random.Random(f"{asked.seed} {number}")
        try:
            how = change_everything(mutant(chance.choice(hives), chance), chance)
        except Exception:
            print(f"BROKEN by number {number} of seed {asked.seed}")
            raise
        ended[how] = ended.get(how, 0) + 1
    print(f"{asked.count:,} mutants in {time.monotonic() - started:.0f} s: {ended}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
