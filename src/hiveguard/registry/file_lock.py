"""An advisory lock on an open file: one writer, in this process or any other; it dies with its process.

Must not know: hives. Sources: flock(2); Microsoft, "_locking" (C run-time library).
"""

from __future__ import annotations

import errno
import os
import sys

__all__ = ("LockTaken", "is_taken", "lock")

_TAKEN = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK)

# Settled once, by the machine: a program under test may be told later that it runs on another one.
if sys.platform == "win32":
    import msvcrt

    _BYTE = 1 << 62  # Windows locks bytes: one that no hive has

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    _share = _lock

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _share(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)


class LockTaken(Exception):  # an answer, not an error
    """Somebody else has the file locked."""


def lock(descriptor: int) -> None:
    """Lock an open file until it is closed. Raises `LockTaken`; a file system that knows no locks raises `OSError`."""
    try:
        _lock(descriptor)
    except OSError as error:
        if error.errno in _TAKEN:
            raise LockTaken from None
        raise


def is_taken(path: str) -> bool:
    """Whether somebody has the file at a path locked now. Raises `OSError` when it cannot be opened."""
    with open(path, "rb") as file:
        try:
            _share(file.fileno())
        except OSError as error:
            if error.errno in _TAKEN:
                return True
            raise
    return False
