"""Subkey lists that change: a key put in or taken out in its place, leaves split, index roots made.

A list stays sorted by upper-cased name, unit by unit, over all its leaves; every element carries the right hash
or hint. Must not know: values, what made the change. Sources: msuhanov/regf, "Subkeys list"; the leaf limits
and the halving of a full leaf are those of Windows.
"""

from __future__ import annotations

from struct import pack, unpack_from

from . import layout as L
from .names import lf_hint, lh_hash, order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .heap import Heap

__all__ = ("BrokenList", "SubkeyLists", "stored_name")

_AT = L.BASE_BLOCK_SIZE + L.CELL_HEADER
_ROOM_AHEAD = 8  # a list that grows gets one eighth more than it needs, so that few insertions move it
_HASHED_SINCE = 5  # minor version
_FAST_SINCE = 3
_ELEMENTS_MAX = 0xFFFF


def stored_name(heap: Heap, node: int) -> str:
    """The name of the key whose node is at a cell offset, as stored; of one that runs beyond its cell what is in it."""
    data, at = heap.data, _AT + node
    if at + L.NK_NAME > heap.size:
        return ""
    (length,) = unpack_from("<H", data, at + L.NK_NAME_LENGTH)
    (size,) = L.CELL_SIZE.unpack_from(data, at - L.CELL_HEADER)
    end = min(L.NK_NAME + length, abs(size) - L.CELL_HEADER)
    raw = data[at + L.NK_NAME : at + end]
    if data[at + L.NK_FLAGS] & L.KEY_COMP_NAME:
        return raw.decode("latin-1")
    return raw[: len(raw) & ~1].decode("utf-16-le", "surrogatepass")


class BrokenList(Exception):  # whoever keeps the list makes it anew
    """A list that was sound is not any more: a damaged hive uses its cells for something else, too."""


class SubkeyLists:
    """The subkey lists of one hive. ``minor``: the hive's version decides the kind of leaf."""

    def __init__(self, heap: Heap, minor: int) -> None:
        self._heap = heap
        self._kind = L.LH if minor >= _HASHED_SINCE else L.LF if minor >= _FAST_SINCE else L.LI

    def insert(self, parent: int, child: int, name: str) -> None:
        """List a key under its parent. The parent's count is raised; nothing else of it is touched.

        Raises `BrokenList` before anything is changed.
        """
        heap = self._heap
        count = heap.u32(parent, L.NK_SUBKEYS)
        if not count:
            leaf = self._new(self._kind, self._element(self._kind, child, name), 1)
            self._count(parent, 1, leaf)
            return
        top = heap.u32(parent, L.NK_SUBKEY_LIST)
        rank = order(name)
        kind, elements, _ = self._header(top)
        if kind == L.RI:
            slot = self._leaf_for(top, elements, rank)
            leaf = self._words(top)[slot]
            made = self._put(leaf, child, name, rank)
            self._replace(top, slot, made)
            top = self._root(top, slot, made)
        else:
            made = self._put(top, child, name, rank)
            top = made[0] if len(made) == 1 else self._new(L.RI, pack("<2I", *made), 2)
        self._count(parent, count + 1, top)

    def remove(self, parent: int, child: int, name: str) -> None:
        """Take a key out of its parent's list and lower the count; a list that is empty then is given back.

        Raises `BrokenList` before anything is changed.
        """
        heap = self._heap
        top = heap.u32(parent, L.NK_SUBKEY_LIST)
        count = heap.u32(parent, L.NK_SUBKEYS) - 1
        kind, elements, _ = self._header(top)
        if kind != L.RI:
            gone = self._drop(top, child)
            self._count(parent, count, L.NIL if gone else top)
            return
        leaves = self._words(top)
        guess = self._leaf_for(top, elements, order(name))
        for slot in (guess, *(slot for slot in range(elements) if slot != guess)):
            if slot >= len(leaves) or child not in self._words(leaves[slot]):
                continue
            if self._drop(leaves[slot], child):
                if elements == 1:
                    heap.free(top)
                    top = L.NIL
                else:
                    self._cut_out(top, slot, L.LIST_WIDTH[L.RI])
            break
        self._count(parent, count, top)

    def children(self, parent: int) -> list[int]:
        """The cell offsets of a key's subkeys in order. Only for lists that this class, or a check, has seen sound."""
        if not self._heap.u32(parent, L.NK_SUBKEYS):
            return []
        top = self._heap.u32(parent, L.NK_SUBKEY_LIST)
        if self._header(top)[0] != L.RI:
            return list(self._words(top))
        return [child for leaf in self._words(top) for child in self._words(leaf)]

    def _count(self, parent: int, count: int, top: int) -> None:
        self._heap.put_u32(parent, L.NK_SUBKEYS, count)
        self._heap.put_u32(parent, L.NK_SUBKEY_LIST, top)

    # --- one list cell ----------------------------------------------------------------------

    def _header(self, cell: int) -> tuple[int, int, int]:
        """Kind, count, and how many elements the cell has room for. Raises `BrokenList`."""
        bytes_of_room = self._heap.room(cell) - L.LIST_ELEMENTS
        if bytes_of_room < 0:
            raise BrokenList
        kind, count = L.LIST_HEADER.unpack_from(self._heap.data, _AT + cell)
        room = bytes_of_room // L.LIST_WIDTH.get(kind, bytes_of_room + 1)
        if not 0 < count <= room:
            raise BrokenList
        return kind, count, min(room, _ELEMENTS_MAX)

    def _words(self, cell: int) -> tuple[int, ...]:
        """The offsets that a list names."""
        kind, count, _ = self._header(cell)
        per = L.LIST_WIDTH[kind] // 4
        return unpack_from(f"<{count * per}I", self._heap.data, _AT + cell + L.LIST_ELEMENTS)[::per]

    def _element(self, kind: int, child: int, name: str) -> bytes:
        if kind == L.LH:
            return pack("<2I", child, lh_hash(name))
        return pack("<I", child) + (lf_hint(name) if kind == L.LF else b"")

    def _new(self, kind: int, elements: bytes, count: int) -> int:
        width = L.LIST_WIDTH[kind]
        room = L.LIST_ELEMENTS + (count + count // _ROOM_AHEAD) * width
        return self._heap.store(L.LIST_HEADER.pack(kind, count) + elements, room)

    def _elements(self, cell: int) -> bytes:
        kind, count, _ = self._header(cell)
        at = _AT + cell + L.LIST_ELEMENTS
        return bytes(self._heap.data[at : at + count * L.LIST_WIDTH[kind]])

    def _leaf_for(self, root: int, elements: int, rank: bytes) -> int:
        """The slot of the last leaf whose first name is not above the wanted one."""
        leaves = self._words(root)
        low, high = 0, elements
        while high - low > 1:
            middle = (low + high) // 2
            first = self._words(leaves[middle])[0]
            if order(stored_name(self._heap, first)) <= rank:
                low = middle
            else:
                high = middle
        return low

    def _place(self, words: tuple[int, ...], rank: bytes) -> int:
        low, high = 0, len(words)
        while low < high:
            middle = (low + high) // 2
            if order(stored_name(self._heap, words[middle])) < rank:
                low = middle + 1
            else:
                high = middle
        return low

    def _put(self, leaf: int, child: int, name: str, rank: bytes) -> tuple[int, ...]:
        """Put a key into a leaf; the leaf or leaves that hold it then."""
        heap = self._heap
        kind, count, room = self._header(leaf)
        words = self._words(leaf)
        at, width = self._place(words, rank), L.LIST_WIDTH[kind]
        if count < min(room, L.LEAF_LIMIT[kind]):
            start = leaf + L.LIST_ELEMENTS + at * width
            moved = bytes(heap.data[_AT + start : _AT + start + (count - at) * width])
            heap.put(leaf, start - leaf, self._element(kind, child, name) + moved)
            heap.put(leaf, 0, L.LIST_HEADER.pack(kind, count + 1))
            return (leaf,)
        elements = self._elements(leaf)
        if kind == L.LF and count >= L.LEAF_LIMIT[L.LF]:  # a fast leaf that is full becomes an index leaf
            kind, width = L.LI, L.LIST_WIDTH[L.LI]
            elements = pack(f"<{count}I", *words)
        elements = elements[: at * width] + self._element(kind, child, name) + elements[at * width :]
        count += 1
        made: tuple[int, ...]
        if count <= L.LEAF_LIMIT[kind]:
            made = (self._new(kind, elements, count),)
        else:
            half = count // 2
            first = self._new(kind, elements[: half * width], half)
            made = (first, self._new(kind, elements[half * width :], count - half))
        heap.free(leaf)
        return made

    def _replace(self, root: int, slot: int, made: tuple[int, ...]) -> None:
        self._heap.put_u32(root, L.LIST_ELEMENTS + slot * L.LIST_WIDTH[L.RI], made[0])

    def _root(self, root: int, slot: int, made: tuple[int, ...]) -> int:
        """The index root with the second half of a leaf that was split behind the first."""
        if len(made) == 1:
            return root
        heap, width = self._heap, L.LIST_WIDTH[L.RI]
        _, count, room = self._header(root)
        elements = self._elements(root)
        at = (slot + 1) * width
        elements = elements[:at] + pack("<I", made[1]) + elements[at:]
        if count < room:
            heap.put(root, 0, L.LIST_HEADER.pack(L.RI, count + 1) + elements)
            return root
        moved = self._new(L.RI, elements, count + 1)
        heap.free(root)
        return moved

    def _drop(self, leaf: int, child: int) -> bool:
        """Take a key out of a leaf; whether the leaf is empty then, and given back."""
        words = self._words(leaf)
        if child not in words:
            raise BrokenList
        if len(words) == 1:
            self._heap.free(leaf)
            return True
        self._cut_out(leaf, words.index(child), L.LIST_WIDTH[self._header(leaf)[0]])
        return False

    def _cut_out(self, cell: int, slot: int, width: int) -> None:
        heap = self._heap
        kind, count, _ = self._header(cell)
        start = _AT + cell + L.LIST_ELEMENTS
        moved = bytes(heap.data[start + (slot + 1) * width : start + count * width])
        heap.put(cell, L.LIST_ELEMENTS + slot * width, moved)
        heap.put(cell, 0, L.LIST_HEADER.pack(kind, count - 1))
