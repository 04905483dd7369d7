"""The data of values that change: inline, in one cell, or big data in full segments.

Must not know: names, keys. Sources: msuhanov/regf, "Key value", "Big data"; every segment cell, the last too, has
room for 16344 bytes and four more, as Windows makes them and other readers rely on.
"""

from __future__ import annotations

from struct import pack, unpack_from

from . import layout as L

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .heap import Heap

__all__ = ("ValueData",)

_AT = L.BASE_BLOCK_SIZE + L.CELL_HEADER
_SEGMENT_ROOM = L.BIG_DATA_SEGMENT + 4


class ValueData:
    """Where values' data go in one hive. ``minor``: big data only since 1.4."""

    def __init__(self, heap: Heap, minor: int) -> None:
        self._heap = heap
        self._in_segments = minor >= L.BIG_DATA_MINOR

    def store(self, raw: bytes) -> tuple[int, int]:
        """The size and offset fields of a value record for these data."""
        size = len(raw)
        if size <= L.INLINE_MAX:
            return size | L.INLINE, int.from_bytes(raw, "little")
        if size <= L.BIG_DATA_SEGMENT or not self._in_segments:
            return size, self._heap.store(raw)
        heap = self._heap
        step = L.BIG_DATA_SEGMENT
        made = [heap.store(raw[at : at + step], _SEGMENT_ROOM) for at in range(0, size, step)]
        return size, heap.store(L.BIG_DATA.pack(L.DB, len(made), heap.store(pack(f"<{len(made)}I", *made))))

    def replace(self, size: int, where: int, raw: bytes) -> tuple[int, int]:
        """The same, in place of earlier data given by their two fields: rewritten where they lie if there is room."""
        heap = self._heap
        if (
            L.INLINE_MAX < len(raw) <= L.BIG_DATA_SEGMENT
            and L.INLINE_MAX < size <= L.BIG_DATA_SEGMENT
            and len(raw) <= heap.room(where)
        ):
            heap.put(where, 0, raw)
            return len(raw), where
        fields = self.store(raw)
        self.free(size, where)
        return fields

    def free(self, size: int, where: int) -> None:
        """Give back what the two fields of a value record lead to."""
        heap = self._heap
        if size & L.INLINE or not size or where == L.NIL:
            return
        room = heap.room(where)
        if size > L.BIG_DATA_SEGMENT and L.BIG_DATA.size <= room < size:
            signature, count, listing = L.BIG_DATA.unpack_from(heap.data, _AT + where)
            if signature == L.DB and count * 4 <= heap.room(listing):
                for segment in unpack_from(f"<{count}I", heap.data, _AT + listing):
                    heap.free(segment)
                heap.free(listing)
        heap.free(where)
