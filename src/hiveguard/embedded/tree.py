"""The keys of an embedded registry: found by path, made, changed, deleted, every change made visible at once.

All of it under the registry's lock. Must not know: how hives are loaded, handles. Source: HiveGuard's own contract;
symbolic links and volatile keys as in Microsoft, "RegCreateKeyExW function".
"""

from __future__ import annotations

from struct import pack_into, unpack_from

from ..core.ending import Ending
from ..core.errors import AccessDenied, AlreadyThere, BadArgument, HiveError, Incomplete, NotFound
from ..core.verdict import Evidence, Verdict
from ..regf import layout as L
from ..regf.damage import Findings
from ..regf.editor import check_key_name, check_value
from ..regf.names import fold
from ..regf.records import Budget, read_class, read_key, read_value
from ..regf.security import check_security
from ..regf.value_types import REG_LINK
from .change import Change, ChangeKind
from .key_block import KeyBlock, Read
from .namespace import from_top
from .notification import Filter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..regf.descriptor import SecurityDescriptor
    from ..regf.editor import Editor
    from ..regf.value import Value
    from .ground import Ground
    from .loaded_hive import LoadedHive
    from .mount_point import MountPoint

__all__ = ("NeedsLoad", "Row", "Tree", "findings_at")

LINK_VALUE = "SymbolicLinkValue"
_LINKS_MOST = 64  #: symbolic links followed on one path

_NK = L.BASE_BLOCK_SIZE + L.CELL_HEADER


def findings_at(path: str) -> Findings:
    """A collector for what is wrong with one key. It keeps nothing but the path."""
    return Findings(lambda: path)


class NeedsLoad(Exception):  # no error: the way leads through a hive that is not loaded yet
    """Load the hive that is mounted here, without the lock, and ask again."""

    def __init__(self, mount: MountPoint) -> None:
        super().__init__(mount.path)
        self.mount = mount


class Row:
    """A subkey as its parent lists it: name, node, and the fields that a listing shows."""

    __slots__ = ("flags", "last_write", "name", "offset", "subkey_count")

    def __init__(self, name: str, offset: int, last_write: int, flags: int, subkey_count: int) -> None:
        self.name = name
        self.offset = offset
        self.last_write = last_write
        self.flags = flags
        self.subkey_count = subkey_count


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
        if offset is not None and not self._is_below(editor, offset, block):
            raise self._damaged(block)
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

    def descend(self, start: KeyBlock, names: Sequence[str], *, open_link: bool = False) -> KeyBlock:
        """The key at the end of a way, links followed (the last one too, unless ``open_link``).

        Raises `NotFound`, which says how far the way goes. The block is nobody's yet: refer to it at once.
        """
        block, left = start, list(reversed(names))
        followed = 0
        try:
            while left:
                name = left.pop()
                found = self.child(block, name)
                if found is None:
                    if not block.editor.has_sound_subkeys(block.offset) and self.count(block) != self.claimed(block):
                        raise self._damaged(block)  # not finding in a damaged list is no proof of absence
                    raise NotFound(f"{block.path}: there is no subkey {name!r}; list the key's subkeys")
                block = found
                if self.flags(block) & L.KEY_SYM_LINK and (left or not open_link):
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

    def _target(self, block: KeyBlock) -> tuple[str, ...]:
        try:
            value = self.find_value(block, LINK_VALUE)
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

    # --- listing ----------------------------------------------------------------------------

    def rows(self, block: KeyBlock) -> list[tuple[Editor, int]]:
        """Where the nodes of a key's own subkeys are, in order: stored ones, then volatile ones. No mounted hives."""
        return self._subkeys(block).places

    def wrong_with_rows(self, block: KeyBlock) -> Findings:
        """What is wrong with a key's list of subkeys."""
        return self._subkeys(block).found

    def _subkeys(self, block: KeyBlock) -> Read[tuple[Editor, int]]:
        known = block.subkeys_read
        if known is not None and known.generation == block.subkeys:
            return known
        editor = block.editor
        found = findings_at(block.path)
        rows = []
        for offset in editor.subkeys(block.offset, found):
            if self._is_below(editor, offset, block):
                rows.append((editor, offset))
            else:
                found.add("key-astray", offset)
        below = block.hive.volatile_below(block)
        if below is not None:
            rows += [(below[0], offset) for offset in below[0].subkeys(below[1])]
        read = block.subkeys_read = Read(block.subkeys, rows, found)
        return read

    def _is_below(self, editor: Editor, offset: int, block: KeyBlock) -> bool:
        """Whether a listed key names this one as its parent: in a damaged hive lists may lead back up, or be shared."""
        parent: int = unpack_from("<I", editor.heap.data, _NK + offset + L.NK_PARENT)[0]
        return parent == block.offset

    def mounted(self, block: KeyBlock) -> list[MountPoint]:
        """The hives mounted below a key, in the order in which they were."""
        if block.mounts is None:
            return []
        return [mount for mount in block.mounts.values() if mount.is_listed]

    def row(self, editor: Editor, offset: int) -> Row:
        """What a listing shows of one subkey."""
        flags, time, subkeys = L.KEY_NODE_LISTED.unpack_from(editor.heap.data, _NK + offset)
        return Row(editor.name(offset), offset, time, flags, subkeys)

    def mount_row(self, mount: MountPoint) -> Row:
        """The same of a mounted hive."""
        if mount.hive is None:  # known, not loaded yet
            return Row(mount.name, 0, 0, 0, 0)
        root = mount.hive.root
        row = self.row(root.editor, root.offset)
        row.name = mount.name
        return row

    def value_records(self, block: KeyBlock) -> list[int]:
        """The records of a key's values in stored order, those that can be read. Not to be kept: changes change it."""
        return self._values(block).places

    def wrong_with_records(self, block: KeyBlock) -> Findings:
        """What is wrong with a key's list of values; not with the values themselves."""
        return self._values(block).found

    def _values(self, block: KeyBlock) -> Read[int]:
        known = block.values_read
        if known is not None and known.generation == block.values:
            return known
        found = findings_at(block.path)
        read = block.values_read = Read(block.values, block.editor.values(block.offset, found), found)
        return read

    def find_value(self, block: KeyBlock, name: str | None) -> Value:
        """The value of that name, in any case.

        Raises `NotFound`, and `Incomplete` when its data cannot be read whole, or when it is not found in a damaged
        list: that is no proof that it is not there.
        """
        what = f"the value {name!r}" if name else "the default value"
        record = block.editor.find_value(block.offset, name)
        if record is None:
            if self.wrong_with_records(block).lost:
                raise self._incomplete(block, what, self.wrong_with_records(block))
            raise NotFound(f"{block.path}: {what} is not there; list the key's values")
        found = findings_at(block.path)
        value = read_value(block.editor.heap, record, found, Budget(block.editor.heap))
        if value is None or found.lost:
            raise self._incomplete(block, what, found, value)
        return value

    def class_name(self, block: KeyBlock) -> bytes:
        """The bytes of a key's class name; empty when it has none. Raises `Incomplete` when it cannot be read whole."""
        found = findings_at(block.path)
        raw = block.editor.class_name(block.offset, found)
        if found.lost:
            raise self._incomplete(block, "the class name", found, raw)
        return raw

    def descriptor(self, block: KeyBlock) -> SecurityDescriptor | None:
        """A key's security descriptor, None when it has none. Raises `Incomplete` when it cannot be read whole."""
        from ..regf.descriptor import SecurityDescriptor

        found = findings_at(block.path)
        raw = block.editor.descriptor(block.offset, found)
        descriptor = SecurityDescriptor(raw) if raw is not None else None
        for problem in descriptor.problems if descriptor is not None else ():
            found.add("security", self._number(block, L.NK_SECURITY), problem)
        if found.lost:
            raise self._incomplete(block, "the security descriptor", found, descriptor)
        return descriptor

    def wrong_with_key(self, block: KeyBlock) -> Findings:
        """What is wrong with a key itself: its name, its class, its security."""
        found = findings_at(block.path)
        editor, offset = block.editor, block.offset
        node = read_key(editor.heap, offset, found)
        if node is not None:
            read_class(editor.heap, node, found)
            check_security(editor.heap, node.security, found)
        return found

    def _damaged(self, block: KeyBlock) -> Incomplete:
        return self._incomplete(block, "a subkey", self.wrong_with_rows(block))

    def _incomplete(self, block: KeyBlock, what: str, found: Findings, *parts: object) -> Incomplete:
        asked = f"{what} of {block.path}"
        reasons = (f"{asked} cannot be told for certain; check the hive", *filter(None, (found.loss,)))
        verdict = Verdict(Ending.DAMAGED, reasons, found.damage, found.more, (Evidence(asked),), attempts=1)
        return Incomplete(verdict, tuple(part for part in parts if part is not None))

    def claimed(self, block: KeyBlock) -> int:
        """How many subkeys a key says that it has: more than can be listed of a damaged one.

        One that lists more than it counts has lost nothing; what is irregular is told by `wrong_with_rows`.
        """
        count = self._number(block, L.NK_SUBKEYS)
        below = block.hive.volatile_below(block)
        if below is not None:
            count += len(below[0].subkeys(below[1]))
        return max(count, len(self.rows(block))) + len(self.mounted(block))

    def claimed_values(self, block: KeyBlock) -> int:
        """The same of its values."""
        return 0 if self.flags(block) & L.KEY_PREDEF_HANDLE else self._number(block, L.NK_VALUES)

    def _number(self, block: KeyBlock, field: int) -> int:
        number: int = unpack_from("<I", block.editor.heap.data, _NK + block.offset + field)[0]
        return number

    def count(self, block: KeyBlock) -> int:
        """How many subkeys a key has, mounted hives counted in."""
        return len(self.rows(block)) + len(self.mounted(block))

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
        parent.subkeys = block.subkeys
        if editor is not parent.editor:
            self._touch_in_memory(parent, ticks)
        self._tell(parent, Filter.NAME, ChangeKind.KEY_CREATED, block, None)
        return block

    def delete(self, block: KeyBlock) -> None:
        """Delete a key without subkeys. Handles on it stay, and answer that it was deleted."""
        parent = block.parent
        if parent is None or block is block.hive.root or block.mounts is not None:
            raise AccessDenied(f"{block.path}: the root of a hive cannot be deleted; unload the hive")
        if self.count(block):
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
        parent.subkeys = block.subkeys = block.values = self.ground.generation()
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
        if known is None or known.generation != before or len(known.found):
            return
        if new is not None:
            known.places.append(new)
        if old is not None and known.places[-1] == old:  # who deletes all of them begins at one end
            known.places.pop()
        elif old is not None:
            known.places.remove(old)
        known.generation = generation

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
            hive.mount.write(stored=editor is hive.store.editor)

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

    def flags(self, block: KeyBlock) -> int:
        """A key's flags as stored."""
        flags: int = unpack_from("<H", block.editor.heap.data, _NK + block.offset + L.NK_FLAGS)[0]
        return flags
