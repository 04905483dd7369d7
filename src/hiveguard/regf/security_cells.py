"""Security cells that change: one for each descriptor, counted, in one ring.

Must not know: what descriptors say, keys' names. Source: msuhanov/regf, "Key security": flink and blink make one
circle over all security cells of a hive, the reference count is the number of keys that point to one.
"""

from __future__ import annotations

from struct import unpack_from

from . import layout as L
from .damage import Findings
from .security import read_descriptor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .heap import Heap

__all__ = ("SecurityCells",)

_RING_MAX = 1 << 20


class SecurityCells:
    """The security cells of one hive, known by the ring that the root key's one begins."""

    def __init__(self, heap: Heap, root: int) -> None:
        self._heap = heap
        self._root = root
        self._cells: dict[bytes, int] | None = None  # descriptor: its cell; made when it is first needed

    def descriptor(self, cell: int) -> bytes | None:
        """The descriptor in a security cell; None when there is none."""
        return read_descriptor(self._heap, cell, Findings())

    def refer_to(self, descriptor: bytes) -> int:
        """The cell of a descriptor, one reference more to it."""
        cells = self._known()
        cell = cells.get(descriptor)
        if cell is None:
            content = L.KEY_SECURITY.pack(L.SK, 0, 0, 0, 1, len(descriptor)) + descriptor
            cell = cells[descriptor] = self._heap.store(content)
            self._link(cell)
        else:
            self.share(cell)
        return cell

    def share(self, cell: int) -> None:
        """One reference more to a security cell."""
        if self._is_one(cell):
            count = self._heap.u32(cell, L.SK_REFERENCES)
            self._heap.put_u32(cell, L.SK_REFERENCES, min(count + 1, L.NIL))  # a wrong count must not wrap

    def release(self, cell: int) -> None:
        """One reference less; a cell that nobody refers to is taken out of the ring and given back."""
        if not self._is_one(cell):
            return
        heap = self._heap
        count = heap.u32(cell, L.SK_REFERENCES) - 1
        if count > 0:
            heap.put_u32(cell, L.SK_REFERENCES, count)
            return
        cells = self._known()
        descriptor = self.descriptor(cell)
        after, before = heap.u32(cell, L.SK_FLINK), heap.u32(cell, L.SK_BLINK)
        if self._is_one(after) and self._is_one(before):
            heap.put_u32(before, L.SK_FLINK, after)
            heap.put_u32(after, L.SK_BLINK, before)
        if descriptor is not None and cells.get(descriptor) == cell:
            del cells[descriptor]
        heap.free(cell)

    def _is_one(self, cell: int) -> bool:
        heap = self._heap
        if cell & 7 or cell == L.NIL or L.BASE_BLOCK_SIZE + cell + L.SK_DESCRIPTOR > heap.size:
            return False
        at = L.BASE_BLOCK_SIZE + L.CELL_HEADER + cell
        signature: int = unpack_from("<H", heap.data, at)[0]
        return signature == L.SK and heap.room(cell) > 0

    def _anchor(self) -> int | None:
        cell = self._heap.u32(self._root, L.NK_SECURITY)
        return cell if self._is_one(cell) else None

    def _known(self) -> dict[bytes, int]:
        """Every descriptor of the ring; a broken ring is followed as far as it goes."""
        if self._cells is None:
            self._cells = {}
            seen: set[int] = set()
            cell = self._anchor()
            while cell is not None and cell not in seen and len(seen) < _RING_MAX:
                seen.add(cell)
                descriptor = self.descriptor(cell)
                if descriptor is not None:
                    self._cells.setdefault(descriptor, cell)
                following = self._heap.u32(cell, L.SK_FLINK)
                cell = following if self._is_one(following) else None
        return self._cells

    def _link(self, cell: int) -> None:
        """Put a new cell into the ring, behind the root key's one."""
        heap, anchor = self._heap, self._anchor()
        if anchor is None:
            after = before = cell
        else:
            before, after = anchor, heap.u32(anchor, L.SK_FLINK)
            if not self._is_one(after):
                after = anchor
            heap.put_u32(before, L.SK_FLINK, cell)
            heap.put_u32(after, L.SK_BLINK, cell)
        heap.put_u32(cell, L.SK_FLINK, after)
        heap.put_u32(cell, L.SK_BLINK, before)
