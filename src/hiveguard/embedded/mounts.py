"""The places of a registry where hives are mounted or known: found, made, loaded, forgotten.

Finding a place and what is then done there are one step under the lock: a place that was forgotten meanwhile would
be loaded where nobody finds it. Must not know: keys, handles. Source: HiveGuard's own contract; where hives
can be mounted is after Microsoft, "RegLoadKeyW function".
"""

from __future__ import annotations

from ..core.errors import AlreadyThere, BadArgument, HiveBusy, NotFound
from ..regf.names import fold
from .loaded_hive import LoadedHive
from .mount_point import MountPoint
from .namespace import MACHINE, full_readings
from .notification import Filter
from .standard import link_control_set
from .states import On, State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .hive_source import Opened
    from .hive_store import HiveStore
    from .key_block import KeyBlock
    from .tree import Tree

__all__ = ("Mounts",)


class Mounts:
    """The mount points of one registry. ``on_file`` is called when a hive with a file was loaded."""

    __slots__ = ("_ground", "_on_file", "_tree")

    def __init__(self, tree: Tree, on_file: Callable[[], None]) -> None:
        self._ground = tree.ground
        self._tree = tree
        self._on_file = on_file

    def all(self) -> list[MountPoint]:
        """Every place where a hive is mounted or known."""
        with self._ground.changed:
            return [point for block in self._tree.top.root.children.values() for point in (block.mounts or {}).values()]

    def find(self, mount: str) -> MountPoint:
        """The one at a path. Raises `NotFound`."""
        parent, name = self._place(mount)
        with self._ground.changed:
            point = (parent.mounts or {}).get(fold(name))
        if point is None:
            raise NotFound(f"{mount}: no hive is mounted there; see what is with `hives`")
        return point

    def load(self, mount: str, opened: Opened, *, is_application: bool = False) -> MountPoint:
        """Load a hive at a place. The lock must not be held."""
        with self._ground.changed:
            point = self._settled(mount, opened)
            known = (point.file, point.opens)
            if point.state is State.REGISTERED:
                point.name_file(*opened)
            elif point.state is State.LOADING and point.file != opened[0]:
                raise AlreadyThere(f"{point.path}: another file is being loaded there; unload it first")
            begun = point.begin_load(On.LOAD)
            if begun is not None:
                point.is_application = is_application
        if begun is not None:
            try:
                point.finish_load(begun)
            except BaseException:  # also when interrupted: what was registered before still is
                with self._ground.changed:
                    if point.state is State.REGISTERED:
                        point.name_file(*known)
                raise
        return point

    def register(self, mount: str, opened: Opened) -> None:
        """Make a hive known at a place."""
        with self._ground.changed:
            self._settled(mount, opened).register()

    def _place(self, mount: str) -> tuple[KeyBlock, str]:
        names = next(full_readings(mount))
        block = self._tree.top.root.children.get(fold(names[0])) if names else None
        if len(names) != 2 or block is None or block.mounts is None:
            raise BadArgument(f"{mount}: a hive can only be mounted directly below HKLM or HKU; name such a place")
        return block, names[1]

    def _settled(self, mount: str, opened: Opened) -> MountPoint:
        """The point at a place, made if it is not there; what is loaded keeps its file. An unload is waited for.

        The lock must be held.
        """
        file, open_store = opened
        parent, name = self._place(mount)
        if self._ground.is_closed:
            raise HiveBusy(f"{mount}: the registry was closed; make another one")
        assert parent.mounts is not None
        while True:
            point = parent.mounts.get(fold(name))
            if point is None or point.state is not State.UNLOADING:
                break
            point.wait_for_unload()
        if point is None:
            self._tree.ensure_new(parent, name)
            point = MountPoint(self._ground, parent, name, file, open_store, self._make, self._changed)
            parent.mounts[fold(name)] = point
        return point

    def _make(self, point: MountPoint, store: HiveStore) -> LoadedHive:
        hive = LoadedHive(store, self._ground.generation(), point, point.parent, point.name)
        if point.parent.name == MACHINE and fold(point.name) == "SYSTEM":
            link_control_set(hive, self._ground.ticks())
        if point.file is not None:
            self._on_file()
        return hive

    def _changed(self, point: MountPoint) -> None:
        """A hive came, or went. The lock is held."""
        parent = point.parent
        parent.subkeys = self._ground.generation()
        if point.state is State.ABSENT and parent.mounts is not None and parent.mounts.get(fold(point.name)) is point:
            del parent.mounts[fold(point.name)]
        if self._ground.watches:
            self._tree.signal(parent, Filter.NAME)
