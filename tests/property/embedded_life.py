"""An embedded registry against a plain model, for `test_embedded_stories`: whatever is done to a hive in whatever
order, its state is the table's, its listings are complete and true, and its files hold what was flushed.
"""

from __future__ import annotations

import contextlib

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import hiveguard
from hiveguard.embedded.live_key import LiveKey
from hiveguard.embedded.states import State
from hiveguard.regf.disk import Part
from tests.unit.embedded.faulty_disk import FaultyDisk

MOUNT = "HKU\\Test"
NAMES = ("A", "b", "Ü")
LOADED = (State.CLEAN, State.DIRTY)

Path = tuple[str, ...]
#: path to (whether it is volatile, its values)
Tree = dict[Path, tuple[bool, dict[str, bytes]]]


def copied(tree: Tree, *, stored: bool = False) -> Tree:
    """A copy; of the stored keys only."""
    return {path: (volatile, dict(values)) for path, (volatile, values) in tree.items() if not (stored and volatile)}


class Life(RuleBasedStateMachine):
    """One hive, mounted at one place."""

    @initialize()
    def begin(self) -> None:
        self.registry = hiveguard.Registry(bare=True, lazy_flush=None)
        self.events = self.registry.events()
        self.disk = FaultyDisk()
        self.state = State.ABSENT
        self.before = State.ABSENT
        self.tree: Tree = {(): (False, {})}
        self.flushed: list[Tree] = [copied(self.tree)]  # what the files may hold: the last is acknowledged or tried
        self.handles: list[tuple[Path, LiveKey, int]] = []
        self.load_number = 0

    def teardown(self) -> None:
        if not hasattr(self, "registry"):
            return
        self.disk.fails = self.disk.is_full = False
        for _, key, _ in self.handles:
            key.close()
        self.registry.close()
        numbers = [event.number for event in self.events]
        assert numbers == sorted(numbers)
        assert self.events.verdict

    # --- what the model says ------------------------------------------------------------------

    def path(self, path: Path) -> Path:
        return ("HKU", "Test", *path)

    def below(self, path: Path) -> list[Path]:
        return [other for other in self.tree if len(other) > len(path) and other[: len(path)] == path]

    def is_loaded(self) -> bool:
        return self.state in LOADED

    def is_known(self) -> bool:
        return self.state is not State.ABSENT

    def changed(self, path: Path) -> None:
        if not self.tree[path][0]:
            self.state = State.DIRTY

    def accessed(self) -> None:
        if self.state is State.REGISTERED:
            self.state = State.CLEAN
            self.load_number += 1

    def acknowledged(self) -> None:
        self.flushed = [copied(self.tree, stored=True)]

    # --- mounting -------------------------------------------------------------------------------

    @rule()
    def register(self) -> None:
        if self.state is State.ABSENT:
            self.registry.register(MOUNT, self.disk)
            self.state = self.before = State.REGISTERED
            return
        with contextlib.suppress(hiveguard.InvalidTransition):
            self.registry.register(MOUNT, self.disk)
            raise AssertionError("registered twice")

    @rule()
    def unregister(self) -> None:
        try:
            self.registry.unregister(MOUNT)
        except hiveguard.NotFound:
            assert self.state is State.ABSENT
        except hiveguard.InvalidTransition:
            assert self.is_loaded()
        else:
            assert self.state is State.REGISTERED
            self.state = self.before = State.ABSENT

    @rule()
    def load(self) -> None:
        try:
            self.registry.load(MOUNT, self.disk)
        except hiveguard.AlreadyThere:
            assert self.is_loaded()
        except hiveguard.NotWritten:
            assert self.is_bad
            assert self.pending
        else:
            assert not self.is_loaded()
            self.state = State.CLEAN
            self.load_number += 1

    @property
    def pending(self) -> bool:
        """Whether the files' own primary says that it is dirty."""
        primary = self.disk.parts[Part.PRIMARY]
        return primary[4:8] != primary[8:12]

    @rule(force=st.booleans())
    def unload(self, force: bool) -> None:
        held = any(number == self.load_number for _, key, number in self.handles if key.is_open)
        try:
            self.registry.unload(MOUNT, force=force)
        except hiveguard.NotFound:
            assert not self.is_loaded()
        except hiveguard.AccessDenied:
            assert held
            assert not force
        except hiveguard.NotWritten:
            assert self.is_bad
            self.flushed.append(copied(self.tree, stored=True))
        else:
            assert self.is_loaded()
            assert force or not held
            self.state = self.before
            self.tree = copied(self.tree, stored=True)
            self.acknowledged()

    # --- the disk -------------------------------------------------------------------------------

    @rule(fails=st.booleans(), is_full=st.booleans())
    def disk_fails(self, fails: bool, is_full: bool) -> None:
        self.disk.fails, self.disk.is_full = fails, is_full

    @property
    def is_bad(self) -> bool:
        return self.disk.fails or self.disk.is_full

    @precondition(is_known)
    @rule()
    def flush(self) -> None:
        try:
            self.registry.flush(MOUNT)
        except hiveguard.NotWritten:
            assert self.is_bad
            self.flushed.append(copied(self.tree, stored=True))
        else:
            if self.is_loaded():
                self.state = State.CLEAN
                self.acknowledged()

    @precondition(is_known)
    @rule()
    def reconcile(self) -> None:
        self.registry.reconcile(MOUNT)

    @rule()
    def crash(self) -> None:
        """Another process finds the files as they are now."""
        with hiveguard.Registry(bare=True, lazy_flush=None) as other:
            disk = self.disk.reopened()
            other.load(MOUNT, disk)
            assert self.read(other) in self.flushed
            other.unload(MOUNT)
            with hiveguard.open(bytes(disk.parts[Part.PRIMARY])) as hive:
                walk = hive.walk(strict=True)
                assert sum(1 for _ in walk) == len(self.read_file(disk))
                assert walk.verdict is not None
                assert walk.verdict.damage == ()

    def read_file(self, disk: FaultyDisk) -> list[str]:
        with hiveguard.open(bytes(disk.parts[Part.PRIMARY])) as hive:
            return [key.path for key in hive.walk()]

    def read(self, registry: hiveguard.Registry) -> Tree:
        """All keys and values that a registry has in the hive."""
        found: Tree = {}
        for key in registry.walk(MOUNT):
            volatile = "volatile" in key.flag_names
            found[key.parts[2:]] = (volatile, {value.name or "": value.raw for value in key.values()})
        return found

    # --- keys -----------------------------------------------------------------------------------

    @precondition(is_known)
    @rule(data=st.data(), name=st.sampled_from(NAMES), volatile=st.booleans())
    def create(self, data: st.DataObject, name: str, volatile: bool) -> None:
        parent = data.draw(st.sampled_from(sorted(self.tree)))
        if len(parent) > 2:
            return
        if self.state is State.REGISTERED and self.is_bad and self.pending:
            return
        self.accessed()
        path = (*parent, name)
        try:
            self.registry.create(self.path(path), volatile=volatile).close()
        except hiveguard.BadArgument:
            assert self.tree[parent][0]
            assert not volatile
            assert path not in self.tree
            return
        if path not in self.tree:
            assert volatile or not self.tree[parent][0]
            self.tree[path] = (volatile, {})
            self.changed(path)

    @precondition(is_loaded)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(sorted(self.tree)))
        try:
            self.registry.delete(self.path(path))
        except hiveguard.AccessDenied:
            assert not path or self.below(path)
        else:
            assert not self.below(path)
            self.changed(path)
            del self.tree[path]

    @precondition(is_loaded)
    @rule(data=st.data(), name=st.sampled_from(("", *NAMES)), size=st.sampled_from((0, 3, 5, 300, 20_000)))
    def set_value(self, data: st.DataObject, name: str, size: int) -> None:
        path = data.draw(st.sampled_from(sorted(self.tree)))
        raw = bytes([len(name)]) * size
        with self.registry.open(self.path(path), write=True) as key:
            key.set_value(name, raw, 3)
        if self.tree[path][1].get(name) != raw:
            self.changed(path)
        self.tree[path][1][name] = raw

    @precondition(is_loaded)
    @rule(data=st.data(), name=st.sampled_from(("", *NAMES)))
    def delete_value(self, data: st.DataObject, name: str) -> None:
        path = data.draw(st.sampled_from(sorted(self.tree)))
        with self.registry.open(self.path(path), write=True) as key:
            try:
                key.delete_value(name)
            except hiveguard.NotFound:
                assert name not in self.tree[path][1]
            else:
                del self.tree[path][1][name]
                self.changed(path)

    # --- handles --------------------------------------------------------------------------------

    @precondition(is_loaded)
    @rule(data=st.data())
    def open(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(sorted(self.tree)))
        self.handles.append((path, self.registry.open(self.path(path)), self.load_number))

    @precondition(lambda self: self.handles)
    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        _, key, _ = self.handles.pop(data.draw(st.integers(0, len(self.handles) - 1)))
        key.close()
        key.close()

    @precondition(lambda self: self.handles)
    @rule(data=st.data())
    def use(self, data: st.DataObject) -> None:
        path, key, number = data.draw(st.sampled_from(self.handles))
        listing = key.values(on_incomplete="record")
        if number != self.load_number or not self.is_loaded():
            assert listing.verdict.ending is hiveguard.Ending.HIVE_UNLOADED
        elif path in self.tree:
            assert {value.name or "": value.raw for value in listing} == self.tree[path][1]
            assert listing.verdict
        else:
            assert listing.verdict.ending is hiveguard.Ending.KEY_DELETED

    # --- always ---------------------------------------------------------------------------------

    @invariant()
    def the_state_is_the_tables(self) -> None:
        if hasattr(self, "registry"):
            assert self.registry.state(MOUNT) is self.state

    @invariant()
    def what_is_listed_is_there(self) -> None:
        if hasattr(self, "registry") and self.is_loaded():
            assert self.read(self.registry) == self.tree
