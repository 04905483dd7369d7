"""The event channel of hive files: inotify on their folders, made into notices.

Must not know: what notices mean, the poll. Sources: inotify(7); the library `inotify_simple`.
"""

from __future__ import annotations

import os
from errno import ENOSPC

from ..core.errors import Unavailable
from .hive_face import Growing, look
from .limits import NOTICES_MOST
from .sightings import Notice, NoticeKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from inotify_simple import Event

    from ..core.clock import Clock

    #: the device and the inode of a folder
    Identity: TypeAlias = tuple[int, int]

__all__ = ("Batch", "FolderEvents")

# inotify(7)
_MODIFY, _ATTRIB, _CLOSE_WRITE = 0x2, 0x4, 0x8
_MOVED_FROM, _MOVED_TO, _CREATE, _DELETE = 0x40, 0x80, 0x100, 0x200
_DELETE_SELF, _MOVE_SELF = 0x400, 0x800
_UNMOUNT, _OVERFLOW, _IGNORED = 0x2000, 0x4000, 0x8000
_ISDIR, _ONLYDIR = 0x40000000, 0x01000000
_WANTED = (
    _MODIFY
    | _ATTRIB
    | _CLOSE_WRITE
    | _MOVED_FROM
    | _MOVED_TO
    | _CREATE
    | _DELETE
    | _DELETE_SELF
    | _MOVE_SELF
    | _ONLYDIR
)
_GONE = _MOVED_FROM | _DELETE
#: what follows a hive's name in those of its logs
_LOGS = (".log", ".log1", ".log2")


class Came:
    """What was read at a time: ``events`` of inotify; ``elsewhere``: folders whose watch is not on what is at their
    path now."""

    __slots__ = ("at", "elsewhere", "events", "wall")

    def __init__(self, at: int, wall: int, events: list[Event], elsewhere: frozenset[str]) -> None:
        self.at = at
        self.wall = wall
        self.events = events
        self.elsewhere = elsewhere


class Batch:
    """What one reading brought at a time (``at``, ``wall``): ``steps``: what was touched (False) or went away (True),
    in order; ``heard``: folders that something was told of; ``lost``: the kernel's queue was full; ``gone``: folders
    that went away; ``taken``: folders that are there, and whose watch was taken away; ``folders``: whether folders
    came or went."""

    __slots__ = ("at", "folders", "gone", "heard", "lost", "steps", "taken", "wall")

    def __init__(self, at: int, wall: int) -> None:
        self.at = at
        self.wall = wall
        self.steps: list[tuple[str, bool]] = []
        self.heard: set[str] = set()
        self.gone: set[str] = set()
        self.taken: set[str] = set()
        self.lost = False
        self.folders = False


class FolderEvents:
    """Raises `Unavailable` where there is no inotify."""

    def __init__(self, clock: Clock) -> None:
        try:
            from inotify_simple import INotify
        except (ImportError, OSError):
            raise Unavailable(
                "no event channel: the library inotify_simple is not there; pip install 'hiveguard[watch]'"
            ) from None
        try:
            self._inotify = INotify(nonblocking=True)
        except OSError as error:
            raise Unavailable(f"no event channel: inotify: {error.strerror}") from None
        self._clock = clock
        self._paths: dict[int, tuple[str, ...]] = {}  # several ways may lead to one folder
        self._watches: dict[str, tuple[int, Identity]] = {}
        self._only: dict[str, frozenset[str] | None] = {}

    def fileno(self) -> int:
        """What to wait on."""
        number: int = self._inotify.fileno()
        return number

    def close(self) -> None:
        """Let go of it."""
        self._inotify.close()

    def watches(self, folder: str) -> Identity | None:
        """Which folder is watched at that path now: (device, inode); None: none is."""
        watch = self._watches.get(folder)
        return watch[1] if watch is not None else None

    def add(self, folder: str, only: frozenset[str] | None) -> str:
        """Watch a folder; why it cannot be, or empty."""
        try:
            before = _identity(folder)
            watch = self._inotify.add_watch(folder, _WANTED)
        except OSError as error:
            if error.errno == ENOSPC:
                return "inotify has no watch left (fs.inotify.max_user_watches)"
            return f"inotify: {error.strerror}"
        self._paths[watch] = (*(path for path in self._paths.get(watch, ()) if path != folder), folder)
        self._watches[folder] = watch, before
        self._only[folder] = only
        if not self._is_at(folder):
            self.remove(folder)
            return "another folder came to its place just now"
        return ""

    def narrow(self, folder: str, only: frozenset[str] | None) -> None:
        """Which names count in a folder that is watched; None: all."""
        self._only[folder] = only

    def remove(self, folder: str) -> None:
        """Watch a folder no more."""
        if folder not in self._watches:
            return
        watch, _ = self._watches.pop(folder)
        del self._only[folder]
        rest = tuple(path for path in self._paths.pop(watch, ()) if path != folder)
        if rest:
            self._paths[watch] = rest
            return
        try:
            self._inotify.rm_watch(watch)
        except OSError:
            return  # it is gone already

    def _is_at(self, folder: str) -> bool:
        """Whether what is watched for a path is still there, or nothing is: a watch stays with its folder, which may
        be moved, hidden by a mount, or left by a link, without a word."""
        watch = self._watches.get(folder)
        try:
            return watch is None or _identity(folder) == watch[1]
        except OSError:
            return True

    def keep(self, folders: set[str]) -> None:
        """Watch no others any more."""
        for folder in self._watches.keys() - folders:
            self.remove(folder)

    def _remove_below(self, folder: str) -> None:
        below = os.path.join(folder, "")
        for path in [path for path in self._watches if path == folder or path.startswith(below)]:
            self.remove(path)

    def drain(self) -> Came:
        """What came since the last reading; does not wait for more. May wait for a slow disk: hold no lock."""
        at, wall = self._clock.monotonic(), self._clock.wall()
        events = self._inotify.read(timeout=0)
        folders = {folder for event in events for folder in self._paths.get(event.wd, ())}
        return Came(at, wall, events, frozenset(folder for folder in folders if not self._is_at(folder)))

    def batch(self, came: Came) -> Batch:
        """What that means."""
        batch = Batch(came.at, came.wall)
        #: what is to be looked at last; a hive that comes and goes in one batch is told in order
        touched: dict[str, None] = {}
        for event in came.events:
            if event.mask & _OVERFLOW:
                batch.lost = True
            for folder in self._paths.get(event.wd, ()):
                if folder in came.elsewhere:
                    self.remove(folder)
                    batch.gone.add(folder)
                else:
                    self._take(batch, touched, folder, event.mask, event.name)
            if len(touched) >= NOTICES_MOST:
                _flush(touched, batch)
        _flush(touched, batch)
        return batch

    def _take(self, batch: Batch, touched: dict[str, None], folder: str, mask: int, name: str) -> None:
        if mask & (_IGNORED | _DELETE_SELF | _MOVE_SELF | _UNMOUNT):
            (batch.taken if mask & _IGNORED else batch.gone).add(folder)
            if mask & _MOVE_SELF:
                self._remove_below(folder)
            self.remove(folder)
            return
        batch.heard.add(folder)
        if mask & _ISDIR:
            batch.folders = True
            if mask & _GONE:  # a watch would follow a folder that was moved away
                self._remove_below(os.path.join(folder, name))
            return
        if not self._counts(folder, name):
            return
        path = os.path.join(folder, name)
        if mask & _GONE:
            _flush(touched, batch)
            batch.steps.append((path, True))
        else:
            touched[path] = None

    def _counts(self, folder: str, name: str) -> bool:
        only = self._only[folder]
        return only is None or name in only or _hive_of(name) in {each.lower() for each in only}

    def notices(self, batch: Batch) -> Iterator[Notice]:
        """Look at what was touched. May wait for a slow disk: hold no lock."""
        at, wall = batch.at, batch.wall
        for path, is_gone in batch.steps:
            if is_gone:
                yield Notice(NoticeKind.VANISHED, path, at, wall)
                continue
            folder, name = os.path.split(path)
            if _hive_of(name) != name.lower():  # a log: traffic of its hive, whose own bytes need not have changed
                yield Notice(NoticeKind.TRAFFIC, _beside(folder, name), at, wall)
                continue
            try:
                face = look(path, self._clock.monotonic(), wall)
            except (Growing, OSError):
                continue  # gone again, or not ours to read: the poll says which
            yield Notice(NoticeKind.APPEARED if face else NoticeKind.TRAFFIC, path, at, wall, face)


def _flush(touched: dict[str, None], batch: Batch) -> None:
    batch.steps += [(path, False) for path in touched]
    touched.clear()


def _identity(folder: str) -> Identity:
    now = os.stat(folder)
    return now.st_dev, now.st_ino


def _hive_of(name: str) -> str:
    """The name of the hive that a file belongs to, in lower case."""
    lower = name.lower()
    return next((lower[: -len(end)] for end in _LOGS if lower.endswith(end)), lower)


def _beside(folder: str, log: str) -> str:
    end = next(end for end in _LOGS if log.lower().endswith(end))
    return os.path.join(folder, log[: -len(end)])
