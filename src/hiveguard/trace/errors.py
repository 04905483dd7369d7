"""What goes wrong before there is a trace to speak of. Must not know: the format."""

from __future__ import annotations

from ..core.errors import HiveError

__all__ = ("NotATrace",)


class NotATrace(HiveError):
    """The bytes are not a recorded trace; the text says what was missing."""
