"""A key saved as a hive file, and put back from one.

Must not know: handles' users. Source: Microsoft, "RegSaveKeyW function", "RegRestoreKeyW function".
"""

from __future__ import annotations

from ..core.errors import AccessDenied, BadArgument, NotAHive
from ..regf.copy_tree import copy_tree
from ..regf.damage import Findings
from ..regf.packed import packed_hive
from ..regf.records import Budget, read_value, read_value_name
from ..registry.hive import open as open_hive
from ..registry.hive_files import create_file
from .below import empty
from .change import Change, ChangeKind
from .key_content import value_records
from .notification import Filter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike

    from .ground import Ground
    from .handle import Handle
    from .key_block import KeyBlock
    from .mount_point import MountPoint
    from .registry import Registry

__all__ = ("restore", "save")

#: What a hive must be able to grow by before anything is replaced: each value asks for three times its size.
_ROOM_FACTOR, _ROOM_BESIDES = 4, 2 << 20


def save(registry: Registry, handle: Handle, file: str | PathLike[str], version: str) -> None:
    """Write a key and what is stored below it to a new file."""
    with registry.lock:
        block = handle.live()
        _ensure_in_a_hive(block)
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
    size = len(packed_hive(snapshot.image, snapshot.root, "1.5", ground.ticks(), str(file)))
    with registry.lock:
        registry.close_dropped()
        block = handle.writable_block()
        mount = _ensure_in_a_hive(block)
        mount.ready_for_restore()
        block = handle.writable_block()  # that may have waited: look again
        if any(_is_held(child) for child in block.children.values()):
            raise AccessDenied(f"{block.path}: handles below it are open; close them")
        if block.is_volatile:
            raise BadArgument(f"{block.path}: volatile, and what a file holds is not; restore it to a stored key")
        block.editor.heap.ensure_room(_ROOM_FACTOR * size + _ROOM_BESIDES)
        mount.restore()
        empty(registry.tree, block)
        for record in tuple(value_records(block)):
            named = read_value_name(block.editor.heap, record, Findings())
            tree.delete_value(block, named[1] if named is not None else None)
        copy_tree(snapshot.image, snapshot.root, block.editor, block.offset, str(file))
        block.subkeys = ground.generation()
        block.values = ground.generation()
        if ground.watches:
            tree.signal(block, Filter.NAME | Filter.LAST_SET)
        if ground.changes:
            _tell(ground, block)


def _ensure_in_a_hive(block: KeyBlock) -> MountPoint:
    mount = block.hive.mount
    if mount is None:
        raise BadArgument(f"{block.path}: it lies in no hive, only hives lie below it; name a key in one of them")
    return mount


def _tell(ground: Ground, block: KeyBlock) -> None:
    """Everything that a key got, one by one, to whoever reads the changes."""
    editor, heap = block.editor, block.editor.heap
    time, generation = ground.clock.wall(), ground.last_generation

    def tell(kind: ChangeKind, path: str, name: str | None = None) -> None:
        ground.changes.publish(Change(kind, path, name, time, generation), time)

    todo = [(block.offset, block.path)]
    while todo:
        key, path = todo.pop()
        if key != block.offset:
            tell(ChangeKind.KEY_CREATED, path)
        for record in editor.values(key):
            value = read_value(heap, record, Findings(), Budget(heap))
            if value is not None:
                tell(ChangeKind.VALUE_SET, path, value.name or None)
        if key == block.offset:
            tell(ChangeKind.SECURITY_SET, path)
        todo += [(child, f"{path}\\{editor.name(child)}") for child in reversed(editor.subkeys(key))]


def _is_held(block: KeyBlock) -> bool:
    return block.references > 0
