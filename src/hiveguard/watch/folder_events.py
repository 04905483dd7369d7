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
    from ..core.clock import Clock

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


class Batch:
    """What one reading brought: ``notices`` in order; ``heard``: folders that something was told of; ``lost``: the
    kernel's queue was full; ``gone``: folders that went away; ``taken``: folders that are there, and whose watch was
    taken away; ``folders``: whether folders came or went."""

    __slots__ = ("folders", "gone", "heard", "lost", "notices", "taken")

    def __init__(self) -> None:
        self.notices: list[Notice] = []
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
        self._paths: dict[int, str] = {}
        self._watches: dict[str, int] = {}
        self._only: dict[str, frozenset[str] | None] = {}

    def fileno(self) -> int:
        """What to wait on."""
        number: int = self._inotify.fileno()
        return number

    def close(self) -> None:
        """Let go of it."""
        self._inotify.close()

    def watches(self, folder: str) -> bool:
        """Whether a folder is watched now."""
        return folder in self._watches

    def add(self, folder: str, only: frozenset[str] | None) -> str:
        """Watch a folder; why it cannot be, or empty."""
        try:
            watch = self._inotify.add_watch(folder, _WANTED)
        except OSError as error:
            if error.errno == ENOSPC:
                return "inotify has no watch left (fs.inotify.max_user_watches)"
            return f"inotify: {error.strerror}"
        self._paths[watch] = folder
        self._watches[folder] = watch
        self._only[folder] = only
        return ""

    def remove(self, folder: str) -> None:
        """Watch a folder no more."""
        watch = self._watches.pop(folder, None)
        if watch is not None:
            self._paths.pop(watch, None)
            try:
                self._inotify.rm_watch(watch)
            except OSError:
                return  # it is gone already

    def _remove_below(self, folder: str) -> None:
        below = os.path.join(folder, "")
        for path in [path for path in self._watches if path == folder or path.startswith(below)]:
            self.remove(path)

    def read(self) -> Batch:
        """What happened since the last reading; does not wait."""
        batch = Batch()
        #: a hive to what is to be told of it last; a hive that comes and goes in one batch is told in order
        touched: dict[str, None] = {}
        at, wall = self._clock.monotonic(), self._clock.wall()
        for count, event in enumerate(self._inotify.read(timeout=0)):
            mask = event.mask
            if mask & _OVERFLOW:
                batch.lost = True
                continue
            folder = self._paths.get(event.wd)
            if folder is None:
                continue
            if mask & (_IGNORED | _DELETE_SELF | _MOVE_SELF | _UNMOUNT):
                (batch.taken if mask & _IGNORED else batch.gone).add(folder)
                if mask & _MOVE_SELF:
                    self._remove_below(folder)
                self._watches.pop(folder, None)
                self._paths.pop(event.wd, None)
                continue
            batch.heard.add(folder)
            if mask & _ISDIR:
                batch.folders = True
                if mask & _GONE:  # a watch would follow a folder that was moved away
                    self._remove_below(os.path.join(folder, event.name))
                continue
            name = event.name
            if not self._counts(folder, name):
                continue
            path = os.path.join(folder, name)
            if mask & _GONE:
                self._look(touched, batch, at, wall)
                batch.notices.append(Notice(NoticeKind.VANISHED, path, at, wall))
            else:
                touched[path] = None
            if count >= NOTICES_MOST:
                self._look(touched, batch, at, wall)
        self._look(touched, batch, at, wall)
        return batch

    def _counts(self, folder: str, name: str) -> bool:
        only = self._only[folder]
        return only is None or name in only or _hive_of(name) in {each.lower() for each in only}

    def _look(self, touched: dict[str, None], batch: Batch, at: int, wall: int) -> None:
        """Look at what was touched, once for each."""
        for path in touched:
            folder, name = os.path.split(path)
            hive = _hive_of(name)
            if hive != name.lower():  # a log: traffic of its hive, whose own bytes need not have changed
                batch.notices.append(Notice(NoticeKind.TRAFFIC, _beside(folder, name), at, wall))
                continue
            try:
                face = look(path, self._clock.monotonic(), wall)
            except (Growing, OSError):
                continue  # gone again, or not ours to read: the poll says which
            batch.notices.append(Notice(NoticeKind.APPEARED if face else NoticeKind.TRAFFIC, path, at, wall, face))
        touched.clear()


def _hive_of(name: str) -> str:
    """The name of the hive that a file belongs to, in lower case."""
    lower = name.lower()
    return next((lower[: -len(end)] for end in _LOGS if lower.endswith(end)), lower)


def _beside(folder: str, log: str) -> str:
    end = next(end for end in _LOGS if log.lower().endswith(end))
    return os.path.join(folder, log[: -len(end)])
