"""A key deleted with everything below it, also where lists are damaged: what goes with it unread is told.

Must not know: where a path leads. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.errors import HiveError, Incomplete
from ..regf.damage import Findings
from ..regf.prune import Prune
from .output import message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .own_keys import OwnKeys

__all__ = ("count_tree", "delete_tree")


def count_tree(keys: OwnKeys, names: tuple[str, ...]) -> tuple[int, int]:
    """How many keys and values of a tree can be read."""
    try:
        key = keys.open(names)
    except Incomplete:
        return 1, 0  # an entry in its parent's list is all that is sure; whether it may go `delete_tree` decides
    walk = key.without_handle().walk(on_incomplete="record")
    count = sum(1 for _ in walk)
    return count, walk.verdict.count("values") if walk.verdict is not None else 0


def delete_tree(keys: OwnKeys, names: tuple[str, ...], hive: str, *, anyway: bool) -> None:
    """Delete a key with everything below it. Raises `NotFound`; `HiveError` where something is damaged and must not go.

    ``anyway``: what is damaged goes too, and is told. ``hive``: as the user named it.
    """
    parent = keys.open(names[:-1])
    registry, name, path = parent.registry, names[-1], "\\".join(names)
    with registry.lock:
        block = parent.handle.writable_block()
        editor, ticks = block.editor, registry.ground.ticks()
        key = editor.find_key(block.offset, name)
        if key is not None:
            is_own = editor.is_own(block.offset, key)
            prune = Prune(editor, key, names) if is_own else None
            found = prune.found if prune is not None else _astray(path, key, is_free=not editor.heap.room(key))
            if found.lost and not anyway:
                raise HiveError(f"{hive}: {path}: {found.loss}; to delete it say --anyway")
            if found and block.hive.mount is not None:
                block.hive.mount.write(stored=True)
            if prune is not None:
                prune.apply(ticks)
            else:
                editor.keep_subkeys(block.offset, frozenset(editor.subkeys(block.offset)) - {key}, ticks)
            block.subkeys = registry.ground.generation()
            if found.lost:
                what = "with it went what is damaged below it" if is_own else "only its entry in the list was taken out"
                message(f"{hive}: {path}: {what}: {found.loss}")
            if not is_own:
                return
    parent.delete_tree((name,))


def _astray(path: str, key: int, *, is_free: bool) -> Findings:
    found = Findings(path.__str__)
    found.add("cell-free" if is_free else "key-astray", key)
    return found
