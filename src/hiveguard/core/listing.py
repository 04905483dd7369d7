"""A list that was read whole before anybody saw it, with its verdict.

Must not know: what it is a list of. Source: HiveGuard's own contract.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeVar, overload

    from .verdict import Verdict

    T = TypeVar("T", covariant=True)
else:  # no import of typing at run time: it costs a whole start of Python
    from _collections_abc import Sequence

    T = object

    def overload(function):
        return function


__all__ = ("Listing",)


class Listing(Sequence[T]):
    """An immutable sequence that was read whole, with ``.verdict``.

    The verdict may be given as a function: it is then made when it is first asked for, since a walk
    makes a listing of values for every key and few are ever asked how they ended.
    """

    __slots__ = ("_items", "_verdict")

    def __init__(self, items: tuple[T, ...], verdict: Verdict | Callable[[], Verdict]) -> None:
        self._items = items
        self._verdict = verdict

    @property
    def verdict(self) -> Verdict:
        """How the reading of this list ended."""
        verdict = self._verdict
        if callable(verdict):
            verdict = self._verdict = verdict()
        return verdict

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...  # noqa: F811  # our `overload`
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:  # noqa: F811
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def __contains__(self, item: object) -> bool:
        return item in self._items

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Listing):
            return self._items == other._items
        return NotImplemented

    def __hash__(self) -> int:
        return hash(self._items)

    def __repr__(self) -> str:
        return f"Listing({self._items!r}, {self.verdict.ending.words})"
