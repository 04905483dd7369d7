"""One finding about a damaged or irregular registry.

Must not know: which findings there are (each format has its own table). Source: HiveGuard's own contract.
"""

from __future__ import annotations

from _operator import itemgetter

TYPE_CHECKING = False

__all__ = ("Damage",)


class Damage(tuple):  # type: ignore[type-arg]  # a plain tuple underneath: immutable, hashable, cheap
    """What was found, where, and what it cost.

    ``code``: a stable word of the format's table. ``offset``: position in the file in bytes, or
    None where the finding has no place. ``path``: the key it was found at. ``cost``: a sentence on
    what could not be delivered, or on what is irregular. ``lost``: whether content was lost by it.
    """

    __slots__ = ()

    def __new__(cls, code: str, offset: int | None, path: str, cost: str, lost: bool) -> Damage:
        return tuple.__new__(cls, (code, offset, path, cost, lost))

    if TYPE_CHECKING:

        @property
        def code(self) -> str: ...
        @property
        def offset(self) -> int | None: ...
        @property
        def path(self) -> str: ...
        @property
        def cost(self) -> str: ...
        @property
        def lost(self) -> bool: ...

    else:
        code = property(itemgetter(0))
        offset = property(itemgetter(1))
        path = property(itemgetter(2))
        cost = property(itemgetter(3))
        lost = property(itemgetter(4))

    def __getnewargs__(self) -> tuple[str, int | None, str, str, bool]:
        return (self.code, self.offset, self.path, self.cost, self.lost)

    def __repr__(self) -> str:
        return (
            f"Damage(code={self.code!r}, offset={self.offset!r}, path={self.path!r}, "
            f"cost={self.cost!r}, lost={self.lost!r})"
        )
