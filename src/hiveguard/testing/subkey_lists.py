"""How the subkeys of one key are spread over leaves, and what a leaf and a root look like.

Must not know: where cells lie. Sources: msuhanov/regf, "Subkeys list" (index leaf, fast leaf, hash
leaf, index root); Project Zero, "The Windows Registry Adventure", for the limits of a leaf.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from struct import pack

from ..regf.layout import LEAF_LIMIT, LF, LH, LI, LIST_ELEMENTS, LIST_HEADER, LIST_WIDTH, RI
from ..regf.names import lf_hint, lh_hash, order
from .specs import KeySpec, ListStyle

__all__ = ("ListPlan", "leaf_content", "plan", "root_content")

_LEAVES = {"li": LI, "lf": LF, "lh": LH}
_FIRST_MINOR_WITH_FAST_LEAVES = 3
_FIRST_MINOR_WITH_HASH_LEAVES = 5


@dataclass(frozen=True, slots=True)
class ListPlan:
    """The leaves of one key, each with its subkeys in stored order."""

    kind: int
    leaves: tuple[Sequence[KeySpec], ...]
    nested_roots: bool
    room: int

    @property
    def needs_root(self) -> bool:
        return len(self.leaves) > 1 or self.nested_roots

    def leaf_size(self, leaf: Sequence[KeySpec]) -> int:
        """Bytes of content of the cell for one leaf."""
        return LIST_ELEMENTS + LIST_WIDTH[self.kind] * (len(leaf) + self.room)

    def root_size(self) -> int:
        """Bytes of content of the cell for the root over all leaves."""
        return LIST_ELEMENTS + LIST_WIDTH[RI] * (len(self.leaves) + self.room)


def plan(subkeys: Sequence[KeySpec], style: ListStyle, minor: int) -> ListPlan:
    """The lists that Windows of this version would write, as far as `style` does not say otherwise."""
    kind = _LEAVES[style.leaf] if style.leaf else _usual_leaf(len(subkeys), minor)
    limit = style.limit or LEAF_LIMIT[kind]
    stored = sorted(subkeys, key=lambda key: order(key.name)) if style.ordered else list(subkeys)
    leaf_count = -(-len(stored) // limit)
    # Leaves of nearly equal length, as halving a full leaf again and again leaves them.
    cuts = [len(stored) * index // leaf_count for index in range(leaf_count + 1)]
    leaves = tuple(stored[start:end] for start, end in zip(cuts, cuts[1:], strict=False))
    return ListPlan(kind, leaves, style.nested_roots, style.room)


def _usual_leaf(count: int, minor: int) -> int:
    if minor >= _FIRST_MINOR_WITH_HASH_LEAVES:
        return LH
    if minor >= _FIRST_MINOR_WITH_FAST_LEAVES and count <= LEAF_LIMIT[LF]:
        return LF
    return LI


def leaf_content(kind: int, elements: Sequence[tuple[int, str]]) -> bytes:
    """A leaf of (cell offset, name) elements."""
    parts = [LIST_HEADER.pack(kind, len(elements))]
    for offset, name in elements:
        parts.append(pack("<I", offset))
        if kind == LF:
            parts.append(lf_hint(name))
        elif kind == LH:
            parts.append(pack("<I", lh_hash(name)))
    return b"".join(parts)


def root_content(lists: Sequence[int]) -> bytes:
    """An index root over the lists at these cell offsets."""
    return LIST_HEADER.pack(RI, len(lists)) + pack(f"<{len(lists)}I", *lists)
