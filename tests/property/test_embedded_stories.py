"""More of what can happen to a hive, on top of `embedded_life`: keys saved and restored, a process that dies and
another that goes on, and what is told: the events are a way through the table, and nothing is kept that nobody needs.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path as FilePath
from typing import NamedTuple

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import initialize, invariant, precondition, rule

import hiveguard
from hiveguard.core.hive_event import EventKind, HiveEvent
from hiveguard.embedded.states import BEFORE, TABLE, State
from hiveguard.regf.disk import Part
from tests.property.embedded_life import MOUNT, NAMES, Life, Path, Tree, copied

WORK = ("create", "create", "set", "set", "delete", "delete value", "open")


class Node(NamedTuple):
    """Where the table may stand: the state, and the two that it may come back to."""

    state: State
    before_load: State
    before_unload: State


def steps(node: Node) -> Iterable[tuple[tuple[EventKind, ...], Node]]:
    """What one line of the table can do here: what it emits, and where it leads."""
    for (state, _), row in TABLE.items():
        if state is not node.state or (row.to is None and not row.emits):
            continue
        if row.to is BEFORE.LOAD:
            yield row.emits, node._replace(state=node.before_load)
        elif row.to is BEFORE.UNLOAD:
            yield row.emits, node._replace(state=node.before_unload)
        elif row.to is State.LOADING:
            yield row.emits, node._replace(state=row.to, before_load=state)
        elif row.to in (State.FLUSHING_OUT, State.UNLOADING) and state is not State.FLUSHING_OUT:
            yield row.emits, node._replace(state=row.to, before_unload=state)
        else:
            yield row.emits, node._replace(state=row.to or state)


def follow(nodes: set[Node], told: list[EventKind]) -> set[Node]:
    """Where the table can stand after these events, and no others."""
    found: set[Node] = set()
    seen = {(node, 0) for node in nodes}
    todo = list(seen)
    while todo:
        node, at = todo.pop()
        if at == len(told):
            found.add(node)
        for emits, to in steps(node):
            if tuple(told[at : at + len(emits)]) == emits and (to, at + len(emits)) not in seen:
                seen.add((to, at + len(emits)))
                todo.append((to, at + len(emits)))
    return found


START = Node(State.ABSENT, State.ABSENT, State.ABSENT)


class Stories(Life):
    """One hive in one process after another."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = FilePath(tempfile.mkdtemp(prefix="hiveguard-"))
        self.saved: list[tuple[FilePath, Tree]] = []
        self.nodes = {START}

    def teardown(self) -> None:
        shutil.rmtree(self.folder)
        if not hasattr(self, "registry"):
            return
        self.listen()
        loaded = self.is_loaded()
        again = self.registry.events(inventory=False)  # `Life` reads the other one to its end
        super().teardown()
        assert follow(self.nodes, [event.kind for event in again if isinstance(event, HiveEvent)])
        wanted = [copied(self.tree, stored=True)] if loaded else self.flushed
        with hiveguard.Registry(bare=True, lazy_flush=None) as other:
            disk = self.disk.reopened()
            other.load(MOUNT, disk)
            assert self.read(other) in wanted
        with hiveguard.open(bytes(disk.parts[Part.PRIMARY])) as hive:
            walk = hive.walk(strict=True)
            assert sum(1 for _ in walk) == len(self.read_file(disk))
            assert walk.verdict is not None
            assert walk.verdict.damage == ()

    # --- so that more happens to a hive that is loaded than to one that is not -------------------

    @initialize()
    def begin(self) -> None:
        super().begin()
        self.load()

    @precondition(Life.is_loaded)
    @rule(data=st.data(), steps=st.lists(st.sampled_from(WORK), min_size=1, max_size=6))
    def work(self, data: st.DataObject, steps: list[str]) -> None:
        """Several small things at once."""
        name = st.sampled_from(NAMES)
        for step in steps:
            if step == "create":
                self.create(data=data, name=data.draw(name), volatile=data.draw(st.booleans()))
            elif step == "set":
                self.set_value(data=data, name=data.draw(name), size=data.draw(st.sampled_from((0, 5, 300, 20_000))))
            elif step == "delete":
                self.delete(data=data)
            elif step == "open":
                self.open(data=data)
            else:
                self.delete_value(data=data, name=data.draw(name))

    @precondition(lambda self: self.handles)
    @rule(data=st.data(), force=st.booleans())
    def unload_and_use(self, data: st.DataObject, force: bool) -> None:
        """What was open before is asked afterwards."""
        self.unload(force=force)
        for _ in range(2):
            self.use(data=data)

    @precondition(lambda self: self.state is State.REGISTERED)
    @rule()
    def unregister(self) -> None:
        super().unregister()

    @precondition(Life.is_loaded)
    @rule()
    def crash(self) -> None:
        super().crash()

    # --- saving, restoring ----------------------------------------------------------------------

    def stored(self, path: Path) -> Tree:
        """What a file can hold of a key: paths from it on."""
        return {
            other[len(path) :]: (False, dict(values))
            for other, (volatile, values) in self.tree.items()
            if other[: len(path)] == path and (not volatile or other == path)
        }

    @precondition(Life.is_loaded)
    @rule(data=st.data())
    def save(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(sorted(other for other, (volatile, _) in self.tree.items() if not volatile)))
        file = self.folder / str(len(self.saved))
        self.registry.save(self.path(path), file)
        self.saved.append((file, self.stored(path)))
        with hiveguard.open(file) as hive:
            found = {
                key.parts: {value.name or "": value.raw for value in key.values()} for key in hive.walk(strict=True)
            }
            assert found == {other: values for other, (_, values) in self.saved[-1][1].items()}

    @precondition(Life.is_loaded)
    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        if not self.saved:
            self.save(data=data)
        file, saved = data.draw(st.sampled_from(self.saved), label="saved")
        path = data.draw(st.sampled_from(sorted(self.tree)), label="path")
        if len(path) + max(map(len, saved)) > 3:
            return
        below = any(
            len(other) > len(path) and other[: len(path)] == path and not key.handle.block.is_deleted
            for other, key, number in self.handles
            if key.is_open and number == self.load_number
        )
        try:
            self.registry.restore(self.path(path), file)
        except hiveguard.AccessDenied:
            assert below
        except hiveguard.BadArgument:
            assert self.tree[path][0]
        else:
            assert not below
            assert not self.tree[path][0]
            for other in self.below(path):
                del self.tree[other]
            for other, (_, values) in saved.items():
                self.tree[path + other] = (False, dict(values))
            self.state = State.DIRTY

    # --- the end of a process -------------------------------------------------------------------

    @precondition(Life.is_loaded)
    @rule()
    def die_and_go_on(self) -> None:
        """Nothing is closed; another process finds the files, and one of the states that they may hold."""
        self.disk = self.disk.reopened()
        self.registry = hiveguard.Registry(bare=True, lazy_flush=None)
        self.events = self.registry.events()
        self.nodes = {START}
        self.handles = []
        self.before = State.ABSENT
        self.registry.load(MOUNT, self.disk)
        self.load_number += 1
        self.state = State.CLEAN
        self.tree = self.read(self.registry)
        assert self.tree in self.flushed
        self.acknowledged()

    # --- always ---------------------------------------------------------------------------------

    def listen(self) -> None:
        told = []
        while (event := self.events.get(0)) is not None:
            told.append(event.kind)
        self.nodes = follow(self.nodes, told)

    @invariant()
    def what_is_told_is_a_way_through_the_table(self) -> None:
        if hasattr(self, "registry"):
            self.listen()
            assert self.state in {node.state for node in self.nodes}

    @invariant()
    def handles_are_counted_and_nothing_else_is_kept(self) -> None:
        if not hasattr(self, "registry") or not self.is_loaded():
            return
        hive = self.registry.mount_points()[0].hive
        assert hive.handles == sum(key.is_open and number == self.load_number for _, key, number in self.handles)
        todo = list(hive.root.children.values())
        while todo:
            block = todo.pop()
            assert block.references
            todo += block.children.values()


TestStories = Stories.TestCase
TestStories.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
