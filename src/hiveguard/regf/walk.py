"""The full walk: every key and value of a hive, depth first in stored order, one function with one contract.

One loop reads what is perfectly regular; whatever is not falls to the careful readers of `records`,
key by key. A native core may later stand behind the same function. Must not know: files, the object
that people call a key (it is given a function that makes one). Sources: as in `records`.
"""

from __future__ import annotations

from struct import Struct
from struct import error as StructError

from ..core.listing import Listing
from . import layout as L
from .damage import Findings
from .limits import DEPTH_KNOWN, DEPTH_MAX, PATHS_MIN, PATHS_PER_FILE
from .records import Budget, read_class, read_key, read_subkey_offsets, read_values
from .security import check_security
from .value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Protocol, TypeAlias, TypeVar

    from ..core.verdict import Verdict
    from ..core.walk import Progress
    from .image import MemoryImage

    class Walked(Protocol):
        """What the walk needs of the objects that it has made."""

        @property
        def path(self) -> str: ...

    K = TypeVar("K", bound=Walked)

    class MakeKey(Protocol[K]):
        """Makes the object that is delivered for one key, and handed back as its children's parent.

        ``subkeys`` is the stored count; ``values`` are read already.
        """

        def __call__(
            self,
            parent: K | None,
            name: str,
            offset: int,
            last_write: int,
            flags: int,
            subkeys: int,
            values: Listing[Value],
            /,
        ) -> K: ...

    #: gives the verdict on a key's values: from the listing alone, or from what was wrong with them
    Sound: TypeAlias = Callable[[Listing[Value]], Verdict]
    Spoilt: TypeAlias = Callable[[Findings], Callable[[Listing[Value]], Verdict]]


__all__ = ("walk_tree",)

_BASE = L.BASE_BLOCK_SIZE
_NODE_HEAD = L.CELL_HEADER + L.NK_NAME  # from a key's cell to its name
_VALUE_HEAD = L.CELL_HEADER + L.VK_NAME
_VALUE_NAME_AT = _BASE + _VALUE_HEAD  # from a value's cell offset to its name in the file
_INLINE_AT = _BASE + L.CELL_HEADER + L.VK_DATA_OFFSET
_LEAF_HEAD = L.CELL_HEADER + L.LIST_ELEMENTS
_LEAF = Struct("<iHH")  # a leaf's cell size, signature and count
_WORDS = [Struct(f"<{count}I") for count in range(65)]


def walk_tree(
    image: MemoryImage,
    root: int,
    make_key: MakeKey[K],
    sound: Sound,
    spoilt: Spoilt,
    findings: Findings,
    progress: Progress,
    above: K | None = None,
) -> Iterator[K]:
    """Deliver every key that can be reached from a key's cell offset, its values already read.

    ``above`` is the parent of that first key, if it has one.

    ``sound`` gives the verdict on values in which nothing was wrong, ``spoilt`` one on values with
    findings; both are asked only when somebody wants to know. What is wrong goes to ``findings``; nothing is
    raised for it. Time and memory are linear in the size of the image, whatever its bytes are (see `limits`).
    """
    # What lies behind the claim is read with care.
    buffer, end = image.data, min(image.size, image.claim)
    node_fields = L.KEY_NODE_FAST.unpack_from
    value_fields = L.KEY_VALUE_FAST.unpack_from
    cell_size = L.CELL_SIZE.unpack_from
    leaf_fields = _LEAF.unpack_from
    words = [form.unpack_from for form in _WORDS]
    few = len(words)
    is_node, is_value, is_lh, is_lf = L.NK, L.VK, L.LH, L.LF
    compressed, odd_flags, value_compressed, inline = L.KEY_COMP_NAME, L.KEY_PREDEF_HANDLE, L.VALUE_COMP_NAME, L.INLINE
    has_old_cells = image.old_cells
    base, node_head, leaf_head, value_head = _BASE, _NODE_HEAD, _LEAF_HEAD, _VALUE_HEAD
    value_name_at, inline_at, new_value = _VALUE_NAME_AT, _INLINE_AT, Value
    new_listing = tuple.__new__  # spares a call to Python code for each key
    no_values: Listing[Value] = Listing((), sound)

    # A cell that is smaller than a page and begins a page before the end cannot run past it: that spares the
    # arithmetic for nearly all of them.
    far, last = -L.BIN_ALIGNMENT, end - _BASE - L.BIN_ALIGNMENT

    budget = Budget(image)
    elements_left, data_left = budget.elements, budget.data
    visited = bytearray((image.size >> 3) + 1)
    sound_security = {L.NIL}
    paths_left = max(PATHS_MIN, image.size * PATHS_PER_FILE)
    too_deep_told = False

    stack: list[tuple[Iterator[int], K | None, int]] = []
    siblings: Iterator[int] = iter((root,))
    parent = above
    path_length = 0

    while True:
        for offset in siblings:
            position = offset + base
            kids: list[int] | tuple[int, ...] | None = None
            # --- a regular key: every `break` hands it to the careful readers ------------------
            # Sizes of cells in use are negative, so that "too small" also means "not in use". What begins
            # behind the buffer's end is a `struct.error`.
            try:
                while True:
                    careful = True
                    size, signature, flags, written, subkeys, list_at, count, values_at, security, length, extra = (
                        node_fields(buffer, position)
                    )
                    if (
                        signature != is_node
                        or size & 7
                        or offset & 7
                        or node_head + length > -size
                        or ((size < far or offset > last) and position - size > end)
                        or extra  # a class name
                        or not length
                        or flags & odd_flags
                        or visited[offset >> 3]
                        or security not in sound_security
                        or subkeys + count > elements_left
                        or has_old_cells
                    ):
                        break
                    start = position + node_head
                    if flags & compressed:
                        name = buffer[start : start + length].decode("latin-1")
                    elif length & 1:
                        break
                    else:
                        name = buffer[start : start + length].decode("utf-16-le", "surrogatepass")
                    if "\\" in name:
                        break
                    if subkeys:
                        at = list_at + base
                        size, signature, length = leaf_fields(buffer, at)
                        if (
                            length != subkeys
                            or (signature != is_lh and signature != is_lf)
                            or list_at & 7
                            or size & 7
                            or leaf_head + 8 * length > -size
                            or at - size > end
                        ):
                            break
                        length *= 2
                        read_words = words[length] if length < few else Struct(f"<{length}I").unpack_from
                        kids = read_words(buffer, at + leaf_head)[::2]
                    values = no_values
                    if count:
                        at = values_at + base
                        (size,) = cell_size(buffer, at)
                        if values_at & 7 or size & 7 or 4 + 4 * count > -size or at - size > end:
                            break
                        found = []
                        room = data_left
                        read_words = words[count] if count < few else Struct(f"<{count}I").unpack_from
                        for record in read_words(buffer, at + 4):
                            at = record + base
                            size, signature, length, data_size, data_at, kind, value_flags = value_fields(buffer, at)
                            if (
                                signature != is_value
                                or size & 7
                                or record & 7
                                or value_head + length > -size
                                or ((size < far or record > last) and at - size > end)
                            ):
                                break
                            room -= length
                            if not length:
                                value_name = None
                            elif value_flags & value_compressed:
                                start = record + value_name_at
                                value_name = buffer[start : start + length].decode("latin-1")
                            elif length & 1:
                                break
                            else:
                                start = record + value_name_at
                                value_name = buffer[start : start + length].decode("utf-16-le", "surrogatepass")
                            if data_size >= inline:
                                data_size -= inline
                                if data_size > 4:
                                    break
                                start = record + inline_at
                                raw = buffer[start : start + data_size]
                            elif data_size:
                                at = data_at + base
                                (size,) = cell_size(buffer, at)
                                if (
                                    4 + data_size > -size
                                    or size & 7
                                    or data_at & 7
                                    or ((size < far or data_at > last) and at - size > end)
                                ):
                                    break
                                room -= data_size
                                if room < 0:
                                    break
                                at += 4
                                raw = buffer[at : at + data_size]
                            else:
                                raw = b""
                            found.append(new_value((value_name, kind, raw, record, value_flags)))
                        else:
                            careful = False
                        if careful:
                            break
                        values = new_listing(Listing, found)
                        values._verdict = sound
                        data_left = room
                    elements_left -= subkeys + count
                    visited[offset >> 3] = 1
                    careful = False
                    break
            except StructError:
                careful = True
            # --- the same with all care ------------------------------------------------------
            if careful:
                budget.elements, budget.data = elements_left, data_left
                findings.where = str if parent is None else _path_of(parent)
                node = read_key(image, offset, findings)
                if node is None or not budget.take_name(node.name, offset, findings):
                    continue
                name, flags, written, subkeys = node.name, node.flags, node.last_write, node.subkeys
                if parent is not None:
                    findings.where = _path_below(parent, name)
                    if not name:
                        findings.add("key-name-empty", offset)
                    elif "\\" in name:
                        findings.add("key-name-separator", offset)
                wrong = Findings(findings.where)
                values = Listing(read_values(image, node, wrong, budget), spoilt(wrong) if len(wrong) else sound)
                findings.absorb(wrong)
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
                elements_left, data_left = budget.elements, budget.data
            # --- deliver it, then what is below it -------------------------------------------
            key = make_key(parent, name, offset, written, flags, subkeys, values)
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
