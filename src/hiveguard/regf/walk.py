"""The full walk: every key and value of a hive, depth first in stored order, one function with one contract.

One loop reads what is perfectly regular; whatever is not falls to the careful readers of `records`,
key by key. A native core may later stand behind the same function. Must not know: files, the object
that people call a key (it is given a function that makes one). Sources: as in `records`.
"""

from __future__ import annotations

from struct import Struct

from . import layout as L
from .damage import Findings
from .limits import DEPTH_KNOWN, DEPTH_MAX, NAMES_INTERNED, PATHS_MIN, PATHS_PER_FILE
from .records import Budget, read_class, read_key, read_subkey_offsets, read_values
from .security import check_security
from .value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Protocol, TypeVar

    from ..core.walk import Progress
    from .image import MemoryImage

    class Walked(Protocol):
        """What the walk needs of the objects that it has made."""

        @property
        def path(self) -> str: ...

    K = TypeVar("K", bound=Walked)

    class MakeKey(Protocol[K]):
        """Makes the object that is delivered for one key, and handed back as its children's parent.

        ``subkeys`` is the stored count; ``spoilt`` holds what was found wrong in the values, or None.
        """

        def __call__(
            self,
            parent: K | None,
            name: str,
            offset: int,
            last_write: int,
            flags: int,
            subkeys: int,
            values: tuple[Value, ...],
            spoilt: Findings | None,
            /,
        ) -> K: ...


__all__ = ("walk_tree",)

_BASE = L.BASE_BLOCK_SIZE
_NODE_HEAD = L.CELL_HEADER + L.NK_NAME  # from a key's cell to its name
_VALUE_HEAD = L.CELL_HEADER + L.VK_NAME
_INLINE_AT = L.CELL_HEADER + L.VK_DATA_OFFSET
_LEAF_HEAD = L.CELL_HEADER + L.LIST_ELEMENTS
_LEAF = Struct("<iHH")  # a leaf's cell size, signature and count
_WORDS = [Struct(f"<{count}I") for count in range(65)]


def _words(count: int) -> Struct:
    return _WORDS[count] if count < len(_WORDS) else Struct(f"<{count}I")


def walk_tree(
    image: MemoryImage,
    root: int,
    make_key: MakeKey[K],
    findings: Findings,
    progress: Progress,
    above: K | None = None,
) -> Iterator[K]:
    """Deliver every key that can be reached from a key's cell offset, its values already read.

    ``above`` is the parent of that first key, if it has one.

    What is wrong goes to ``findings``; nothing is raised for it. Time and memory are linear in the
    size of the image, whatever its bytes are (see `limits`).
    """
    buffer, end = image.data, min(image.size, image.claim)  # what lies behind the claim is read with care
    last = end - _NODE_HEAD - 8  # no key, value or list can begin behind it: one comparison stands for all
    node_fields = L.KEY_NODE_FAST.unpack_from
    value_fields = L.KEY_VALUE_FAST.unpack_from
    cell_size = L.CELL_SIZE.unpack_from
    leaf_fields = _LEAF.unpack_from
    compressed, inline = L.KEY_COMP_NAME, L.INLINE
    has_old_cells = image.old_cells

    budget = Budget(image)
    visited = bytearray((image.size >> 3) + 1)
    names: dict[bytes, str] = {}
    sound_security = {L.NIL}
    paths_left = max(PATHS_MIN, image.size * PATHS_PER_FILE)
    too_deep_told = False

    stack: list[tuple[Iterator[int], K | None, int]] = []
    siblings: Iterator[int] = iter((root,))
    parent = above
    path_length = 0

    while True:
        for offset in siblings:
            position = offset + _BASE
            spoilt: Findings | None = None
            kids: list[int] | tuple[int, ...] | None = None
            # --- a regular key, or `careful` -------------------------------------------------
            while True:
                careful = True
                if has_old_cells or offset & 7 or position > last or visited[offset >> 3]:
                    break
                (
                    size,
                    signature,
                    flags,
                    written,
                    subkeys,
                    list_at,
                    count,
                    values_at,
                    security,
                    length,
                    class_length,
                ) = node_fields(buffer, position)
                name_end = position + _NODE_HEAD + length
                if (
                    signature != L.NK
                    or size >= 0
                    or size & 7
                    or not name_end <= position - size <= end
                    or flags & L.KEY_PREDEF_HANDLE
                    or class_length
                    or not length
                    or security not in sound_security
                    or subkeys + count > budget.elements
                ):
                    break
                if flags & compressed:
                    name = str(buffer[position + _NODE_HEAD : name_end], "latin-1")
                elif length & 1:
                    break
                else:
                    name = str(buffer[position + _NODE_HEAD : name_end], "utf-16-le", "surrogatepass")
                if "\\" in name:
                    break
                if subkeys:
                    at = list_at + _BASE
                    if list_at & 7 or at > last:
                        break
                    size, signature, length = leaf_fields(buffer, at)
                    if (
                        length != subkeys
                        or (signature != L.LH and signature != L.LF)
                        or size >= 0
                        or size & 7
                        or _LEAF_HEAD + 8 * length > -size
                        or at - size > end
                    ):
                        break
                    kids = _words(2 * length).unpack_from(buffer, at + _LEAF_HEAD)[::2]
                values: tuple[Value, ...] = ()
                if count:
                    at = values_at + _BASE
                    if values_at & 7 or at > last:
                        break
                    (size,) = cell_size(buffer, at)
                    if size >= 0 or size & 7 or L.CELL_HEADER + 4 * count > -size or at - size > end:
                        break
                    found = []
                    data_left = budget.data
                    for record in _words(count).unpack_from(buffer, at + L.CELL_HEADER):
                        at = record + _BASE
                        if record & 7 or at > last:
                            break
                        size, signature, length, data_size, data_at, number, value_flags = value_fields(buffer, at)
                        if (
                            signature != L.VK
                            or size >= 0
                            or size & 7
                            or _VALUE_HEAD + length > -size
                            or at - size > end
                        ):
                            break
                        if length:
                            stored = buffer[at + _VALUE_HEAD : at + _VALUE_HEAD + length]
                            if value_flags & L.VALUE_COMP_NAME:
                                value_name = names.get(stored)
                                if value_name is None:
                                    value_name = stored.decode("latin-1")
                                    if len(names) < NAMES_INTERNED:
                                        names[stored] = value_name
                            elif length & 1:
                                break
                            else:
                                value_name = stored.decode("utf-16-le", "surrogatepass")
                        else:
                            value_name = None
                        if data_size & inline:
                            data_size -= inline
                            if data_size > 4:
                                break
                            raw = buffer[at + _INLINE_AT : at + _INLINE_AT + data_size]
                        elif data_size:
                            at = data_at + _BASE
                            if data_at & 7 or at + data_size + L.CELL_HEADER > end:
                                break
                            (size,) = cell_size(buffer, at)
                            if size >= 0 or size & 7 or data_size + L.CELL_HEADER > -size or at - size > end:
                                break
                            data_left -= data_size
                            if data_left < 0:
                                break
                            raw = buffer[at + L.CELL_HEADER : at + L.CELL_HEADER + data_size]
                        else:
                            raw = b""
                        found.append(Value((value_name, number, raw, record, value_flags)))
                    else:
                        careful = False
                    if careful:
                        break
                    values = tuple(found)
                    budget.data = data_left
                budget.elements -= subkeys + count
                visited[offset >> 3] = 1
                careful = False
                break
            # --- the same with all care ------------------------------------------------------
            if careful:
                findings.where = str if parent is None else _path_of(parent)
                node = read_key(image, offset, findings)
                if node is None:
                    continue
                name, flags, written, subkeys = node.name, node.flags, node.last_write, node.subkeys
                if parent is not None:
                    findings.where = _path_below(parent, name)
                    if not name:
                        findings.add("key-name-empty", offset)
                    elif "\\" in name:
                        findings.add("key-name-separator", offset)
                spoilt = Findings(findings.where)
                values = read_values(image, node, spoilt, budget)
                findings.absorb(spoilt)
                if not len(spoilt):
                    spoilt = None
                if node.class_length:
                    read_class(image, node, findings)
                if node.security not in sound_security and check_security(image, node.security, findings):
                    sound_security.add(node.security)
                if visited[offset >> 3]:
                    findings.add("key-seen-again" if subkeys else "key-seen", offset)
                    kids = None
                else:
                    visited[offset >> 3] = 1
                    kids = read_subkey_offsets(image, node, findings, budget)
            # --- deliver it, then what is below it -------------------------------------------
            key = make_key(parent, name, offset, written, flags, subkeys, values, spoilt)
            progress.keys += 1
            progress.values += len(values)
            yield key
            if kids:
                depth = len(stack) + 1
                below = path_length + len(name) + 1 if stack else 0
                paths_left -= below * len(kids)
                if depth > DEPTH_KNOWN and not too_deep_told:
                    too_deep_told = True
                    findings.where = _path_of(key)
                    findings.add("depth-irregular", offset, f"more than {DEPTH_KNOWN} levels")
                if depth > DEPTH_MAX or paths_left < 0:
                    findings.where = _path_of(key)
                    findings.add("depth" if depth > DEPTH_MAX else "limit-paths", offset, f"{len(kids):,} subkeys")
                    continue
                stack.append((siblings, parent, path_length))
                siblings, parent, path_length = iter(kids), key, below
                break
        else:
            if not stack:
                return
            siblings, parent, path_length = stack.pop()


def _path_of(key: Walked) -> Callable[[], str]:
    return lambda: key.path


def _path_below(parent: Walked, name: str) -> Callable[[], str]:
    def path() -> str:
        above = parent.path
        return f"{above}\\{name}" if above else name

    return path
