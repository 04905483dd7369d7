"""The keys of an embedded registry: found by path, made, changed, deleted, every change made visible at once.

All of it under the registry's lock. Must not know: how hives are loaded, handles. Source: HiveGuard's own contract;
symbolic links and volatile keys as in Microsoft, "RegCreateKeyExW function".
"""

from __future__ import annotations

from bisect import bisect_left
from struct import pack_into, unpack_from

from ..core.errors import AccessDenied, AlreadyThere, BadArgument, HiveError, NotFound
from ..regf import layout as L
from ..regf.damage import Findings
from ..regf.editor import check_key_name, check_value
from ..regf.names import fold, order
from ..regf.records import Budget, read_value
from ..regf.value_types import REG_LINK
from .change import Change, ChangeKind
from .key_block import KeyBlock
from .key_content import count_subkeys, find_value, flags, hidden, is_below, subkey_rows, unlisted, wrong_with_subkeys
from .namespace import from_top
from .notification import Filter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..regf.editor import Editor
    from .ground import Ground
    from .loaded_hive import LoadedHive
    from .mount_point import MountPoint

__all__ = ("NeedsLoad", "Tree")

LINK_VALUE = "SymbolicLinkValue"
_LINKS_MOST = 64  #: symbolic links followed on one path

_NK = L.BASE_BLOCK_SIZE + L.CELL_HEADER


class NeedsLoad(Exception):  # no error: the way leads through a hive that is not loaded yet
    """Load the hive that is mounted here, without the lock, and ask again."""

    def __init__(self, mount: MountPoint) -> None:
        super().__init__(mount.path)
        self.mount = mount


class Tree:
    """``top``: the registry's own hive, in memory, whose root is ``\\REGISTRY``."""

    def __init__(self, ground: Ground, top: LoadedHive) -> None:
        self.ground = ground
        self.top = top

    # --- finding ----------------------------------------------------------------------------

    def child(self, block: KeyBlock, name: str) -> KeyBlock | None:
        """The block of a subkey, in any case. Raises `NeedsLoad` when a hive that is mounted there must be loaded."""
        folded = fold(name)
        found = block.children.get(folded)
        if found is not None:
            return found
        mount = block.mounts.get(folded) if block.mounts is not None else None
        if mount is not None:
            if mount.hive is None or mount.hive.ended:
                raise NeedsLoad(mount)  # who loads it waits for what is going on there
            return mount.hive.root
        editor, hive = block.editor, block.hive
        offset = editor.find_key(block.offset, name)
        if offset is not None and not is_below(editor, offset, block):
            raise unlisted(block)
        if offset is None:
            below = hive.volatile_below(block)
            if below is None:
                return None
            editor = below[0]
            offset = editor.find_key(below[1], name)
            if offset is None:
                return None
        found = KeyBlock(hive, block, editor.name(offset), editor, offset, self.ground.generation())
        block.adopt(found)
        return found

    def descend(
        self, start: KeyBlock, names: Sequence[str], *, open_link: bool = False, follow: bool = True
    ) -> KeyBlock:
        """The key at the end of a way, links followed: the last one too, unless ``open_link``; none without ``follow``.

        Raises `NotFound`, which says how far the way goes. The block is nobody's yet: refer to it at once.
        """
        block, left = start, list(reversed(names))
        followed = 0
        try:
            while left:
                name = left.pop()
                block = self._below(block, name)
                if follow and flags(block) & L.KEY_SYM_LINK and (left or not open_link):
                    followed += 1
                    if followed > _LINKS_MOST:
                        raise NotFound(
                            f"{block.path}: more than {_LINKS_MOST} links lead on from here; mend the circle"
                        )
                    left += reversed(self._target(block))
                    self.forget_unused(block)
                    block = self.top.root
        except (HiveError, NeedsLoad):
            self.forget_unused(block)
            raise
        return block

    def listed(self, names: Sequence[str], offset: int) -> KeyBlock:
        """The very key that a listing delivered, by the names above it and the offset of its node.

        No link is followed: what is listed below a link is the link's own. Raises as `descend` does, and `Incomplete`
        when another key of that name stands before it. The block is nobody's yet.
        """
        block = self.top.root
        try:
            for name in names:
                block = self._below(block, name)
            if block.offset != offset and block.parent is not None and block is not block.hive.root:
                if any(row == (block.editor, offset) for row in subkey_rows(block.parent)):
                    raise hidden(block)
        except (HiveError, NeedsLoad):
            self.forget_unused(block)
            raise
        return block

    def _below(self, block: KeyBlock, name: str) -> KeyBlock:
        found = self.child(block, name)
        if found is None:
            if not block.editor.has_sound_subkeys(block.offset) and wrong_with_subkeys(block).lost:
                raise unlisted(block)  # not finding in a damaged list is no proof of absence
            raise NotFound(f"{block.path}: there is no subkey {name!r}; list the key's subkeys")
        return found

    def follow(self, block: KeyBlock) -> KeyBlock:
        """Where a symbolic link leads; a key that is none leads to itself."""
        if not flags(block) & L.KEY_SYM_LINK:
            return block
        try:
            names = self._target(block)
        finally:
            self.forget_unused(block)
        return self.descend(self.top.root, names)

    def _target(self, block: KeyBlock) -> tuple[str, ...]:
        try:
            value = find_value(block, LINK_VALUE)
        except NotFound:
            value = None
        if value is None or value.type != REG_LINK:
            raise NotFound(f"{block.path}: a symbolic link that leads nowhere; set its {LINK_VALUE}") from None
        text = value.raw[: len(value.raw) & ~1].decode("utf-16-le", "surrogatepass")
        names = tuple((name, 1) for name in text.split("\\") if name)
        if not text.startswith("\\"):
            raise NotFound(f"{block.path}: its target {text!r} is no path from \\REGISTRY on; mend its {LINK_VALUE}")
        return from_top(names, text)

    def forget_unused(self, block: KeyBlock) -> None:
        """A block that was made on the way and that nobody refers to is not kept."""
        block.refer()
        block.release()

    # --- changing ---------------------------------------------------------------------------

    def create(
        self,
        parent: KeyBlock,
        name: str,
        *,
        volatile: bool = False,
        link: bool = False,
        class_name: bytes = b"",
        descriptor: bytes | None = None,
    ) -> KeyBlock:
        """A new subkey; it must not be there. A stored key below a volatile one is refused."""
        check_key_name(name)
        there = self.child(parent, name)
        if there is not None:  # whoever came here found it not, so it is a link that leads nowhere
            self.forget_unused(there)
            raise NotFound(f"{there.path}: a symbolic link that leads nowhere; mend it or delete it")
        if not volatile and parent.is_volatile:
            raise BadArgument(f"{parent.path}: volatile, so every key below it must be; create {name!r} volatile")
        hive, ticks = parent.hive, self.ground.ticks()
        editor, where = parent.editor, parent.offset
        if volatile and not parent.is_volatile:
            editor, where = hive.volatile(ticks), hive.shadow(parent, ticks)
        flags = (L.KEY_VOLATILE if editor is not hive.store.editor else 0) | (L.KEY_SYM_LINK if link else 0)
        editor.heap.ensure_room(1 << 20)  # before the hive is called dirty
        self._about_to_write(hive, editor)
        offset = editor.create_key(where, name, ticks, class_name=class_name, descriptor=descriptor, flags=flags)
        block = KeyBlock(hive, parent, name, editor, offset, self.ground.generation())
        parent.adopt(block)
        self._subkeys_changed(parent, new=(editor, offset))
        if editor is not parent.editor:
            self._touch_in_memory(parent, ticks)
        self._tell(parent, Filter.NAME, ChangeKind.KEY_CREATED, block, None)
        return block

    def delete(self, block: KeyBlock) -> None:
        """Delete a key without subkeys. Handles on it stay, and answer that it was deleted."""
        parent = block.parent
        if parent is None or block is block.hive.root or block.mounts is not None:
            raise AccessDenied(f"{block.path}: the root of a hive cannot be deleted; unload the hive")
        if count_subkeys(block):
            raise AccessDenied(f"{block.path}: it has subkeys; delete them first")
        hive, ticks = block.hive, self.ground.ticks()
        self._about_to_write(hive, block.editor)
        hive.forget_shadow(block, ticks)
        where = parent.offset
        if block.editor is not parent.editor:
            where = hive.shadow(parent, ticks)
        block.editor.delete_key(where, block.offset, ticks)
        if block.editor is not parent.editor:
            self._touch_in_memory(parent, ticks)
        block.is_deleted = True
        parent.children.pop(fold(block.name), None)
        block.values = self._subkeys_changed(parent, old=(block.editor, block.offset))
        block.subkeys = block.values
        self._tell(parent, Filter.NAME, ChangeKind.KEY_DELETED, block, None)
        parent.release()

    def _touch_in_memory(self, block: KeyBlock, ticks: int) -> None:
        """Set a stored key's last-write time for a volatile subkey's sake: that makes no hive dirty."""
        pack_into("<Q", block.editor.heap.data, _NK + block.offset + L.NK_LAST_WRITTEN, ticks)

    def set_value(self, block: KeyBlock, name: str | None, kind: int, raw: bytes) -> None:
        """Set a value. The same data again change nothing, as on Windows: no time, no event."""
        check_value(name, kind, raw)
        editor = block.editor
        record = editor.find_value(block.offset, name)
        if record is not None and self._is(editor, record, kind, raw):
            return
        self._about_to_write(block.hive, editor)
        editor.set_value(block.offset, name, kind, raw, self.ground.ticks())
        self._values_changed(block, editor.find_value(block.offset, name) if record is None else None)
        self._tell(block, Filter.LAST_SET, ChangeKind.VALUE_SET, block, name or None)

    def delete_value(self, block: KeyBlock, name: str | None) -> None:
        """Delete a value. Raises `NotFound`."""
        editor = block.editor
        record = editor.find_value(block.offset, name)
        if record is None:
            what = f"the value {name!r}" if name else "the default value"
            raise NotFound(f"{block.path}: {what} is not there; list the key's values")
        self._about_to_write(block.hive, editor)
        editor.delete_value(block.offset, name, self.ground.ticks())
        self._values_changed(block, None, record)
        self._tell(block, Filter.LAST_SET, ChangeKind.VALUE_DELETED, block, name or None)

    def _values_changed(self, block: KeyBlock, new: int | None, old: int | None = None) -> None:
        """A new generation of a key's values; what is known of a sound list is kept up, for it may be long."""
        known, before = block.values_read, block.values
        generation = block.values = self.ground.generation()
        if known is None or known.generation != before or not known.is_sound:
            return
        if new is not None:
            known.places.append(new)
        if old is not None and known.places[-1] == old:  # who deletes all of them begins at one end
            known.places.pop()
        elif old is not None:
            known.places.remove(old)
        known.generation = generation

    def _subkeys_changed(
        self, block: KeyBlock, new: tuple[Editor, int] | None = None, old: tuple[Editor, int] | None = None
    ) -> int:
        """A new generation of a key's subkeys; what is known of a sound list is kept up, for it may be long."""
        known, before = block.subkeys_read, block.subkeys
        generation = block.subkeys = self.ground.generation()
        if known is None or known.generation != before or not known.is_sound:
            return generation
        rows = known.places
        if new is not None:
            # Stored ones first, then volatile ones, each in the order of their names.
            stored = bisect_left(rows, True, key=lambda row: row[0] is not block.editor)
            low, high = (0, stored) if new[0] is block.editor else (stored, len(rows))
            rank = order(new[0].name(new[1]))
            rows.insert(bisect_left(rows, rank, low, high, key=lambda row: order(row[0].name(row[1]))), new)
        if old is not None and rows[-1] == old:  # who deletes all of them begins at one end
            rows.pop()
        elif old is not None:
            rows.remove(old)
        known.generation = generation
        return generation

    def set_descriptor(self, block: KeyBlock, descriptor: bytes) -> None:
        """Set a key's security descriptor."""
        self._about_to_write(block.hive, block.editor)
        block.editor.set_descriptor(block.offset, descriptor, self.ground.ticks())
        self.ground.generation()
        self._tell(block, Filter.SECURITY, ChangeKind.SECURITY_SET, block, None)

    def ensure_new(self, parent: KeyBlock, name: str) -> None:
        """Raise `AlreadyThere` when a key has a subkey of that name, or a hive mounted there."""
        mounts = parent.mounts or {}
        if fold(name) in mounts or parent.editor.find_key(parent.offset, name) is not None:
            raise AlreadyThere(f"{parent.path}\\{name}: there already; unload or delete it first")

    # --- what a change sets off -------------------------------------------------------------

    def _about_to_write(self, hive: LoadedHive, editor: Editor) -> None:
        if hive.mount is not None:
            is_stored = editor is hive.store.editor
            if is_stored:
                hive.store.ensure_mine()
            hive.mount.write(stored=is_stored)

    def _is(self, editor: Editor, record: int, kind: int, raw: bytes) -> bool:
        size, where, known = unpack_from("<III", editor.heap.data, _NK + record + L.VK_DATA_SIZE)
        if known != kind:
            return False
        if size & L.INLINE:
            return bool(size ^ L.INLINE == len(raw) and where.to_bytes(4, "little")[: len(raw)] == raw)
        if size != len(raw):
            return False
        value = read_value(editor.heap, record, Findings(), Budget(editor.heap))
        return value is not None and value.raw == raw

    def _tell(self, watched: KeyBlock, what: Filter, kind: ChangeKind, block: KeyBlock, name: str | None) -> None:
        ground = self.ground
        if ground.changes:
            time = ground.clock.wall()
            ground.changes.publish(Change(kind, block.path, name, time, ground.last_generation), time)
        if ground.watches:
            self.signal(watched, what)

    def signal(self, watched: KeyBlock, what: Filter) -> None:
        """Tell those who watch a key, or a whole tree above it."""
        for watch in tuple(watched.watches):
            watch.tell(what)
        above = watched.parent
        while above is not None:
            for watch in tuple(above.watches):
                if watch.subtree:
                    watch.tell(what)
            above = above.parent
