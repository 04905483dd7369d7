"""A hive file opened for changes: at the end all of them reach the file, or, when something goes wrong, none.

Must not know: output. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import os

from ..core.errors import AlreadyThere, Incomplete
from ..regf.packed import hive_bytes
from ..registry.copy import clean_copy
from ..registry.create import new_hive_bytes
from ..registry.hive import open as open_hive
from ..registry.hive_files import FileDisk, MemoryDisk, create_file
from .registry import Registry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

    from ..core.clock import Clock
    from ..regf.disk import Disk
    from ..regf.log_report import LogReport
    from .live_key import LiveKey

__all__ = ("Edit", "edit")


def edit(
    hive: str | os.PathLike[str],
    *,
    into: str | os.PathLike[str] | None = None,
    version: str = "1.5",
    clock: Clock | None = None,
) -> Edit:
    """Change a hive file: ``with hiveguard.edit("NTUSER.DAT", into="new.dat") as root: root.create(...)``.

    ``into``: a new file that gets the changed hive; the one that was opened stays as it is. None: the file itself is
    changed, by the protocol by which Windows changes it; it is made, in ``version``, when it is not there. At the
    end of the block everything is written and synced; after an exception in it nothing is, but for what a ``flush``
    in the block had made to last in the file itself.

    Raises `Unreadable`, `NotAHive`, `HiveBusy` (somebody else writes it), `AlreadyThere` (``into`` exists);
    `NotWritten` at the end.
    """
    return Edit(hive, into, version, clock)


class Edit:
    """What `edit` returns: a context manager that gives the root key, opened for writing.

    ``logs``: what became of the logs of the hive; None before it is opened, and of one that is made.
    """

    __slots__ = ("_clock", "_hive", "_into", "_registry", "_root", "_version", "logs")

    def __init__(
        self,
        hive: str | os.PathLike[str],
        into: str | os.PathLike[str] | None,
        version: str,
        clock: Clock | None,
    ) -> None:
        self._hive = os.fspath(hive)
        self._into = into
        self._version = version
        self._clock = clock
        self._registry: Registry | None = None
        self._root: LiveKey | None = None
        self.logs: LogReport | None = None

    def __enter__(self) -> LiveKey:
        registry = self._registry = Registry(bare=True, lazy_flush=None, clock=self._clock)
        disk = self._open_disk()
        root = registry.load_app(disk)
        journal = root.handle.block.hive.store.journal
        if journal is not None and isinstance(disk, FileDisk):
            self.logs = journal.report
        self._root = root.open(write=True)  # of its own: whoever closes the other one ends nothing
        return root

    def _open_disk(self) -> Disk:
        if self._into is not None and os.path.lexists(self._into):
            raise AlreadyThere(f"{os.fspath(self._into)}: there already; name another file, or delete it first")
        if not os.path.lexists(self._hive):
            self._into = self._into or self._hive  # made whole, or not at all
            return MemoryDisk(new_hive_bytes(self._hive, self._version, clock=self._clock))
        if self._into is None:
            return FileDisk(self._hive)
        with open_hive(self._hive) as opened:
            snapshot = opened.snapshot()
            if not snapshot.ending.name == "COMPLETE":
                raise Incomplete(opened.verdict_on(snapshot))
            self.logs = snapshot.replay.report
            return MemoryDisk(b"".join(clean_copy(snapshot)))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        registry, root = self._registry, self._root
        assert registry is not None
        assert root is not None
        changed: bytes | None = None
        with registry.lock:
            store = root.handle.block.hive.store
            if error is None and self._into is not None:
                changed = hive_bytes(store.editor.heap)
            if error is not None or self._into is not None:  # a new file needs no log
                store.forget_changes()
        try:
            root.close()
        finally:
            registry.close()
        if changed is not None and self._into is not None:
            create_file(self._into, changed)
