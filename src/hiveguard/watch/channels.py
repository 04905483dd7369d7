"""A source of what happens to hives: what a `Watch` needs of it.

Must not know: any one source. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from ..core.errors import HiveError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event, Lock
    from typing import TypeAlias

    from ..core.clock import Clock
    from ..core.hive_event import HiveEvent
    from ..core.liveness import Liveness
    from ..core.verdict import Verdict
    from .judge import Judge

    Told: TypeAlias = HiveEvent | Liveness

__all__ = ("Channels",)


class Channels(ABC):
    """Where hives are watched: one or two channels, their threads, and who judges what they bring."""

    label: str
    _clock: Clock
    _judge: Judge | None  # None until it was started
    _lock: Lock  # held by whoever uses the judge
    _stop: Event  # set when it is to end
    _failed = ""  # what a thread ended with that should not have

    @abstractmethod
    def start(self, tell: Callable[[Told], None], ended: Callable[[], None]) -> None:
        """Begin. ``tell`` is given everything in order, from any one thread at a time; ``ended`` is called when
        there will be no more by itself."""

    @abstractmethod
    def stop(self) -> None:
        """End, and join every thread. Stopping twice does nothing."""

    @abstractmethod
    def verdict(self) -> Verdict:
        """How it went until now: what each channel did, what was lost."""

    def _guarded(self, work: Callable[[], None], ended: Callable[[], None]) -> None:
        """What each of its threads runs."""
        try:
            work()
        except Exception as error:  # noqa: BLE001  # whatever it is: a channel that is dead must be told
            self._failed = f"{work.__name__.strip('_')}: {error}" if isinstance(error, HiveError) else repr(error)
            ended()

    def notes(self) -> tuple[str, ...]:
        """What whoever began it should know."""
        return ()

    def held(self) -> tuple[Liveness, ...]:
        """What is held about every hive now."""
        judge = self._judge
        if judge is None:
            return ()
        with self._lock:
            at, wall = self._clock.monotonic(), self._clock.wall()
            if not self._stop.is_set():  # what was held at the end stays
                judge.take_time(at, wall)
            return tuple(judge.liveness(hive, at, wall) for hive in judge.hives)
