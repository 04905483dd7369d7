"""The poll channel of hive files: folders, and what a round of asking brings.

Must not know: threads, the event channel, what answers mean. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import os

from ..core.errors import BadArgument, Unreadable
from .limits import FILES_MOST, FOLDERS_MOST
from .sightings import Answer, Round
from .watched_folder import WatchedFolder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..core.clock import Clock

__all__ = ("FolderPoll",)


class FolderPoll:
    """``sources``: folders, watched with the folders in them, and files. A file need not be there yet; its folder must.

    Raises `Unreadable` for a folder that is not there.
    """

    def __init__(self, sources: Iterable[str], clock: Clock) -> None:
        self._clock = clock
        self._folders: dict[str, WatchedFolder] = {}
        self.not_watched: list[str] = []  #: what is beyond the limits, as sentences
        self.awaited: list[str] = []  #: files that were named and are not there yet
        self._roots: list[str] = []
        files: dict[str, set[str]] = {}
        for source in sources:
            path = os.path.abspath(os.fsdecode(source))
            if os.path.isdir(path):
                self._roots.append(path)
                continue
            folder, name = os.path.split(path)
            if not os.path.isdir(folder):
                raise Unreadable(f"{source}: there is no folder {folder}; name a file in one that is there")
            if not os.path.exists(path):
                self.awaited.append(source)
            files.setdefault(folder, set()).add(name)
        if not self._roots and not files:
            raise BadArgument("nothing to watch: name a folder or a hive")
        for folder in dict.fromkeys(self._roots):
            self._add(folder, frozenset(files.pop(folder, ())))
        for folder, names in files.items():
            self._add(folder, frozenset(names), whole=self._is_below_a_root(folder))

    @property
    def folders(self) -> tuple[WatchedFolder, ...]:
        """All that are watched now."""
        return tuple(self._folders.values())

    def group(self, name: str) -> str:
        """The folder of a hive."""
        return os.path.dirname(name)

    def is_link(self, name: str) -> bool:
        """Whether a hive's name leads elsewhere."""
        path, base = os.path.split(name)
        folder = self._folders.get(path)
        return folder is not None and base in folder.links

    def round(self) -> Round:
        """Ask for every hive."""
        start, wall = self._clock.monotonic(), self._clock.wall()
        answers: list[Answer] = []
        room = FILES_MOST - sum(folder.count for folder in self._folders.values())
        todo = list(self._folders.values())  # each behind the one that it is in
        for folder in todo:
            before = folder.count
            if self._is_listed(folder):
                answers += folder.poll(self._clock.monotonic, wall, room)
            else:
                answers += folder.leave()
            room -= folder.count - before
            if room <= 0:
                self._tell_once(f"more than {FILES_MOST:,} files: those beyond are not watched")
            for path in sorted(folder.subfolders):
                known = self._folders.get(path)
                if known is None:
                    added = self._add(path)
                    if added is not None:
                        todo.append(added)
                elif known.only is not None:  # for files in it; now one of the folders above has it, too
                    known.widen()
        self._forget()
        blind = {folder.path: folder.blind for folder in self._folders.values() if folder.blind}
        return Round(tuple(answers), start, self._clock.monotonic(), self._clock.wall(), blind=blind)

    def ask(self, names: Iterable[str]) -> Round:
        """Ask for some at once."""
        start, wall = self._clock.monotonic(), self._clock.wall()
        answers = []
        asked = frozenset(names)
        for name in sorted(asked):
            path, base = os.path.split(name)
            folder = self._folders.get(path)
            if folder is None:
                answers.append(Answer(name, None))  # its folder went away
            else:
                answer = folder.ask(base, self._clock.monotonic, wall)
                if answer is not None:
                    answers.append(answer)
        return Round(tuple(answers), start, self._clock.monotonic(), self._clock.wall(), asked)

    def refused(self) -> list[str]:
        """What could not be read until now, and why, as sentences."""
        found = []
        for folder in self._folders.values():
            if folder.blind:
                found.append(f"{folder.path}: {folder.blind}")
            found += [f"{os.path.join(folder.path, name)}: {why}" for name, why in folder.refused.items()]
        return found

    def close(self) -> None:
        """Let go of every folder."""
        for folder in self._folders.values():
            folder.close()

    def _add(self, path: str, named: frozenset[str] = frozenset(), *, whole: bool = True) -> WatchedFolder | None:
        if len(self._folders) >= FOLDERS_MOST:
            self._tell_once(f"more than {FOLDERS_MOST:,} folders: those beyond are not watched")
            return None
        follows = bool(named) or path in self._roots
        folder = self._folders[path] = WatchedFolder(path, named, whole=whole, follows=follows)
        return folder

    def _is_asked_for(self, folder: WatchedFolder) -> bool:
        return bool(folder.named) or folder.path in self._roots

    def _is_listed(self, folder: WatchedFolder) -> bool:
        """Whether a folder that was found in another one is still in it, and is no link there now."""
        above = self._folders.get(os.path.dirname(folder.path))
        return self._is_asked_for(folder) or above is None or bool(above.blind) or folder.path in above.subfolders

    def _is_below_a_root(self, path: str) -> bool:
        """Whether the walk from one of the roots comes there: it follows no links."""
        for root in self._roots:
            below = os.path.join(root, "")
            if path.startswith(below) and os.path.realpath(path) == os.path.join(
                os.path.realpath(root), path[len(below) :]
            ):
                return True
        return False

    def _forget(self) -> None:
        """A folder below a root that is gone is watched again when it is listed again."""
        for path, folder in list(self._folders.items()):
            if not (folder.is_there or folder.blind or self._is_asked_for(folder)):
                folder.close()
                del self._folders[path]

    def _tell_once(self, sentence: str) -> None:
        if sentence not in self.not_watched:
            self.not_watched.append(sentence)
