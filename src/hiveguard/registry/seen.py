"""What the readings of a list that would not stand still had in common, told in bounded words.

Must not know: why they were not complete. Source: HiveGuard's own contract.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

__all__ = ("Seen",)

_NAMED = 8
_LENGTH = 60


class Seen:
    """The names of several readings of one list: those of every one, and those of some only."""

    __slots__ = ("_always", "_ever", "_readings")

    def __init__(self) -> None:
        self._always: set[Hashable] = set()
        self._ever: dict[Hashable, None] = {}  # a set that keeps its order
        self._readings = 0

    def add(self, names: Iterable[Hashable]) -> None:
        """Take in one reading."""
        these = dict.fromkeys(names)
        self._always = self._always & these.keys() if self._readings else set(these)
        self._ever.update(these)
        self._readings += 1

    @property
    def differ(self) -> bool:
        """Whether two readings had different names."""
        return len(self._always) != len(self._ever)

    def facts(self, what: str) -> tuple[str, ...]:
        """For the evidence; nothing where there was one reading only."""
        if self._readings < 2:
            return ()
        every = f"{len(self._always):,} {what} were seen in each of {self._readings:,} readings"
        if not self.differ:
            return (every,)
        some = [name for name in self._ever if name not in self._always]
        told = ", ".join(map(_told, some[:_NAMED]))
        more = f" and {len(some) - _NAMED:,} more" if len(some) > _NAMED else ""
        return (every, f"{len(some):,} only in some of them: {told}{more}")


def _told(name: Hashable) -> str:
    if name is None:
        return "the default value"
    text = repr(name)
    return text if len(text) <= _LENGTH else f"{text[:_LENGTH]}..."
