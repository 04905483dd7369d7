"""What an error says on the command line, where nobody can pass an argument to a Python call.

Must not know: output. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.errors import HiveError, Incomplete

__all__ = ("error_text",)


def error_text(error: HiveError) -> str:
    """One line; of an incomplete reading the summary of its verdict."""
    return error.verdict.summary() if isinstance(error, Incomplete) else str(error)
