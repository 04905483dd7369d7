"""The keys of an embedded registry.

A key that was opened holds a handle, and keeps its hive from being unloaded; one that a listing delivered is a
name in its parent, and is opened for the moment whenever it is asked. Must not know: cells.
Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.ending import Ending
from ..core.errors import BadArgument, HandleClosed, HiveBusy, HiveUnloaded, Incomplete, NotFound
from ..core.listing import Listing
from ..core.verdict import Evidence, Verdict
from ..regf.descriptor import check_descriptor
from ..regf.encode import encode, type_for
from ..registry.guarded_walk import walk_keys
from ..registry.key import Key, raises
from . import key_content
from .below import create_below, delete_below
from .key_content import Row
from .live_list import SubkeyList, ValueList
from .notification import ALL, Filter, Notification, Watch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from threading import Event
    from types import TracebackType
    from typing import TypeVar

    from ..core.damage import Damage
    from ..core.walk import Walk
    from ..regf.descriptor import SecurityDescriptor
    from ..regf.encode import Given
    from ..regf.value import Value
    from ..registry.key import OnIncomplete
    from ..registry.path import PathLike
    from ..registry.search import Match, Query
    from .handle import Handle
    from .key_block import KeyBlock
    from .loaded_hive import LoadedHive
    from .registry import Registry

    T = TypeVar("T")

__all__ = ("LiveKey",)


class LiveKey(Key):
    """A key of a `Registry`. Use it as a context manager, or `close` it.

    Everything that is asked of it is answered as the key is now; ``last_write``, ``flags`` and ``subkey_count``
    are what they were when it was opened or listed. Whatever is asked raises `HandleClosed`, `KeyDeleted` or
    `HiveUnloaded` when that has happened to it; of a listed key `NotFound` when it is not there any more. A listed
    symbolic link is the link itself, as in a hive file; `open` follows it.
    """

    __slots__ = ("_handle", "_hive", "_names", "registry")
    parent: LiveKey | None

    def __init__(
        self,
        registry: Registry,
        parent: LiveKey | None,
        row: Row,
        path: str,
        names: tuple[str, ...],
        handle: Handle | None,
        hive: LoadedHive | None = None,
    ) -> None:
        self.registry = registry
        self._handle = handle
        self._hive = hive  # of a listed key: the load that it was listed from; None: it was not loaded yet
        self._path = path
        self._names = names
        self._values = None
        self.parent = parent
        self.name = row.name
        self.offset = row.offset
        self.last_write = row.last_write
        self.flags = row.flags
        self.subkey_count = row.subkey_count

    # --- the handle -------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether it holds a handle."""
        return self._handle is not None and self._handle.is_open

    @property
    def has_handle(self) -> bool:
        """Whether it was opened; the handle may have been closed since."""
        return self._handle is not None

    @property
    def handle(self) -> Handle:
        """The handle of an opened key. Raises `HandleClosed` for one that a listing delivered."""
        if self._handle is None:
            raise HandleClosed(f"{self._path}: a key of a listing holds no handle; open it first")
        return self._handle

    def replace_handle(self, old: Handle, new: Handle) -> None:
        """The guard opened the key again: the old handle is closed. The lock must be held."""
        old.close()
        self._handle = new

    def open(self, path: PathLike = "", *, write: bool = False, link: bool = False) -> LiveKey:
        """Open this key, or one below it, with a handle of its own. ``link``: a symbolic link itself."""
        return self.registry.open_below(self, path, write=write, link=link)

    def close(self) -> None:
        """Close the handle. Closing twice does nothing."""
        if self._handle is not None:
            self.registry.close_handle(self._handle)

    def __enter__(self) -> LiveKey:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        handle = getattr(self, "_handle", None)
        if handle is not None:
            handle.let_go()

    def __repr__(self) -> str:
        return f"<LiveKey {self._path}>"

    def without_handle(self) -> LiveKey:
        """The same key as a name: it keeps no hive from being unloaded."""
        row = Row(self.name, self.offset, self.last_write, self.flags, self.subkey_count)
        hive = self._hive if self._handle is None else self._handle.block.hive
        return LiveKey(self.registry, None, row, self._path, self._names, None, hive)

    def listed(self, row: Row, hive: LoadedHive | None) -> LiveKey:
        """A subkey as a listing delivers it."""
        return LiveKey(self.registry, self, row, f"{self._path}\\{row.name}", (*self._names, row.name), None, hive)

    def _with_handle(self, do: Callable[[LiveKey], T], *, write: bool = False) -> T:
        """Do something with the key opened: this one, or for the moment; of a listed link the link itself.

        Another load of the hive is another hive, whatever stands at the same path in it.
        """
        if self._handle is not None:
            return do(self)
        self._ensure_same(self._hive)
        try:
            opened = self.open(write=write, link=True)
        except HiveBusy:
            self._ensure_not_closed()
            raise
        with opened:
            self._ensure_same(opened.handle.block.hive)
            return do(opened)

    def _ensure_same(self, hive: LoadedHive | None) -> None:
        if self._hive is not None and (self._hive.ended or hive is not self._hive):
            self._ensure_not_closed()
            raise HiveUnloaded(f"{self._path}: its hive was unloaded since the key was listed; list it again")

    def _ensure_not_closed(self) -> None:
        """With its registry every hive went away: for a listing that is how it ended, not a hive that is busy."""
        if self.registry.ground.is_closed:
            raise HiveUnloaded(f"{self._path}: the registry was closed; make another one")

    def _read(self, do: Callable[[KeyBlock], T]) -> T:
        """Do something with the key's block, under the lock."""

        def locked(key: LiveKey) -> T:
            with self.registry.lock:
                return do(key.handle.live())

        return self._with_handle(locked)

    def _write(self, do: Callable[[KeyBlock], T]) -> T:
        def locked(key: LiveKey) -> T:
            with self.registry.lock:
                return do(key.handle.writable_block())

        return self._with_handle(locked, write=True)

    # --- reading ----------------------------------------------------------------------------

    @property
    def parts(self) -> tuple[str, ...]:
        """The names from below ``\\REGISTRY``."""
        return self._names

    @property
    def class_raw(self) -> bytes:
        """The exact bytes of the class name; empty when it has none. Raises `Incomplete` when it is damaged."""
        return self._read(key_content.class_name)

    @property
    def class_name(self) -> str | None:
        """The class name as UTF-16 text, or None; raises `Incomplete` when it cannot be read whole."""
        raw = self.class_raw
        return raw[: len(raw) & ~1].decode("utf-16-le", "surrogatepass") if raw else None

    @property
    def security(self) -> SecurityDescriptor | None:
        """The decoded security descriptor; None for a key without one. Raises `Incomplete` when it is damaged."""
        return self._read(key_content.descriptor)

    def subkeys(self, *, on_incomplete: OnIncomplete = "raise", by_index: bool = False) -> Listing[LiveKey]:
        """The subkeys, read by the guard: complete, or `Incomplete` is raised (or recorded) with the reason.

        They come from one moment under the registry's lock; with ``by_index`` one by one, as from a registry that
        has no such moment, and proven by the list's generation.
        """

        def listing(key: LiveKey) -> Listing[LiveKey]:
            source = SubkeyList(key, key.handle, self.registry.tree, by_index=by_index)
            return self.registry.guard.list(source, on_incomplete=on_incomplete)

        return self._list(listing, on_incomplete)

    def values(self, *, on_incomplete: OnIncomplete = "raise", by_index: bool = False) -> Listing[Value]:
        """The values in stored order, read as `subkeys` are. Of a key from a walk: those that the walk read."""
        if self._values is not None:
            return self._values

        def listing(key: LiveKey) -> Listing[Value]:
            source = ValueList(key, key.handle, self.registry.tree, by_index=by_index)
            return self.registry.guard.list(source, on_incomplete=on_incomplete)

        return self._list(listing, on_incomplete)

    def _list(self, listing: Callable[[LiveKey], Listing[T]], on_incomplete: OnIncomplete) -> Listing[T]:
        raising = raises(on_incomplete)
        try:
            return self._with_handle(listing)
        except Incomplete as incomplete:
            if raising or incomplete.items:
                raise
            return Listing((), incomplete.verdict)  # the key itself cannot be told from another

    def value(self, name: str | None, ordinal: int = 1) -> Value:
        """The value of that name, in any case; None is the default value. Raises `NotFound`, or `Incomplete`."""
        _ensure_name(name)
        if ordinal != 1:
            raise NotFound(f"{self._path}: names are unique here; ask for the first {name!r}")
        return self._read(lambda block: key_content.find_value(block, name))

    def key(self, path: PathLike) -> LiveKey:
        """The key at a path below this one, opened for reading. Raises `NotFound`. Close it."""
        return self.open(path)

    def walk(self, *, on_incomplete: OnIncomplete = "raise") -> Walk[LiveKey]:
        """This key and every key below it, depth first, each listing guarded; it ends with one verdict."""
        return walk_keys(self, self.registry.guard.clock, on_incomplete, _live)

    def search(self, query: Query, *, on_incomplete: OnIncomplete = "raise") -> Walk[Match]:
        """The keys and values here and below that a query finds."""
        return walk_keys(self, self.registry.guard.clock, on_incomplete, query.matches)

    def damage(self) -> tuple[Damage, ...]:
        """What is wrong with the key itself: its name, its class, its security."""
        return self._read(key_content.wrong_with_key).damage

    def at_one_go(self) -> tuple[tuple[Damage, ...], Listing[Value]]:
        """`damage` and `values` with one opening of the key."""
        return self._with_handle(lambda key: (key.damage(), key.values(on_incomplete="record")))

    def answered(self, **counts: int) -> Verdict:
        """The verdict over a look-up: it was answered under the registry's lock."""
        return Verdict(
            Ending.COMPLETE, evidence=(Evidence(f"a look-up of {self._path}", (), "exact"),), counts=counts, attempts=1
        )

    # --- changing ---------------------------------------------------------------------------

    def create(
        self,
        path: PathLike,
        *,
        volatile: bool = False,
        link: bool = False,
        class_name: str | bytes = b"",
        security: bytes | None = None,
    ) -> LiveKey:
        """Make a key below this one, and those on the way; open it for writing. One that is there is only opened.

        ``volatile``: in memory only, gone with the load of the hive. ``link``: a symbolic link: set its value
        ``SymbolicLinkValue`` (REG_LINK) to a path from ``\\REGISTRY`` on. ``security``: a self-relative descriptor.
        """
        if not isinstance(class_name, (str, bytes)):
            raise BadArgument(f"the class of a key is text or bytes, not {type(class_name).__name__}")
        raw = class_name if isinstance(class_name, bytes) else class_name.encode("utf-16-le", "surrogatepass")
        if security is not None:
            security = check_descriptor(security)
        return create_below(
            self.registry, self, path, volatile=volatile, link=link, class_name=raw, descriptor=security
        )

    def delete(self, path: PathLike) -> None:
        """Delete a key below this one; raises `AccessDenied` when it has subkeys."""
        delete_below(self.registry, self, path, tree=False)

    def delete_tree(self, path: PathLike) -> None:
        """Delete a key below this one with everything below it, the deepest first."""
        delete_below(self.registry, self, path, tree=True)

    def set_value(self, name: str | None, data: Given, type: int | None = None) -> None:
        """Set a value; None or '' is the default value. Bytes are stored as they are.

        ``type``: by the data when it is None: text REG_SZ, a number REG_DWORD or REG_QWORD, bytes REG_BINARY, a
        list of texts REG_MULTI_SZ. Raises `BadArgument` for data that do not fit.
        """
        kind = type_for(data) if type is None else type
        if not isinstance(kind, int) or not 0 <= kind <= 0xFFFFFFFF:
            raise BadArgument(f"{kind!r} is no value type: a type is a number of 32 bits, as 1 for REG_SZ")
        _ensure_name(name)
        raw = data if data.__class__ is bytes else encode(kind, data)
        handle = self._handle
        if handle is not None:
            registry = self.registry
            with registry.lock:
                registry.tree.set_value(handle.writable_block(), name, kind, raw)
        else:
            self._write(lambda block: self.registry.tree.set_value(block, name, kind, encode(kind, data)))

    def delete_value(self, name: str | None) -> None:
        """Delete a value. Raises `NotFound`."""
        _ensure_name(name)
        self._write(lambda block: self.registry.tree.delete_value(block, name))

    def set_security(self, descriptor: bytes) -> None:
        """Set the security descriptor, self-relative. Raises `BadArgument` for what is none."""
        raw = check_descriptor(descriptor)
        self._write(lambda block: self.registry.tree.set_descriptor(block, raw))

    def flush(self) -> None:
        """Make every change to the key's hive so far outlive a power cut. Raises `NotWritten`."""
        mount = self._read(lambda block: block.hive.mount)
        if mount is not None:
            mount.flush()

    # --- being told -------------------------------------------------------------------------

    def notify(self, filter: Filter = ALL, *, subtree: bool = False, event: Event | None = None) -> Notification:
        """Be told once that something changes, as RegNotifyChangeKeyValue does: which change, and how many, it
        does not say. The first call on a handle settles ``filter`` and ``subtree`` for all; a change between two
        calls is remembered; closing the handle signals; the deletion of the key itself does not.
        """
        if not isinstance(filter, int) or not (event is None or hasattr(event, "set")):
            raise BadArgument(f"notify: {filter!r} is no Filter, or {event!r} is no Event")
        notification = Notification(event)
        with self.registry.lock:
            handle = self.handle
            block = handle.live()
            if handle.watch is None:
                handle.watch = Watch(filter, subtree)
                block.watches.append(handle.watch)
                self.registry.ground.watches += 1
            handle.watch.arm(notification)
        return notification


def _ensure_name(name: object) -> None:
    if name is not None and not isinstance(name, str):
        raise BadArgument(f"{name!r} is no name of a value; give text, or None for the default value")


def _live(keys: Iterable[Key]) -> Iterator[LiveKey]:
    """All of them: a walk that begins at a live key meets no other."""
    return (key for key in keys if isinstance(key, LiveKey))
