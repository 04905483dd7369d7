"""Hives as they are written: changed at random through a store and its journal, beside what they must hold.

``python -m tests.integration.edited_hives --hives 2000`` reads so many of them with the peers, too.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import NamedTuple

import hiveguard
from hiveguard.embedded.hive_store import HiveStore
from hiveguard.regf.disk import Part
from hiveguard.regf.names import order
from hiveguard.regf.new_hive import new_hive
from hiveguard.registry.hive_files import MemoryDisk
from tests.peers.reading import Record, read_all_with
from tests.property.edited_hive import TIME, Model
from tests.property.edited_hive import Record as Value

CHANGES = 40  # between two hives that are looked at


class Words(NamedTuple):
    """What hives are filled with."""

    names: tuple[str, ...]
    values: tuple[tuple[int, bytes], ...]


def _text(text: str) -> bytes:
    return (text + "\0").encode("utf-16-le")


#: what every reader delivers exactly: whole strings, four inline bytes or a cell, simple names
PLAIN = Words(
    ("a", "Run", "Software", "Microsoft Windows", "Ωmega", "名前", "Жук", *(f"key {number}" for number in range(60))),
    (
        (1, _text("x")),
        (1, _text("a longer text, in a cell of its own")),
        (2, _text("%SystemRoot%\\system32")),
        (3, bytes(range(200))),
        (3, bytes(range(256)) * 40),
        (4, b"\1\2\3\4"),
        (7, _text("one\0two\0")),
        (11, b"\1\2\3\4\5\6\7\x88"),
    ),
)
#: what exact readers deliver exactly
RICH = Words(
    (*PLAIN.names, "É\x80\x9f\xff", "nul\0inside", "\U0001f600", "\uff21", "x" * 255, "(default)"),
    (
        *PLAIN.values,
        *((kind, bytes(range(size))) for kind in (0, 3, 0x200000, 0xFFFFFFFF) for size in (0, 1, 2, 3, 4, 5, 8)),
        (1, b"odd"),
        (1, "trailing\0behind".encode("utf-16-le")),
        (3, bytes(range(251)) * 65),
    ),
)
#: the same and data in segments
LARGE = Words(RICH.names, (*RICH.values, *((3, (bytes(range(251)) * 400)[:size]) for size in (16344, 16345, 70_000))))

#: version, words, and who reads such a hive exactly. dissect knows segments in versions above 1.4 alone.
KINDS = (
    ("1.3", PLAIN, ("hivex", "dissect", "libregf", "regipy")),
    ("1.5", PLAIN, ("hivex", "dissect", "libregf", "regipy")),
    ("1.3", LARGE, ("hivex", "dissect")),
    ("1.4", RICH, ("hivex", "dissect")),
    ("1.4", LARGE, ("hivex",)),
    ("1.5", LARGE, ("hivex", "dissect")),
)


def edited(version: str, words: Words, seed: int) -> Iterator[tuple[bytes, list[Record]]]:
    """The bytes of a hive after more and more changes, and what peers must read from them."""
    random = Random(seed)
    disk = MemoryDisk(new_hive(version, "ROOT", TIME))
    store = HiveStore.open(disk, "HIVE")
    model = Model(store.editor)
    while True:
        growing = random.random() < 0.6
        for _ in range(random.randrange(1, CHANGES)):
            _change(model, words, random, growing=growing)
            if random.random() < 0.1:
                store.commit(*store.take())
        store.commit(*store.take())
        if random.random() < 0.5:
            store.reconcile(always=True)
        else:  # left with a log: the next opening writes it back
            store = HiveStore.open(disk, "HIVE")
            model = _same(model, store)
        yield bytes(disk.parts[Part.PRIMARY]), records(model)


def _same(model: Model, store: HiveStore) -> Model:
    """The model over a store that was opened again."""
    again = Model(store.editor)
    for path in sorted(model.nodes, key=len):
        if path:
            node = store.editor.find_key(again.nodes[path[:-1]], path[-1])
            assert node is not None
            again.nodes[path] = node
        again.values[path] = model.values[path]
    return again


def _change(model: Model, words: Words, random: Random, *, growing: bool) -> None:
    path = random.choice(sorted(model.nodes))
    kind = random.random()
    if kind < 0.3 and growing:
        model.create(path[:6], random.choice(words.names))
    elif kind < 0.3:
        model.delete(path)
    elif kind < 0.85 if growing else kind < 0.5:
        value: Value = (random.choice((None, *words.names)), *random.choice(words.values))
        model.set(path, value)
    elif model.values[path]:
        model.unset(path, random.choice(model.values[path])[0])


def records(model: Model) -> list[Record]:
    """What the model holds, depth first in registry order."""
    found: list[Record] = []
    for path in sorted(model.nodes, key=lambda path: tuple(map(order, path))):
        found.append(["key", list(path)])
        found += [["value", list(path), name, kind, raw.hex()] for name, kind, raw in model.values[path]]
    return found


def ours(image: bytes) -> list[Record]:
    """What HiveGuard reads, by the strictest rules."""
    found: list[Record] = []
    with hiveguard.open(image) as hive:
        for key in hive.walk(strict=True):
            names = [key.name for key in _line(key)]
            found.append(["key", names])
            found += [["value", names, value.name, value.type, value.raw.hex()] for value in key.values()]
    return found


def _line(key: hiveguard.Key) -> list[hiveguard.Key]:
    line = []
    while key.parent is not None:
        line.append(key)
        key = key.parent
    return line[::-1]


def main() -> int:
    """Read many hives with every peer that can; 1 when one of them reads something else."""
    parser = argparse.ArgumentParser(prog="python -m tests.integration.edited_hives", description=__doc__)
    parser.add_argument("--hives", type=int, default=2000, help="how many altogether (default: 2000)")
    parser.add_argument("--seed", type=int, help="the first seed (default: a random one, printed)")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else secrets.randbelow(10**9)
    wrong, each = 0, 25
    for version, words, peers in KINDS:
        first, count = seed, 0
        while count < options.hives / len(KINDS):
            hives = list(islice(edited(version, words, seed), each))
            with tempfile.TemporaryDirectory() as folder:
                for peer in peers:
                    read = read_all_with(peer, [image for image, _ in hives], Path(folder))
                    bad = [number for number, (_, told) in enumerate(hives) if read[number] != told]
                    if bad:
                        wrong += len(bad)
                        print(f"{version}, seed {seed}: {peer} reads hives {bad} otherwise")
            seed, count = seed + 1, count + each
        print(f"{version}, seeds {first} to {seed - 1}: {count} hives read by {', '.join(peers)}", flush=True)
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
