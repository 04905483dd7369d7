"""A hive made anew of a tree of keys, without the free space that it had.

Must not know: files. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from . import layout as L
from .copy_tree import copy_tree
from .damage import Findings
from .editor import Editor
from .heap import Heap
from .new_hive import new_hive
from .records import read_class, read_key
from .replay import sealed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .image import Image

__all__ = ("hive_bytes", "packed_hive")


def packed_hive(image: Image, start: int, version: str, time: int, label: str) -> bytes:
    """The bytes of a clean hive whose root is a key of another one, with all that is stored below it.

    Raises `Incomplete` when the source is damaged.
    """
    node = read_key(image, start, Findings())
    name = node.name if node is not None else "ROOT"
    editor = Editor(Heap(new_hive(version, name, time), [0]), int(version[2:]), L.BIN_HEADER_SIZE)
    copy_tree(image, start, editor, editor.root, label)
    if node is not None:
        editor.set_class(editor.root, read_class(image, node, Findings()))
    return hive_bytes(editor.heap)


def hive_bytes(heap: Heap) -> bytes:
    """A heap as the bytes of a file; its base block is kept but for the size."""
    heap.cut()
    head = heap.data[: L.HEADER_SIZE]
    head[L.HEADER_BINS_SIZE : L.HEADER_BINS_SIZE + 4] = heap.bins_size.to_bytes(4, "little")
    return sealed(head) + bytes(heap.data[L.HEADER_SIZE :])
