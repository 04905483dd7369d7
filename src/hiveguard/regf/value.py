"""A value of a key: name, type and exact bytes; decoded only when asked.

Must not know: where it was read from. Source: msuhanov/regf, "Key value"; the type numbers are
those of winnt.h.
"""

from __future__ import annotations

from _operator import itemgetter

from .layout import VALUE_TOMBSTONE
from .value_types import type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .decode import Data, Decoded

__all__ = ("Value",)


class Value(tuple):  # type: ignore[type-arg]  # a plain tuple underneath: a walk makes one for every value
    """A registry value.

    ``name``: None for the default value. ``type``: the exact 32-bit number. ``raw``: the exact bytes.
    ``offset``: the cell offset of its record. ``flags``: the record's flags.
    """

    __slots__ = ()

    if TYPE_CHECKING:

        def __new__(cls, fields: tuple[str | None, int, bytes, int, int]) -> Value: ...
        @property
        def name(self) -> str | None: ...
        @property
        def type(self) -> int: ...
        @property
        def raw(self) -> bytes: ...
        @property
        def offset(self) -> int: ...
        @property
        def flags(self) -> int: ...

    else:
        name = property(itemgetter(0))
        type = property(itemgetter(1))
        raw = property(itemgetter(2))
        offset = property(itemgetter(3))
        flags = property(itemgetter(4))

    @property
    def type_name(self) -> str:
        """``REG_SZ``, or the number in hexadecimal."""
        return type_name(self.type)

    @property
    def is_tombstone(self) -> bool:
        """In a layered hive: the value hides one of the layer below."""
        return bool(self.flags & VALUE_TOMBSTONE)

    def decode(self) -> Decoded:
        """The data by its type, with what could not be decoded or was left over."""
        from .decode import decode

        return decode(self.type, self.raw)

    @property
    def data(self) -> Data:
        """The decoded data; None when it cannot be decoded by its type (`decode` says why)."""
        return self.decode().data

    def __repr__(self) -> str:
        raw = self.raw if len(self.raw) <= 32 else self.raw[:32] + b"..."
        return f"Value(name={self.name!r}, type={self.type_name}, raw={raw!r})"
