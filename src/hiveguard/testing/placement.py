"""Where the parts of a specified hive came to lie: cell offsets, found by key and value.

Must not know: bytes. Sources: none, these are the names of the parts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ..regf.layout import NIL
from .specs import KeySpec, ValueSpec

__all__ = ("KeyPlacement", "Placement", "ValuePlacement")


@dataclass(slots=True)
class ValuePlacement:
    """The cells of one value. `data` is NIL for inline and absent data, the `db` cell for big data."""

    cell: int
    data: int = NIL
    segment_list: int = NIL
    segments: tuple[int, ...] = ()


@dataclass(slots=True)
class KeyPlacement:
    """The cells of one key. `subkey_list` is what the key node points at: a leaf or an index root."""

    cell: int
    security: int = NIL
    class_cell: int = NIL
    value_list: int = NIL
    subkey_list: int = NIL
    leaves: tuple[int, ...] = ()


@dataclass(slots=True)
class Placement:
    """All parts of one hive."""

    root: KeySpec
    keys: dict[KeySpec, KeyPlacement] = field(default_factory=dict)
    values: dict[ValueSpec, ValuePlacement] = field(default_factory=dict)
