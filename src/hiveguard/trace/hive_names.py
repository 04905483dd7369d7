"""Which hives a trace has told of: one entry each, found by its file in any form of its path, or by its mount point.

Sources name a hive by what they know: its file, its mount point, or both, and the file's volume by a device or by a
letter. Must not know: either family of events. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from collections import OrderedDict

from .limits import HIVES_KEPT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("KnownHive", "KnownHives", "same_file")

_ALIKE_MAX = 16  # hives whose paths differ by their volumes alone that are compared one by one
_DEVICE, _LETTER, _ROOT, _PLAIN = "device", "letter", "root", "plain"
_STARTS = (("\\DEVICE\\", _DEVICE), ("\\??\\", _LETTER), ("\\\\?\\", _LETTER))
_SYSTEM_ROOT = "\\SYSTEMROOT\\"


class KnownHive:
    """``file``, ``mount``: as first told, None as long as the trace has not; ``names``: what it was called when it was
    first met (more than one where it was met twice before that was known); ``is_loaded``: known to be;
    ``is_shut``: unloaded by a shutdown, and not loaded since; ``load``: for whoever counts its loads; ``incarnation``:
    which load of it was told last."""

    __slots__ = ("file", "incarnation", "is_loaded", "is_shut", "load", "mount", "names", "paths")

    def __init__(self, name: str) -> None:
        self.names = [name]
        self.file: str | None = None
        self.mount: str | None = None
        self.paths: dict[str, str] = {}  # by their form
        self.is_loaded = self.is_shut = False
        self.load = 0
        self.incarnation: int | None = None


class KnownHives:
    """Bounded: the oldest are forgotten first (``forgotten``)."""

    def __init__(self) -> None:
        self._all: OrderedDict[KnownHive, None] = OrderedDict()
        self._by_path: dict[str, KnownHive] = {}
        self._alike: dict[str, dict[KnownHive, None]] = {}  # by the path without its volume
        self._by_mount: dict[str, KnownHive] = {}
        self.forgotten = 0

    def __iter__(self) -> Iterator[KnownHive]:
        return iter(list(self._all))

    def join(self, file: str | None, mount: str | None) -> KnownHive | None:
        """The hive of that file, at that mount point: both names are its own from now on. None: it has no name."""
        if not file and not mount:
            return None
        hive = self._of_file(file) if file else None
        there = self._by_mount.get(mount.upper()) if mount else None
        if hive is None and there is not None and not (file and there.file):
            hive = there
        if hive is None:
            hive = self._new(file or mount or "")
        elif there is not None and there is not hive and there.file is None:
            self._merge(there, hive)
        if file:
            self._add_file(hive, file)
        if mount:
            self._add_mount(hive, mount)
        return hive

    def find(self, file: str | None, mount: str | None) -> KnownHive | None:
        """The hive of that file, or at that mount point; no name becomes its own."""
        found = self._of_file(file) if file else None
        return found if found is not None or not mount else self._by_mount.get(mount.upper())

    def unmount(self, hive: KnownHive) -> None:
        """It was unloaded: where it was, another one can be now. One that has no other name keeps its own."""
        if hive.file is not None and hive.mount is not None:
            del self._by_mount[hive.mount.upper()]
            hive.mount = None

    def _of_file(self, file: str) -> KnownHive | None:
        form, path, rest = _parts(file)
        found = self._by_path.get(path)
        alike = self._alike.get(rest, ())
        if found is not None or len(alike) > _ALIKE_MAX:
            return found
        # Two volumes can hold the same path: only another form may be the same file, and only if one alone can be it.
        others = [hive for hive in alike if form not in hive.paths]
        return others[0] if len(others) == 1 else None

    def _new(self, name: str) -> KnownHive:
        if len(self._all) >= HIVES_KEPT:
            self._forget(next(iter(self._all)))
            self.forgotten += 1
        hive = KnownHive(name)
        self._all[hive] = None
        return hive

    def _forget(self, hive: KnownHive) -> None:
        del self._all[hive]
        for path in hive.paths.values():
            del self._by_path[path]
        if hive.file is not None:
            rest = same_file(hive.file)
            del self._alike[rest][hive]
            if not self._alike[rest]:
                del self._alike[rest]
        if hive.mount is not None:
            del self._by_mount[hive.mount.upper()]

    def _merge(self, other: KnownHive, hive: KnownHive) -> None:
        """What was met by its mount point alone is this one."""
        hive.names += other.names
        hive.is_loaded |= other.is_loaded
        self._forget(other)

    def _add_file(self, hive: KnownHive, file: str) -> None:
        form, path, rest = _parts(file)
        if hive.file is None:
            hive.file = file
            self._alike.setdefault(rest, {})[hive] = None
        hive.paths[form] = path
        self._by_path[path] = hive

    def _add_mount(self, hive: KnownHive, mount: str) -> None:
        key = mount.upper()
        if self._by_mount.get(key) is hive:
            return
        if hive.mount is not None:
            del self._by_mount[hive.mount.upper()]
        before = self._by_mount.get(key)
        if before is not None:
            before.mount = None
        self._by_mount[key] = hive
        hive.mount = mount


def same_file(file: str) -> str:
    """A path as it is compared: the part behind the volume, whose form differs from source to source
    (``\\Device\\HarddiskVolume3\\...``, ``\\??\\C:\\...``, ``\\SystemRoot\\...``)."""
    return _parts(file)[2]


def _parts(file: str) -> tuple[str, str, str]:
    """Its form, the whole path, and the part behind the volume; folded."""
    folded = file.upper()
    for start, form in _STARTS:
        if folded.startswith(start):
            behind = folded[len(start) :]
            return form, f"{form} {behind}", behind.partition("\\")[2]
    if folded.startswith(_SYSTEM_ROOT):
        return _ROOT, folded, "WINDOWS\\" + folded[len(_SYSTEM_ROOT) :]
    return _PLAIN, folded, folded
