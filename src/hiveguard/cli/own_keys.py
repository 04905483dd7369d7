"""The keys of a hive that is changed as its file has them: no symbolic link is followed, as none is by who reads it.

A link's target lies where the hive is mounted, which a file knows nothing of. Must not know: output.
Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.errors import NotFound
from ..registry.path import readings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..embedded.live_key import LiveKey

__all__ = ("OwnKeys",)


class OwnKeys:
    """The keys below a hive's root key, by names. What it gives is open until it is asked for another one.

    The way to the last one stays open: in a .reg file the next one is near it.
    """

    def __init__(self, root: LiveKey) -> None:
        self._root = root
        self._way: list[tuple[str, LiveKey]] = []

    def open(self, names: tuple[str, ...]) -> LiveKey:
        """A key that is there, for writing. Raises `NotFound`."""
        return self._reach(names, make=False)

    def create(self, names: tuple[str, ...]) -> LiveKey:
        """The same; what is not there is made."""
        return self._reach(names, make=True)

    def key(self, path: str) -> LiveKey:
        """The key at a path as `Hive.key` reads it. Raises `NotFound`."""
        failure: NotFound | None = None
        for steps in readings(path):
            try:
                return self.open(tuple(name for name, _ in steps))
            except NotFound as error:
                failure = failure or error
        assert failure is not None
        raise failure

    def delete(self, names: tuple[str, ...]) -> None:
        """Delete a key below the root key. Raises `NotFound`, and `AccessDenied` when it has subkeys."""
        self.open(names[:-1]).delete(names[-1:])  # nothing below it stays open

    def _reach(self, names: tuple[str, ...], *, make: bool) -> LiveKey:
        way = self._way
        shared = 0
        while shared < min(len(way), len(names)) and way[shared][0] == names[shared]:
            shared += 1
        self._back_to(shared)
        key = way[-1][1] if way else self._root
        for name in names[shared:]:
            try:
                key = key.open((name,), write=True, link=True)
            except NotFound:
                if not make:
                    raise
                key = key.create((name,))
            way.append((name, key))
        return key

    def _back_to(self, depth: int) -> None:
        while len(self._way) > depth:
            self._way.pop()[1].close()
