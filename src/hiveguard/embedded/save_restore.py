"""A key saved as a hive file, and put back from one.

Must not know: handles' users. Source: Microsoft, "RegSaveKeyW function", "RegRestoreKeyW function".
"""

from __future__ import annotations

from ..core.errors import AccessDenied, NotAHive
from ..regf.copy_tree import copy_tree
from ..regf.packed import packed_hive
from ..registry.hive import open as open_hive
from ..registry.hive_files import create_file
from .notification import Filter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike

    from .handle import Handle
    from .key_block import KeyBlock
    from .registry import Registry

__all__ = ("restore", "save")


def save(registry: Registry, handle: Handle, file: str | PathLike[str], version: str) -> None:
    """Write a key and what is stored below it to a new file."""
    with registry.lock:
        block = handle.live()
        data = packed_hive(block.editor.heap, block.offset, version, registry.ground.ticks(), block.path)
    create_file(file, data)


def restore(registry: Registry, handle: Handle, file: str | PathLike[str]) -> None:
    """Replace a key's content by a hive file's."""
    with open_hive(file) as hive:
        snapshot = hive.snapshot()
    if snapshot.root is None or not snapshot.ending.name == "COMPLETE":
        raise NotAHive(f"{file}: it cannot be read whole; check it")
    tree, ground = registry.tree, registry.ground
    # First into a hive of its own: what cannot be copied whole must not have replaced anything.
    packed_hive(snapshot.image, snapshot.root, "1.5", ground.ticks(), str(file))
    with registry.lock:
        registry.close_dropped()
        block = handle.writable_block()
        if block.hive.mount is not None:
            block.hive.mount.ready_for_restore()
        block = handle.writable_block()  # that may have waited: look again
        if any(_is_held(child) for child in block.children.values()):
            raise AccessDenied(f"{block.path}: handles below it are open; close them")
        if block.hive.mount is not None:
            block.hive.mount.restore()
        registry.empty(block)
        for value in [tree.read_value(block, record) for record in tree.value_records(block)]:
            block.editor.delete_value(block.offset, value.name, ground.ticks())
        copy_tree(snapshot.image, snapshot.root, block.editor, block.offset, str(file))
        block.subkeys = ground.generation()
        block.values = ground.generation()
        if ground.watches:
            tree.signal(block, Filter.NAME | Filter.LAST_SET)


def _is_held(block: KeyBlock) -> bool:
    return block.references > 0
