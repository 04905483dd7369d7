"""The control block of a key that somebody has open, or below which somebody has: one for a key, while it is needed.

It carries what no cell can: that the key was deleted, the generations of its two lists, who watches it.
Must not know: paths as text, files. Source: HiveGuard's own contract, after the control blocks of Windows'
configuration manager.
"""

from __future__ import annotations

from ..regf.names import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..regf.editor import Editor
    from .loaded_hive import LoadedHive
    from .mount_point import MountPoint
    from .notification import Watch

__all__ = ("KeyBlock",)


class KeyBlock:
    """``editor`` and ``offset``: where the key's node is, in the hive's stable or in its volatile storage.

    ``subkeys`` and ``values``: the generations of the two lists; ``mounts``: hives that are mounted below it, by
    folded name (None: none may be); ``references``: handles on it and blocks below it.
    """

    __slots__ = (
        "children",
        "editor",
        "hive",
        "is_deleted",
        "mounts",
        "name",
        "offset",
        "parent",
        "references",
        "rows",
        "subkeys",
        "values",
        "watches",
    )

    def __init__(
        self, hive: LoadedHive, parent: KeyBlock | None, name: str, editor: Editor, offset: int, generation: int
    ) -> None:
        self.hive = hive
        self.parent = parent
        self.name = name
        self.editor = editor
        self.offset = offset
        self.subkeys = self.values = generation
        self.children: dict[str, KeyBlock] = {}
        self.mounts: dict[str, MountPoint] | None = None
        self.is_deleted = False
        self.references = 0
        self.watches: list[Watch] = []
        self.rows: tuple[int, list[tuple[Editor, int]]] | None = None  # the subkeys' nodes, and of which generation

    @property
    def is_volatile(self) -> bool:
        """Whether it lives in memory only."""
        return self.editor is not self.hive.store.editor

    @property
    def path(self) -> str:
        """The whole path, from ``\\REGISTRY`` on."""
        names: list[str] = []
        block: KeyBlock | None = self
        while block is not None:
            names.append(block.name)
            block = block.parent
        return "\\" + "\\".join(reversed(names))

    def refer(self) -> None:
        """One reference more."""
        self.references += 1

    def release(self) -> None:
        """One reference less; a block that nobody needs is forgotten, and so on upwards."""
        block = self
        while True:
            block.references -= 1
            parent = block.parent
            kept = block.references or block.mounts is not None or block.hive.root is block
            if kept or parent is None or block.is_deleted:  # of a deleted key its parent knows nothing any more
                return
            del parent.children[fold(block.name)]
            block = parent

    def adopt(self, block: KeyBlock) -> None:
        """Keep a block for a key below this one."""
        self.children[fold(block.name)] = block
        self.references += 1
