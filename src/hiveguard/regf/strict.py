"""What a reader does not need but a sound hive keeps: checked over the whole file on demand.

Everything found here is an irregularity: nothing is lost by it. The rules are those that the strictest
public reader demands (the header's, that every reference is the start of an allocated cell, order, unique
names, parents, big data), and besides those that Windows keeps: hashes, reference counts, the ring of
security descriptors, no two free neighbours, no cell used twice. Must not know: files. Sources:
msuhanov/regf; the strict walk of msuhanov/yarp.
"""

from __future__ import annotations

from struct import unpack_from

from . import layout as L
from .bins import Bin, bin_chain
from .cells import read_cell
from .damage import Findings
from .limits import DEPTH_MAX, KEY_NAME_MAX
from .names import fold, lf_hint, lh_hash, order
from .records import Budget, read_key, read_leaves, read_value_name, read_value_offsets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .base_block import BaseBlock
    from .image import Image
    from .records import KeyNode, Leaf

__all__ = ("check_strictly",)

_ALLOCATED, _USED = 1, 2
_VALUE_NAME_MOST = 16383


def check_strictly(image: Image, root: int, header: BaseBlock, findings: Findings) -> None:
    """Add every breach of a rule that a sound hive keeps."""
    _Check(image, header, findings).run(root)


class _Check:
    def __init__(self, image: Image, header: BaseBlock, findings: Findings) -> None:
        self._image = image
        self._header = header
        self._findings = findings
        self._path: list[str] = []
        self._marks = bytearray((image.size >> 3) + 1)  # of each possible cell start
        self._seen: set[int] = set()  # lists and big data, each looked into once however many lead to it
        self._security: dict[int, int] = {}  # security cell: keys that point to it
        self._budget = Budget(image)

    def run(self, root: int) -> None:
        findings, before = self._findings, self._findings.where
        findings.where = lambda: "\\".join(self._path)
        self._check_header()
        self._check_cells()
        self._check_tree(root)
        self._check_security()
        self._path = []
        self._check_unreferenced()
        findings.where = before

    def _check_header(self) -> None:
        header = self._header
        for what, at, wrong in (
            (f"clustering factor {header.clustering}", L.HEADER_CLUSTERING, header.clustering != 1),
            (
                f"size {header.bins_size:#x}",
                L.HEADER_BINS_SIZE,
                header.bins_size % L.BIN_ALIGNMENT or not header.bins_size,
            ),
            (f"minor version {header.minor}", L.HEADER_MINOR, not header.minor),
        ):
            if wrong:
                self._findings.add("strict-header", at, what, base=0)

    # --- cells in their bins ----------------------------------------------------------------

    def _check_cells(self) -> None:
        for found in bin_chain(self._image, self._image.claim):
            if isinstance(found, Bin):  # a break in the chain is told by every walk
                self._check_bin(found)

    def _check_bin(self, bin_: Bin) -> None:
        image = self._image
        old = image.old_cells
        step = L.CELL_ALIGNMENT_V1_1 if old else L.CELL_ALIGNMENT
        at, end = bin_.offset + L.BIN_HEADER_SIZE, bin_.offset + bin_.size
        before, was_free = L.NIL, False
        while at < end:
            head = image.read(L.BASE_BLOCK_SIZE + at, L.CELL_HEADER_V1_1)
            (size,) = L.CELL_SIZE.unpack_from(head)
            if not size or abs(size) % step or at + abs(size) > end:
                self._findings.add("strict-cell-chain", at, f"size {size}")
                return
            if old and int.from_bytes(head[4:], "little") != before:
                self._findings.add("strict-cell-chain", at, "it does not name the cell before it")
            if size < 0:
                self._marks[at >> 3] = _ALLOCATED
            elif was_free:
                self._findings.add("strict-free-neighbours", at)
            was_free, before = size > 0, at - bin_.offset
            at += abs(size)

    def _use(self, offset: int, what: str, *, shared: bool = False) -> bool:
        """Note a reference to a cell; False when its target cannot be read at all."""
        if offset == L.NIL or L.BASE_BLOCK_SIZE + offset + L.CELL_HEADER > self._image.size:
            return False
        mark = self._marks[offset >> 3] if not offset & 7 else 0
        if not mark & _ALLOCATED:
            self._findings.add("strict-cell-start", offset, what)
            return offset & 7 == 0
        if mark & _USED and not shared:
            self._findings.add("strict-overlap", offset, what)
        self._marks[offset >> 3] = mark | _USED
        return True

    def _check_unreferenced(self) -> None:
        at = self._marks.find(_ALLOCATED)
        while at >= 0:
            self._findings.add("strict-unreferenced", at << 3)
            at = self._marks.find(_ALLOCATED, at + 1)

    # --- the tree ---------------------------------------------------------------------------

    def _check_tree(self, root: int) -> None:
        ignored = Findings()  # what breaks reading is the walk's to tell
        walked: set[int] = set()
        # Each entry: a key's offset, its parent's, and its depth.
        todo = [(root, L.NIL, 0)]
        while todo:
            offset, parent, depth = todo.pop()
            del self._path[max(depth - 1, 0) :]
            if not self._use(offset, "a key"):
                continue
            node = read_key(self._image, offset, ignored)
            if node is None or offset in walked:
                continue
            walked.add(offset)
            if depth:
                self._path.append(node.name)
                if node.parent != parent:
                    self._findings.add("strict-parent", offset, f"{node.parent:#x} instead of {parent:#x}")
            if len(node.name) > KEY_NAME_MAX:
                self._findings.add("strict-name-length", offset, f"{len(node.name):,} characters")
            self._check_node(node, ignored)
            leaves = read_leaves(self._image, node, ignored, self._budget)
            if node.subkeys:
                self._use_lists(node)
            self._check_leaves(leaves, ignored)
            if depth < DEPTH_MAX:
                kids = [kid for leaf in leaves for kid in leaf.offsets]
                todo += [(kid, offset, depth + 1) for kid in reversed(kids)]

    def _check_node(self, node: KeyNode, ignored: Findings) -> None:
        if node.security != L.NIL:
            self._use(node.security, "a security descriptor", shared=True)
            self._security[node.security] = self._security.get(node.security, 0) + 1
        if node.class_length:
            self._use(node.class_offset, "a class name")
        if not node.values:
            return
        self._use(node.value_list, "a value list")
        seen: set[str | None] = set()
        for offset in read_value_offsets(self._image, node, ignored, self._budget):
            if not self._use(offset, "a value"):
                continue
            named = read_value_name(self._image, offset, ignored)
            if named is None:
                continue
            content, name, _ = named
            if not self._budget.take_name(name or "", offset, ignored):
                continue
            folded = None if name is None else fold(name)
            if folded in seen:
                self._findings.add("strict-duplicate-value", offset, repr(name))
            seen.add(folded)
            if name is not None and len(name) > _VALUE_NAME_MOST:
                self._findings.add("strict-name-length", offset, f"{len(name):,} characters")
            self._check_data(*unpack_from("<II", content, L.VK_DATA_SIZE))

    def _check_data(self, size: int, where: int) -> None:
        if size & L.INLINE or not size or not self._use(where, "a value's data"):
            return
        cell = read_cell(self._image, where, L.BIG_DATA.size)
        if size <= cell.length or size <= L.BIG_DATA_SEGMENT or len(cell.content) < L.BIG_DATA.size:
            return
        signature, count, listing = L.BIG_DATA.unpack(cell.content)
        if signature != L.DB or where in self._seen:
            return
        self._seen.add(where)
        self._use(listing, "a segment list")
        if count != -(-size // L.BIG_DATA_SEGMENT):
            self._findings.add("strict-big-data", where, f"{count} segments for {size:,} bytes")
        segments = read_cell(self._image, listing, 4 * count).content
        for number, (segment,) in enumerate(_words(segments)):
            self._use(segment, "a segment of big data")
            length = read_cell(self._image, segment, 0).length
            if length < L.BIG_DATA_SEGMENT and number < count - 1:
                self._findings.add("strict-big-data", segment, f"a segment of {length:,} bytes")

    def _use_lists(self, node: KeyNode) -> None:
        todo = [node.subkey_list]
        while todo:
            offset = todo.pop()
            if not self._use(offset, "a subkey list") or offset in self._seen:
                continue
            self._seen.add(offset)
            content = read_cell(self._image, offset, L.LIST_ELEMENTS + 4 * 0xFFFF).content
            if len(content) < L.LIST_ELEMENTS:
                continue
            kind, count = L.LIST_HEADER.unpack_from(content)
            if not count:
                self._findings.add("strict-list-empty", offset)
            if kind == L.RI:
                todo += [element for (element,) in _words(content[L.LIST_ELEMENTS : L.LIST_ELEMENTS + 4 * count])]

    def _check_leaves(self, leaves: list[Leaf], ignored: Findings) -> None:
        before: bytes | None = None
        for leaf in leaves:
            for number, offset in enumerate(leaf.offsets):
                key = read_key(self._image, offset, ignored)
                if key is None or not self._budget.take_name(key.name, offset, ignored):
                    continue
                rank = order(key.name)
                if before is not None and rank <= before:
                    same = rank == before
                    self._findings.add("strict-duplicate-key" if same else "strict-order", offset, repr(key.name))
                before = rank
                if leaf.kind == L.LH:
                    right: int | None = lh_hash(key.name)
                elif leaf.kind == L.LF:
                    right = int.from_bytes(lf_hint(key.name), "little")
                else:
                    right = None
                if right is not None and leaf.tags[number] != right:
                    self._findings.add("strict-hash", offset, f"{leaf.tags[number]:#010x} instead of {right:#010x}")

    # --- the ring of security descriptors ---------------------------------------------------

    def _check_security(self) -> None:
        self._path = []
        if not self._security:
            return
        ring: dict[int, tuple[int, int, int]] = {}
        start = next(iter(self._security))
        at = start
        while at not in ring:
            cell = read_cell(self._image, at, L.SK_DESCRIPTOR)
            if len(cell.content) < L.SK_DESCRIPTOR or int.from_bytes(cell.content[:2], "little") != L.SK:
                self._findings.add("strict-security", at, "the ring leads to something else")
                break
            _, _, flink, blink, references, size = L.KEY_SECURITY.unpack(cell.content)
            ring[at] = (flink, blink, references)
            if not size:
                self._findings.add("strict-descriptor-empty", at)
            if at not in self._security:
                self._use(at, "a security descriptor", shared=True)
            if references != self._security.get(at, 0):
                used = self._security.get(at, 0)
                self._findings.add("strict-security-count", at, f"{references} instead of {used}")
            at = flink
        else:
            if at != start:
                self._findings.add("strict-security", at, "the ring closes at another place")
        for offset, (flink, _, _) in ring.items():
            if flink in ring and ring[flink][1] != offset:
                self._findings.add("strict-security", flink, f"it points back to {ring[flink][1]:#x}, not {offset:#x}")
        for offset in self._security.keys() - ring.keys():
            self._findings.add("strict-security", offset, "it is not in the ring")


def _words(data: bytes) -> list[tuple[int]]:
    return [(word,) for word in unpack_from(f"<{len(data) // 4}I", data)]
