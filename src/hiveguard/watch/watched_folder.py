"""One folder whose hives are watched by asking: one stat for each file and round, and a look only when that moved.

Must not know: threads, the event channel, what answers mean. Source: HiveGuard's own contract; stat(2).
"""

from __future__ import annotations

import os
import stat
from errno import ENOENT, ENOTDIR

from .hive_face import Growing, look
from .limits import RACY
from .sightings import Answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ("WatchedFolder",)

_ABSENT = (ENOENT, ENOTDIR)


class _File:
    """A file and what was known of it at the last look; ``ctime`` None: look again."""

    __slots__ = ("ctime", "inode", "is_hive", "name", "size")

    def __init__(self, name: str) -> None:
        self.name = name
        self.ctime: int | None = None
        self.inode = self.size = 0
        self.is_hive = False


class WatchedFolder:
    """``only``: the names that count, None for all. ``keep_open``: stats are made relative to its descriptor."""

    def __init__(self, path: str, only: frozenset[str] | None, *, keep_open: bool, follow: bool) -> None:
        self.path = path
        self.only = only
        self.follow = follow  #: whether folders in it are watched, too
        self.moved = False  #: whether anything in it moved in the last round
        self.blind = ""  #: why it cannot be read; empty: it can
        self.refused: dict[str, str] = {}  #: files that were never read, and why not
        self.is_there = False
        self.subfolders: frozenset[str] = frozenset()
        self._keep_open = keep_open
        self._descriptor: int | None = None
        self._known: tuple[int, int, int, int] | None = None
        self._is_racy = False
        self._files: dict[str, _File] = {}

    def close(self) -> None:
        """Let go of the descriptor."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @property
    def count(self) -> int:
        """How many files are looked at."""
        return len(self._files)

    @property
    def identity(self) -> tuple[int, int] | None:
        """Device and inode of the folder that was read last; None: none was, or it is gone."""
        return self._known[:2] if self._known is not None else None

    # --- a round ----------------------------------------------------------------------------

    def poll(self, clock: Callable[[], int], wall: int, room: int) -> list[Answer]:
        """Ask for all: what moved, is gone, or is blind. ``wall``: ns since 1970; ``room``: new files it may take."""
        self.moved = False
        try:
            now = os.stat(self.path)
            if not stat.S_ISDIR(now.st_mode):
                raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR))
            known = (now.st_dev, now.st_ino, now.st_mtime_ns, now.st_ctime_ns)
            if known != self._known or self._is_racy:
                self._scan(known, wall, room)
        except OSError as error:
            return self._away(error)
        self.blind = ""
        self.is_there = True
        return self._ask(self._files.values(), clock, wall)

    def ask(self, name: str, clock: Callable[[], int], wall: int) -> Answer | None:
        """Ask for one at once, whatever its stat says; None: it is there, and written just now."""
        file = self._files.setdefault(name, _File(name))
        file.ctime = None
        answers = self._ask((file,), clock, wall)
        if answers:
            return answers[0]
        return None if file.is_hive else Answer(os.path.join(self.path, name), None)

    def _scan(self, known: tuple[int, int, int, int], wall: int, room: int) -> None:
        """Which files are in it now."""
        moved = self._known is not None and self._known != known
        if self._known is None or known[:2] != self._known[:2]:
            self.close()
            if self._keep_open:
                self._descriptor = os.open(self.path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        subfolders = []
        names = set()
        with os.scandir(self.path) as entries:
            for entry in entries:
                if self.only is not None:
                    if entry.name in self.only:
                        names.add(entry.name)
                elif entry.is_dir(follow_symlinks=False):
                    if self.follow:
                        subfolders.append(entry.path)
                else:
                    names.add(entry.name)
        for name in sorted(names - self._files.keys()):
            if room <= 0:
                break
            room -= 1
            self._files[name] = _File(name)
        self.subfolders = frozenset(subfolders)
        # A change in the same tick leaves the same time: what was changed just now is read again.
        self._known, self._is_racy = known, wall - max(known[2:]) <= RACY
        self.moved = moved

    def _ask(self, files: Iterable[_File], clock: Callable[[], int], wall: int) -> list[Answer]:
        answers: list[Answer] = []
        folder, ask = self._descriptor, os.stat
        gone: list[_File] = []
        prefix = "" if folder is not None else os.path.join(self.path, "")
        for file in files:
            try:
                now = ask(prefix + file.name, dir_fd=folder)
                if now.st_ctime_ns == file.ctime and now.st_ino == file.inode and now.st_size == file.size:
                    continue
            except OSError as error:
                if error.errno in _ABSENT:
                    gone.append(file)
                else:
                    answers += self._blind(file, error)
                continue
            answers += self._look(file, now, prefix, clock, wall)
        for file in gone:
            self.moved = True
            self.refused.pop(file.name, None)
            if file.is_hive:
                answers.append(Answer(os.path.join(self.path, file.name), None))
            if self.only is None:
                del self._files[file.name]
            else:
                file.ctime, file.is_hive = None, False
        return answers

    def _look(
        self, file: _File, now: os.stat_result, prefix: str, clock: Callable[[], int], wall: int
    ) -> Iterator[Answer]:
        path = os.path.join(self.path, file.name)
        if file.ctime is not None:
            self.moved = True
        try:
            face = look(prefix + file.name, clock(), wall, self._descriptor)
        except Growing:
            file.ctime = None
            return
        except OSError as error:
            if error.errno in _ABSENT:
                if file.is_hive:
                    file.is_hive = False
                    yield Answer(path, None)
                return
            yield from self._blind(file, error)
            return
        self.refused.pop(file.name, None)
        file.inode, file.size = now.st_ino, now.st_size
        file.ctime = now.st_ctime_ns if wall - now.st_ctime_ns > RACY else None
        if face is not None:
            file.is_hive = True
            yield Answer(path, face)
        elif file.is_hive:  # overwritten by something else
            file.is_hive = False
            yield Answer(path, None)

    def _blind(self, file: _File, error: OSError) -> Iterator[Answer]:
        file.ctime = None
        if not file.is_hive:
            self.refused[file.name] = error.strerror or str(error)
        if file.is_hive or self.only is not None:
            yield Answer(os.path.join(self.path, file.name), None, error.strerror or str(error))

    def _away(self, error: OSError) -> list[Answer]:
        """The folder is gone, or cannot be read."""
        is_gone = error.errno in _ABSENT
        hives = [os.path.join(self.path, file.name) for file in self._files.values() if file.is_hive]
        self.blind = "" if is_gone else error.strerror or str(error)
        if is_gone:
            self.moved = self.is_there
            self.is_there = False
            self.close()
            self._known = None
            self._files.clear()
            self.refused.clear()
            self.subfolders = frozenset()
        return [Answer(hive, None, self.blind) for hive in hives]
