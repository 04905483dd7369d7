"""Keys, values and lists, read one by one with all care: whatever is wrong is noted, the rest delivered.

The fast walk comes here for every key that is not perfectly regular; a look-up reads only this way.
Must not know: files, the tree as a whole. Sources: msuhanov/regf, "Key node", "Subkeys list", "Key
values list", "Key value", "Big data"; what a reader does with a breach is HiveGuard's own judgement.
"""

from __future__ import annotations

from struct import unpack_from

from . import layout as L
from .cells import content_of, read_cell
from .limits import DATA_PER_FILE, ELEMENTS_PER_BYTE, ROOTS_MAX
from .names import decode
from .value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .damage import Findings
    from .image import Image

__all__ = (
    "Budget",
    "KeyNode",
    "Leaf",
    "read_class",
    "read_data",
    "read_key",
    "read_leaves",
    "read_subkey_offsets",
    "read_value",
    "read_value_name",
    "read_value_offsets",
    "read_values",
)

_NAME_MOST = 65535
_SHORT_NAME = 32  # characters that are delivered whatever was delivered before: their number is bounded anyway


class Budget:
    """What one walk or one listing may still deliver, so that shared cells cannot multiply."""

    __slots__ = ("data", "elements")

    def take_name(self, name: str, offset: int, findings: Findings) -> bool:
        """Charge a name like data; False, with a finding, when there was too much of both already."""
        self.data -= len(name)
        if self.data < 0 and len(name) > _SHORT_NAME:
            findings.add("limit-data", offset, "a name")
            return False
        return True

    def __init__(self, image: Image) -> None:
        self.elements = int(image.size * ELEMENTS_PER_BYTE)
        self.data = image.size * DATA_PER_FILE


class KeyNode:
    """A key node's fields as stored, with its name decoded. ``subkeys`` and ``values`` are counts."""

    __slots__ = (
        "class_length",
        "class_offset",
        "flags",
        "last_write",
        "layered",
        "name",
        "offset",
        "parent",
        "security",
        "subkey_list",
        "subkeys",
        "value_list",
        "values",
    )

    def __init__(self, offset: int, content: bytes, name: str, flags: int) -> None:
        self.offset = offset
        self.name = name
        self.flags = flags
        fields = L.KEY_NODE.unpack_from(content)
        self.last_write: int = fields[2]
        self.layered: int = fields[4]
        self.parent: int = fields[6]
        self.subkeys: int = fields[7]
        self.subkey_list: int = fields[9]
        self.values: int = 0 if flags & L.KEY_PREDEF_HANDLE else fields[11]
        self.value_list: int = fields[12]
        self.security: int = fields[13]
        self.class_offset: int = fields[14]
        self.class_length: int = fields[23]


def read_key(image: Image, offset: int, findings: Findings) -> KeyNode | None:
    """The key node at a cell offset; None, with a finding, when there is none."""
    content = content_of(image, offset, L.NK, L.NK_NAME, L.NK_NAME + _NAME_MOST, findings, "not-a-key")
    if content is None:
        return None
    flags, (length,) = int.from_bytes(content[2:4], "little"), unpack_from("<H", content, L.NK_NAME_LENGTH)
    if image.old_cells:
        flags &= ~L.KEY_COMP_NAME  # every name is UTF-16
    name = _name(content, L.NK_NAME, length, bool(flags & L.KEY_COMP_NAME), offset, findings, "key")
    return KeyNode(offset, content, name, flags)


def _name(content: bytes, at: int, length: int, compressed: bool, offset: int, findings: Findings, kind: str) -> str:
    raw = content[at : at + length]
    if len(raw) < length:
        findings.add(f"{kind}-name-cut", offset, f"{length} bytes, its cell holds {len(raw)}")
        if not compressed:
            raw = raw[: len(raw) & ~1]
    elif length & 1 and not compressed:
        findings.add(f"{kind}-name-odd", offset, f"{length} bytes")
    return decode(raw, compressed=compressed)


def read_class(image: Image, node: KeyNode, findings: Findings) -> bytes:
    """The raw class name (UTF-16 by convention); empty when the key has none."""
    if not node.class_length:
        return b""
    cell = read_cell(image, node.class_offset, node.class_length)
    if len(cell.content) < node.class_length or cell.fault:
        findings.add(
            "class-cut",
            None if node.class_offset == L.NIL else node.class_offset,
            f"{node.class_length} bytes, {len(cell.content)} are there",
        )
    return cell.content


class Leaf:
    """A leaf of a subkey list: its kind, its cell offset, the keys' offsets, and a hash or hint for each."""

    __slots__ = ("cell", "kind", "offsets", "tags")

    def __init__(self, kind: int, cell: int, words: tuple[int, ...]) -> None:
        wide = L.LIST_WIDTH[kind] == 8
        self.kind = kind
        self.cell = cell
        self.offsets = words[::2] if wide else words
        self.tags = words[1::2] if wide else ()


def read_leaves(image: Image, node: KeyNode, findings: Findings, budget: Budget) -> list[Leaf]:
    """The leaves of a key's subkey list in stored order, index roots resolved."""
    if not node.subkeys:  # Windows sees none, whatever the list says
        return []
    leaves: list[Leaf] = []
    # Each entry: a list's offset and how many index roots lie above it.
    todo = [(node.subkey_list, 0)]
    seen: set[int] = set()
    named = 0
    while todo:
        offset, depth = todo.pop()
        if depth:
            budget.elements -= 1
        if offset in seen:
            findings.add("list-loop", offset)
            continue
        if budget.elements < 0:
            findings.add("limit-elements", offset, f"{len(todo) + 1:,} more leaves")
            break
        seen.add(offset)
        listed = _elements(image, offset, findings, budget, first=not depth)
        if listed is None:
            continue
        kind, words = listed
        if kind != L.RI:
            leaf = Leaf(kind, offset, words)
            named += len(leaf.offsets)
            leaves.append(leaf)
        elif depth >= ROOTS_MAX:
            findings.add("list-depth", offset)
        else:
            if depth:
                findings.add("list-nested", offset)
            todo += [(element, depth + 1) for element in reversed(words)]
    if named < node.subkeys:
        findings.add("subkeys-missing", node.offset, f"{node.subkeys:,} counted, {named:,} named")
    elif named > node.subkeys:
        findings.add("subkeys-uncounted", node.offset, f"{node.subkeys:,} counted, {named:,} named")
    return leaves


def read_subkey_offsets(image: Image, node: KeyNode, findings: Findings, budget: Budget) -> list[int]:
    """The cell offsets of a key's subkeys in stored order."""
    return [offset for leaf in read_leaves(image, node, findings, budget) for offset in leaf.offsets]


def _elements(
    image: Image, offset: int, findings: Findings, budget: Budget, *, first: bool
) -> tuple[int, tuple[int, ...]] | None:
    """The kind and the words of one list cell; None, with a finding, when it is no list."""
    cell = read_cell(image, offset, L.LIST_ELEMENTS + 8 * 0xFFFF)
    if cell.fault and not cell.content:
        code = "subkeys-unreadable" if first else cell.fault
        findings.add(code, None if offset == L.NIL else offset, cell.cost)
        return None
    kind, count = L.LIST_HEADER.unpack(cell.content[: L.LIST_ELEMENTS].ljust(L.LIST_ELEMENTS, b"\0"))
    width = L.LIST_WIDTH.get(kind)
    if width is None:
        findings.add("list-signature", offset, f"it begins with {cell.content[:2].hex(' ')}")
        return None
    if cell.fault:
        findings.add(cell.fault, offset, cell.cost)
    room = max(len(cell.content) - L.LIST_ELEMENTS, 0) // width
    if count > room:
        findings.add("list-cut", offset, f"{count:,} elements, its cell holds {room:,}")
        count = room
    if count > budget.elements:
        findings.add("limit-elements", offset, f"{count - budget.elements:,} more")
        count = max(budget.elements, 0)
    if kind != L.RI:  # a root's elements are charged when they are followed
        budget.elements -= count
    elements = cell.content[L.LIST_ELEMENTS : L.LIST_ELEMENTS + count * width]
    return kind, unpack_from(f"<{len(elements) // 4}I", elements)


def read_value_offsets(image: Image, node: KeyNode, findings: Findings, budget: Budget) -> tuple[int, ...]:
    """The cell offsets of a key's values in stored order."""
    if not node.values:
        return ()
    most = min(node.values, max(budget.elements, 0))
    cell = read_cell(image, node.value_list, most * 4)
    if cell.fault and not cell.content:
        at = None if node.value_list == L.NIL else node.value_list
        findings.add("values-unreadable", at, f"{node.values:,} values ({cell.cost})")
        return ()
    if cell.fault:
        findings.add(cell.fault, node.value_list, cell.cost)
    count = min(node.values, cell.length // 4)
    if count < node.values:
        findings.add("values-cut", node.value_list, f"{node.values:,} counted, the list holds {count:,}")
    if count > most:
        findings.add("limit-elements", node.value_list, f"{count - most:,} more")
        count = most
    budget.elements -= count
    return unpack_from(f"<{count}I", cell.content)


def read_values(image: Image, node: KeyNode, findings: Findings, budget: Budget) -> tuple[Value, ...]:
    """A key's values in stored order; a value that cannot be read is noted and left out."""
    read = (read_value(image, at, findings, budget) for at in read_value_offsets(image, node, findings, budget))
    return tuple(value for value in read if value is not None)


def read_value_name(image: Image, offset: int, findings: Findings) -> tuple[bytes, str | None, int] | None:
    """The record, the name (None for the default value) and the flags of a value, without its data."""
    content = content_of(image, offset, L.VK, L.VK_NAME, L.VK_NAME + _NAME_MOST, findings, "not-a-value")
    if content is None:
        return None
    (length,), (flags,) = unpack_from("<H", content, L.VK_NAME_LENGTH), unpack_from("<H", content, L.VK_FLAGS)
    if image.old_cells:  # a title index stands there
        flags = 0
    if not length:
        return content, None, flags
    compressed = bool(flags & L.VALUE_COMP_NAME)
    return content, _name(content, L.VK_NAME, length, compressed, offset, findings, "value"), flags


def read_value(image: Image, offset: int, findings: Findings, budget: Budget) -> Value | None:
    """The value whose record is at a cell offset; None, with a finding, when there is none."""
    named = read_value_name(image, offset, findings)
    if named is None:
        return None
    content, name, flags = named
    if not budget.take_name(name or "", offset, findings):
        return None
    size, where, number = unpack_from("<III", content, L.VK_DATA_SIZE)
    raw = read_data(image, size, where, offset, findings, budget)
    return Value((name, number, raw, offset, flags))


def read_data(image: Image, size: int, where: int, record: int, findings: Findings, budget: Budget) -> bytes:
    """A value's data from the size and offset fields of its record (whose cell offset is ``record``)."""
    if size & L.INLINE:
        size -= L.INLINE
        if size > L.INLINE_MAX:
            findings.add("data-inline-size", record, f"{size:,} bytes")
        return where.to_bytes(L.INLINE_MAX, "little")[:size]
    if not size:  # never follow the offset: a tombstone has none
        return b""
    # The budget bounds what is sliced, before it is sliced; a claim beyond the file cannot be met anyway.
    most = min(size, max(budget.data, 0), image.size)
    cell = read_cell(image, where, most)
    if cell.fault and not cell.length:
        code = "data-outside" if cell.fault == "cell-outside" else "data-cell"
        findings.add(code, None if where == L.NIL else where, f"{size:,} bytes ({cell.cost})")
        return b""
    segments = _segments(image, size, cell.content, cell.length)
    if segments is not None:
        return _big_data(image, size, segments, where, findings, budget)
    if cell.fault:
        findings.add("data-cell", where, cell.cost or "it is marked free")
    if size > cell.length:
        findings.add("data-cut", where, f"{size:,} bytes, its cell holds {cell.length:,}")
    elif most < size:
        findings.add("limit-data", where, f"{size:,} bytes")
    budget.data -= len(cell.content)
    return cell.content


def _segments(image: Image, size: int, content: bytes, length: int) -> tuple[int, ...] | None:
    """The segment offsets of big data, recognised by structure and never by version; None if it is plain.

    Plain, too, whenever the cell has room for all of it.
    """
    if size <= L.BIG_DATA_SEGMENT or size <= length or len(content) < L.BIG_DATA.size:
        return None
    signature, count, where = L.BIG_DATA.unpack_from(content)
    if signature != L.DB or count < 2:
        return None
    needed = -(-min(size, image.size) // L.BIG_DATA_SEGMENT)  # a list may claim, and share, far more
    listing = read_cell(image, where, min(count, needed) * 4)
    if not listing.content:
        return None
    return unpack_from(f"<{len(listing.content) // 4}I", listing.content)


def _big_data(
    image: Image, size: int, segments: tuple[int, ...], record: int, findings: Findings, budget: Budget
) -> bytes:
    parts: list[bytes] = []
    if size > image.size:  # no value can hold more than its file
        findings.add("big-data", record, f"{size:,} bytes in a file of {image.size:,}")
        size = image.size
    left = size
    for segment in segments:
        want = min(left, L.BIG_DATA_SEGMENT)
        if not want:
            break
        if want > budget.data:
            findings.add("limit-data", record, f"{size:,} bytes")
            return b"".join(parts)
        cell = read_cell(image, segment, want)
        if len(cell.content) < want:
            findings.add(
                "big-data", record, f"{size:,} bytes, segment {len(parts)} holds {len(cell.content):,} of {want:,}"
            )
            # A prefix stays a prefix: what follows a short segment has lost its place.
            budget.data -= len(cell.content)
            parts.append(cell.content)
            return b"".join(parts)
        if cell.fault:
            findings.add("data-cell", segment, cell.cost or "it is marked free")
        budget.data -= want
        parts.append(cell.content)
        left -= want
    if left:
        findings.add("big-data", record, f"{size:,} bytes, its {len(segments)} segments hold {size - left:,}")
    return b"".join(parts)
