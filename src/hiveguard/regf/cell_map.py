"""What every part of a hive file is: one byte for each eight of the file.

From it come the picture of the file and the places where deleted records may lie. Must not know: files,
pictures. Source: the layout rules of msuhanov/regf, followed from the root key.
"""

from __future__ import annotations

from struct import unpack_from

from . import layout as L
from .bins import Bin, bin_chain
from .cells import read_cell
from .damage import Findings
from .limits import DEPTH_MAX
from .records import Budget, KeyNode, read_key, read_leaves, read_value_name, read_value_offsets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .image import MemoryImage

__all__ = ("KINDS", "CellMap", "map_cells")

#: what a unit of eight bytes can be; the number is its code in the map
KINDS = (
    "unknown",  # inside the bins, but in no cell that can be told
    "base-block",
    "bin-header",
    "free",
    "unreferenced",  # allocated, but nothing leads to it
    "key",
    "value",
    "data",
    "subkey-list",
    "value-list",
    "security",
    "class",
    "slack",  # behind the content of a cell that is in use
    "tail",  # behind the last bin
    "damaged",  # no sound bin
)
(
    UNKNOWN,
    BASE,
    BIN,
    FREE,
    UNREFERENCED,
    KEY,
    VALUE,
    DATA,
    LIST,
    VALUE_LIST,
    SECURITY,
    CLASS,
    SLACK,
    TAIL,
    DAMAGED,
) = range(len(KINDS))
#: the codes of what no live record needs: there deleted ones may lie
DEAD = frozenset((UNKNOWN, FREE, UNREFERENCED, SLACK, TAIL, DAMAGED))
UNIT = 8
_LARGE = 4096


class CellMap:
    """``units``: a code of `KINDS` for each eight bytes of the file. ``slack``: offsets that stand behind the
    count of a key's value list, with that key's cell offset: deleted values of that key.
    """

    __slots__ = ("slack", "units")

    def __init__(self, size: int) -> None:
        self.units = bytearray(-(-size // UNIT))
        self.slack: list[tuple[int, int]] = []

    def fill(self, start: int, end: int, kind: int) -> None:
        """Mark the units from a position to another (rounded outwards)."""
        first, last = start // UNIT, min(-(-end // UNIT), len(self.units))
        if last > first:
            self.units[first:last] = bytes((kind,)) * (last - first)

    def kind_at(self, position: int) -> int:
        """The code at a position of the file."""
        return self.units[position // UNIT] if position // UNIT < len(self.units) else TAIL

    def totals(self) -> dict[str, int]:
        """Bytes by kind."""
        counts = ((name, self.units.count(code) * UNIT) for code, name in enumerate(KINDS))
        return {name: count for name, count in counts if count}


def map_cells(image: MemoryImage, root: int | None) -> CellMap:
    """Tell what each part of the file is, by the bins and cells and then by what the tree leads to."""
    result = CellMap(image.size)
    result.fill(0, L.BASE_BLOCK_SIZE, BASE)
    result.fill(L.BASE_BLOCK_SIZE, image.claim, DAMAGED)
    result.fill(image.claim, image.size, TAIL)
    for found in bin_chain(image, image.claim):
        if isinstance(found, Bin):
            _map_bin(image, found, result)
    if root is not None:
        _Tree(image, result).follow(root)
    return result


def _map_bin(image: MemoryImage, bin_: Bin, result: CellMap) -> None:
    at = L.BASE_BLOCK_SIZE + bin_.offset
    end = at + bin_.size
    result.fill(at, end, UNKNOWN)
    result.fill(at, at + L.BIN_HEADER_SIZE, BIN)
    at += L.BIN_HEADER_SIZE
    while at < end:
        (size,) = L.CELL_SIZE.unpack(image.read(at, L.CELL_HEADER))
        if not size or abs(size) % L.CELL_ALIGNMENT or at + abs(size) > end:
            return
        result.fill(at, at + abs(size), UNREFERENCED if size < 0 else FREE)
        at += abs(size)


class _Tree:
    """Marks the cells that the live tree leads to."""

    def __init__(self, image: MemoryImage, result: CellMap) -> None:
        self._image = image
        self._map = result
        self._budget = Budget(image)
        self._ignored = Findings()  # what is wrong is the walk's to tell
        self._seen: set[int] = set()
        self._filled: set[tuple[int, int]] = set()

    def _mark(self, offset: int, used: int, kind: int) -> None:
        """A cell whose first ``used`` bytes of content are needed; the rest of it is slack."""
        cell = read_cell(self._image, offset, 0)
        if not cell.length:
            return
        if cell.length > _LARGE:  # many may share it, and to fill its place takes time
            if (offset, kind) in self._filled:
                return
            self._filled.add((offset, kind))
        header = self._image.cell_header
        start = L.BASE_BLOCK_SIZE + offset
        end = start + header + cell.length
        needed = min(start + header + used, end)
        self._map.fill(start, needed, kind)
        if not cell.fault:  # else nobody knows how far it goes
            self._map.fill(-(-needed // UNIT) * UNIT, end, SLACK)

    def follow(self, root: int) -> None:
        todo = [(root, 0)]
        while todo:
            offset, depth = todo.pop()
            if offset in self._seen:
                continue
            self._seen.add(offset)
            node = read_key(self._image, offset, self._ignored)
            if node is None:
                continue
            content = read_cell(self._image, offset, L.NK_NAME).content
            self._mark(offset, L.NK_NAME + unpack_from("<H", content, L.NK_NAME_LENGTH)[0], KEY)
            if node.security != L.NIL and node.security not in self._seen:
                self._seen.add(node.security)
                self._mark_security(node.security)
            if node.class_length:
                self._mark(node.class_offset, node.class_length, CLASS)
            if node.values:
                self._values(node)
            if node.subkeys and depth < DEPTH_MAX:
                self._lists(node.subkey_list)
                leaves = read_leaves(self._image, node, self._ignored, self._budget)
                todo += [(kid, depth + 1) for leaf in leaves for kid in leaf.offsets]

    def _mark_security(self, offset: int) -> None:
        head = read_cell(self._image, offset, L.SK_DESCRIPTOR).content
        if len(head) == L.SK_DESCRIPTOR:
            self._mark(offset, L.SK_DESCRIPTOR + L.KEY_SECURITY.unpack(head)[5], SECURITY)

    def _lists(self, offset: int) -> None:
        todo = [offset]
        while todo:
            offset = todo.pop()
            if offset in self._seen:
                continue
            self._seen.add(offset)
            content = read_cell(self._image, offset, L.LIST_ELEMENTS + 4 * 0xFFFF).content
            if len(content) < L.LIST_ELEMENTS:
                continue
            kind, count = L.LIST_HEADER.unpack_from(content)
            self._mark(offset, L.LIST_ELEMENTS + count * L.LIST_WIDTH.get(kind, 0), LIST)
            if kind == L.RI:
                words = content[L.LIST_ELEMENTS : L.LIST_ELEMENTS + 4 * count]
                todo += unpack_from(f"<{len(words) // 4}I", words)

    def _values(self, node: KeyNode) -> None:
        cell = read_cell(self._image, node.value_list, 4 * min(node.values + 64, 0xFFFF))
        self._mark(node.value_list, 4 * node.values, VALUE_LIST)
        extra = cell.content[4 * node.values :]
        self._map.slack += [(slot, node.offset) for slot in unpack_from(f"<{len(extra) // 4}I", extra) if slot]
        for offset in read_value_offsets(self._image, node, self._ignored, self._budget):
            named = read_value_name(self._image, offset, self._ignored)
            if named is None:
                continue
            content = named[0]
            length, size, where = unpack_from("<HII", content, L.VK_NAME_LENGTH)
            self._mark(offset, L.VK_NAME + length, VALUE)
            if size and not size & L.INLINE:
                self._data(size, where)

    def _data(self, size: int, where: int) -> None:
        cell = read_cell(self._image, where, L.BIG_DATA.size)
        if size <= cell.length or size <= L.BIG_DATA_SEGMENT or len(cell.content) < L.BIG_DATA.size:
            self._mark(where, size, DATA)
            return
        signature, count, listing = L.BIG_DATA.unpack(cell.content)
        if signature != L.DB:
            self._mark(where, size, DATA)
            return
        if where in self._seen:
            return
        self._seen.add(where)
        self._mark(where, L.BIG_DATA.size, DATA)
        self._mark(listing, 4 * count, DATA)
        segments = read_cell(self._image, listing, 4 * count).content
        for segment in unpack_from(f"<{len(segments) // 4}I", segments):
            want = min(size, L.BIG_DATA_SEGMENT)
            self._mark(segment, want, DATA)
            size -= want
