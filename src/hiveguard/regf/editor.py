"""Keys and values that change: made, set, deleted in one hive in memory, every count and maximum kept.

A change is checked first and then made: none ends half-way. What reached the disk is somebody else's business.
Must not know: files, logs, handles, paths. Sources: msuhanov/regf, "Key node", "Key values list", "Key value";
limits as in Microsoft, "Registry Element Size Limits".
"""

from __future__ import annotations

from _operator import itemgetter
from struct import pack_into, unpack_from

from ..core.errors import AccessDenied, BadArgument, HiveError
from . import layout as L
from .damage import Findings
from .heap import Heap
from .limits import CLASS_MAX, KEY_NAME_MAX, VALUE_DATA_MAX, VALUE_NAME_MAX
from .name_index import NameIndex, readable_records, readable_subkeys, readable_values
from .names import encoded_name, fold, order, units
from .records import read_class, read_key
from .security import read_descriptor
from .security_cells import SecurityCells
from .subkey_lists import BrokenList, SubkeyLists, stored_name
from .value_data import ValueData

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ("Editor", "check_class", "check_key_name", "check_value")

_AT = L.BASE_BLOCK_SIZE + L.CELL_HEADER
_LIST_ROOM_AHEAD = 8
#: More than any change needs besides its data: the largest lists of a key, twice.
_WORKING_ROOM = 1 << 20


class Editor:
    """Changes to one hive. Keys are named by the cell offset of their node, times are FILETIME ticks.

    ``minor``: the hive's version. ``root``: the root key. Every method raises `NotWritten` before it changes
    anything when the hive cannot grow far enough, and `BadArgument` for names and data that no hive can hold.
    """

    __slots__ = ("_data", "_names", "_security", "_subkeys", "heap", "minor", "root")

    def __init__(self, heap: Heap, minor: int, root: int) -> None:
        self.heap = heap
        self.minor = minor
        self.root = root
        self._subkeys = SubkeyLists(heap, minor)
        self._data = ValueData(heap, minor)
        self._security = SecurityCells(heap, root)
        self._names = NameIndex(heap)

    # --- asking -----------------------------------------------------------------------------

    def find_key(self, parent: int, name: str) -> int | None:
        """The subkey of that name, in any case."""
        return self._names.subkeys(parent).get(fold(name))

    def find_value(self, key: int, name: str | None) -> int | None:
        """The record of the value of that name, in any case; None or '' is the default value."""
        return self._names.values(key).get(fold(name) if name else "")

    def subkeys(self, key: int, found: Findings | None = None) -> list[int]:
        """A key's subkeys in order; of a damaged list those that can be read, and what is wrong is noted."""
        if self._names.has_sound_subkeys(key):
            try:
                return self._subkeys.children(key)
            except BrokenList:
                self._names.forget_subkeys(key)
        return [child.offset for child in readable_subkeys(self.heap, key, Findings() if found is None else found)]

    def has_sound_subkeys(self, key: int) -> bool:
        """Whether nothing is wrong with a key's list of subkeys, not even its order."""
        return self._names.has_sound_subkeys(key)

    def values(self, key: int, found: Findings | None = None) -> list[int]:
        """The records of a key's values in stored order; of a damaged list those that can be read.

        What is wrong with the list is noted; what is wrong with a value's name or data shows when that is read.
        """
        count = self._u32(key, L.NK_VALUES)
        if (
            not self._names.has_sound_values(key)
            or self._flags(key) & L.KEY_PREDEF_HANDLE
            or self.heap.room(self._u32(key, L.NK_VALUE_LIST)) < 4 * count
        ):
            return readable_records(self.heap, key, Findings() if found is None else found)
        return list(unpack_from(f"<{count}I", self.heap.data, _AT + self._u32(key, L.NK_VALUE_LIST))) if count else []

    def name(self, key: int) -> str:
        """A key's name as stored."""
        return stored_name(self.heap, key)

    def last_write(self, key: int) -> int:
        """FILETIME ticks."""
        ticks: int = unpack_from("<Q", self.heap.data, _AT + key + L.NK_LAST_WRITTEN)[0]
        return ticks

    def descriptor(self, key: int, found: Findings | None = None) -> bytes | None:
        """A key's security descriptor, self-relative; None when it has none. What is wrong with it is noted."""
        return read_descriptor(self.heap, self._u32(key, L.NK_SECURITY), Findings() if found is None else found)

    def wrong_with_values(self, key: int, found: Findings) -> None:
        """Note what is wrong with a key's list of values or with a name in it."""
        for _ in readable_values(self.heap, key, found):
            pass

    def class_name(self, key: int, found: Findings | None = None) -> bytes:
        """The bytes of a key's class name; empty when it has none. What is wrong with it is noted."""
        found = Findings() if found is None else found
        node = read_key(self.heap, key, found)
        return read_class(self.heap, node, found) if node is not None else b""

    # --- keys -------------------------------------------------------------------------------

    def create_key(
        self,
        parent: int,
        name: str,
        time: int,
        *,
        class_name: bytes = b"",
        descriptor: bytes | None = None,
        flags: int = 0,
    ) -> int:
        """A new subkey; its security is the parent's unless a descriptor is given. The name must not be taken."""
        check_key_name(name)
        check_class(class_name)
        heap = self.heap
        heap.ensure_room(_WORKING_ROOM)
        self._ensure_key(parent)
        self._settle_subkeys(parent)
        raw, compressed = encoded_name(name)
        if descriptor is None:
            security = self._u32(parent, L.NK_SECURITY)
            self._security.share(security)
        else:
            security = self._security.refer_to(descriptor)
        class_cell = heap.store(class_name) if class_name else L.NIL
        node = heap.store(
            L.KEY_NODE.pack(
                L.NK, flags | (L.KEY_COMP_NAME if compressed else 0), time, 0, 0, 0, parent, 0, 0, L.NIL, L.NIL, 0,
                L.NIL, security, class_cell, 0, 0, 0, 0, 0, 0, 0, len(raw), len(class_name),
            )
            + raw
        )  # fmt: skip
        try:
            self._subkeys.insert(parent, node, name)
        except BrokenList:
            self._remake_subkeys(parent)
            self._subkeys.insert(parent, node, name)
        self._names.add_subkey(parent, fold(name), node)
        self._raise_to(parent, L.NK_MAX_NAME, len(units(name)), "<H")
        self._raise_to(parent, L.NK_MAX_CLASS, len(class_name))
        self.touch(parent, time)
        return node

    def delete_key(self, parent: int, key: int, time: int) -> None:
        """Delete a key without subkeys, its values with it; raises `AccessDenied` when it has subkeys."""
        self._ensure_key(parent)
        self._ensure_key(key)
        name = self.name(key)
        if self._u32(key, L.NK_SUBKEYS):
            raise AccessDenied(f"{name!r} has subkeys; delete them first")
        self._settle_subkeys(parent)
        for record in self.values(key):
            self._free_value(record)
        heap = self.heap
        if self._u32(key, L.NK_VALUES) and not self._flags(key) & L.KEY_PREDEF_HANDLE:
            heap.free(self._u32(key, L.NK_VALUE_LIST))
        if self._u16(key, L.NK_CLASS_LENGTH):
            heap.free(self._u32(key, L.NK_CLASS))
        security = self._u32(key, L.NK_SECURITY)
        try:
            self._subkeys.remove(parent, key, name)
        except BrokenList:
            self._remake_subkeys(parent, frozenset(self.subkeys(parent)) - {key})
        self._forget_subkey(parent, fold(name))
        self._names.forget_subkeys(key)
        self._names.forget_values(key)
        heap.free(key)
        self._security.release(security)
        self.touch(parent, time)

    def set_descriptor(self, key: int, descriptor: bytes, time: int) -> None:
        """Another security descriptor for a key."""
        self.heap.ensure_room(_WORKING_ROOM + len(descriptor))
        before = self._u32(key, L.NK_SECURITY)
        self.heap.put_u32(key, L.NK_SECURITY, self._security.refer_to(descriptor))
        self._security.release(before)
        self.touch(key, time)

    def set_class(self, key: int, class_name: bytes) -> None:
        """A key's class name."""
        self.heap.ensure_room(_WORKING_ROOM)
        if self._u16(key, L.NK_CLASS_LENGTH):
            self.heap.free(self._u32(key, L.NK_CLASS))
        self.heap.put_u32(key, L.NK_CLASS, self.heap.store(class_name) if class_name else L.NIL)
        self.heap.put(key, L.NK_CLASS_LENGTH, len(class_name).to_bytes(2, "little"))

    def set_flags(self, key: int, flags: int) -> None:
        """A key's flags, but for the one that says how its name is stored."""
        flags = flags & ~L.KEY_COMP_NAME | self._flags(key) & L.KEY_COMP_NAME
        self.heap.put(key, L.NK_FLAGS, flags.to_bytes(2, "little"))

    def touch(self, key: int, time: int) -> None:
        """Set a key's last-write time."""
        self.heap.put(key, L.NK_LAST_WRITTEN, time.to_bytes(8, "little"))

    # --- values -----------------------------------------------------------------------------

    def set_value(self, key: int, name: str | None, kind: int, raw: bytes, time: int) -> bool:
        """Set a value; whether it is a new one. None or '' is the default value."""
        check_value(name, kind, raw)
        heap = self.heap
        heap.ensure_room(_WORKING_ROOM + 3 * len(raw))
        self._ensure_key(key)
        folded = fold(name) if name else ""
        record = self._names.values(key).get(folded)
        if record is not None and heap.room(record) < L.VK_NAME:  # a damaged hive used its cell for something else
            self._names.forget_values(key)
            record = self._names.values(key).get(folded)
        new = record is None
        if record is not None:
            at = _AT + record + L.VK_DATA_SIZE
            size, where = unpack_from("<II", heap.data, at)
            size, where = self._data.replace(size, where, raw)
            pack_into("<III", heap.data, at, size, where, kind)
            heap.mark(record + L.CELL_HEADER + L.VK_DATA_SIZE, 12)
        else:
            record = self._new_value(key, name, kind, raw)
            self._names.add_value(key, folded, record)
        self._raise_to(key, L.NK_MAX_VALUE_DATA, len(raw))
        heap.put(key, L.NK_LAST_WRITTEN, time.to_bytes(8, "little"))
        return new

    def _new_value(self, key: int, name: str | None, kind: int, raw: bytes) -> int:
        encoded, compressed = encoded_name(name) if name else (b"", False)  # Windows does not flag a default value
        self._settle_values(key)
        size, where = self._data.store(raw)
        flags = L.VALUE_COMP_NAME if compressed else 0
        record = self.heap.store(L.KEY_VALUE.pack(L.VK, len(encoded), size, where, kind, flags, 0) + encoded)
        self._append(key, record)
        if name:
            self._raise_to(key, L.NK_MAX_VALUE_NAME, len(units(name)))
        return record

    def _append(self, key: int, record: int) -> None:
        heap = self.heap
        count = self._u32(key, L.NK_VALUES)
        listing = self._u32(key, L.NK_VALUE_LIST)
        if count and heap.room(listing) >= 4 * (count + 1):
            heap.put_u32(listing, 4 * count, record)
        else:
            at = _AT + listing
            elements = bytes(heap.data[at : at + 4 * count]) if count else b""
            room = 4 * (count + 1 + count // _LIST_ROOM_AHEAD)
            moved = heap.store(elements + record.to_bytes(4, "little"), room)
            if count:
                heap.free(listing)
            heap.put_u32(key, L.NK_VALUE_LIST, moved)
        heap.put_u32(key, L.NK_VALUES, count + 1)

    def delete_value(self, key: int, name: str | None, time: int) -> bool:
        """Delete a value, in any case; whether it was there."""
        self._ensure_key(key)
        folded = fold(name) if name else ""
        record = self._names.values(key).get(folded)
        if record is None:
            return False
        self._settle_values(key)
        heap = self.heap
        listing, count = self._u32(key, L.NK_VALUE_LIST), self._u32(key, L.NK_VALUES)
        slot = self._slot(listing, count, record)
        if slot is None:
            self._names.forget_values(key)
            return False
        if count > 1:
            at = _AT + listing
            heap.put(listing, 4 * slot, bytes(heap.data[at + 4 * slot + 4 : at + 4 * count]))
        else:
            heap.free(listing)
            heap.put_u32(key, L.NK_VALUE_LIST, L.NIL)
        heap.put_u32(key, L.NK_VALUES, count - 1)
        self._free_value(record)
        index = self._names.values(key)
        del index[folded]
        if len(index) != count - 1:  # another one of that name may stand further down
            self._names.forget_values(key)
        self.touch(key, time)
        return True

    def _slot(self, listing: int, count: int, record: int) -> int | None:
        """Where a record stands in a list of values; found as bytes, for a list may be long."""
        if self.heap.room(listing) < 4 * count:
            return None
        data, start, wanted = self.heap.data, _AT + listing, record.to_bytes(4, "little")
        at = data.find(wanted, start, start + 4 * count)
        while at >= 0 and (at - start) % 4:
            at = data.find(wanted, at + 1, start + 4 * count)
        return (at - start) // 4 if at >= 0 else None

    def _free_value(self, record: int) -> None:
        if self.heap.room(record) >= L.VK_NAME:
            size, where = unpack_from("<II", self.heap.data, _AT + record + L.VK_DATA_SIZE)
            self._data.free(size, where)
        self.heap.free(record)

    def _forget_subkey(self, parent: int, folded: str) -> None:
        index = self._names.subkeys(parent)
        index.pop(folded, None)
        if len(index) != self._u32(parent, L.NK_SUBKEYS):  # another one of that name may stand further down
            self._names.forget_subkeys(parent)

    # --- repair -----------------------------------------------------------------------------

    def is_own(self, parent: int, key: int) -> bool:
        """Whether a key that a list names is one for certain, and names the list's key as its parent."""
        return self._is_key(key) and self._u32(key, L.NK_PARENT) == parent

    def keep_subkeys(self, parent: int, kept: Collection[int], time: int) -> None:
        """Make a key's list of subkeys anew, of these only. The others' cells, and the old list's, may be anybody's:
        they stay.
        """
        self.heap.ensure_room(_WORKING_ROOM)
        self._ensure_key(parent)
        self._remake_subkeys(parent, kept)
        self.touch(parent, time)

    def _settle_subkeys(self, parent: int) -> None:
        """Before a list of subkeys changes that is damaged or out of order: make it anew, sorted, of what it has.

        The cells of the old list may be anybody's: they stay.
        """
        if not self._names.has_sound_subkeys(parent):
            self._remake_subkeys(parent)

    def _remake_subkeys(self, parent: int, kept: Collection[int] | None = None) -> None:
        children = {
            child.offset: (order(child.name), child.offset, child.name)
            for child in readable_subkeys(self.heap, parent, Findings())
            if kept is None or child.offset in kept
        }
        self.heap.put_u32(parent, L.NK_SUBKEYS, 0)
        self.heap.put_u32(parent, L.NK_SUBKEY_LIST, L.NIL)
        for _, child, name in sorted(children.values(), key=itemgetter(0), reverse=True):
            self._subkeys.insert(parent, child, name)
        self._names.forget_subkeys(parent)
        self._names.subkeys(parent)

    def _settle_values(self, key: int) -> None:
        """The same for a list of values."""
        if self._flags(key) & L.KEY_PREDEF_HANDLE:
            raise AccessDenied(f"{self.name(key)!r} stands for a predefined key: it can have no values")
        has_room = self.heap.room(self._u32(key, L.NK_VALUE_LIST)) >= 4 * self._u32(key, L.NK_VALUES)
        if self._names.has_sound_values(key) and (has_room or not self._u32(key, L.NK_VALUES)):
            return
        records = self.values(key)
        self.heap.put_u32(key, L.NK_VALUES, 0)
        self.heap.put_u32(key, L.NK_VALUE_LIST, L.NIL)
        for record in records:
            self._append(key, record)
        self._names.forget_values(key)
        self._names.values(key)

    def _ensure_key(self, key: int) -> None:
        """Raise `HiveError` when a damaged hive has used the key's cell for something else."""
        if not self._is_key(key):
            raise HiveError(f"the cell of a key, at {key:#x}, holds something else now: the hive is damaged; check it")

    def _is_key(self, key: int) -> bool:
        return self.heap.room(key) >= L.NK_NAME and self._u16(key, 0) == L.NK

    # --- fields of a key node ---------------------------------------------------------------

    def _u32(self, key: int, at: int) -> int:
        number: int = unpack_from("<I", self.heap.data, _AT + key + at)[0]
        return number

    def _u16(self, key: int, at: int) -> int:
        number: int = unpack_from("<H", self.heap.data, _AT + key + at)[0]
        return number

    def _flags(self, key: int) -> int:
        return self._u16(key, L.NK_FLAGS)

    def _raise_to(self, key: int, at: int, number: int, kind: str = "<I") -> None:
        """Raise a maximum that a key keeps of what lies below it."""
        heap = self.heap
        if unpack_from(kind, heap.data, _AT + key + at)[0] < number:
            pack_into(kind, heap.data, _AT + key + at, number)
            heap.mark(key + L.CELL_HEADER + at, 4)


def check_key_name(name: str) -> None:
    """Raise `BadArgument` for a name that no key can have."""
    if not name or "\\" in name:
        raise BadArgument(f"{name!r}: a key's name is not empty and holds no backslash")
    if len(units(name)) > 2 * KEY_NAME_MAX:
        raise BadArgument(f"a key name of {len(name):,} characters: at most {KEY_NAME_MAX} are allowed")


def check_class(class_name: bytes) -> None:
    """Raise `BadArgument` for a class name that no key can have."""
    if len(class_name) > CLASS_MAX:
        raise BadArgument(f"a class of {len(class_name):,} bytes: at most {CLASS_MAX:,} can be stored")


def check_value(name: str | None, kind: int, raw: bytes) -> None:
    """Raise `BadArgument` for a value that no key can have."""
    if len(raw) > VALUE_DATA_MAX:
        raise BadArgument(f"{len(raw):,} bytes of data: at most {VALUE_DATA_MAX:,} can be stored")
    if not 0 <= kind <= 0xFFFFFFFF:
        raise BadArgument(f"{kind} is no value type: a type is a number of 32 bits")
    if name and len(name) > VALUE_NAME_MAX // 2 and len(units(name)) > 2 * VALUE_NAME_MAX:
        raise BadArgument(f"a value name of {len(name):,} characters: at most {VALUE_NAME_MAX:,} are allowed")
