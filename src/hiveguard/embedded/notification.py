"""Change notifications with the semantics of Win32: one-shot, coalescing, bound to a handle.

They say *that* something changed, never what, and one signal stands for any number of changes. The lossless
stream beside them is `Registry.changes`. Must not know: keys. Sources: Microsoft, "RegNotifyChangeKeyValue
function"; that a change between two calls on one handle is remembered is as in NT's notify blocks.
"""

from __future__ import annotations

from enum import IntFlag
from threading import Event
from weakref import WeakSet

from ..core.errors import BadArgument

__all__ = ("ALL", "Filter", "Notification", "Watch")


class Filter(IntFlag):
    """What is watched for."""

    NAME = 1  #: a subkey is made or deleted
    ATTRIBUTES = 2  #: never happens here
    LAST_SET = 4  #: a value is set to other data, or deleted
    SECURITY = 8  #: the security descriptor is set


ALL = Filter.NAME | Filter.ATTRIBUTES | Filter.LAST_SET | Filter.SECURITY


class Notification:
    """One registration. ``event``: signalled once, by a change or by the closing of the handle."""

    __slots__ = ("event",)

    def __init__(self, event: Event | None = None) -> None:
        self.event = event or Event()

    @property
    def is_signalled(self) -> bool:
        """Whether it was signalled. Look at the key to learn why: it may be gone."""
        return self.event.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is signalled, or for so many seconds; whether it was."""
        return self.event.wait(timeout)


class Watch:
    """What one handle watches: the first call's filter and depth hold for as long as the handle.

    Events are held weakly: one that nobody can look at any more is not kept, and one that is given again counts once.
    """

    __slots__ = ("_armed", "_is_pending", "filter", "subtree")

    def __init__(self, filter: Filter, subtree: bool) -> None:
        if not filter or filter & ~ALL:
            raise BadArgument(
                f"{int(filter):#x} is no filter for changes; combine NAME, ATTRIBUTES, LAST_SET, SECURITY"
            )
        self.filter = filter
        self.subtree = subtree
        self._armed: WeakSet[Event] = WeakSet()
        self._is_pending = False

    def arm(self, notification: Notification) -> None:
        """Register once more; what changed since the last signal completes it at once."""
        if self._is_pending:
            self._is_pending = False
            notification.event.set()
        else:
            self._armed.add(notification.event)

    @property
    def waiting(self) -> int:
        """How many events are to be signalled."""
        return len(self._armed)

    def tell(self, what: Filter) -> None:
        """Something changed that may be watched for."""
        if not what & self.filter:
            return
        if not self._armed:
            self._is_pending = True
        self.end()

    def end(self) -> None:
        """Signal whoever waits: a change, or the handle is closed."""
        armed, self._armed = self._armed, WeakSet()
        for event in armed:
            event.set()
