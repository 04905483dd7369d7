"""The guarded listing. (Skeleton: signatures only.)"""

from __future__ import annotations

from ..core.clock import Clock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal, TypeAlias, TypeVar

    from ..core.listing import Listing
    from .key import OnIncomplete
    from .source import Source

    T = TypeVar("T")
    Reopen: TypeAlias = Literal["never", "same", "any"]

__all__ = ("Guard",)


class Guard:
    """Lists through any `Source`; one for each registry, since it remembers how the clock has moved."""

    __slots__ = ("_attempts", "_clock", "_deadline", "_reopen")

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        attempts: int = 5,
        deadline: int = 2_000_000_000,
        reopen: Reopen = "same",
    ) -> None:
        self._clock = clock or Clock()
        self._attempts = attempts
        self._deadline = deadline
        self._reopen = reopen

    def list(self, source: Source[T], *, on_incomplete: OnIncomplete = "raise") -> Listing[T]:
        """Read the list whole. Raises `Incomplete`."""
        raise NotImplementedError
