"""The handles of the drop-in: numbers to open keys, and the registry that they are open in.

Must not know: how functions convert or report. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import atexit
import os
from itertools import count
from threading import RLock

from ..core.errors import HandleClosed, HiveError, Unreadable
from ..embedded.registry import Registry
from . import constants as c

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import TypeAlias

    from ..embedded.live_key import LiveKey

    #: the registry, whether it is the table's own, and its predefined keys
    Kept: TypeAlias = tuple[Registry | None, bool, dict[int, LiveKey]]

__all__ = ("ROOTS", "TABLE", "Table")

_VARIABLE = "HIVEGUARD_REGISTRY"
#: predefined handle to the path that it stands for
ROOTS = {
    c.HKEY_CLASSES_ROOT: "HKEY_CLASSES_ROOT",
    c.HKEY_CURRENT_USER: "HKEY_CURRENT_USER",
    c.HKEY_LOCAL_MACHINE: "HKEY_LOCAL_MACHINE",
    c.HKEY_USERS: "HKEY_USERS",
    c.HKEY_CURRENT_CONFIG: "HKEY_CURRENT_CONFIG",
}
_FIRST, _STEP = 0x100, 4  # as Windows numbers handles


class Table:
    """One for the process. The registry is made when it is first needed: kept in the folder that ``use`` or the
    environment variable HIVEGUARD_REGISTRY names, else in memory.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        self._numbers = count(_FIRST, _STEP)
        self._open: dict[int, tuple[LiveKey, int]] = {}
        self._roots: dict[int, LiveKey] = {}
        self._registry: Registry | None = None
        self._is_mine = False

    @property
    def registry(self) -> Registry:
        """The registry behind all functions."""
        with self._lock:
            if self._registry is None:
                folder = os.environ.get(_VARIABLE)
                if folder:
                    _make_folder(folder)
                self._take(Registry(folder or None, lazy_flush=5.0 if folder else None), mine=True)
            assert self._registry is not None
            return self._registry

    def use(self, where: str | PathLike[str] | Registry | None) -> Registry:
        """Another registry from now on: one kept in a folder, one that is given, or (None) a new one in memory.

        Every handle into the one before is closed; that one is closed too, unless it was given. Raises `HiveError`
        when it cannot be written.
        """
        with self._lock:
            if where is not None and not isinstance(where, Registry):
                _make_folder(where)  # before anything is given up
            self._drop()
            if isinstance(where, Registry):
                self._take(where, mine=False)
            else:
                self._take(Registry(where, lazy_flush=None if where is None else 5.0), mine=True)
            return self.registry

    def _take(self, registry: Registry, *, mine: bool) -> None:
        self._registry, self._is_mine = registry, mine
        atexit.unregister(self._drop)
        atexit.register(self._drop)

    def lay_aside(self) -> Kept:
        """Leave the registry as it is, with every handle into it, and have none; `take_up` brings it back."""
        with self._lock:
            kept = self._registry, self._is_mine, self._roots
            self._registry, self._is_mine, self._roots = None, False, {}
            return kept

    def take_up(self, kept: Kept) -> None:
        """The registry that was laid aside, in the place of the one behind the functions now."""
        with self._lock:
            try:
                self._drop()
            finally:
                self._registry, self._is_mine, self._roots = kept

    def _drop(self) -> None:
        with self._lock:
            registry, self._registry = self._registry, None
            # Copied first: a handle object may be dropped, and take its number out, at any moment.
            numbers = [number for number, (key, _) in list(self._open.items()) if key.registry is registry]
            found = [self._open.pop(number, None) for number in numbers]
            keys = [entry[0] for entry in found if entry is not None] + list(self._roots.values())
            self._roots.clear()
        for key in keys:
            key.close()
        if registry is not None and self._is_mine:
            registry.close()

    def add(self, key: LiveKey, access: int) -> int:
        """A number for an open key; none is given twice."""
        with self._lock:
            number = next(self._numbers)
            self._open[number] = (key, access)
            return number

    def find(self, number: int) -> tuple[LiveKey, int]:
        """The key and the rights behind a number. Raises `HandleClosed`; a root that is not there gives `NotFound`."""
        found = self._open.get(number)
        if found is not None:
            return found
        if number in ROOTS:
            return self._root(number), c.KEY_ALL_ACCESS
        raise HandleClosed(f"{number:#x} is no open handle; open the key again")

    def _root(self, number: int) -> LiveKey:
        with self._lock:
            key = self._roots.get(number)
            if key is not None:
                try:
                    with self.registry.lock:
                        key.handle.live()
                except HiveError:  # its hive was unloaded: the root leads to what stands there now
                    key.close()
                    key = None
            if key is None:
                key = self._roots[number] = self.registry.open(ROOTS[number], write=True)
            return key

    def close(self, number: int) -> None:
        """Close a handle. Raises `HandleClosed` for a number that is none; predefined ones stay."""
        if number in ROOTS:
            return
        with self._lock:
            found = self._open.pop(number, None)
        if found is None:
            raise HandleClosed(f"{number:#x} is no open handle")
        found[0].close()

    def let_go(self, number: int) -> None:
        """Nobody holds the object of a handle any more. Never waits."""
        self._open.pop(number, None)  # the key lets its own handle go


def _make_folder(where: str | PathLike[str]) -> None:
    try:
        os.makedirs(where, exist_ok=True)
    except OSError as error:
        raise Unreadable(f"{os.fspath(where)}: {error.strerror}; name a folder", error.errno) from None


TABLE = Table()
