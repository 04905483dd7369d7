"""The bytes behind a loaded hive: an editor over its cells, and a journal that makes changes last.

Must not know: states, handles. Source: msuhanov/regf, "Base block", "Hive bin".
"""

from __future__ import annotations

from _thread import allocate_lock
from os import getpid

from ..core.errors import NotAHive, NotWritten
from ..regf.bins import Bin, bin_chain
from ..regf.damage import Findings
from ..regf.editor import Editor
from ..regf.heap import Heap
from ..regf.journal import Journal
from ..regf.log_report import CLEAN
from ..regf.new_hive import VERSIONS
from ..regf.records import read_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..regf.disk import Disk

__all__ = ("HiveStore",)


class HiveStore:
    """``editor``: keys and values; changed under the registry's lock. What goes to the disk has a lock of its own.

    ``journal`` is None for keys that live in memory only.
    """

    __slots__ = ("_disk", "_process", "_writing", "editor", "journal")

    def __init__(self, editor: Editor, journal: Journal | None = None, disk: Disk | None = None) -> None:
        self.editor = editor
        self.journal = journal
        self._disk = disk
        self._writing = allocate_lock()
        self._process = getpid()

    @classmethod
    def open(cls, disk: Disk, label: str) -> HiveStore:
        """Read a hive, write back what its logs hold. Raises `NotAHive`, `Unreadable`, `NotWritten`, `HiveBusy`."""
        journal = Journal(disk, label)
        header, data = journal.header, journal.take_image()
        if header.version not in VERSIONS:
            raise NotAHive(f"{label}: hives of version {header.version} are read, not written; read it with `open`")
        heap = Heap(data, ())
        bins: list[int] = []
        for found in bin_chain(heap, heap.size):
            if not isinstance(found, Bin):
                raise NotAHive(f"{label}: damaged, its bin at {found[0]:#x} has a wrong {found[1]}; load a sound copy")
            bins.append(found.offset)
        heap = Heap(data, bins)
        if read_key(heap, header.root, Findings()) is None:
            raise NotAHive(f"{label}: damaged, its root offset leads to no key; load a sound copy")
        journal.settle()
        return cls(Editor(heap, header.minor, header.root), journal, disk)

    @property
    def logs(self) -> str | None:
        """What became of the logs when the hive was read; None: there was nothing to do."""
        report = self.journal.report if self.journal is not None else None
        return None if report is None or report.state == CLEAN else f"logs {report.words}"

    @property
    def is_dirty(self) -> bool:
        """Whether anything changed since it was last taken."""
        return bool(self.editor.heap.dirty)

    @property
    def is_pending(self) -> bool:
        """Whether the log holds what the primary does not."""
        return self.journal is not None and self.journal.is_pending

    def take(self) -> tuple[dict[int, bytes], int]:
        """The pages that changed, and the size of the bins; free bins at the end are cut off first."""
        heap = self.editor.heap
        heap.cut()
        pages = heap.pages(heap.dirty)
        heap.dirty = set()
        return pages, heap.bins_size

    def give_back(self, pages: dict[int, bytes]) -> None:
        """What was taken did not last: it has to be taken again."""
        self.editor.heap.dirty.update(offset >> 12 for offset in pages)

    def forget_changes(self) -> None:
        """What was changed since it was last taken will not reach the disk."""
        self.editor.heap.dirty = set()

    def commit(self, pages: dict[int, bytes], bins_size: int) -> None:
        """Make pages last. Raises `NotWritten`."""
        self.ensure_mine()
        with self._writing:
            if self.journal is not None:
                self.journal.commit(pages, bins_size)

    def reconcile(self, *, always: bool) -> bool:
        """Write the log's pages to the primary, if the log is long (or ``always``); whether it was done."""
        self.ensure_mine()
        with self._writing:
            journal = self.journal
            if journal is None or not journal.is_pending or not (always or journal.wants_reconcile):
                return False
            journal.reconcile()
            return True

    def ensure_mine(self) -> None:
        """A fork shares the files and their lock with its parent, and would write what that does not know of."""
        if self.journal is not None and getpid() != self._process:
            raise NotWritten("the hive belongs to the process that this one is a fork of; load it anew here")

    def close(self) -> None:
        """Give back the files; what still waits to write them finds nothing to do."""
        with self._writing:
            self.journal = None
            if self._disk is not None:
                self._disk.close()
