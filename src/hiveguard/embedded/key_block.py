"""The control block of a key that somebody has open, or below which somebody has: one for a key, while it is needed.

It carries what no cell can: that the key was deleted, the generations of its two lists, who watches it.
Must not know: paths as text, files. Source: HiveGuard's own contract, after the control blocks of Windows'
configuration manager.
"""

from __future__ import annotations

from ..regf.names import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Generic, TypeVar

    from ..regf.damage import Findings
    from ..regf.editor import Editor
    from .loaded_hive import LoadedHive
    from .mount_point import MountPoint
    from .notification import Watch

    T = TypeVar("T")
else:
    from ..registry.source import Generic, T

__all__ = ("KeyBlock", "Read")


class Read(Generic[T]):
    """One of a key's lists as it was read: where its items are, and what is wrong with it.

    It holds for one generation of the list, so that an item at an index costs no look at the whole list.
    """

    __slots__ = ("found", "generation", "is_sound", "places")

    def __init__(self, generation: int, places: list[T], found: Findings, *, is_sound: bool) -> None:
        self.generation = generation
        self.places = places
        self.found = found
        self.is_sound = is_sound  #: nothing is wrong with the list, not even its order: it may be kept up


class KeyBlock:
    """``editor`` and ``offset``: where the key's node is, in the hive's stable or in its volatile storage.

    ``subkeys`` and ``values``: the generations of the two lists; ``mounts``: hives that are mounted below it, by
    folded name (None: none may be); ``references``: handles on it and blocks below it; ``subkeys_read`` and
    ``values_read``: what was read of the two lists last.
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
        "subkeys",
        "subkeys_read",
        "values",
        "values_read",
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
        self.subkeys_read: Read[tuple[Editor, int]] | None = None
        self.values_read: Read[int] | None = None

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

    @property
    def names(self) -> tuple[str, ...]:
        """The names from below ``\\REGISTRY``: exact also where a name holds a backslash."""
        names: list[str] = []
        block: KeyBlock = self
        while block.parent is not None:
            names.append(block.name)
            block = block.parent
        return tuple(reversed(names))

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
