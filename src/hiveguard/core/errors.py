"""The errors of HiveGuard: one root, leaves by what happened and what to do about it.

Nothing foreign leaves the library (no ``struct.error``, ``KeyError``, ``OSError``): whatever goes
wrong while a registry is read is one of these, or a finding in a verdict.

Must not know: any registry. Source: HiveGuard's own contract.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .verdict import Verdict

__all__ = (
    "AccessDenied",
    "AlreadyThere",
    "BadArgument",
    "Ended",
    "HandleClosed",
    "HiveBusy",
    "HiveError",
    "HiveUnloaded",
    "Incomplete",
    "InvalidTransition",
    "KeyDeleted",
    "NotAHive",
    "NotATrace",
    "NotFound",
    "NotWritten",
    "Unavailable",
    "Unreadable",
)


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


class NotATrace(HiveError):
    """The bytes are not a recorded trace; the text says what was missing."""


class NotWritten(HiveError):
    """A change did not reach its file; what was acknowledged before still stands. ``errno`` as in `Unreadable`."""

    def __init__(self, text: str, errno: int | None = None) -> None:
        super().__init__(text)
        self.errno = errno


class Unavailable(HiveError):
    """The source cannot be asked now."""

    ending = "UNAVAILABLE"


class AccessDenied(HiveError):
    """Refused by the registry itself: rights, handles that are open, subkeys that are there."""

    ending = "ACCESS_DENIED"


class AlreadyThere(HiveError):
    """The name is taken."""


class HiveBusy(HiveError):
    """The hive, or its file, is held by something that has to end first."""


class InvalidTransition(HiveError):
    """What was asked cannot happen in the state that the hive is in."""


class Ended(HiveError):
    """What a handle stands for is not there any more. ``ending``: the name of the `Ending` that a read gets."""

    ending = "FAILED"


class KeyDeleted(Ended):
    """The key under the handle was deleted."""

    ending = "KEY_DELETED"


class HiveUnloaded(Ended):
    """The hive under the handle was unloaded."""

    ending = "HIVE_UNLOADED"


class HandleClosed(Ended):
    """The handle was closed before."""

    ending = "HANDLE_CLOSED"


class Incomplete(HiveError):
    """A read ended, and what was delivered is not known to be all.

    ``verdict`` says how it ended and on what evidence; ``items`` holds what a listing delivered
    (a walk has delivered its keys already, so it is empty there).
    """

    def __init__(self, verdict: Verdict, items: tuple[object, ...] = ()) -> None:
        self.verdict = verdict
        self.items = items
        super().__init__(f'{verdict.summary()}; pass on_incomplete="record" to take what there is')
