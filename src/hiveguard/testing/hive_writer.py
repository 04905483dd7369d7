"""Lays a tree of key and value specs out into cells: one pass gives every part its place, one fills it.

Must not know: the base block, damage. Iterative, so that depth costs no stack. Sources:
msuhanov/regf, "Key node", "Key values list", "Key value", "Big data", "Key security".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from struct import pack

from ..regf.default_security import default_descriptor
from ..regf.layout import (
    BIG_DATA,
    BIG_DATA_MINOR,
    BIG_DATA_SEGMENT,
    DB,
    INLINE,
    INLINE_MAX,
    KEY_COMP_NAME,
    KEY_NODE,
    KEY_PREDEF_HANDLE,
    KEY_SECURITY,
    KEY_VALUE,
    LAST_MINOR_WITH_OLD_CELLS,
    NIL,
    NK,
    NK_NAME,
    SK,
    SK_DESCRIPTOR,
    VALUE_COMP_NAME,
    VALUE_TOMBSTONE,
    VK,
)
from ..regf.names import is_compressible, units
from .cells import CellSpace
from .placement import KeyPlacement, Placement, ValuePlacement
from .specs import KeySpec, ListStyle, ValueSpec
from .subkey_lists import ListPlan, leaf_content, plan, root_content

__all__ = ("HiveWriter",)

#: every segment cell of Windows has these bytes behind the data; hivex and libregf rely on them
_SEGMENT_SPARE = 4
_OFFSET_WIDTH = 4


@dataclass(slots=True)
class _Placed:
    """A key between the two passes."""

    key: KeySpec
    parent: int
    at: KeyPlacement
    descriptor: bytes
    plan: ListPlan | None = None
    roots: tuple[int, ...] = ()  #: index root cells, the innermost first


@dataclass(slots=True)
class _Descriptor:
    cell: int
    references: int = 0


class HiveWriter:
    """Writes one tree into one cell space."""

    def __init__(self, space: CellSpace, minor: int, lists: ListStyle) -> None:
        self._space = space
        self._minor = minor
        self._lists = lists
        self._descriptors: dict[bytes, _Descriptor] = {}

    def write(self, root: KeySpec) -> Placement:
        """Lay out `root` and all below it, parents before children, children in stored order."""
        placement = Placement(root)
        placed: list[_Placed] = []
        waiting = [(root, NIL, root.security or default_descriptor())]
        while waiting:
            key, parent, descriptor = waiting.pop()
            entry = self._place(key, parent, descriptor, placement)
            placed.append(entry)
            if entry.plan is not None:
                below = [child for leaf in entry.plan.leaves for child in leaf]
                cell = entry.at.cell
                waiting.extend((child, cell, child.security or descriptor) for child in reversed(below))
        for entry in placed:
            self._fill(entry, placement)
        self._close_security_ring()
        self._space.close()
        return placement

    # --- the first pass: a place for everything --------------------------------------------

    def _place(self, key: KeySpec, parent: int, descriptor: bytes, placement: Placement) -> _Placed:
        space = self._space
        name, _ = self._stored_name(key.name, key.compressed)
        at = KeyPlacement(space.allocate(NK_NAME + len(name)))
        placement.keys[key] = at
        entry = _Placed(key, parent, at, descriptor)
        at.security = self._refer_to(descriptor)
        if key.class_name is not None:
            at.class_cell = space.store(_class_bytes(key))
        style = key.lists or self._lists
        if key.values:
            for value in key.values:
                placement.values[value] = self._store_value(value)
            offsets = [placement.values[value].cell for value in key.values]
            at.value_list = space.allocate(_OFFSET_WIDTH * (len(offsets) + style.room))
            space.write(at.value_list, pack(f"<{len(offsets)}I", *offsets))
        if key.subkeys:
            entry.plan = chosen = plan(key.subkeys, style, self._minor)
            at.leaves = tuple(space.allocate(chosen.leaf_size(leaf)) for leaf in chosen.leaves)
            if chosen.needs_root:
                inner = space.allocate(chosen.root_size())
                outer = (space.store(root_content([inner])),) if chosen.nested_roots else ()
                entry.roots = (inner, *outer)
            at.subkey_list = (*at.leaves[:1], *entry.roots)[-1]
        return entry

    def _refer_to(self, descriptor: bytes) -> int:
        known = self._descriptors.get(descriptor)
        if known is None:
            cell = self._space.allocate(SK_DESCRIPTOR + len(descriptor))
            known = self._descriptors[descriptor] = _Descriptor(cell)
        known.references += 1
        return known.cell

    def _stored_name(self, name: str, compressed: bool | None) -> tuple[bytes, bool]:
        if compressed is None:
            compressed = self._minor > LAST_MINOR_WITH_OLD_CELLS and is_compressible(name)
        return (name.encode("latin-1") if compressed else units(name)), compressed

    # --- values ----------------------------------------------------------------------------

    def _store_value(self, value: ValueSpec) -> ValuePlacement:
        # Windows does not set the flag for a compressed name on the default value.
        name, compressed = self._stored_name(value.name, value.compressed) if value.name else (b"", False)
        at = ValuePlacement(self._space.allocate(KEY_VALUE.size + len(name)))
        size, offset = self._store_data(value, at)
        flags = value.flags | (VALUE_COMP_NAME if compressed else 0)
        content = KEY_VALUE.pack(VK, len(name), size, offset, value.type, flags, value.spare)
        self._space.write(at.cell, content + name)
        return at

    def _store_data(self, value: ValueSpec, at: ValuePlacement) -> tuple[int, int]:
        """Store the data; gives the value's size field and offset field."""
        raw, storage = value.raw, value.storage
        if value.flags & VALUE_TOMBSTONE:
            return 0, NIL
        if storage == "auto":
            storage = "cell"
            if len(raw) <= INLINE_MAX:
                storage = "inline"
            elif len(raw) > BIG_DATA_SEGMENT and self._minor >= BIG_DATA_MINOR:
                storage = "big"
        if storage == "inline":
            return INLINE | len(raw), int.from_bytes(raw, "little")
        if storage == "big":
            self._store_big(raw, at)
        else:
            at.data = self._space.store(raw)
        return len(raw), at.data

    def _store_big(self, raw: bytes, at: ValuePlacement) -> None:
        space = self._space
        segments = []
        for start in range(0, len(raw), BIG_DATA_SEGMENT):
            segments.append(space.allocate(BIG_DATA_SEGMENT + _SEGMENT_SPARE))
            space.write(segments[-1], raw[start : start + BIG_DATA_SEGMENT])
        at.segments = tuple(segments)
        at.segment_list = space.store(pack(f"<{len(segments)}I", *segments))
        at.data = space.store(BIG_DATA.pack(DB, len(segments), at.segment_list))

    # --- the second pass: contents that point at other cells ------------------------------

    def _fill(self, entry: _Placed, placement: Placement) -> None:
        space, key, at = self._space, entry.key, entry.at
        if entry.plan is not None:
            for cell, leaf in zip(at.leaves, entry.plan.leaves, strict=True):
                elements = [(placement.keys[child].cell, child.name) for child in leaf]
                space.write(cell, leaf_content(entry.plan.kind, elements))
            if entry.roots:
                space.write(entry.roots[0], root_content(at.leaves))
        name, compressed = self._stored_name(key.name, key.compressed)
        flags = key.flags | (KEY_COMP_NAME if compressed else 0)
        values = len(key.values)
        if key.predefined_handle is not None:
            flags |= KEY_PREDEF_HANDLE
            values = key.predefined_handle
        content = KEY_NODE.pack(
            NK, flags, key.last_write, key.access, key.layered, 0, entry.parent,
            len(key.subkeys), 0, at.subkey_list, NIL, values, at.value_list, at.security, at.class_cell,
            _longest(len(units(child.name)) for child in key.subkeys), key.user_flags, 0,
            _longest(len(_class_bytes(child)) for child in key.subkeys),
            _longest(len(units(value.name or "")) for value in key.values),
            _longest(len(value.raw) for value in key.values),
            0, len(name), len(_class_bytes(key)),
        )  # fmt: skip
        space.write(at.cell, content + name)

    def _close_security_ring(self) -> None:
        ring = list(self._descriptors.items())
        for index, (descriptor, known) in enumerate(ring):
            flink = ring[(index + 1) % len(ring)][1].cell
            blink = ring[index - 1][1].cell
            head = KEY_SECURITY.pack(SK, 0, flink, blink, known.references, len(descriptor))
            self._space.write(known.cell, head + descriptor)


def _class_bytes(key: KeySpec) -> bytes:
    if key.class_name is None:
        return b""
    return key.class_name if isinstance(key.class_name, bytes) else units(key.class_name)


def _longest(lengths: Iterable[int]) -> int:
    return max(lengths, default=0)
