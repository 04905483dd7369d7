"""``hiveguard.watch``: what happens to hives and what is held about them, as one stream that ends with a verdict.

Must not know: where hives are, output. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.clock import Clock
from ..core.ending import Ending
from ..core.errors import BadArgument
from ..core.subscription import Bus
from ..core.verdict import Verdict
from .limits import FIRST_LOOK, INTERVAL, INTERVAL_LEAST, INTERVAL_MOST, QUEUE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from types import TracebackType
    from typing import TypeAlias

    from ..core.liveness import Liveness
    from ..core.subscription import Lost, Subscription
    from ..embedded.registry import Registry
    from .channels import Channels, Told

    Item: TypeAlias = Told | Lost
    WatchSource: TypeAlias = str | PathLike[str] | Registry | Channels

__all__ = ("Watch", "watch")


class Watch:
    """A stream of `HiveEvent`, `Liveness` and `Lost`, by iteration (``for`` or ``async for``) or `get`.

    It begins with what there is, and ends when it is closed or its source has no more; ``verdict`` then tells how.
    Use it as a context manager: its threads are joined when it is left.
    """

    def __init__(self, channels: Channels, *, size: int | None = None, clock: Clock | None = None) -> None:
        self._channels = channels
        self._clock = clock or Clock()
        self._bus: Bus[Told] = Bus(self._clock, self._conclude)
        self._stream: Subscription[Told] = self._bus.subscribe(FIRST_LOOK + QUEUE if size is None else size)
        self._is_closed = False
        self._ended_by = ""
        self._stopped_by = "caller"
        channels.start(self._tell, self._source_ended)
        if size is None:
            self._stream.narrow(QUEUE)

    def _tell(self, told: Told) -> None:
        self._bus.publish(told, self._clock.wall())

    def _source_ended(self) -> None:
        self._bus.end("the source has no more")

    def subscribe(self, size: int = QUEUE) -> Subscription[Told]:
        """Another stream of the same, from now on, with a verdict as that of the watch."""
        return self._bus.subscribe(size)

    def get(self, timeout: float | None = None) -> Item | None:
        """The next item; None when the time (s) was up, or the watch has ended (``verdict`` is then set)."""
        return self._stream.get(timeout)

    def __iter__(self) -> Watch:
        return self

    def __next__(self) -> Item:
        return next(self._stream)

    def __aiter__(self) -> Watch:
        return self

    async def __anext__(self) -> Item:
        return await anext(self._stream)

    def now(self) -> tuple[Liveness, ...]:
        """What is held about every hive now."""
        return self._channels.held()

    @property
    def notes(self) -> tuple[str, ...]:
        """What whoever began it should know: sources that are not there yet, channels that are not."""
        return self._channels.notes()

    @property
    def verdict(self) -> Verdict | None:
        """How it ended; None while it goes on, or while items still wait to be read (who reads another stream of
        `subscribe` instead asks that one)."""
        return self._stream.verdict

    def _conclude(self) -> Verdict:
        went = self._channels.verdict()
        if not self._is_closed:
            return went
        by = Verdict(Ending.STOPPED, (self._ended_by,), stopped_by=self._stopped_by)
        return by & went if self._stopped_by == "signal" else went & by  # a source that is closed knows not by whom

    def close(self, why: str = "stopped as asked", *, by: str = "caller") -> None:
        """End it. What is queued can still be read; closing twice does nothing. ``by``: ``caller`` or ``signal``."""
        if not self._is_closed and self._stream.is_open:
            self._is_closed, self._ended_by, self._stopped_by = True, why, by
        self._channels.stop()
        self._bus.end(why)

    def __enter__(self) -> Watch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def watch(
    *sources: WatchSource, interval: float = INTERVAL / 1e9, events: bool = True, size: int | None = None
) -> Watch:
    """Watch hives: folders and files of hives (together), or one `Registry`, or one other source.

    ``interval``: s between two polls. ``events``: whether to use the system's notices of changed files, too.
    ``size``: items that wait for a slow reader; what it misses is told as `Lost` (None: 65,536 beside what the first
    look finds). Raises `Unreadable` for a folder that
    is not there, and `BadArgument`.
    """
    from ..embedded.registry import Registry
    from .channels import Channels

    if not INTERVAL_LEAST / 1e9 <= interval <= INTERVAL_MOST / 1e9:  # also what is no number
        raise BadArgument(f"an interval of {interval} s: {INTERVAL_LEAST / 1e9:g} to {INTERVAL_MOST / 1e9:g} s")
    if not sources:
        raise BadArgument("nothing to watch: name a folder, a hive or a registry")
    others = [source for source in sources if isinstance(source, (Registry, Channels))]
    if others and len(sources) > 1:
        raise BadArgument("a registry is watched by itself; watch each source on its own")
    if not others:
        from os import fsdecode

        from .files import FileChannels

        paths = [fsdecode(source) for source in sources if not isinstance(source, (Registry, Channels))]
        return Watch(FileChannels(paths, interval=round(interval * 1e9), events=events), size=size)
    only = others[0]
    if isinstance(only, Registry):
        from .embedded import EmbeddedChannels

        return Watch(EmbeddedChannels(only, interval=round(interval * 1e9)), size=size)
    return Watch(only, size=size)
