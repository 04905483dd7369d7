"""An advisory lock on an open file: one writer, in this process or any other; it dies with its process.

Must not know: hives. Sources: flock(2); Microsoft, "_locking" (C run-time library).
"""

from __future__ import annotations

import errno
import sys

__all__ = ("LockTaken", "is_taken", "lock")

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_TAKEN = (errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK)
_BYTE = 1 << 62  #: Windows locks bytes: one that no hive has


class LockTaken(Exception):  # an answer, not an error
    """Somebody else has the file locked."""


def lock(descriptor: int) -> None:
    """Lock an open file until it is closed. Raises `LockTaken`; a file system that knows no locks raises `OSError`."""
    try:
        if sys.platform == "win32":
            import os

            os.lseek(descriptor, _BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _TAKEN:
            raise LockTaken from None
        raise


def is_taken(path: str) -> bool:
    """Whether somebody has the file at a path locked now. Raises `OSError` when it cannot be opened."""
    with open(path, "rb") as file:
        try:
            if sys.platform == "win32":
                lock(file.fileno())
            else:
                fcntl.flock(file.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
        except LockTaken:
            return True
        except OSError as error:
            if error.errno in _TAKEN:
                return True
            raise
    return False
