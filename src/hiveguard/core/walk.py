"""A walk over many listings: everything reachable first, and then how it ended.

Must not know: what it walks over. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import weakref

from .errors import Incomplete
from .listing import Listing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from types import TracebackType
    from typing import Generic, TypeVar

    from .verdict import Verdict

    T = TypeVar("T")
else:
    from _collections_abc import Iterator

    T = object
    Generic = Iterator

__all__ = ("Progress", "Walk")


class Progress:
    """What a walk has delivered so far: plain counters, cheap to keep and to read."""

    __slots__ = ("keys", "values")

    def __init__(self) -> None:
        self.keys = 0
        self.values = 0


class Walk(Generic[T]):
    """An iterator that says how it ended: ``.verdict`` is None until then.

    Nothing is read before the first item is asked for. At the end a walk that is not complete raises
    `Incomplete` where a plain loop would have ended quietly, or, with ``on_incomplete="record"``,
    ends and leaves it to ``.verdict``. A ``break`` gives STOPPED (or leaves a graver ending).

    ``steps`` delivers the items; ``conclude(stopped_by)`` gives the verdict and is called once, when
    the steps end or the walk is closed.
    """

    __slots__ = ("_closed_by", "_conclude", "_handed_over", "_mine", "_raises", "_steps", "_verdict", "progress")

    def __init__(
        self,
        steps: Iterator[T],
        conclude: Callable[[str | None], Verdict],
        *,
        raises: bool,
        progress: Progress,
    ) -> None:
        self.progress = progress
        self._steps = steps
        self._conclude = conclude
        self._raises = raises
        self._closed_by = "caller"
        self._verdict: Verdict | None = None
        self._mine: Generator[T, None, None] | None = self._run()
        self._handed_over: weakref.ref[Generator[T, None, None]] | None = None

    def _run(self) -> Generator[T, None, None]:
        stopped_by: str | None = None
        try:
            yield from self._steps
        except GeneratorExit:
            stopped_by = self._closed_by
            raise
        except KeyboardInterrupt:
            stopped_by = "signal"
            raise
        except Exception:  # noted for the verdict, never kept: whatever it is goes on to the caller
            stopped_by = "error"
            raise
        finally:
            self._verdict = self._conclude(stopped_by)
        if self._raises and not self._verdict.is_complete:
            raise Incomplete(self._verdict)

    def _running(self) -> Generator[T, None, None] | None:
        if self._mine is not None:
            return self._mine
        return self._handed_over() if self._handed_over is not None else None

    @property
    def verdict(self) -> Verdict | None:
        """How the walk ended; None while it goes on."""
        return self._verdict

    def __iter__(self) -> Iterator[T]:
        # The loop is given the generator itself: that saves a frame an item, and a `break` drops the
        # last reference to it, which closes it there and then.
        running = self._running()
        if running is None:
            return iter(())
        self._mine = None
        self._handed_over = weakref.ref(running)
        return running

    def __next__(self) -> T:
        running = self._running()
        if running is None:
            raise StopIteration
        return next(running)

    def close(self, *, by: str = "caller") -> None:
        """End the walk now; its verdict is then STOPPED (``stopped_by`` as given), or a graver one."""
        self._closed_by = by
        running = self._running()
        if running is not None:
            running.close()
        if self._verdict is None:  # it had not begun
            self._verdict = self._conclude(by)

    def __enter__(self) -> Walk[T]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def collect(self) -> Listing[T]:
        """All that is left, as a `Listing` with the walk's verdict."""
        items: list[T] = []
        try:
            items.extend(self)
        except Incomplete as ended:
            raise Incomplete(ended.verdict, tuple(items)) from None
        if self._verdict is None:
            self.close()
        assert self._verdict is not None
        return Listing(tuple(items), self._verdict)
