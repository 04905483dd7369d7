"""A registry in this process: hives are mounted in its namespace, and live there as Windows' hives do.

Must not know: cells, logs. Source: HiveGuard's own contract; what the calls do, and which of them are refused, is
after Microsoft, "RegLoadKeyW", "RegUnLoadKeyW", "RegLoadAppKeyW", "RegSaveKeyW" and "RegRestoreKeyW".
"""

from __future__ import annotations

import atexit
import os
from collections import deque

from ..core.clock import Clock
from ..core.errors import AccessDenied, HiveBusy, HiveError, NotFound
from ..regf.disk import Disk
from ..regf.names import fold
from ..registry.listing import Guard
from .below import create_below, delete_one
from .flusher import Flusher
from .ground import Ground
from .handle import Handle
from .hive_source import disk_source, file_source, memory_source, standard_file
from .hive_store import HiveStore
from .key_block import KeyBlock
from .key_content import key_row
from .live_key import LiveKey
from .loaded_hive import LoadedHive, volatile_editor
from .mounts import Mounts
from .namespace import APPLICATIONS, MACHINE, TOP, USER, full_readings
from .standard import STANDARD
from .states import On, State
from .tree import NeedsLoad, Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike as OsPath
    from threading import Condition
    from types import TracebackType
    from typing import TypeAlias, TypeVar

    from ..core.hive_event import HiveEvent
    from ..core.subscription import Subscription
    from ..core.walk import Walk
    from ..registry.key import OnIncomplete
    from ..registry.path import PathLike
    from .change import Change
    from .hive_source import Opened
    from .mount_point import MountPoint

    HiveFile: TypeAlias = str | OsPath[str] | Disk | None
    T = TypeVar("T")

__all__ = ("Registry",)

_QUEUE = 10_000  #: events kept for a subscriber who does not name a number
_CHANGES = 1_000_000


class Registry:
    """A registry in this process. Use it as a context manager, or `close` it: that unloads every hive.

    ``folder``: where the standard hives (SYSTEM, SOFTWARE, SAM, SECURITY, DEFAULT, NTUSER.DAT) are kept, made when
    they are first needed; None: in memory. ``bare``: no standard hives at all. ``lazy_flush``: seconds after
    which changes are flushed by themselves (None: only when asked, and when a hive is unloaded). ``guard``: how
    patient listings are.
    """

    def __init__(
        self,
        folder: str | OsPath[str] | None = None,
        *,
        bare: bool = False,
        lazy_flush: float | None = 5.0,
        clock: Clock | None = None,
        guard: Guard | None = None,
    ) -> None:
        self.ground = Ground(clock or Clock())
        self.guard = guard or Guard(self.ground.clock)
        ticks = self.ground.ticks()
        top = LoadedHive(HiveStore(volatile_editor(TOP, ticks)), self.ground.generation(), None, None, TOP)
        self.tree = Tree(self.ground, top)
        self.lock: Condition = self.ground.changed
        self._flusher = Flusher(self, lazy_flush) if lazy_flush is not None else None
        self._mounts = Mounts(self.tree, self._has_files)
        self._idle: deque[LoadedHive] = deque()  # application hives whose last handle was let go
        self._is_kept = False
        self._process = os.getpid()
        for name in (MACHINE, USER, APPLICATIONS):
            block = self.tree.create(top.root, name)
            block.refer()  # for as long as the registry stands
            block.mounts = {}
        if not bare:
            for mount, file in STANDARD:
                opened = standard_file(folder, file) if folder is not None else memory_source(file)
                self._mounts.register(mount, opened)

    # --- hives ------------------------------------------------------------------------------

    def load(self, mount: str, file: HiveFile) -> None:
        """Load a hive file at a place directly below HKLM or HKU: ``load(r"HKU\\Alice", "NTUSER.DAT")``.

        A dirty hive's logs are replayed and written back first. ``file`` None: a new hive in memory. Raises
        `AlreadyThere` when the name is taken, `HiveBusy` when somebody else has the file for writing, and
        `NotAHive`, `Unreadable` or `NotWritten` as opening it does; then nothing is left behind.
        """
        self._mounts.load(mount, _opened_from(file))

    def register(self, mount: str, file: HiveFile) -> None:
        """Make a hive known at a place: it is loaded when something in it is first asked for."""
        self._mounts.register(mount, _opened_from(file))

    def unregister(self, mount: str) -> None:
        """Forget a hive that was registered and is not loaded."""
        self._mounts.find(mount).unregister()

    def load_app(self, file: HiveFile, *, write: bool = True) -> LiveKey:
        """Load a hive for this caller alone; its root key, opened. It is unloaded when its last handle is closed."""
        with self.lock:
            name = f"{{hiveguard-{self.ground.generation():08x}}}"
        mount = f"\\{TOP}\\{APPLICATIONS}\\{name}"
        point = self._mounts.load(mount, _opened_from(file), is_application=True)
        try:
            return self.open(mount, write=write)
        except BaseException:  # nobody would ever close it
            self._unload(point, force=True)
            raise

    def unload(self, mount: str, *, force: bool = False) -> None:
        """Unload a hive, flushed first. Raises `AccessDenied` while handles into it are open, unless ``force`` is set:
        then every later use of them raises `HiveUnloaded`. If the flush fails it stays loaded: `NotWritten`.
        """
        self._unload(self._mounts.find(mount), force=force)

    def _unload(self, point: MountPoint, *, force: bool) -> None:
        point.unload(force=force, close_handles=self.close_dropped)

    def flush(self, mount: str | None = None) -> None:
        """Make all changes so far outlive a power cut, in one hive or in all. Raises `NotWritten`."""
        for point in [self._mounts.find(mount)] if mount is not None else self.mount_points():
            point.flush()

    def reconcile(self, mount: str | None = None) -> None:
        """Write what is only in the logs to the primaries. A failure loses nothing; it is told by an event."""
        for point in [self._mounts.find(mount)] if mount is not None else self.mount_points():
            point.reconcile(always=True)

    def save(self, path: PathLike, file: str | OsPath[str], *, version: str = "1.5") -> None:
        """Write a key and everything below it to a new hive file, as it is at one moment. Volatile keys are left out.

        Raises `AlreadyThere` when the file exists.
        """
        with self.open(path) as key:
            self.save_open(key, file, version=version)

    def save_open(self, key: LiveKey, file: str | OsPath[str], *, version: str = "1.5") -> None:
        """The same of a key that is open."""
        from .save_restore import save

        save(self, key.handle, file, version)

    def restore(self, path: PathLike, file: str | OsPath[str]) -> None:
        """Replace what a key holds by what a hive file holds. Raises `AccessDenied` while handles below it are open."""
        from .save_restore import restore

        with self.open(path, write=True) as key:
            restore(self, key.handle, file)

    def state(self, mount: str) -> State:
        """Where a hive stands in its life; ABSENT where none is mounted."""
        try:
            return self._mounts.find(mount).state
        except NotFound:
            return State.ABSENT

    def mount_points(self) -> list[MountPoint]:
        """Every place where a hive is mounted or known."""
        return self._mounts.all()

    def hives(self) -> dict[str, tuple[str | None, State]]:
        """Mount path to file and state."""
        return {point.path: (point.file, point.state) for point in self.mount_points()}

    # --- keys -------------------------------------------------------------------------------

    def open(self, path: PathLike, *, write: bool = False, link: bool = False) -> LiveKey:
        """Open a key; ``link``: a symbolic link itself instead of what it leads to. Raises `NotFound`. Close it."""
        failure: HiveError | None = None
        for names in full_readings(path):
            try:
                return self._open(None, names, write=write, link=link)
            except NotFound as error:
                failure = failure or error
        raise failure or NotFound(f"{path!r}: no path")

    def create(self, path: PathLike, *, volatile: bool = False) -> LiveKey:
        """Make a key, and those on the way; open it for writing. One that is there is only opened."""
        names = next(full_readings(path))
        with self._open(None, (), write=True) as top:
            return create_below(self, top, names, volatile=volatile)

    def delete(self, path: PathLike, *, tree: bool = False) -> None:
        """Delete a key; with ``tree`` everything below it too. Of a symbolic link the link, never what it leads to."""
        with self._open(None, (), write=True) as top:
            delete_one(self, top, full_readings(path), path, tree=tree)

    def walk(self, path: PathLike, *, on_incomplete: OnIncomplete = "raise") -> Walk[LiveKey]:
        """A key and every key below it; see `LiveKey.walk`."""
        with self.open(path) as key:
            start = key.without_handle()
        return start.walk(on_incomplete=on_incomplete)

    # --- being told -------------------------------------------------------------------------

    def events(self, *, size: int = _QUEUE, inventory: bool = True) -> Subscription[HiveEvent]:
        """What happens to hives, from now on, in order. ``size``: events kept for a slow reader, who is told what it
        lost. ``inventory``: first the hives that are loaded already.
        """
        with self.lock:
            subscription = self.ground.hive_events.subscribe(size)
            if inventory:
                for point in self.mount_points():
                    if point.hive is not None:
                        self.ground.inventory(point.path, point.file, point.hive.incarnation, subscription)
            return subscription

    def changes(self, path: PathLike | None = None, *, size: int = _CHANGES) -> Subscription[Change]:
        """Every change to keys and values from now on, each one, in order; with ``path`` those at and below it."""
        if path is None:
            return self.ground.changes.subscribe(size)
        with self.open(path) as key:
            start = fold(key.path)
        return self.ground.changes.subscribe(size, lambda change: fold(change.path + "\\").startswith(start + "\\"))

    # --- the end ----------------------------------------------------------------------------

    def close(self) -> None:
        """Unload every hive, by force, flushed; end every stream. Raises the first `NotWritten` at the end: that hive's
        changes since its last flush are lost with the process. Closing twice does nothing.
        """
        if os.getpid() != self._process:
            return  # a fork of the process whose hives they are
        with self.lock:
            if self.ground.is_closed:
                return
            self.ground.is_closed = True  # nothing more is loaded
        if self._flusher is not None:
            self._flusher.stop()
        failure: HiveError | None = None
        for point in self.mount_points():
            try:
                with self.lock:
                    point.wait_for_load()
                self._unload(point, force=True)
            except NotFound:
                continue  # only registered, or somebody else was quicker
            except HiveError as error:
                failure = failure or error
        if failure is not None:
            self.ground.is_closed = False
            raise failure
        with self.lock:
            self.tree.top.end()  # of HKLM itself, too, nothing is told any more
        atexit.unregister(self.close)
        self.ground.hive_events.end("the registry was closed")
        self.ground.changes.end("the registry was closed")

    def __enter__(self) -> Registry:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _has_files(self) -> None:
        """A hive that has a file was loaded. The lock is held."""
        if not self._is_kept:
            self._is_kept = True
            atexit.register(self.close)  # who forgets to close it loses nothing
        if self._flusher is not None:
            self._flusher.start()

    # --- for keys ---------------------------------------------------------------------------

    def reach(self, do: Callable[[], T]) -> T:
        """Do something under the lock, loading the hives on the way without it."""
        while True:
            if self.ground.dropped or self._idle:
                self.tidy()
            with self.lock:
                if self.ground.is_closed:
                    raise HiveBusy("the registry was closed; make another one")
                try:
                    return do()
                except NeedsLoad as way:
                    mount = way.mount
            try:
                mount.load(On.ACCESS)
            except NotFound:
                continue  # it went away meanwhile: another one may stand there, or none

    def tidy(self) -> None:
        """Close the handles that were let go; application hives go with their last one. The lock must not be held."""
        with self.lock:
            self.close_dropped()
        while self._idle:
            try:
                self._unload_if_last(self._idle.popleft())
            except HiveError:
                continue  # told by an event; nobody is here who could be asked

    def _unload_if_last(self, hive: LoadedHive) -> None:
        """An application hive goes with its last handle. The lock must not be held."""
        point = hive.mount
        if point is None or not point.is_application or hive.handles or hive.ended:
            return
        try:
            self._unload(point, force=False)
        except (AccessDenied, NotFound):
            return  # somebody else opened it meanwhile, or was quicker

    def open_below(self, key: LiveKey, path: PathLike, *, write: bool, link: bool) -> LiveKey:
        """Open a key below another one."""
        from ..registry.path import readings

        failure: HiveError | None = None
        for steps in readings(path):
            try:
                return self._open(key, tuple(name for name, _ in steps), write=write, link=link)
            except NotFound as error:
                failure = failure or error
        raise failure or NotFound(f"{key.path}: {path!r} is no path")

    def start_of(self, key: LiveKey | None) -> KeyBlock:
        """Where a way begins: at a handle, at the very key that a listing delivered, or at the top."""
        if key is None:
            return self.tree.top.root
        if key.has_handle:
            return key.handle.live()
        return self.tree.listed(key.parts, key.offset)

    def _open(self, key: LiveKey | None, names: tuple[str, ...], *, write: bool, link: bool = False) -> LiveKey:
        def do() -> LiveKey:
            start = self.start_of(key)
            if key is not None and not (key.has_handle or names or link):
                start = self.tree.follow(start)  # a listed link is the link itself until it is opened
            block = self.tree.descend(start, names, open_link=link)
            return self.opened(block, write=write)

        return self.reach(do)

    def opened(self, block: KeyBlock, *, write: bool) -> LiveKey:
        mount = block.hive.mount
        try:
            if mount is not None:
                mount.admit()
            row = key_row(block.editor, block.offset)
        except BaseException:  # also when interrupted: no block is kept that nobody holds
            self.tree.forget_unused(block)
            raise
        row.name = block.name
        handle = Handle(self.ground, block, writable=write)
        return LiveKey(self, None, row, handle.label, handle.names, handle)

    def close_handle(self, handle: Handle) -> None:
        """Close a handle; an application hive goes with its last one."""
        with self.lock:
            if not handle.is_open:
                return
            handle.close()
        self._unload_if_last(handle.block.hive)

    def close_dropped(self) -> None:
        """Close the handles that were let go. The lock must be held."""
        dropped = self.ground.dropped
        while dropped:
            handle = dropped.popleft()
            handle.close()
            hive = handle.block.hive
            if hive.mount is not None and hive.mount.is_application and not hive.handles:
                self._idle.append(hive)


def _opened_from(file: HiveFile) -> Opened:
    if file is None:
        return memory_source()
    return disk_source(file) if isinstance(file, Disk) else file_source(file)
