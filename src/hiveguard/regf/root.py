"""Where the tree begins, and in which form its cells are.

Must not know: files. Sources: msuhanov/regf, "Base block" (root cell offset), "Key node" (flags);
libyal/libregf for the older form of cells. The root is never known by a flag alone: offreg sets none.
"""

from __future__ import annotations

from struct import unpack_from

from . import layout as L
from .damage import Findings
from .records import Budget, read_key, read_subkey_offsets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .base_block import BaseBlock
    from .image import Image

__all__ = ("find_root",)

_CHUNK = 1 << 20


def find_root(image: Image, header: BaseBlock, findings: Findings) -> int | None:
    """The root key's cell offset; sets the image's form of cells. None, with a finding, when there is none.

    When the base block's offset leads to no key: the first key that is flagged as an entry, or whose
    parent is not in the hive.
    """
    image.old_cells = header.has_old_cells
    for old in (False, True):
        at = L.BASE_BLOCK_SIZE + header.root + (L.CELL_HEADER_V1_1 if old else L.CELL_HEADER)
        if header.root != L.NIL and not header.root & 7 and image.read(at, 2) == L.NK_SIGNATURE:
            image.old_cells = old
            _doubt(image, header, findings)
            return header.root
    found = _search(image, image.cell_header)
    place = None if header.root == L.NIL else header.root
    if found is None:
        findings.add("root-missing", place)
        return None
    offset, is_entry = found
    findings.add("root-search" if is_entry else "root-guessed", place, f"the key at {offset:#x} was taken")
    return offset


def _doubt(image: Image, header: BaseBlock, findings: Findings) -> None:
    """Note a root that another key lists as its subkey: then most of the tree lies above it, out of reach."""
    ignored = Findings()
    node = read_key(image, header.root, ignored)
    if node is None or node.flags & L.KEY_HIVE_ENTRY or node.parent in (L.NIL, header.root):
        return
    above = read_key(image, node.parent, ignored)
    if above is not None and header.root in read_subkey_offsets(image, above, ignored, Budget(image)):
        findings.add("root-listed" if header.checksum_ok else "root-doubtful", header.root)


def _search(image: Image, cell_header: int) -> tuple[int, bool] | None:
    """The first allocated key node that says that it is the root (True), else the first without a parent."""
    orphan: int | None = None
    for start in range(L.BASE_BLOCK_SIZE, image.size, _CHUNK):
        chunk = image.read(start, _CHUNK + L.NK_NAME)
        at = chunk.find(L.NK_SIGNATURE)
        while 0 <= at < _CHUNK:
            offset = start + at - cell_header - L.BASE_BLOCK_SIZE
            if offset >= 0 and not offset & 7 and at + L.NK_NAME <= len(chunk):
                (size,) = L.CELL_SIZE.unpack(image.read(L.BASE_BLOCK_SIZE + offset, 4))
                (flags,) = unpack_from("<H", chunk, at + L.NK_FLAGS)
                (parent,) = unpack_from("<I", chunk, at + L.NK_PARENT)
                if size < 0:
                    if flags & L.KEY_HIVE_ENTRY:
                        return offset, True
                    if orphan is None and not _is_key(image, parent, cell_header):
                        orphan = offset
            at = chunk.find(L.NK_SIGNATURE, at + 1)
    return None if orphan is None else (orphan, False)


def _is_key(image: Image, offset: int, cell_header: int) -> bool:
    at = L.BASE_BLOCK_SIZE + offset + cell_header
    return offset != L.NIL and image.read(at, 2) == L.NK_SIGNATURE
