"""A hive in memory that is edited, beside a plain model of what it must hold."""

from __future__ import annotations

import hiveguard
from hiveguard.regf import layout as L
from hiveguard.regf.editor import Editor
from hiveguard.regf.heap import Heap
from hiveguard.regf.names import fold, order
from hiveguard.regf.new_hive import new_hive
from hiveguard.regf.replay import sealed

Record = tuple[str | None, int, bytes]
TIME = 132_000_000_000_000_000


def editor_of(version: str = "1.5") -> Editor:
    """An editor over a new hive."""
    data = new_hive(version, "ROOT", TIME)
    return Editor(Heap(data, [0]), int(version[2:]), L.BIN_HEADER_SIZE)


def image_of(heap: Heap) -> bytes:
    """The hive's bytes as a file would have them, its base block in force."""
    head = bytearray(heap.data[: L.HEADER_SIZE])
    head[L.HEADER_BINS_SIZE : L.HEADER_BINS_SIZE + 4] = heap.bins_size.to_bytes(4, "little")
    return sealed(head) + bytes(heap.data[L.HEADER_SIZE :])


def content_of(image: bytes) -> dict[str, list[Record]]:
    """Path to values in stored order, of a hive that is sound by the strictest rules."""
    with hiveguard.open(image) as hive:
        walk = hive.walk(strict=True)
        found = {key.path: [(value.name, value.type, value.raw) for value in key.values()] for key in walk}
        assert walk.verdict is not None
        assert walk.verdict.damage == ()
        return found


class Model:
    """What the hive must hold: keys by path of names, in registry order."""

    def __init__(self, editor: Editor) -> None:
        self.editor = editor
        self.nodes: dict[tuple[str, ...], int] = {(): editor.root}
        self.values: dict[tuple[str, ...], list[Record]] = {(): []}

    def create(self, parent: tuple[str, ...], name: str) -> None:
        """Make a key, or see that it is there."""
        node = self.nodes[parent]
        there = [path for path in self.nodes if path[:-1] == parent and path and fold(path[-1]) == fold(name)]
        found = self.editor.find_key(node, name)
        assert (found is not None) == bool(there)
        if not there:
            self.nodes[(*parent, name)] = self.editor.create_key(node, name, TIME)
            self.values[(*parent, name)] = []

    def delete(self, path: tuple[str, ...]) -> None:
        """Delete a key that has no subkeys."""
        if not path or any(len(other) > len(path) and other[: len(path)] == path for other in self.nodes):
            return
        self.editor.delete_key(self.nodes[path[:-1]], self.nodes.pop(path), TIME)
        del self.values[path]

    def set(self, path: tuple[str, ...], record: Record) -> None:
        """Set a value."""
        name, kind, raw = record
        name = name or None
        values = self.values[path]
        new = self.editor.set_value(self.nodes[path], name, kind, raw, TIME)
        at = next((i for i, (other, *_) in enumerate(values) if fold(other or "") == fold(name or "")), None)
        assert new == (at is None)
        if at is None:
            values.append((name, kind, raw))
        else:
            values[at] = (values[at][0], kind, raw)

    def unset(self, path: tuple[str, ...], name: str | None) -> None:
        """Delete a value."""
        values = self.values[path]
        at = next((i for i, (other, *_) in enumerate(values) if fold(other or "") == fold(name or "")), None)
        assert self.editor.delete_value(self.nodes[path], name, TIME) == (at is not None)
        if at is not None:
            del values[at]

    def check(self) -> None:
        """The hive holds what the model says, and breaks no rule."""
        found = content_of(image_of(self.editor.heap))
        paths = sorted(self.nodes, key=lambda path: tuple(map(order, path)))
        assert list(found) == ["\\".join(path) for path in paths]
        assert found == {"\\".join(path): self.values[path] for path in self.nodes}
