"""A list that was read whole before anybody saw it, with its verdict.

Must not know: what it is a list of. Source: HiveGuard's own contract.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    from .verdict import Verdict

    T = TypeVar("T", covariant=True)
else:  # no import of typing at run time: it costs a whole start of Python
    T = object

__all__ = ("Listing",)


class Listing(tuple[T, ...]):
    """An immutable sequence that was read whole, with ``.verdict``.

    The verdict may be given as a function of the listing: it is then made when it is first asked for, since
    a walk makes a listing of values for every key and few are ever asked how they ended.
    """

    _verdict: Verdict | Callable[[Listing[T]], Verdict]

    def __new__(cls, items: Iterable[T], verdict: Verdict | Callable[[Listing[T]], Verdict]) -> Listing[T]:
        listing = tuple.__new__(cls, items)
        listing._verdict = verdict
        return listing

    @property
    def verdict(self) -> Verdict:
        """How the reading of this list ended."""
        verdict = self._verdict
        if callable(verdict):
            verdict = self._verdict = verdict(self)
        return verdict

    def __getnewargs__(self) -> tuple[tuple[T, ...], Verdict]:
        return (tuple(self), self.verdict)

    def __repr__(self) -> str:
        return f"Listing({tuple(self)!r}, {self.verdict.ending.words})"
