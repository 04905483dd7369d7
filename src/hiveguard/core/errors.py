"""The errors of HiveGuard: one root, leaves by what happened and what to do about it.

Nothing foreign leaves the library (no ``struct.error``, ``KeyError``, ``OSError``): whatever goes
wrong while a registry is read is one of these, or a finding in a verdict.

Must not know: any registry. Source: HiveGuard's own contract.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .verdict import Verdict

__all__ = ("BadArgument", "HiveError", "Incomplete", "NotAHive", "NotFound", "Unreadable")


class HiveError(Exception):
    """The root of all errors that HiveGuard raises. Its text is one line: what, why, what to do."""


class BadArgument(HiveError, ValueError):
    """An argument has a value that means nothing; the text names what would."""


class NotAHive(HiveError):
    """The bytes are not a registry hive; the text says what they look like instead."""


class NotFound(HiveError):
    """The key or value is not there, and every list on the way was read whole."""


class Unreadable(HiveError):
    """The file cannot be opened or read at all: missing, a folder, no permission, an I/O error.

    ``errno`` is the system's code (None when the system was not asked).
    """

    def __init__(self, text: str, errno: int | None = None) -> None:
        super().__init__(text)
        self.errno = errno


class Incomplete(HiveError):
    """A read ended, and what was delivered is not known to be all.

    ``verdict`` says how it ended and on what evidence; ``items`` holds what a listing delivered
    (a walk has delivered its keys already, so it is empty there).
    """

    def __init__(self, verdict: Verdict, items: tuple[object, ...] = ()) -> None:
        self.verdict = verdict
        self.items = items
        super().__init__(f'{verdict.summary()}; pass on_incomplete="record" to take what there is')
