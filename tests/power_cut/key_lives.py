"""A hive of keys and values, changed as a loaded hive is: what a cut leaves is compared by path, name, type and raw."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import hiveguard
from hiveguard.core.errors import NotWritten
from hiveguard.embedded.hive_store import HiveStore
from hiveguard.regf import layout as L
from hiveguard.regf.disk import Disk
from hiveguard.regf.new_hive import new_hive
from hiveguard.regf.replay import sealed
from tests.property.edited_hive import TIME, Model, Record, content_of, image_of

from .lives import Chain, Totals
from .power_disk import Files

Content = dict[str, list[Record]]
NAMES = ("a", "B", "Run", "Käse", "\u4e2d\u6587", "x" * 200)
SIZES = (0, 1, 4, 5, 100, 100, 2000, 17_000)  # raw bytes; the last in several segments
BINS_MOST = 56 * 1024  # above it things are deleted: with the largest value on its way a hive stays near 64 KiB


class KeySession:
    """Changes keys and values. ``contents``: bins to what they hold, over all lives."""

    def __init__(self, contents: dict[bytes, Content], disk: Disk) -> None:
        self._contents = contents
        self._store = HiveStore.open(disk, "HIVE")
        editor = self._store.editor
        self._model = Model(editor)
        self._checked: set[bytes] = set()
        found = contents[self.state] if self.state in contents else content_of(image_of(editor.heap))
        for path, values in found.items():
            names = tuple(path.split("\\")) if path else ()
            node = editor.find_key(self._model.nodes[names[:-1]], names[-1]) if names else editor.root
            assert node is not None
            self._model.nodes[names] = node
            self._model.values[names] = list(values)
        self._keep()

    def _keep(self) -> None:
        self._contents[self.state] = {"\\".join(path): list(values) for path, values in self._model.values.items()}

    @property
    def state(self) -> bytes:
        return bytes(self._store.editor.heap.data[L.BASE_BLOCK_SIZE :])

    def settle(self) -> None:
        """It is settled when it is opened."""

    def step(self, random: Random, tried: Callable[[], None]) -> bool:
        store = self._store
        if random.random() < 0.2:
            store.reconcile(always=True)
            return False
        for _ in range(random.randrange(1, 5)):
            self._change(random)
        pages, size = store.take()
        self._keep()
        tried()
        try:
            store.commit(pages, size)
        except NotWritten:
            store.give_back(pages)
            raise
        return True

    def _change(self, random: Random) -> None:
        model = self._model
        paths = sorted(model.nodes)
        path = random.choice(paths)
        kind = random.random()
        if self._store.editor.heap.bins_size > BINS_MOST:
            kind = random.choice((0.1, 0.2))
        if kind < 0.15:
            model.delete(path)
        elif kind < 0.3:
            values = [(path, name) for path in paths for name, _, raw in model.values[path] if raw]
            if values:
                model.unset(*max(values, key=lambda _: random.random()))
        elif kind < 0.5:
            model.create(path, random.choice(NAMES))
        else:
            raw = random.randbytes(random.choice(SIZES))
            model.set(path, (random.choice((None, *NAMES)), random.randrange(12), raw))

    def examine(self, files: Files, bins: bytes) -> str:
        """The files, opened by path or bytes as users do, hold what the model says and break no rule."""
        if bins in self._checked:
            return ""
        self._checked.add(bins)
        with hiveguard.open(files[0], logs=files[1:]) as hive:
            walk = hive.walk(strict=True, on_incomplete="record")
            found = {key.path: [(value.name, value.type, value.raw) for value in key.values()] for key in walk}
        if found != self._contents[bins]:
            return "keys or values differ"
        return f"not sound: {walk.verdict}" if walk.verdict is None or walk.verdict.damage else ""


def first_files(random: Random) -> Files:
    """A new hive, its numbers anywhere or near the end of all numbers."""
    hive = new_hive(random.choice(("1.3", "1.5")), "ROOT", TIME)
    number = random.choice((1, random.randrange(2**32), 2**32 - random.randrange(1, 20)))
    head = hive[: L.HEADER_SIZE]
    for at in (L.HEADER_SEQ1, L.HEADER_SEQ2):
        head[at : at + 4] = number.to_bytes(4, "little")
    return sealed(head) + bytes(hive[L.HEADER_SIZE :]), b"", b""


def chain(seed: int, totals: Totals, *, samples: int) -> Chain:
    """A hive's lives."""
    contents: dict[bytes, Content] = {}
    return Chain(first_files(Random(seed)), lambda disk: KeySession(contents, disk), seed, totals, samples=samples)
