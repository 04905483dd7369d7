"""A tree of keys copied into another hive: values, classes, security, times and flags with it, free space not.

Must not know: files. Source: HiveGuard's own contract; what is not stored (volatile keys) is not copied.
"""

from __future__ import annotations

from ..core.ending import Ending
from ..core.errors import Incomplete
from ..core.verdict import Evidence, Verdict
from . import layout as L
from .damage import Findings
from .limits import DEPTH_MAX
from .records import Budget, read_class, read_key, read_subkey_offsets, read_values
from .security import read_descriptor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .editor import Editor
    from .image import Image

__all__ = ("copy_tree",)

#: Flags that belong to the place where a key is, not to the key.
_OF_THE_PLACE = L.KEY_HIVE_ENTRY | L.KEY_NO_DELETE | L.KEY_HIVE_EXIT | L.KEY_VOLATILE


def copy_tree(image: Image, start: int, editor: Editor, into: int, label: str) -> tuple[int, int]:
    """Copy what a key holds, and everything below it, into a key of another hive; how many keys and values.

    ``start``: the key's cell offset in ``image``; ``into``: the one in ``editor``, which takes over values,
    class-free fields, security and time. Raises `Incomplete` when the source is damaged: then nothing is copied
    that could pass for all.
    """
    findings = Findings()
    budget = Budget(image)
    keys = values = 0
    todo = [(start, into, 0)]
    while todo:
        source, target, depth = todo.pop()
        node = read_key(image, source, findings)
        if node is None or findings.lost:
            break
        keys += 1
        for value in read_values(image, node, findings, budget):
            editor.set_value(target, value.name, value.type, value.raw, node.last_write)
            values += 1
        for child in read_subkey_offsets(image, node, findings, budget):
            below = read_key(image, child, findings)
            if below is None or findings.lost or depth >= DEPTH_MAX:
                findings.add("depth", child)
                break
            made = editor.create_key(
                target,
                below.name,
                below.last_write,
                class_name=read_class(image, below, findings),
                descriptor=read_descriptor(image, below.security, findings),
                flags=below.flags & ~(_OF_THE_PLACE | L.KEY_COMP_NAME),
            )
            editor.heap.put(made, L.NK_ACCESS, _field(image, child, L.NK_ACCESS, 4))
            editor.heap.put(made, L.NK_USER_FLAGS, _field(image, child, L.NK_USER_FLAGS, 2))
            todo.append((child, made, depth + 1))
        descriptor = read_descriptor(image, node.security, findings)
        if descriptor is not None:
            editor.set_descriptor(target, descriptor, node.last_write)
        editor.touch(target, node.last_write)
    if findings.lost:
        first = next(found for found in findings.kept if found.lost)
        asked = f"a copy of {label}"
        raise Incomplete(
            Verdict(
                Ending.DAMAGED,
                (f"{label}: {first.cost}; it cannot be copied whole",),
                findings.damage,
                evidence=(Evidence(asked),),
            )
        )
    return keys, values


def _field(image: Image, key: int, at: int, width: int) -> bytes:
    """A field of a key node that is carried over as it is."""
    return image.read(L.BASE_BLOCK_SIZE + key + image.cell_header + at, width)
