"""Hives watched: as files, in an embedded registry, in recorded traces.

``hiveguard.watch`` is this room and the function that begins a watch: whoever imports a module of it would otherwise
take the function away from everybody else.
"""

from __future__ import annotations

import sys
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .watch import Watch, WatchSource

__all__ = ()


class _Room(ModuleType):
    def __call__(self, *sources: WatchSource, interval: float = 0.5, events: bool = True, size: int = 65_536) -> Watch:
        """See `hiveguard.watch.watch.watch`."""
        from .watch import watch

        return watch(*sources, interval=interval, events=events, size=size)


sys.modules[__name__].__class__ = _Room
