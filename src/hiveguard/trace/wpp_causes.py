"""Why messages are not wholly told: one table of codes, and how many messages each cause has.

Must not know: traces. Source: which cause loses something is HiveGuard's own judgement, stated here once.
"""

from __future__ import annotations

from ..core.damage import Damage
from .limits import WPP_CAUSES_KEPT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("CODES", "WppCauses")

#: code: (whether something of the message is lost by it; its bytes are delivered all the same)
CODES: dict[str, bool] = {
    "no-tmf": False,
    "no-guid": False,
    "no-number": False,
    "tmf-problem": False,
    "format": False,
    "left-over": False,
    "cut": True,
    "long-text": True,
}
_OTHERS = "other causes of this kind"


class WppCauses:
    """Counts messages by cause, up to so many causes, and by code beyond."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], int] = {}

    def add(self, code: str, cause: str) -> None:
        """One more message by this cause."""
        key = code, cause
        if key not in self._counts and len(self._counts) >= WPP_CAUSES_KEPT:
            key = code, _OTHERS
        self._counts[key] = self._counts.get(key, 0) + 1

    def __iter__(self) -> Iterator[tuple[str, str, int]]:
        """(code, cause, messages), the most frequent first."""
        ordered = sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))
        return iter((code, cause, count) for (code, cause), count in ordered)

    @property
    def is_lossy(self) -> bool:
        """Whether anything of any message was lost."""
        return any(CODES[code] for code, _ in self._counts)

    @property
    def damage(self) -> tuple[Damage, ...]:
        """A finding for each cause."""
        return tuple(
            Damage(code, None, "", f"{cause}: {'1 message' if count == 1 else f'{count:,} messages'}", CODES[code])
            for code, cause, count in self
        )
