"""Which subkey or value a name leads to, kept for the keys that were used last.

Read through the careful readers the first time, so that a damaged list gives what can be reached; kept up by
who changes it. Bounded: the key that was made known first is forgotten first. Must not know: how lists change.
Source: HiveGuard's own contract (of two equal names the first in stored order is the one that is found).
"""

from __future__ import annotations

from .damage import Findings
from .limits import INDEXED_MAX
from .names import fold, order
from .records import Budget, read_key, read_subkey_offsets, read_value_name, read_value_offsets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .heap import Heap
    from .records import KeyNode

__all__ = ("NameIndex", "readable_records", "readable_subkeys", "readable_values")


class NameIndex:
    """For each known key: folded name to cell offset; the default value's name is ''. Of equal names the first."""

    __slots__ = ("_heap", "_subkeys", "_unsound_subkeys", "_unsound_values", "_values", "_weight")

    def __init__(self, heap: Heap) -> None:
        self._heap = heap
        self._subkeys: dict[int, dict[str, int]] = {}
        self._values: dict[int, dict[str, int]] = {}
        self._unsound_subkeys: set[int] = set()  # keys whose list of subkeys is damaged or out of order
        self._unsound_values: set[int] = set()
        self._weight = 0

    def subkeys(self, key: int) -> dict[str, int]:
        """The subkeys of a key."""
        known = self._subkeys.get(key)
        return self._read_subkeys(key) if known is None else known

    def values(self, key: int) -> dict[str, int]:
        """The values of a key."""
        known = self._values.get(key)
        return self._read_values(key) if known is None else known

    def has_sound_subkeys(self, key: int) -> bool:
        """Whether a key's list of subkeys can be changed where it is."""
        self.subkeys(key)
        return key not in self._unsound_subkeys

    def has_sound_values(self, key: int) -> bool:
        """Whether a key's list of values can be changed where it is."""
        self.values(key)
        return key not in self._unsound_values

    def add_subkey(self, parent: int, folded: str, key: int) -> None:
        """A key was made."""
        self._weight += 1
        self._subkeys[parent][folded] = key

    def add_value(self, key: int, folded: str, record: int) -> None:
        """A value was made."""
        self._weight += 1
        self._values[key][folded] = record

    def forget_subkeys(self, key: int) -> None:
        """Read a key's list of subkeys again when it is asked for next."""
        self._subkeys.pop(key, None)
        self._unsound_subkeys.discard(key)

    def forget_values(self, key: int) -> None:
        """Read a key's list of values again when it is asked for next."""
        self._values.pop(key, None)
        self._unsound_values.discard(key)

    def _read_subkeys(self, key: int) -> dict[str, int]:
        found = Findings()
        index: dict[str, int] = {}
        before = b""
        for child in readable_subkeys(self._heap, key, found):
            rank = order(child.name)
            if rank < before:
                self._unsound_subkeys.add(key)
            before = rank
            index.setdefault(fold(child.name), child.offset)
        self._remember(self._subkeys, key, index)
        if found:
            self._unsound_subkeys.add(key)
        return index

    def _read_values(self, key: int) -> dict[str, int]:
        found = Findings()
        index: dict[str, int] = {}
        for record, name in readable_values(self._heap, key, found):
            if name != "":  # one that is damaged so far that nothing is left of it is not the default value
                index.setdefault(fold(name) if name else "", record)
        self._remember(self._values, key, index)
        if found:
            self._unsound_values.add(key)
        return index

    def _remember(self, known: dict[int, dict[str, int]], key: int, index: dict[str, int]) -> None:
        self._weight += len(index) + 1
        if self._weight > INDEXED_MAX:
            self._subkeys.clear()
            self._values.clear()
            self._unsound_subkeys.clear()
            self._unsound_values.clear()
            self._weight = len(index) + 1
        known[key] = index


def readable_subkeys(heap: Heap, key: int, found: Findings) -> Iterator[KeyNode]:
    """The subkeys of a key that can be read, in stored order; what is wrong is noted."""
    node = read_key(heap, key, found)
    if node is not None:
        for offset in read_subkey_offsets(heap, node, found, Budget(heap)):
            child = read_key(heap, offset, found)
            if child is not None:
                yield child


def readable_values(heap: Heap, key: int, found: Findings) -> Iterator[tuple[int, str | None]]:
    """The records and names of a key's values that can be read, in stored order; what is wrong is noted."""
    node = read_key(heap, key, found)
    if node is not None:
        for record in read_value_offsets(heap, node, found, Budget(heap)):
            named = read_value_name(heap, record, found)
            if named is not None:
                yield record, named[1]


def readable_records(heap: Heap, key: int, found: Findings) -> list[int]:
    """The records of a key's values that can be read, in stored order; what is wrong with their list is noted."""
    records: list[int] = []
    node = read_key(heap, key, found)
    for record in read_value_offsets(heap, node, found, Budget(heap)) if node is not None else ():
        wrong = Findings(found.where)
        if read_value_name(heap, record, wrong) is None:
            found.absorb(wrong)
        else:
            records.append(record)
    return records
