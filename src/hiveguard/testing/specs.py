"""What a hive shall hold, before it has any offset: keys, values, and how their lists are shaped.

Must not know: cells, bins, bytes of the format. Sources: msuhanov/regf, "Key node", "Key value",
"Subkeys list".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ..regf.layout import KEY_SYM_LINK, VALUE_TOMBSTONE
from ..regf.names import fold

__all__ = ("DEFAULT_TIME", "KeyPath", "KeySpec", "ListStyle", "Storage", "ValueSpec", "path_parts")

#: 1 January 2024 as FILETIME: what a key gets that was told no time, so that every build is the same
DEFAULT_TIME = 133_485_408_000_000_000

#: names joined by backslash, or a tuple of names when one of them holds a backslash itself
KeyPath: TypeAlias = str | tuple[str, ...]

#: where a value's data go; "auto" is what Windows of the hive's version does
Storage: TypeAlias = Literal["auto", "inline", "cell", "big"]


def path_parts(path: KeyPath) -> tuple[str, ...]:
    """The names on the way from the root; the root itself is the empty path."""
    if isinstance(path, tuple):
        return path
    return tuple(path.split("\\")) if path else ()


@dataclass(frozen=True)
class ListStyle:
    """How subkey and value lists are written; the defaults are what Windows does."""

    leaf: Literal["li", "lf", "lh"] | None = None  #: None: the kind that the hive's version asks for
    limit: int | None = None  #: most elements of a leaf; more make an index root
    nested_roots: bool = False  #: put an index root above the index root, which Windows never does
    ordered: bool = True  #: False: in order of creation, a list that binary search misses
    room: int = 0  #: unused elements behind the last one of each leaf and value list


@dataclass(eq=False, slots=True)
class ValueSpec:
    """One value: `name` None is the default value."""

    name: str | None
    type: int
    raw: bytes
    compressed: bool | None = None  #: None: one byte a character whenever the name allows it
    storage: Storage = "auto"
    flags: int = 0  #: further flags, beside the one for the compressed name
    spare: int = 0


@dataclass(eq=False, slots=True)
class KeySpec:
    """One key, with its values and subkeys in the order in which they were made."""

    name: str
    last_write: int = DEFAULT_TIME
    class_name: str | bytes | None = None
    flags: int = 0  #: further flags, beside the one for the compressed name
    security: bytes | None = None  #: a self-relative descriptor; None: the parent's
    compressed: bool | None = None  #: None: one byte a character whenever the name allows it
    layered: int = 0  #: the layered-key byte of version 1.6
    access: int = 0
    user_flags: int = 0
    predefined_handle: int | None = None  #: an HKEY number in place of values
    lists: ListStyle | None = None  #: None: as the builder says
    subkeys: list[KeySpec] = field(default_factory=list, repr=False)
    values: list[ValueSpec] = field(default_factory=list, repr=False)
    _subkey_index: dict[str, KeySpec] = field(default_factory=dict, repr=False)
    _value_index: dict[str | None, int] = field(default_factory=dict, repr=False)

    # --- subkeys ---------------------------------------------------------------------------

    def key(
        self,
        path: KeyPath,
        *,
        last_write: int | None = None,
        class_name: str | bytes | None = None,
        flags: int | None = None,
        security: bytes | None = None,
        lists: ListStyle | None = None,
    ) -> KeySpec:
        """The key below this one, made with all keys on the way if it is not there yet."""
        found = self
        for name in path_parts(path):
            found = found._subkey_index.get(fold(name)) or found.another_key(name)
        if last_write is not None:
            found.last_write = last_write
        if class_name is not None:
            found.class_name = class_name
        if flags is not None:
            found.flags = flags
        if security is not None:
            found.security = security
        if lists is not None:
            found.lists = lists
        return found

    def another_key(self, name: str) -> KeySpec:
        """A new subkey, even when one of this name is there; a backslash is part of the name."""
        made = KeySpec(name, last_write=self.last_write)
        self.subkeys.append(made)
        self._subkey_index.setdefault(fold(name), made)
        return made

    def find(self, path: KeyPath) -> KeySpec:
        """The key at `path` below this one; the first of several equal names."""
        found = self
        for name in path_parts(path):
            below = found._subkey_index.get(fold(name))
            if below is None:
                raise LookupError(f"the builder was told of no key {name!r} on the way to {path!r}")
            found = below
        return found

    # --- values ----------------------------------------------------------------------------

    def value(
        self,
        name: str | None,
        type: int,
        raw: bytes,
        *,
        compressed: bool | None = None,
        storage: Storage = "auto",
        flags: int = 0,
        spare: int = 0,
    ) -> ValueSpec:
        """Set a value: one of the same name is replaced where it stands."""
        made = ValueSpec(name, type, raw, compressed, storage, flags, spare)
        at = self._value_index.get(None if name is None else fold(name))
        if at is None:
            return self.another_value(made)
        self.values[at] = made
        return made

    def another_value(self, made: ValueSpec) -> ValueSpec:
        """Append a value, even when one of its name is there."""
        self._value_index.setdefault(None if made.name is None else fold(made.name), len(self.values))
        self.values.append(made)
        return made

    def find_value(self, name: str | None) -> ValueSpec:
        """The value of this name; the first of several equal names."""
        at = self._value_index.get(None if name is None else fold(name))
        if at is None:
            raise LookupError(f"the builder was told of no value {name!r} in key {self.name!r}")
        return self.values[at]

    def text(self, name: str | None, text: str, *, expand: bool = False) -> ValueSpec:
        """A REG_SZ, or REG_EXPAND_SZ, with its final NUL."""
        return self.value(name, 2 if expand else 1, _utf16(text + "\0"))

    def multi(self, name: str | None, *texts: str) -> ValueSpec:
        """A REG_MULTI_SZ with its final empty string."""
        return self.value(name, 7, _utf16("".join(text + "\0" for text in texts) + "\0"))

    def binary(self, name: str | None, raw: bytes) -> ValueSpec:
        """A REG_BINARY."""
        return self.value(name, 3, raw)

    def dword(self, name: str | None, number: int) -> ValueSpec:
        """A REG_DWORD."""
        return self.value(name, 4, number.to_bytes(4, "little"))

    def qword(self, name: str | None, number: int) -> ValueSpec:
        """A REG_QWORD."""
        return self.value(name, 11, number.to_bytes(8, "little"))

    def link(self, target: str) -> KeySpec:
        r"""Make this key a symbolic link to `target`, a path that begins with \REGISTRY\."""
        self.flags |= KEY_SYM_LINK
        self.value("SymbolicLinkValue", 6, _utf16(target))
        return self

    def tombstone(self, name: str | None) -> ValueSpec:
        """A value that says "deleted in this layer" (version 1.6): it has no data at all."""
        return self.value(name, 0, b"", flags=VALUE_TOMBSTONE)


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")
