"""Events handed on: in order, to any number of subscribers, each with a bounded queue that tells what it lost.

Must not know: hives, keys. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from collections import deque
from threading import Condition
from weakref import ref

from .ending import Ending
from .errors import BadArgument
from .verdict import Evidence, Verdict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable
    from types import TracebackType
    from typing import Generic, TypeVar

    from .clock import Clock
    from .verdict import Moment

    T = TypeVar("T")
else:
    from typing import Generic, TypeVar

    T = TypeVar("T")

__all__ = ("Bus", "Lost", "Subscription")


class Lost:
    """Stands in a stream where events are missing: how many, and between which moments (ns since 1970)."""

    __slots__ = ("count", "first", "last")

    def __init__(self, count: int, first: int, last: int) -> None:
        self.count = count
        self.first = first
        self.last = last

    def __repr__(self) -> str:
        return f"Lost({self.count:,} events)"


class Subscription(Generic[T]):
    """One subscriber's stream: iterate over it, or `get` with a deadline; it ends when it is closed.

    A subscriber that is slower than its queue is long finds a `Lost` where events are missing, and its
    ``verdict`` is then LOST; else it is COMPLETE. ``verdict`` is None while the stream goes on.
    """

    def __init__(self, bus: Bus[T], size: int, wants: Callable[[T], bool] | None) -> None:
        if not isinstance(size, int) or size < 1:
            raise BadArgument(f"a queue of {size!r} events: give it room for one at least")
        self._bus = bus
        self._size = size
        self._wants = wants
        self._queue: deque[T | Lost] = deque()
        self._changed = Condition()
        self._losing: Lost | None = None
        self._wakers: list[Callable[[], None]] = []  # of those that wait in an event loop
        self._closed = ""
        self._delivered = 0
        self._lost = 0
        self._started: Moment = bus.clock.now()
        self._finished: Moment | None = None

    def get(self, timeout: float | None = None) -> T | Lost | None:
        """The next event, a `Lost`, or None when the stream ended (``verdict`` is set) or the time (s) was up."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._losing or self._closed, timeout)
            if self._queue:
                item = self._queue.popleft()
            elif self._losing is not None:
                item, self._losing = self._losing, None
            else:
                return None
            if not isinstance(item, Lost):
                self._delivered += 1
            return item

    def __iter__(self) -> Subscription[T]:
        return self

    def __next__(self) -> T | Lost:
        item = self.get()
        if item is None:
            raise StopIteration
        return item

    def __aiter__(self) -> Subscription[T]:
        return self

    async def __anext__(self) -> T | Lost:
        from asyncio import get_running_loop

        loop = get_running_loop()
        while True:
            woken = loop.create_future()

            def wake(woken: Future[None] = woken) -> None:
                try:
                    loop.call_soon_threadsafe(_resolve, woken)
                except RuntimeError:
                    return  # the loop was closed while somebody waited in it: nobody waits any more

            with self._changed:
                is_there = bool(self._queue or self._losing or self._closed)
                if not is_there:
                    self._wakers.append(wake)
            if not is_there:
                try:
                    await woken
                finally:
                    with self._changed:
                        if wake in self._wakers:
                            self._wakers.remove(wake)
            item = self.get(0)
            if item is not None:
                return item
            if self._closed:
                raise StopAsyncIteration

    def narrow(self, size: int) -> None:
        """From now on there is room for ``size`` events beside those that wait already."""
        with self._changed:
            self._size = len(self._queue) + size

    @property
    def is_open(self) -> bool:
        """Whether more may come."""
        return not self._closed

    @property
    def verdict(self) -> Verdict | None:
        """How the stream ended; None while it goes on, or while events still wait to be read."""
        with self._changed:
            if not self._closed or self._queue or self._losing is not None:
                return None
            reasons = (f"{self._lost:,} events were lost: the queue of {self._size:,} was full",) if self._lost else ()
            own = Verdict(
                Ending.LOST if self._lost else Ending.COMPLETE,
                reasons,
                evidence=(Evidence("a stream of events", (self._closed,), None if self._lost else "exact"),),
                counts={"events": self._delivered, **({"lost": self._lost} if self._lost else {})},
                attempts=1,
                started=self._started,
                finished=self._finished,
            )
        conclude = self._bus.conclude
        return own if conclude is None else conclude() & own

    def close(self) -> None:
        """End the stream; what is queued can still be read. Closing twice does nothing."""
        self._bus.drop(self)
        self.end("closed by the subscriber")

    def end(self, why: str) -> None:
        """End the stream from the other side."""
        with self._changed:
            if not self._closed:
                self._closed = why or "ended"
                self._finished = self._bus.clock.now()
            self._changed.notify_all()
            self._wake()

    def _wake(self) -> None:
        """Wake those that wait in an event loop. The lock must be held."""
        wakers, self._wakers = self._wakers, []
        for wake in wakers:
            wake()

    def put(self, item: T, time: int) -> None:
        """Hand an event on; never waits."""
        if self._wants is not None and not self._wants(item):
            return
        with self._changed:
            if self._closed:
                return
            losing = self._losing
            if len(self._queue) >= self._size:
                self._lost += 1
                if losing is None:
                    self._losing = Lost(1, time, time)
                else:
                    losing.count += 1
                    losing.last = time
                return
            if losing is not None:
                self._queue.append(losing)
                self._losing = None
            self._queue.append(item)
            self._changed.notify()
            if self._wakers:
                self._wake()

    def __enter__(self) -> Subscription[T]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _resolve(woken: Future[None]) -> None:
    if not woken.done():  # who waited may have been cancelled
        woken.set_result(None)


class Bus(Generic[T]):
    """Where events come from. Whoever publishes holds one lock while it does, so that all see one order.

    A subscription that nobody holds any more gets nothing more: its queue would grow for nobody. ``conclude``: how it
    went where the events come from; every stream's verdict is joined with that.
    """

    def __init__(self, clock: Clock, conclude: Callable[[], Verdict] | None = None) -> None:
        self.clock = clock
        self.conclude = conclude
        self._subscribers: tuple[ref[Subscription[T]], ...] = ()
        self._guard = Condition()
        self._ended = ""

    def __bool__(self) -> bool:
        """Whether anybody listens."""
        return bool(self._subscribers)

    @property
    def count(self) -> int:
        """How many subscribers there are; those that were dropped are counted until the next event."""
        return len(self._subscribers)

    def subscribe(self, size: int, wants: Callable[[T], bool] | None = None) -> Subscription[T]:
        """A new stream of what happens from now on, of those events that ``wants`` says yes to."""
        subscription = Subscription(self, size, wants)
        with self._guard:
            if self._ended:
                subscription.end(self._ended)
            else:
                self._subscribers = (*self._subscribers, ref(subscription))
        return subscription

    def publish(self, item: T, time: int) -> None:
        """Hand one event to every subscriber."""
        is_dropped = False
        for each in self._subscribers:
            subscriber = each()
            if subscriber is not None:
                subscriber.put(item, time)
            else:
                is_dropped = True
        if is_dropped:
            self.drop(None)

    def drop(self, subscription: Subscription[T] | None) -> None:
        """No more events for this one, nor for those that nobody holds."""
        with self._guard:
            self._subscribers = tuple(each for each in self._subscribers if each() not in (None, subscription))

    def end(self, why: str) -> None:
        """End every stream, and those that are asked for later at once."""
        with self._guard:
            self._ended = why or "ended"
            subscribers, self._subscribers = self._subscribers, ()
        for each in subscribers:
            subscriber = each()
            if subscriber is not None:
                subscriber.end(why)
