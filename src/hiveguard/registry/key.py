"""The `Key` that people use, whatever registry it is in: a hive file, the embedded registry.

Must not know: where keys come from, output. Source: HiveGuard's own contract; field meanings as in
msuhanov/regf, "Key node".
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from ..core.errors import BadArgument
from ..regf import layout as L

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias

    from ..core.damage import Damage
    from ..core.listing import Listing
    from ..core.verdict import Verdict
    from ..regf.descriptor import SecurityDescriptor
    from ..regf.value import Value
    from .path import PathLike

    OnIncomplete: TypeAlias = Literal["raise", "record"]

__all__ = ("Key", "raises")


def raises(on_incomplete: str) -> bool:
    """Whether an incomplete reading is raised; refuses anything but the two words."""
    if on_incomplete not in ("raise", "record"):
        raise BadArgument(f'on_incomplete={on_incomplete!r}: use "raise" or "record"')
    return on_incomplete == "raise"


class Key(ABC):
    """A registry key.

    ``name``; ``parent`` (None at the root); ``last_write`` in FILETIME ticks; ``flags``; ``offset``: the
    cell offset of its node in its hive; ``subkey_count``: as stored, which a damaged list may not bear out.
    """

    __slots__ = ("_path", "_values", "flags", "last_write", "name", "offset", "parent", "subkey_count")
    _path: str
    _values: Listing[Value] | None
    flags: int
    last_write: int
    name: str
    offset: int
    parent: Key | None
    subkey_count: int

    @property
    def path(self) -> str:
        """The names from below the root, joined by backslashes; the root's is ''."""
        try:
            return self._path
        except AttributeError:  # asked for the first time
            parent = self.parent
            if parent is None:
                path = ""
            elif parent.parent is None:
                path = self.name
            elif hasattr(parent, "_path"):
                path = f"{parent._path}\\{self.name}"
            else:
                path = "\\".join(self.parts)
            self._path = path
            return path

    @property
    def parts(self) -> tuple[str, ...]:
        """The names from below the root: exact even where a name holds a backslash."""
        names: list[str] = []
        key = self
        while key.parent is not None:
            names.append(key.name)
            key = key.parent
        return tuple(reversed(names))

    @property
    def last_write_text(self) -> str | None:
        """The last-write time as ISO 8601 UTC with seven digits; None for "never" and beyond the year 9999."""
        from ..core.filetime import text

        return text(self.last_write)

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link; where it leads stands in its value ``SymbolicLinkValue``."""
        return bool(self.flags & L.KEY_SYM_LINK)

    @property
    def flag_names(self) -> tuple[str, ...]:
        """The names of the flags that are set; those without a name in hexadecimal."""
        known = tuple(name for bit, name in L.KEY_FLAG_NAMES if self.flags & bit)
        rest = self.flags & ~sum(bit for bit, _ in L.KEY_FLAG_NAMES)
        return (*known, f"{rest:#06x}") if rest else known

    @property
    def predefined_handle(self) -> int | None:
        """The HKEY number that stands in place of values in a predefined-handle key, else None."""
        return None

    @property
    def layer(self) -> str | None:
        """In a layered hive (1.6) what the key does to the layer below: ``merge``, ``tombstone``, ..."""
        return None

    def hold_values(self, values: Listing[Value]) -> None:
        """A walk has read the values: `values` gives that listing from now on."""
        self._values = values

    @property
    @abstractmethod
    def class_name(self) -> str | None:
        """The class name as UTF-16 text, or None; raises `Incomplete` when it cannot be read whole."""

    @property
    @abstractmethod
    def class_raw(self) -> bytes:
        """The exact bytes of the class name; some keys carry other things in it."""

    @property
    @abstractmethod
    def security(self) -> SecurityDescriptor | None:
        """The decoded security descriptor; None for a key without one. Raises `Incomplete` when it is damaged."""

    @abstractmethod
    def subkeys(self, *, on_incomplete: OnIncomplete = "raise") -> Listing[Key]:
        """The subkeys in stored order, read whole before they are returned."""

    @abstractmethod
    def values(self, *, on_incomplete: OnIncomplete = "raise") -> Listing[Value]:
        """The values in stored order. Of a key from a walk: those that the walk read, and nothing is raised."""

    @abstractmethod
    def value(self, name: str | None, ordinal: int = 1) -> Value:
        """The value of that name, in any case; None is the default value.

        Of several of the same name the ``ordinal``-th. Raises `NotFound`, or `Incomplete` when the list
        of values is damaged: not finding it there is no proof that it is not there.
        """

    @abstractmethod
    def key(self, path: PathLike) -> Key:
        """The key at a path below this one. Raises `NotFound`, or `Incomplete` as `value` does."""

    @abstractmethod
    def damage(self) -> tuple[Damage, ...]:
        """What is wrong with the key itself: its name, its class, its security."""

    def at_one_go(self) -> tuple[tuple[Damage, ...], Listing[Value]]:
        """`damage` and `values`, for a walk: nothing is raised for what is not complete."""
        return self.damage(), self.values(on_incomplete="record")

    @abstractmethod
    def answered(self, **counts: int) -> Verdict:
        """The verdict over a look-up that this key has answered: on what it rests.

        A look-up raises instead of answering in part, so only that remains to be told.
        """
