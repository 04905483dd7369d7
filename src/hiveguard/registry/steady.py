"""Whether the clock that makes a registry's stamps goes as the monotonic clock does: whether nobody set it.

A last-write time proves something only by a clock that was not set since shortly before the reading. That
shows by an earlier look at both clocks, so looks are kept from one listing to the next.
Must not know: registries, stamps. Source: HiveGuard's own contract; Microsoft, "GetSystemTimeAsFileTime".
"""

from __future__ import annotations

from .settle import NEAR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    #: the stamps' clock (ns since 1970) and the monotonic clock (ns), read as one moment
    Look: TypeAlias = tuple[int, int]

__all__ = ("JUMP", "Steadiness")

#: ns by which the two clocks may part before one of them counts as set: a clock that ticks does that by itself.
JUMP = 16_000_000
#: ns for which a look is kept. Between two looks a clock may have been set and set back.
_KEPT = 1_000_000_000


class Steadiness:
    """Looks at the two clocks, a few of the last second. Threads may share it: at worst a look is lost."""

    __slots__ = ("_looks",)

    def __init__(self) -> None:
        self._looks: tuple[Look, ...] = ()  # the newest first, each at least NEAR from the next

    def shown(self, start: Look, end: Look) -> bool:
        """Whether the clocks went alike from `NEAR` before ``start`` on until ``end``.

        If not, there may be an answer for a reading that begins `NEAR` after ``end``.
        """
        looks = self._looks
        for earlier in looks:
            if NEAR <= start[1] - earlier[1] <= _KEPT:
                apart = [wall - monotonic for wall, monotonic in (earlier, start, end)]
                if max(apart) - min(apart) > JUMP:
                    self._looks = (end,)  # what was seen before the clock was set is of no use any more
                    return False
                self._note(start)
                self._note(end)
                return True
        self._note(end)
        return False

    def _note(self, look: Look) -> None:
        looks = self._looks
        if not looks or look[1] - looks[0][1] >= NEAR:
            self._looks = (look, *looks[:1])
