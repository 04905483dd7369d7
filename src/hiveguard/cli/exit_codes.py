"""What the command line's exit codes mean: one table.

Source: HiveGuard's own contract (README, "Exit codes").
"""

from __future__ import annotations

from ..core.ending import Ending
from ..core.errors import (
    AccessDenied,
    AlreadyThere,
    BadArgument,
    Ended,
    HiveBusy,
    HiveError,
    Incomplete,
    NotAHive,
    NotATrace,
    NotFound,
    NotWritten,
    Unavailable,
    Unreadable,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..core.verdict import Verdict

__all__ = (
    "CANNOT_READ",
    "COMPLETE",
    "MEANINGS",
    "NOT_THERE",
    "USAGE",
    "gravest",
    "of_ending",
    "of_error",
    "of_signal",
    "of_verdict",
)

COMPLETE = 0
NOT_THERE = 1
USAGE = 2
CANNOT_READ = 3
FAILED = 9

#: code to what it means, for the help and the manual
MEANINGS = {
    0: "complete; or stopped by a bound that was asked for",
    1: "the key, value or match asked for is not there; diff found differences",
    2: "usage: a bad option or pattern",
    3: "cannot be read at all: missing, a folder, empty, not a hive, no permission",
    4: "damaged: a part is unreadable, everything reachable was delivered",
    5: "not proven, changed while it was read, or stopped by a safety limit",
    6: "the key was deleted, the hive unloaded (its file removed or replaced), or the handle closed",
    7: "access denied by the registry itself",
    8: "the source is unavailable",
    9: "failed",
    129: "ended by SIGHUP (the terminal was closed)",
    130: "ended by SIGINT (Ctrl-C)",
    143: "ended by SIGTERM",
}

_OF_ENDING = {
    Ending.COMPLETE: COMPLETE,
    Ending.UNPROVEN: 5,
    Ending.STOPPED: 5,
    Ending.CHANGED: 5,
    Ending.LOST: 5,
    Ending.ACCESS_DENIED: 7,
    Ending.DAMAGED: 4,
    Ending.KEY_DELETED: 6,
    Ending.HIVE_UNLOADED: 6,
    Ending.HANDLE_CLOSED: 6,
    Ending.UNAVAILABLE: 8,
    Ending.FAILED: FAILED,
}
_OF_ERROR = (
    (BadArgument, USAGE),
    (NotFound, NOT_THERE),
    (NotAHive, CANNOT_READ),
    (NotATrace, CANNOT_READ),
    (Unreadable, CANNOT_READ),
    (NotWritten, FAILED),
    (AlreadyThere, CANNOT_READ),
    (HiveBusy, 8),
    (Unavailable, 8),
    (AccessDenied, 7),
    (Ended, 6),
)
#: the order of gravity over several inputs, mildest first
_GRAVITY = (0, 1, 5, 7, 4, 6, 8, 3, 9)


def of_ending(ending: Ending) -> int:
    """The exit code of an ending."""
    return _OF_ENDING[ending]


def of_verdict(verdict: Verdict) -> int:
    """The exit code of a verdict: what was stopped as the caller asked is as good as complete."""
    if verdict.ending is Ending.STOPPED and verdict.stopped_by == "caller":
        return COMPLETE
    return of_ending(verdict.ending)


def of_error(error: HiveError) -> int:
    """The exit code of an error."""
    if isinstance(error, Incomplete):
        return of_ending(error.verdict.ending)
    return next((code for kind, code in _OF_ERROR if isinstance(error, kind)), FAILED)


def of_signal(number: int) -> int:
    """The exit code after a signal, as shells report it."""
    return 128 + number


def gravest(one: int, other: int) -> int:
    """The graver of two exit codes."""
    return max(one, other, key=lambda code: _GRAVITY.index(code) if code in _GRAVITY else len(_GRAVITY))
