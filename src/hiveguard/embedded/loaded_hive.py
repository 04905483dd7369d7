"""One load of one hive: its stored keys, its volatile keys, its root, and who holds handles into it.

Must not know: how it is loaded or unloaded. Source: HiveGuard's own contract; volatile keys live beside the
stored ones and vanish with the load.
"""

from __future__ import annotations

from ..regf.editor import Editor
from ..regf.heap import Heap
from ..regf.layout import BIN_HEADER_SIZE
from ..regf.new_hive import new_hive
from .key_block import KeyBlock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .hive_store import HiveStore
    from .mount_point import MountPoint

__all__ = ("LoadedHive", "volatile_editor")


def volatile_editor(name: str, ticks: int) -> Editor:
    """Keys in memory only, with a root of that name."""
    return Editor(Heap(new_hive("1.5", name, ticks), [0]), 5, BIN_HEADER_SIZE)


class LoadedHive:
    """``incarnation``: which load this is; no two of a registry are equal. ``ended``: handles into it are dead.

    ``mount``: where it is mounted; None for the registry's own top. ``handles``: how many are open.
    """

    __slots__ = ("_shadows", "_volatile", "ended", "handles", "incarnation", "mount", "root", "store")

    def __init__(
        self, store: HiveStore, incarnation: int, mount: MountPoint | None, parent: KeyBlock | None, name: str
    ) -> None:
        self.store = store
        self.incarnation = incarnation
        self.mount = mount
        self.ended = False
        self.handles = 0
        self._volatile: Editor | None = None
        self._shadows: dict[int, int] = {}  # a stored key: the key in volatile storage that holds its volatile subkeys
        editor = store.editor
        self.root = KeyBlock(self, parent, name, editor, editor.root, incarnation)

    def end(self) -> None:
        """From now on every handle is dead; whoever watches a key is woken, to learn it."""
        self.ended = True
        todo = [self.root]
        while todo:
            block = todo.pop()
            todo += block.children.values()
            for watch in block.watches:
                watch.end()

    def volatile(self, ticks: int) -> Editor:
        """The volatile storage."""
        if self._volatile is None:
            self._volatile = volatile_editor("VOLATILE", ticks)
        return self._volatile

    def shadow(self, block: KeyBlock, ticks: int) -> int:
        """Where the volatile subkeys of a stored key are; made when it is first needed."""
        found = self._shadows.get(block.offset)
        if found is None:
            editor = self.volatile(ticks)
            descriptor = block.editor.descriptor(block.offset)
            name = f"{block.offset:x}"
            found = self._shadows[block.offset] = editor.create_key(editor.root, name, ticks, descriptor=descriptor)
        return found

    def volatile_below(self, block: KeyBlock) -> tuple[Editor, int] | None:
        """The volatile storage and the key in it below which a stored key's volatile subkeys are; None: it has none."""
        if self._volatile is None or block.is_volatile:
            return None
        found = self._shadows.get(block.offset)
        return None if found is None else (self._volatile, found)

    def forget_shadow(self, block: KeyBlock, ticks: int) -> None:
        """A stored key is deleted: it has no volatile subkeys any more."""
        if block.is_volatile:
            return
        found = self._shadows.pop(block.offset, None)
        if found is not None and self._volatile is not None:
            self._volatile.delete_key(self._volatile.root, found, ticks)
