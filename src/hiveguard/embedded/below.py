"""Keys made and deleted below another one, by a path: all of it or nothing is made, the deepest is deleted first.

Must not know: cells, handles' users. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.errors import AccessDenied, BadArgument, HiveError, NotFound
from ..regf.editor import check_class, check_key_name
from ..registry.path import readings
from .key_content import subkey_rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..registry.path import PathLike
    from .key_block import KeyBlock
    from .live_key import LiveKey
    from .registry import Registry
    from .tree import Tree

__all__ = ("create_below", "delete_below", "delete_one", "empty")


def create_below(
    registry: Registry,
    key: LiveKey,
    path: PathLike,
    *,
    volatile: bool = False,
    link: bool = False,
    class_name: bytes = b"",
    descriptor: bytes | None = None,
) -> LiveKey:
    """Make a key below another one."""
    names = tuple(name for name, _ in next(readings(path)))

    def do() -> LiveKey:
        start, tree = registry.start_of(key), registry.tree
        start.refer()  # a way that is not there must not forget where it began
        try:
            return make(start, tree)
        finally:
            start.release()

    def make(start: KeyBlock, tree: Tree) -> LiveKey:
        for end in range(len(names), -1, -1):  # the longest part of the way that is there
            try:
                block = tree.descend(start, names[:end], open_link=link and end == len(names))
            except NotFound:
                continue
            break
        missing = names[end:]
        try:
            if missing and key.has_handle:
                key.handle.writable_block()
            if missing and (block is tree.top.root or (block.mounts is not None and not volatile)):
                raise BadArgument(
                    f"{block.path}\\{missing[0]}: nothing that lasts can be made directly below {block.path}, "
                    "there are only hives; load one, or make the key in one that is loaded"
                )
            for name in missing:  # all of them, before the first is made
                check_key_name(name)
            check_class(class_name)
            for index, name in enumerate(missing):
                is_last = index == len(missing) - 1
                block = tree.create(
                    block,
                    name,
                    volatile=volatile,
                    link=link and is_last,
                    class_name=class_name if is_last else b"",
                    descriptor=descriptor if is_last else None,
                )
        except BaseException:  # also when interrupted: no block is kept that nobody holds
            tree.forget_unused(block)
            raise
        return registry.opened(block, write=True)

    return registry.reach(do)


def delete_below(registry: Registry, key: LiveKey, path: PathLike, *, tree: bool) -> None:
    """Delete a key below another one."""
    delete_one(registry, key, (tuple(name for name, _ in steps) for steps in readings(path)), path, tree=tree)


def delete_one(
    registry: Registry, key: LiveKey, ways: Iterable[tuple[str, ...]], path: PathLike, *, tree: bool
) -> None:
    """Delete the key that the first way leads to which leads to one, as `open` finds it."""
    failure: HiveError | None = None
    for names in ways:

        def do(names: tuple[str, ...] = names) -> None:
            start = registry.start_of(key)
            if key.has_handle:
                key.handle.writable_block()
            block = registry.tree.descend(start, names, open_link=True)
            block.refer()
            try:
                if tree:
                    _ensure_no_root(block)
                    empty(registry.tree, block)
                registry.tree.delete(block)
            finally:
                block.release()

        try:
            registry.reach(do)
        except NotFound as error:
            failure = failure or error
        else:
            return
    raise failure or NotFound(f"{path!r}: no path")


def empty(tree: Tree, block: KeyBlock) -> None:
    """Delete everything below a key, the deepest first, without recursion."""
    todo = [block]
    try:
        while todo:
            current = todo[-1]
            rows = subkey_rows(current)
            if rows:
                below = tree.child(current, rows[0][0].name(rows[0][1]))
                if below is None:
                    raise HiveError(f"{current.path}: a subkey cannot be reached by its name; check the hive")
                below.refer()
                todo.append(below)
                continue
            if current is not block:
                tree.delete(current)
                current.release()
            todo.pop()
    finally:
        for left in reversed(todo[1:]):  # after an error: nobody refers to what is left
            left.release()


def _ensure_no_root(block: KeyBlock) -> None:
    """Refuse before anything below it is deleted."""
    if block.parent is None or block is block.hive.root or block.mounts is not None:
        raise AccessDenied(f"{block.path}: the root of a hive cannot be deleted; unload the hive")
