"""What one key holds, as its hive has it: rows of subkeys, values, class, security, and what is wrong with them.

Of a damaged hive everything that can be read, and the findings of the file's reader. All of it under the registry's
lock. Must not know: handles, paths, changes. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from struct import unpack_from

from ..core.ending import Ending
from ..core.errors import Incomplete, NotFound
from ..core.verdict import Evidence, Verdict
from ..regf import layout as L
from ..regf.damage import Findings
from ..regf.records import Budget, read_class, read_key, read_value
from ..regf.security import check_security
from .key_block import Read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..regf.descriptor import SecurityDescriptor
    from ..regf.editor import Editor
    from ..regf.value import Value
    from .key_block import KeyBlock
    from .mount_point import MountPoint

__all__ = (
    "Row",
    "claimed_subkeys",
    "claimed_values",
    "class_name",
    "count_subkeys",
    "descriptor",
    "find_value",
    "findings_at",
    "flags",
    "hidden",
    "is_below",
    "key_row",
    "mount_row",
    "mounts_below",
    "subkey_rows",
    "unlisted",
    "value_records",
    "wrong_with_key",
    "wrong_with_records",
    "wrong_with_subkeys",
)

_NK = L.BASE_BLOCK_SIZE + L.CELL_HEADER


def findings_at(path: str) -> Findings:
    """A collector for what is wrong with one key. It keeps nothing but the path."""
    return Findings(lambda: path)


class Row:
    """A subkey as its parent lists it: name, node, and the fields that a listing shows."""

    __slots__ = ("flags", "last_write", "name", "offset", "subkey_count")

    def __init__(self, name: str, offset: int, last_write: int, flags: int, subkey_count: int) -> None:
        self.name = name
        self.offset = offset
        self.last_write = last_write
        self.flags = flags
        self.subkey_count = subkey_count


def subkey_rows(block: KeyBlock) -> list[tuple[Editor, int]]:
    """Where the nodes of a key's own subkeys are, in order: stored ones, then volatile ones. No mounted hives."""
    return _subkeys(block).places


def wrong_with_subkeys(block: KeyBlock) -> Findings:
    """What is wrong with a key's list of subkeys."""
    return _subkeys(block).found


def _subkeys(block: KeyBlock) -> Read[tuple[Editor, int]]:
    known = block.subkeys_read
    if known is not None and known.generation == block.subkeys:
        return known
    editor = block.editor
    found = findings_at(block.path)
    rows = []
    for offset in editor.subkeys(block.offset, found):
        if is_below(editor, offset, block):
            rows.append((editor, offset))
        else:
            found.add("key-astray", offset)
    below = block.hive.volatile_below(block)
    if below is not None:
        rows += [(below[0], offset) for offset in below[0].subkeys(below[1])]
    is_sound = editor.has_sound_subkeys(block.offset) and not len(found)
    read = block.subkeys_read = Read(block.subkeys, rows, found, is_sound=is_sound)
    return read


def is_below(editor: Editor, offset: int, block: KeyBlock) -> bool:
    """Whether a listed key names this one as its parent: in a damaged hive lists may lead back up, or be shared."""
    parent: int = unpack_from("<I", editor.heap.data, _NK + offset + L.NK_PARENT)[0]
    return parent == block.offset


def mounts_below(block: KeyBlock) -> list[MountPoint]:
    """The hives mounted below a key, in the order in which they were."""
    if block.mounts is None:
        return []
    return [mount for mount in block.mounts.values() if mount.is_listed]


def key_row(editor: Editor, offset: int) -> Row:
    """What a listing shows of one subkey."""
    flags, time, subkeys = L.KEY_NODE_LISTED.unpack_from(editor.heap.data, _NK + offset)
    return Row(editor.name(offset), offset, time, flags, subkeys)


def mount_row(mount: MountPoint) -> Row:
    """The same of a mounted hive."""
    if mount.hive is None:  # known, not loaded yet
        return Row(mount.name, 0, 0, 0, 0)
    root = mount.hive.root
    listed = key_row(root.editor, root.offset)
    listed.name = mount.name
    return listed


def value_records(block: KeyBlock) -> list[int]:
    """The records of a key's values in stored order, those that can be read. Not to be kept: changes change it."""
    return _values(block).places


def wrong_with_records(block: KeyBlock) -> Findings:
    """What is wrong with a key's list of values; not with the values themselves."""
    return _values(block).found


def _values(block: KeyBlock) -> Read[int]:
    known = block.values_read
    if known is not None and known.generation == block.values:
        return known
    found = findings_at(block.path)
    records = block.editor.values(block.offset, found)
    read = block.values_read = Read(block.values, records, found, is_sound=not len(found))
    return read


def find_value(block: KeyBlock, name: str | None) -> Value:
    """The value of that name, in any case.

    Raises `NotFound`, and `Incomplete` when its data cannot be read whole, or when it is not found in a damaged
    list: that is no proof that it is not there.
    """
    what = f"the value {name!r}" if name else "the default value"
    record = block.editor.find_value(block.offset, name)
    if record is None:
        found = findings_at(block.path)
        block.editor.wrong_with_values(block.offset, found)
        if found.lost:  # not finding it there is no proof that it is not there
            raise _incomplete(block, what, found)
        raise NotFound(f"{block.path}: {what} is not there; list the key's values")
    found = findings_at(block.path)
    value = read_value(block.editor.heap, record, found, Budget(block.editor.heap))
    if value is None or found.lost:
        raise _incomplete(block, what, found, value)
    return value


def class_name(block: KeyBlock) -> bytes:
    """The bytes of a key's class name; empty when it has none. Raises `Incomplete` when it cannot be read whole."""
    found = findings_at(block.path)
    raw = block.editor.class_name(block.offset, found)
    if found.lost:
        raise _incomplete(block, "the class name", found, raw)
    return raw


def descriptor(block: KeyBlock) -> SecurityDescriptor | None:
    """A key's security descriptor, None when it has none. Raises `Incomplete` when it cannot be read whole."""
    from ..regf.descriptor import SecurityDescriptor

    found = findings_at(block.path)
    read_key(block.editor.heap, block.offset, found)
    raw = block.editor.descriptor(block.offset, found)
    descriptor = SecurityDescriptor(raw) if raw is not None else None
    for problem in descriptor.problems if descriptor is not None else ():
        found.add("security", _number(block, L.NK_SECURITY), problem)
    if found.lost:
        raise _incomplete(block, "the security descriptor", found, descriptor)
    return descriptor


def wrong_with_key(block: KeyBlock) -> Findings:
    """What is wrong with a key itself: its name, its class, its security."""
    found = findings_at(block.path)
    editor, offset = block.editor, block.offset
    node = read_key(editor.heap, offset, found)
    if node is not None:
        if not node.name and block.parent is not None:
            found.add("key-name-empty", offset)
        if "\\" in node.name:
            found.add("key-name-separator", offset)
        read_class(editor.heap, node, found)
        check_security(editor.heap, node.security, found)
    return found


def hidden(block: KeyBlock) -> Incomplete:
    """Why a key cannot be told from another one that stands before it in the list."""
    found = findings_at(block.path)
    found.add("key-hidden", block.offset)
    return _incomplete(block, "the second key of that name", found)


def unlisted(block: KeyBlock) -> Incomplete:
    """Why not finding a subkey in a damaged list is no answer."""
    return _incomplete(block, "a subkey", wrong_with_subkeys(block))


def _incomplete(block: KeyBlock, what: str, found: Findings, *parts: object) -> Incomplete:
    asked = f"{what} of {block.path}"
    reasons = (f"{asked} cannot be told for certain; check the hive", *filter(None, (found.loss,)))
    verdict = Verdict(Ending.DAMAGED, reasons, found.damage, found.more, (Evidence(asked),), attempts=1)
    return Incomplete(verdict, tuple(part for part in parts if part is not None))


def claimed_subkeys(block: KeyBlock) -> int:
    """How many subkeys a key says that it has: more than can be listed of a damaged one.

    One that lists more than it counts has lost nothing; what is irregular is told by `wrong_with_subkeys`.
    """
    count = _number(block, L.NK_SUBKEYS)
    below = block.hive.volatile_below(block)
    if below is not None:
        count += len(below[0].subkeys(below[1]))
    return max(count, len(subkey_rows(block))) + len(mounts_below(block))


def claimed_values(block: KeyBlock) -> int:
    """The same of its values."""
    return 0 if flags(block) & L.KEY_PREDEF_HANDLE else _number(block, L.NK_VALUES)


def _number(block: KeyBlock, field: int) -> int:
    number: int = unpack_from("<I", block.editor.heap.data, _NK + block.offset + field)[0]
    return number


def count_subkeys(block: KeyBlock) -> int:
    """How many subkeys a key has, mounted hives counted in."""
    return len(subkey_rows(block)) + len(mounts_below(block))


def flags(block: KeyBlock) -> int:
    """A key's flags as stored."""
    flags: int = unpack_from("<H", block.editor.heap.data, _NK + block.offset + L.NK_FLAGS)[0]
    return flags
