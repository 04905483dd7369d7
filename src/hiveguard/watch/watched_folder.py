"""One folder whose hives are watched by asking: one stat for each file and round, and a look only when that moved.

When a stat may be trusted: two changes of one tick of the file system's clock leave one time, so a stat that stands
now says nothing of a change a moment later. It is trusted once it has stood for longer than a tick can be, by the
monotonic clock, since it was first met, and what it stands for has been read after that: whatever changes later has
a later time. The file system's clock is compared with itself only: it may be another machine's, ahead or behind. One
that is set back comes by its old times again; that a change then falls into the very tick of the one before, with the
same size, is left to chance.

Must not know: threads, the event channel, what answers mean. Source: HiveGuard's own contract; stat(2).
"""

from __future__ import annotations

import os
import stat
from errno import ELOOP, ENOENT, ENOTDIR

from .hive_face import Growing, blank, look
from .kept_descriptors import keep, let_go
from .limits import BLANK, RACY, RACY_COARSE
from .sightings import Answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from .sightings import Face

__all__ = ("WatchedFolder",)

_ABSENT = (ENOENT, ENOTDIR, ELOOP)  #: of a link to itself, too, nothing is there
_TRIES = 3  #: a header may come between the look that missed it and the next one
_SECOND = 1_000_000_000


class _File:
    """A file and what was known of it at the last look.

    ``ctime``: a trusted one; None: look again. ``seen``: trusted or not, with ``inode`` and ``size`` since ``met_at``.
    ``blank_at``: since when it is emptied where it stood. ``is_absent``: listed or named, and there is no such file.
    """

    __slots__ = ("blank_at", "ctime", "device", "inode", "is_absent", "is_hive", "met_at", "name", "seen", "size")

    def __init__(self, name: str) -> None:
        self.name = name
        self.ctime: int | None = None
        self.seen: int | None = None
        self.device = self.inode = self.size = self.met_at = 0
        self.blank_at: int | None = None
        self.is_absent = self.is_hive = False


class WatchedFolder:
    """``named``: files of it that were asked for by name; ``whole``: all that is in it counts, not only those."""

    def __init__(
        self, path: str, named: frozenset[str] = frozenset(), *, whole: bool = True, follows: bool = True
    ) -> None:
        self.path = path
        self._follows = follows  # a link that is there instead of a folder
        self.named = named
        self.only = None if whole else named  #: the names that count, None for all, and the folders in it
        self.moved = False  #: whether anything in it moved in the last round
        self.blind = ""  #: why it cannot be read; empty: it can
        self.refused: dict[str, str] = {}  #: files that could not be read when they were looked at last, and why not
        self.is_there = False
        self.subfolders: frozenset[str] = frozenset()
        self.links: frozenset[str] = frozenset()  #: names in it that lead elsewhere, where no event of it comes from
        self._descriptor: int | None = None
        self._known: tuple[int, int, int, int] | None = None
        self._met_at = 0  # since when that stands
        self._is_racy = False
        self._files: dict[str, _File] = {}

    def widen(self) -> None:
        """From now on all that is in it counts."""
        self.only, self._is_racy = None, True

    def close(self) -> None:
        """Let go of the descriptor."""
        if self._descriptor is not None:
            let_go(self._descriptor)
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
            now = os.stat(self.path, follow_symlinks=self._follows)
            if not stat.S_ISDIR(now.st_mode):
                raise NotADirectoryError(ENOTDIR, os.strerror(ENOTDIR))
            known = (now.st_dev, now.st_ino, now.st_mtime_ns, now.st_ctime_ns)
            if known != self._known or self._is_racy:
                self._scan(known, clock(), room)
        except OSError as error:
            return self._away(error)
        self.blind = ""
        self.is_there = True
        return self._ask(self._files.values(), clock, wall)

    def leave(self) -> list[Answer]:
        """The folder that it is in lists it no more: it is gone."""
        return self._away(FileNotFoundError(ENOENT, os.strerror(ENOENT)))

    def ask(self, name: str, clock: Callable[[], int], wall: int) -> Answer | None:
        """Ask for one at once, whatever its stat says; None: it is there, and written just now."""
        file = self._files.setdefault(name, _File(name))
        file.ctime = None
        answers = self._ask((file,), clock, wall)
        if answers:
            return answers[0]
        return None if file.is_hive else Answer(os.path.join(self.path, name), None, self.refused.get(name, ""))

    def _scan(self, known: tuple[int, int, int, int], at: int, room: int) -> None:
        """Which files are in it now. ``known``: what its stat said before ``at``."""
        moved = self._known is not None and self._known != known
        if self._known is None or known[:2] != self._known[:2]:
            self.close()
            self._descriptor = keep(self.path, known[:2])
        subfolders = []
        names, links = set(), set()
        with os.scandir(self.path) as entries:
            for entry in entries:
                if entry.is_symlink():
                    links.add(entry.name)
                if self.only is not None:
                    if entry.name in self.only:
                        names.add(entry.name)
                elif entry.is_dir(follow_symlinks=False):
                    subfolders.append(entry.path)
                else:
                    names.add(entry.name)
        for name in [file.name for file in self._files.values() if file.is_absent]:
            if name not in names and name not in self.named:
                del self._files[name]
        for name in sorted(names - self._files.keys()):
            if room <= 0:
                break
            room -= 1
            self._files[name] = _File(name)
        self.subfolders, self.links = frozenset(subfolders), frozenset(links)
        if known != self._known:
            self._met_at = at
        self._known, self._is_racy = known, at - self._met_at <= min(_racy(known[2]), _racy(known[3]))
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
                if error.errno not in _ABSENT:
                    answers += self._blind(file, error)
                elif not file.is_absent:
                    gone.append(file)
                continue
            answers += self._look(file, now, prefix, clock, wall)
        for file in gone:
            answers += self._gone(file, prefix)
        return answers

    def _gone(self, file: _File, prefix: str) -> Iterator[Answer]:
        """There is no such file. A link to nothing is still listed, and nothing in this folder moves when what it leads
        to comes back: its name is kept, at the price of a stat a round, until the folder lists it no more."""
        if file.seen is not None and file.name not in self.links:
            self.moved = True
        self.refused.pop(file.name, None)
        if file.is_hive:
            yield Answer(os.path.join(self.path, file.name), None)
        if file.name in self.named or self._is_listed(prefix + file.name):
            file.ctime = file.seen = file.blank_at = None
            file.is_hive, file.is_absent = False, True
        else:
            del self._files[file.name]

    def _is_listed(self, name: str) -> bool:
        try:
            os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except OSError:
            return False
        return True

    def _look(
        self, file: _File, now: os.stat_result, prefix: str, clock: Callable[[], int], wall: int
    ) -> Iterator[Answer]:
        path = os.path.join(self.path, file.name)
        if file.ctime is not None and file.name not in self.links:
            self.moved = True
        file.ctime, file.is_absent = None, False
        at = clock()  # after the stat, before the look: what changes later than this has a later time, or is seen
        try:
            face = self._face(file, prefix + file.name, clock, wall)
        except Growing:
            self.refused.pop(file.name, None)
            return
        except OSError as error:
            if error.errno not in _ABSENT:
                yield from self._blind(file, error)
            elif file.is_hive:
                file.is_hive = False
                yield Answer(path, None)
            return
        self.refused.pop(file.name, None)
        if (now.st_ctime_ns, now.st_ino, now.st_size) != (file.seen, file.inode, file.size):
            file.seen, file.inode, file.size, file.met_at = now.st_ctime_ns, now.st_ino, now.st_size, at
        file.device = now.st_dev
        if at - file.met_at > _racy(now.st_ctime_ns):
            file.ctime = file.seen
        if face is not None:
            file.is_hive = True
            yield Answer(path, face)
        elif file.is_hive:  # overwritten by something else
            file.is_hive = False
            yield Answer(path, None)

    def _face(self, file: _File, name: str, clock: Callable[[], int], wall: int) -> Face | None:
        """How it looks now; None: it is no hive.

        Raises `Growing` also for a hive that was emptied where it stands: whoever copies over it begins with that,
        and what comes of it may be the same hive, changed.
        """
        for _ in range(_TRIES):
            at = clock()
            face = look(name, at, wall, self._descriptor)
            if face is not None or not file.is_hive:
                file.blank_at = None
                return face
            identity = blank(name, self._descriptor)
            if identity is None:
                continue
            if identity != (file.device, file.inode):
                return None
            if file.blank_at is None:
                file.blank_at = at
            if at - file.blank_at < BLANK:
                raise Growing(name)
            return None
        return None

    def _blind(self, file: _File, error: OSError) -> Iterator[Answer]:
        why = error.strerror or str(error)
        file.ctime, file.is_absent = None, False
        self.refused[file.name] = why
        if file.is_hive or file.name in self.named:
            yield Answer(os.path.join(self.path, file.name), None, why)

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


def _racy(time: int) -> int:
    """For how long, in ns, two changes may leave a time like this one."""
    return RACY if time % _SECOND else RACY_COARSE
