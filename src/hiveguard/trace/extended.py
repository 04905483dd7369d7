"""Extended items of an event: what stands between its header and its payload.

Must not know: what an item's data mean. Source: Microsoft, "EVENT_HEADER_EXTENDED_DATA_ITEM structure (evntcons.h)"
for types and linkage; on disk an item begins with the size of the whole, a multiple of 8 (System Informer, ntwmi.h,
EVENT_HEADER_EXTENDED_DATA_ITEM as logged).
"""

from __future__ import annotations

from _operator import itemgetter

from .layout import ITEM, ITEM_HEADER, ITEM_MORE

TYPE_CHECKING = False

__all__ = ("ITEM_NAMES", "ExtendedItem", "end_of_items", "read_items")

_unpack = ITEM.unpack_from

#: type of an item to the name that people read (evntcons.h, EVENT_HEADER_EXT_TYPE_...)
ITEM_NAMES = {
    0x01: "related-activity",
    0x02: "sid",
    0x03: "session-id",
    0x04: "instance",
    0x05: "stack-32",
    0x06: "stack-64",
    0x07: "pebs-index",
    0x08: "counters",
    0x09: "psm-key",
    0x0A: "event-key",
    0x0B: "schema",
    0x0C: "provider-traits",
    0x0D: "process-start-key",
    0x0E: "control-guid",
    0x0F: "clock-delta",
    0x10: "container-id",
    0x11: "stack-key-32",
    0x12: "stack-key-64",
}


class ExtendedItem(tuple):  # type: ignore[type-arg]  # a plain tuple underneath: immutable and cheap
    """One item: its type's number and its data."""

    __slots__ = ()

    def __new__(cls, type: int, data: bytes) -> ExtendedItem:
        return tuple.__new__(cls, (type, data))

    if TYPE_CHECKING:

        @property
        def type(self) -> int: ...
        @property
        def data(self) -> bytes: ...

    else:
        type = property(itemgetter(0))
        data = property(itemgetter(1))

    @property
    def name(self) -> str:
        """The type as people read it."""
        return ITEM_NAMES.get(self.type, f"type-{self.type:#x}")


def end_of_items(body: bytes, at: int, end: int) -> int:
    """Where the items that begin at ``at`` end, that is where the payload begins; -1: they leave the record."""
    while at + ITEM_HEADER <= end:
        size, _, linkage, data = _unpack(body, at)
        if size < ITEM_HEADER + data or at + size > end:
            return -1
        at += size
        if not linkage & ITEM_MORE:
            return at
    return -1


def read_items(head: bytes, at: int) -> tuple[ExtendedItem, ...]:
    """The items of a header that ends where they end."""
    found = []
    while at + ITEM_HEADER <= len(head):
        size, kind, linkage, data = _unpack(head, at)
        if size < ITEM_HEADER or at + size > len(head):
            break
        found.append(ExtendedItem(kind, head[at + ITEM_HEADER : at + ITEM_HEADER + min(data, size - ITEM_HEADER)]))
        at += size
        if not linkage & ITEM_MORE:
            break
    return tuple(found)
