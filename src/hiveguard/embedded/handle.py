"""A handle on a key: it refers to the key's block until it is closed, once.

Must not know: what is done through it. Source: HiveGuard's own contract; the rights are those of Microsoft,
"Registry Key Security and Access Rights".
"""

from __future__ import annotations

from ..core.errors import AccessDenied, HandleClosed, HiveUnloaded, KeyDeleted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .ground import Ground
    from .key_block import KeyBlock
    from .notification import Watch

__all__ = ("Handle",)


class Handle:
    """``block``: the key; ``writable``: whether it may be changed through this handle; ``label``: its path;
    ``names``: the same, exactly."""

    __slots__ = ("_ground", "block", "is_open", "label", "names", "watch", "writable")

    def __init__(self, ground: Ground, block: KeyBlock, *, writable: bool) -> None:
        self._ground = ground
        self.block = block
        self.writable = writable
        self.names = block.names
        self.label = "\\".join(("\\REGISTRY", *self.names))
        self.is_open = True
        self.watch: Watch | None = None
        block.refer()
        block.hive.handles += 1

    def live(self) -> KeyBlock:
        """The block, if the handle is open, the hive loaded and the key not deleted. The lock must be held."""
        block = self.block
        if not self.is_open:
            raise HandleClosed(f"{self.label}: the handle was closed; open the key again")
        if block.hive.ended:
            if self._ground.is_closed:
                raise HiveUnloaded(f"{self.label}: the registry was closed; make another one")
            raise HiveUnloaded(f"{self.label}: the hive was unloaded; load it and open the key again")
        if block.is_deleted:
            raise KeyDeleted(f"{self.label}: the key was deleted; the handle can only be closed")
        return block

    def writable_block(self) -> KeyBlock:
        """The same for a change."""
        block = self.live()
        if not self.writable:
            raise AccessDenied(f"{self.label}: opened for reading only; open it with write=True")
        return block

    def close(self) -> None:
        """Close it; again does nothing. The lock must be held."""
        if not self.is_open:
            return
        self.is_open = False
        block = self.block
        if self.watch is not None:
            self.watch.end()
            block.watches.remove(self.watch)
            self._ground.watches -= 1
        block.hive.handles -= 1
        block.release()

    def let_go(self) -> None:
        """Nobody holds it any more: whoever comes next with the lock closes it. Never waits."""
        if self.is_open:
            self._ground.dropped.append(self)
