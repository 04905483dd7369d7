"""The keys of a hive file.

Must not know: output, the command line. Source: HiveGuard's own contract; field meanings as in
msuhanov/regf, "Key node".
"""

from __future__ import annotations

from ..core.errors import Incomplete, NotFound
from ..core.listing import Listing
from ..regf import layout as L
from ..regf.damage import Findings
from ..regf.lookup import find_subkey, find_value
from ..regf.records import Budget, read_class, read_key, read_values
from .key import Key, raises

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from ..core.damage import Damage
    from ..core.verdict import Verdict
    from ..regf.descriptor import SecurityDescriptor
    from ..regf.records import KeyNode
    from ..regf.value import Value
    from .key import OnIncomplete
    from .path import PathLike, Step
    from .view import View

    T = TypeVar("T")

__all__ = ("HiveKey", "root_key")


class HiveKey(Key):
    """A key as one reading of its hive found it."""

    __slots__ = ("_view",)
    parent: HiveKey | None

    def __init__(
        self,
        view: View,
        parent: HiveKey | None,
        name: str,
        offset: int,
        last_write: int,
        flags: int,
        subkey_count: int,
        values: Listing[Value] | None,
        /,
    ) -> None:
        self._view = view
        self.parent = parent
        self.name = name
        self.offset = offset
        self.last_write = last_write
        self.flags = flags
        self.subkey_count = subkey_count
        self._values = values  # already read by a walk, else None

    # --- what it is -------------------------------------------------------------------------

    @property
    def predefined_handle(self) -> int | None:
        """The HKEY number that stands in place of values in a predefined-handle key, else None."""
        if not self.flags & L.KEY_PREDEF_HANDLE:
            return None
        return self._field(L.NK_VALUES, 4)

    @property
    def layer(self) -> str | None:
        """In a layered hive (1.6) what the key does to the layer below: ``merge``, ``tombstone``, ..."""
        if not self._view.header.has_layered_keys:
            return None
        layered = self._node(Findings()).layered
        self._view.ensure_unchanged()
        return L.LAYERED_NAMES[layered & L.LAYERED_SEMANTICS]

    @property
    def has_class(self) -> bool:
        """Whether it has a class name; what it says is not read."""
        return bool(self._field(L.NK_CLASS_LENGTH, 2))

    @property
    def has_security(self) -> bool:
        """Whether it has a security descriptor; what it says is not read."""
        return self._field(L.NK_SECURITY, 4) != L.NIL

    @property
    def is_astray(self) -> bool:
        """Whether it names another key as its parent than the one that lists it: a loaded hive leaves it out."""
        return self.parent is not None and self._field(L.NK_PARENT, 4) != self.parent.offset

    def _field(self, at: int, width: int) -> int:
        image = self._view.image
        field = image.read(L.BASE_BLOCK_SIZE + self.offset + image.cell_header + at, width)
        self._view.ensure_unchanged()
        return int.from_bytes(field, "little")

    @property
    def class_name(self) -> str | None:
        """The class name as UTF-16 text, or None; raises `Incomplete` when it cannot be read whole."""
        raw = self.class_raw
        return raw[: len(raw) & ~1].decode("utf-16-le", "surrogatepass") if raw else None

    @property
    def class_raw(self) -> bytes:
        """The exact bytes of the class name; some keys carry other things in it."""
        findings = self._findings()
        raw = read_class(self._view.image, self._node(findings), findings)
        self._view.ensure_unchanged()
        self._conclude(findings, "the class name", (raw,))
        return raw

    @property
    def security(self) -> SecurityDescriptor | None:
        """The decoded security descriptor; None for a key without one. Raises `Incomplete` when it is damaged."""
        from ..regf.descriptor import SecurityDescriptor
        from ..regf.security import read_descriptor

        findings = self._findings()
        node = self._node(findings)
        raw = read_descriptor(self._view.image, node.security, findings)
        descriptor = SecurityDescriptor(raw) if raw is not None else None
        for problem in descriptor.problems if descriptor is not None else ():
            findings.add("security", node.security, problem)
        self._view.ensure_unchanged()
        self._conclude(findings, "the security descriptor", () if descriptor is None else (descriptor,))
        return descriptor

    def damage(self) -> tuple[Damage, ...]:
        """What is wrong with the key itself: its name, its class, its security."""
        from ..regf.security import check_security

        findings = self._findings()
        node = self._node(findings)
        read_class(self._view.image, node, findings)
        check_security(self._view.image, node.security, findings)
        self._view.ensure_unchanged()
        return findings.damage

    # --- what it holds ----------------------------------------------------------------------

    def subkeys(self, *, on_incomplete: OnIncomplete = "raise") -> Listing[HiveKey]:
        """The subkeys in stored order, read whole before they are returned."""
        from ..regf.records import read_subkey_offsets

        raising = raises(on_incomplete)
        findings = self._findings()
        image = self._view.image
        above = self._offsets_to_root()
        keys: list[HiveKey] = []
        budget = Budget(image)
        for offset in read_subkey_offsets(image, self._node(findings), findings, budget):
            if offset in above:
                findings.add("key-cycle", offset)
            node = read_key(image, offset, findings)
            if node is not None and budget.take_name(node.name, offset, findings):
                keys.append(self._child(node))
        return self._listing(tuple(keys), findings, "subkeys", "keys", raising)

    def values(self, *, on_incomplete: OnIncomplete = "raise") -> Listing[Value]:
        """The values in stored order. Of a key from a walk: those that the walk read, and nothing is raised."""
        raising = on_incomplete == "raise" or raises(on_incomplete)
        if self._values is not None:
            return self._values
        findings = self._findings()
        image = self._view.image
        values = read_values(image, self._node(findings), findings, Budget(image))
        return self._listing(values, findings, "values", "values", raising)

    def value(self, name: str | None, ordinal: int = 1) -> Value:
        """The value of that name, in any case; None is the default value.

        Of several of the same name the ``ordinal``-th. Raises `NotFound`, or `Incomplete` when the list
        of values is damaged: not finding it there is no proof that it is not there.
        """
        findings = self._findings()
        found = find_value(self._view.image, self._node(findings), name, ordinal, findings)
        self._view.ensure_unchanged()
        what = f"the value {name!r}" if name else "the default value"
        if found is None:
            self._conclude(findings, what, ())
            raise NotFound(f"{self._place()}: {what} is not there; list the key's values")
        if any(
            damage.offset == found.offset + L.BASE_BLOCK_SIZE or damage.code in _DATA_CODES for damage in findings.kept
        ):
            self._conclude(findings, what, (found,))
        return found

    def key(self, path: PathLike) -> HiveKey:
        """The key at a path below this one. Raises `NotFound`, or `Incomplete` as `value` does."""
        from .path import readings

        failure: NotFound | Incomplete | None = None
        for steps in readings(path):
            try:
                return self._at(steps)
            except (NotFound, Incomplete) as error:
                failure = failure or error
        assert failure is not None
        raise failure

    def _at(self, steps: tuple[Step, ...]) -> HiveKey:
        key = self
        for name, ordinal in steps:
            findings = key._findings()
            node = find_subkey(key._view.image, key._node(findings), name, ordinal, findings)
            if node is None:
                self._view.ensure_unchanged()
                key._conclude(findings, f"the subkey {name!r}", ())
                raise NotFound(f"{key._place()}: there is no subkey {name!r}; list the key's subkeys")
            key = key._child(node)
        self._view.ensure_unchanged()
        return key

    def answered(self, **counts: int) -> Verdict:
        """The verdict over a look-up that this key has answered: the state of the file and of its logs.

        A look-up raises instead of answering in part, so what remains to be told is on what it rests.
        """
        return self._view.verdict(None, counts, f"a look-up of {self._place()}")

    # --- how it is read ---------------------------------------------------------------------

    def _node(self, findings: Findings) -> KeyNode:
        node = read_key(self._view.image, self.offset, findings)
        if node is None:
            self._view.ensure_unchanged()
            self._conclude(findings, "the key", ())
        assert node is not None
        return node

    def _child(self, node: KeyNode) -> HiveKey:
        return HiveKey(self._view, self, node.name, node.offset, node.last_write, node.flags, node.subkeys, None)

    def _offsets_to_root(self) -> set[int]:
        offsets = set()
        key: HiveKey | None = self
        while key is not None:
            offsets.add(key.offset)
            key = key.parent
        return offsets

    def _findings(self) -> Findings:
        return Findings(lambda: self.path)

    def _place(self) -> str:
        from .path import join_path

        return f"{self._view.label}: {join_path(self.parts)}" if self.parent is not None else self._view.label

    def _conclude(self, findings: Findings, what: str, items: tuple[object, ...]) -> None:
        """Raise `Incomplete` when something was lost on the way to an answer."""
        if findings.lost:
            asked = f"{what} of {self._place()}"
            verdict = self._view.verdict(findings, {}, asked, reasons=(f"{asked} cannot be told for certain",))
            raise Incomplete(verdict, items)

    def _listing(self, items: tuple[T, ...], findings: Findings, what: str, counted: str, raising: bool) -> Listing[T]:
        self._view.ensure_unchanged()
        verdict = self._view.verdict(findings, {counted: len(items)}, f"the {what} of {self._place()}")
        if raising and not verdict.is_complete:
            raise Incomplete(verdict, items)
        return Listing(items, verdict)

    def __repr__(self) -> str:
        return f"<Key {self.path!r} of {self._view.label}>"


_DATA_CODES = frozenset(("data-inline-size", "data-outside", "data-cut", "data-cell", "big-data", "limit-data"))


def root_key(view: View) -> HiveKey:
    """The root key of one reading; raises `Incomplete` (FAILED) when it has none."""
    findings = Findings()
    node = read_key(view.image, view.root, findings) if view.root is not None else None
    if node is None:
        view.ensure_unchanged()
        from ..core.ending import Ending

        why, asked = (f"{view.label}: no root key was found",), f"the root key of {view.label}"
        raise Incomplete(view.verdict(findings, {}, asked, least=Ending.FAILED, reasons=why))
    return HiveKey(view, None, node.name, node.offset, node.last_write, node.flags, node.subkeys, None)
