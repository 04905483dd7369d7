"""The two lists of an open key as the guard reads them: by index, or all at once.

Must not know: the guard's rules. Source: HiveGuard's own contract; the generation is moved under the same lock
under which a change becomes visible, so it is proof by itself.
"""

from __future__ import annotations

from ..core.errors import HiveError, HiveUnloaded, KeyDeleted
from ..core.filetime import to_unix_ns
from ..regf.damage import Findings
from ..regf.records import Budget, read_value
from ..registry.source import NoMore, Source, Stamp
from .handle import Handle
from .key_content import (
    claimed_subkeys,
    claimed_values,
    findings_at,
    key_row,
    mount_row,
    mounts_below,
    subkey_rows,
    value_records,
    wrong_with_records,
    wrong_with_subkeys,
)
from .tree import NeedsLoad, Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence
    from typing import TypeVar

    from ..regf.value import Value
    from .key_block import KeyBlock
    from .live_key import LiveKey

    T = TypeVar("T")
else:
    T = object

__all__ = ("LiveList", "SubkeyList", "ValueList")


_NOTHING = Findings()


class LiveList(Source[T]):
    """What both lists share. ``by_index``: offer no snapshot, as a registry that has none would."""

    __slots__ = ("_by_index", "_key", "_tree", "_wrong", "handle")

    def __init__(self, key: LiveKey, handle: Handle, tree: Tree, *, by_index: bool = False) -> None:
        self._key = key
        self._tree = tree
        self._by_index = by_index
        self.handle = handle
        self.label = handle.label
        self._wrong = _NOTHING  # what is wrong with the list that the last stamp stands for

    def found(self) -> Findings:
        return self._wrong

    def refresh(self, *, same: bool) -> None:
        tree, old = self._tree, self.handle

        def again() -> None:
            try:
                block = tree.descend(tree.top.root, old.names, open_link=True, follow=False)
            except NeedsLoad:
                if not same:
                    raise
                raise HiveUnloaded(f"{old.label}: the hive was unloaded; load it again") from None
            except HiveError:
                if old.block.hive.ended:
                    raise HiveUnloaded(f"{old.label}: the hive was unloaded; load it again") from None
                raise KeyDeleted(f"{old.label}: the key was deleted and not made again") from None
            if same and block.hive is not old.block.hive:
                block.refer()
                block.release()
                raise HiveUnloaded(f"{old.label}: its hive was unloaded; another load of it stands there now")
            self.handle = Handle(tree.ground, block, writable=old.writable)
            self._key.replace_handle(old, self.handle)

        self._key.registry.reach(again)


class SubkeyList(LiveList["LiveKey"]):
    """The subkeys of a key: stored ones, volatile ones, hives that are mounted below it."""

    __slots__ = ()

    def __init__(self, key: LiveKey, handle: Handle, tree: Tree, *, by_index: bool = False) -> None:
        super().__init__(key, handle, tree, by_index=by_index)
        self.what = "subkeys"

    def _stamp(self, block: KeyBlock) -> Stamp:
        self._wrong = wrong_with_subkeys(block)
        written = to_unix_ns(block.editor.last_write(block.offset))
        return Stamp(claimed_subkeys(block), block.subkeys, written, block.hive.incarnation)

    def stamp(self) -> Stamp:
        with self._tree.ground.changed:
            return self._stamp(self.handle.live())

    def item(self, index: int) -> LiveKey:
        tree = self._tree
        with tree.ground.changed:
            block = self.handle.live()
            rows = subkey_rows(block)
            if index < len(rows):
                return self._key.listed(key_row(*rows[index]), block.hive)
            mounted = mounts_below(block) if block.mounts is not None else []
            if index < len(rows) + len(mounted):
                mount = mounted[index - len(rows)]
                return self._key.listed(mount_row(mount), mount.hive)
        raise NoMore(f"{self.label}: there is no subkey {index}")

    def names(self, items: Sequence[LiveKey]) -> Iterable[Hashable]:
        return [item.name for item in items]

    def clock(self) -> int | None:
        return self._tree.ground.clock.wall()

    def snapshot(self) -> tuple[Sequence[LiveKey], Stamp] | None:
        if self._by_index:
            return None
        tree, listed = self._tree, self._key.listed
        with tree.ground.changed:
            block = self.handle.live()
            items = [listed(key_row(editor, offset), block.hive) for editor, offset in subkey_rows(block)]
            items += [listed(mount_row(mount), mount.hive) for mount in mounts_below(block)]
            return items, self._stamp(block)


class ValueList(LiveList["Value"]):
    """The values of a key, in stored order."""

    __slots__ = ("_wrong_items",)

    def __init__(self, key: LiveKey, handle: Handle, tree: Tree, *, by_index: bool = False) -> None:
        super().__init__(key, handle, tree, by_index=by_index)
        self.what = "values"
        self._wrong_items = findings_at(self.label)

    def _stamp(self, block: KeyBlock) -> Stamp:
        self._wrong = wrong_with_records(block)
        written = to_unix_ns(block.editor.last_write(block.offset))
        return Stamp(claimed_values(block), block.values, written, block.hive.incarnation)

    def stamp(self) -> Stamp:
        with self._tree.ground.changed:
            return self._stamp(self.handle.live())

    def item(self, index: int) -> Value:
        tree = self._tree
        with tree.ground.changed:
            block = self.handle.live()
            records = value_records(block)
            if index < len(records):
                heap = block.editor.heap
                value = read_value(heap, records[index], self._wrong_items, Budget(heap))
                if value is not None:
                    return value
                raise HiveError(f"{self.label}: value {index} cannot be read; check the hive")
        raise NoMore(f"{self.label}: there is no value {index}")

    def found(self) -> Findings:
        if not len(self._wrong_items):
            return self._wrong
        together = findings_at(self.label)
        together.absorb(self._wrong)
        together.absorb(self._wrong_items)
        return together

    def names(self, items: Sequence[Value]) -> Iterable[Hashable]:
        return [item.name for item in items]

    def clock(self) -> int | None:
        return self._tree.ground.clock.wall()

    def snapshot(self) -> tuple[Sequence[Value], Stamp] | None:
        wrong = self._wrong_items
        if len(wrong):  # of an earlier reading
            wrong = self._wrong_items = findings_at(self.label)
        if self._by_index:
            return None
        tree = self._tree
        with tree.ground.changed:
            block = self.handle.live()
            heap = block.editor.heap
            budget = Budget(heap)
            read = [read_value(heap, record, wrong, budget) for record in value_records(block)]
            return [value for value in read if value is not None], self._stamp(block)
