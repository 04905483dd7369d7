"""What the guarded listing needs of a registry: one list (subkeys or values) of one open key.

Implemented by every registry that can change while it is read. Must not know: the guard's rules, any one
registry, any platform. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from _operator import itemgetter
from abc import ABC, abstractmethod

from ..core.errors import HiveError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence
    from types import TracebackType
    from typing import Generic, TypeVar

    from ..regf.damage import Findings

    T = TypeVar("T")
else:  # no import of typing at run time: it costs a whole start of Python
    T = object

    class Generic:
        """Stands in for typing's: ``Source[Value]`` may be a base."""

        __slots__ = ()
        __class_getitem__ = classmethod(type(list[int]))


__all__ = ("NoMore", "Source", "Stamp", "Tripwire")


class NoMore(HiveError):
    """There is no item at that index. By itself that never means that all was seen."""


class Stamp(tuple):  # type: ignore[type-arg]  # a plain tuple underneath: made twice a listing, compared once
    """What identifies one state of a list. Two equal stamps are one state only where the guard trusts them.

    ``count``: how many items the registry says there are, or None. ``generation``: or None; a number that is
    one counter for the whole registry, never given twice, kept for each list apart, and stored inside the
    critical section that makes a change visible. ``written``: the last-write time in ns since 1970 by
    `Source.clock`, or None. ``incarnation``: which load of which hive, compared by equality, or None.
    """

    __slots__ = ()

    def __new__(
        cls,
        count: int | None = None,
        generation: int | None = None,
        written: int | None = None,
        incarnation: object = None,
    ) -> Stamp:
        return tuple.__new__(cls, (count, generation, written, incarnation))

    if TYPE_CHECKING:

        @property
        def count(self) -> int | None: ...  # type: ignore[override]  # hides tuple.count, of no use here
        @property
        def generation(self) -> int | None: ...
        @property
        def written(self) -> int | None: ...
        @property
        def incarnation(self) -> object: ...

    else:
        count = property(itemgetter(0))
        generation = property(itemgetter(1))
        written = property(itemgetter(2))
        incarnation = property(itemgetter(3))

    def __getnewargs__(self) -> tuple[int | None, int | None, int | None, object]:
        return (self.count, self.generation, self.written, self.incarnation)

    def __repr__(self) -> str:
        return (
            f"Stamp(count={self.count!r}, generation={self.generation!r}, written={self.written!r}, "
            f"incarnation={self.incarnation!r})"
        )


class Tripwire(ABC):
    """Armed from its making on: tells afterwards whether the list was changed. It may tell late, never falsely."""

    __slots__ = ()

    @abstractmethod
    def is_tripped(self) -> bool:
        """Whether a change was signalled since it was armed."""

    @abstractmethod
    def close(self) -> None:
        """Disarm it. Closing twice does nothing; a key or hive that went away meanwhile is no error."""

    def __enter__(self) -> Tripwire:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Source(ABC, Generic[T]):
    """One list of one open key.

    ``label`` names the key for people; ``what`` is ``subkeys`` or ``values``. Whatever goes wrong in any call
    is a `HiveError`: `KeyDeleted`, `HiveUnloaded`, `HandleClosed`, `AccessDenied`, `Unavailable`; any other
    becomes the ending FAILED.
    """

    __slots__ = ("label", "what")
    label: str
    what: str

    @abstractmethod
    def stamp(self) -> Stamp:
        """What identifies the list's state now."""

    @abstractmethod
    def item(self, index: int) -> T:
        """The item at an index, in the registry's order. Raises `NoMore` past the end.

        A buffer that proves too small is grown here, within the format's limits, and the same index asked
        again: the guard never sees it.
        """

    @abstractmethod
    def names(self, items: Sequence[T]) -> Iterable[Hashable]:
        """By what the registry tells these items apart (two that it holds for one name are equal)."""

    def clock(self) -> int | None:
        """Now, in ns since 1970, by the clock that makes the stamps; None when that is not this machine's."""
        return None

    def refresh(self, *, same: bool) -> None:
        """Open the key again by its path, after it was deleted or its hive unloaded.

        With ``same`` only in the very load of the hive that the handle belonged to; where a registry shows
        no such thing, a handle on the hive's root, held for as long as this source, can tell: dead, it was
        another load. Raises `KeyDeleted` or `NotFound` when the key is not there, `HiveUnloaded` when its
        hive, or that load of it, is not. The handle is then left as it was.
        """
        raise HiveError(f"{self.label}: it cannot be opened again by its path; open it anew yourself")

    def snapshot(self) -> tuple[Sequence[T], Stamp] | None:
        """All items at one moment, exactly, with the stamp of that moment; None: only by index."""
        return None

    def found(self) -> Findings | None:
        """What is wrong with what was read since `snapshot` was asked last, as every reading does at first.

        Asked when a reading has shown one state. What is lost by it makes the listing DAMAGED, and everything else
        is delivered; None: nothing is wrong.
        """
        return None

    def tripwire(self) -> Tripwire | None:
        """A tripwire for this list, armed on return; None: there is none, or it may not be armed here."""
        return None
