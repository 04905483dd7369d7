"""What all parts of one embedded registry share: a lock, a counter, a clock, the two streams of events.

Must not know: keys, hives. Source: HiveGuard's own contract: a generation is one 64-bit counter per registry,
never given twice, and moved inside the lock under which a change becomes visible.
"""

from __future__ import annotations

import os
from _thread import get_ident
from collections import deque
from threading import Condition, RLock

from ..core.errors import HiveBusy
from ..core.filetime import from_unix_ns
from ..core.hive_event import EventKind, HiveEvent
from ..core.subscription import Bus

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ..core.clock import Clock
    from ..core.subscription import Subscription
    from .change import Change
    from .handle import Handle

__all__ = ("WAIT_MOST", "Ground")

#: Seconds that one thread waits for what another is doing to the same hive.
WAIT_MOST = 60.0


class Ground:
    """``changed`` is the lock (reentrant) with its condition: signalled whenever a hive's state changes.

    ``dropped``: handles that were let go without being closed; closed by whoever comes next.
    """

    __slots__ = (
        "_events",
        "_generation",
        "changed",
        "changes",
        "clock",
        "dropped",
        "hive_events",
        "is_closed",
        "watches",
    )

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.changed = Condition(RLock())
        self.hive_events: Bus[HiveEvent] = Bus(clock)
        self.changes: Bus[Change] = Bus(clock)
        self.dropped: deque[Handle] = deque()
        self.is_closed = False
        self.watches = 0  # how many there are: nobody is told of a change while there is none
        self._generation = 0
        self._events = 0

    def generation(self) -> int:
        """A number that was never given before. The lock must be held."""
        self._generation += 1
        return self._generation

    @property
    def last_generation(self) -> int:
        """The number that was given last."""
        return self._generation

    def ticks(self) -> int:
        """Now, in FILETIME ticks."""
        return from_unix_ns(self.clock.wall())

    def emit(
        self,
        kind: EventKind,
        mount: str,
        file: str | None,
        incarnation: int | None,
        *,
        status: str | None = None,
        duration: int | None = None,
    ) -> None:
        """Tell every subscriber what happened to a hive. The lock must be held: it gives the order."""
        self._events += 1
        if self.hive_events:
            time, pid = self.clock.wall(), os.getpid()
            event = HiveEvent(
                kind, self._events, time, mount, file, incarnation, "embedded", pid, get_ident(), status, duration
            )
            self.hive_events.publish(event, time)

    def inventory(self, mount: str, file: str | None, incarnation: int, subscriber: Subscription[HiveEvent]) -> None:
        """Tell one subscriber of a hive that is there already. The lock must be held."""
        self._events += 1
        time = self.clock.wall()
        subscriber.put(
            HiveEvent(EventKind.INVENTORY, self._events, time, mount, file, incarnation, "embedded", os.getpid()), time
        )

    def wait_for(self, is_over: Callable[[], bool], what: str) -> None:
        """Wait for another thread, with the lock held; raises `HiveBusy` when it takes too long."""
        if not self.changed.wait_for(is_over, WAIT_MOST):
            raise HiveBusy(f"{what}: still busy after {WAIT_MOST:.0f} s; ask again later")
