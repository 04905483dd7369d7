"""HiveGuard's errors as the ``OSError`` that Windows' calls end in, with ``winerror`` set.

Must not know: keys. Sources: Microsoft, "System Error Codes"; which class of error a code becomes is that of
CPython (Objects/exceptions.c, PC/errmap.h).
"""

from __future__ import annotations

import errno

from ..core.ending import Ending
from ..core.errors import (
    AccessDenied,
    AlreadyThere,
    BadArgument,
    Ended,
    HandleClosed,
    HiveBusy,
    HiveError,
    Incomplete,
    NotAHive,
    NotFound,
    NotWritten,
    Unreadable,
)

__all__ = (
    "ACCESS_DENIED",
    "BAD_NETPATH",
    "BAD_PATHNAME",
    "FILE_NOT_FOUND",
    "INVALID_DATA",
    "INVALID_HANDLE",
    "INVALID_PARAMETER",
    "NO_MORE_ITEMS",
    "REGISTRY_CORRUPT",
    "as_windows",
    "windows_error",
)

FILE_NOT_FOUND = 2
ACCESS_DENIED = 5
INVALID_HANDLE = 6
INVALID_DATA = 13
BAD_NETPATH = 53
INVALID_PARAMETER = 87
BAD_PATHNAME = 161
ALREADY_EXISTS = 183
NO_MORE_ITEMS = 259
REGISTRY_CORRUPT = 1015
REGISTRY_IO_FAILED = 1016
NOT_REGISTRY_FILE = 1017
KEY_DELETED = 1018
SHARING_VIOLATION = 32
DISK_FULL = 112

#: code to the errno that it has in Python, and its words
_CODES = {
    FILE_NOT_FOUND: (errno.ENOENT, "The system cannot find the file specified"),
    ACCESS_DENIED: (errno.EACCES, "Access is denied"),
    INVALID_HANDLE: (errno.EBADF, "The handle is invalid"),
    INVALID_DATA: (errno.EINVAL, "The data is invalid"),
    SHARING_VIOLATION: (errno.EACCES, "The process cannot access the file because it is being used by another process"),
    BAD_NETPATH: (errno.ENOENT, "The network path was not found"),
    INVALID_PARAMETER: (errno.EINVAL, "The parameter is incorrect"),
    DISK_FULL: (errno.ENOSPC, "There is not enough space on the disk"),
    BAD_PATHNAME: (errno.ENOENT, "The specified path is invalid"),
    ALREADY_EXISTS: (errno.EEXIST, "Cannot create a file when that file already exists"),
    NO_MORE_ITEMS: (errno.EINVAL, "No more data is available"),
    REGISTRY_CORRUPT: (errno.EINVAL, "The registry is corrupted"),
    REGISTRY_IO_FAILED: (errno.EINVAL, "An I/O operation initiated by the registry failed unrecoverably"),
    NOT_REGISTRY_FILE: (errno.EINVAL, "The system has attempted to load or restore a file that is not a registry file"),
    KEY_DELETED: (errno.EINVAL, "Illegal operation attempted on a registry key that has been marked for deletion"),
}

_OF_ERROR: tuple[tuple[type[HiveError], int], ...] = (
    (NotFound, FILE_NOT_FOUND),
    (AccessDenied, ACCESS_DENIED),
    (HandleClosed, INVALID_HANDLE),
    (Ended, KEY_DELETED),
    (AlreadyThere, ALREADY_EXISTS),
    (HiveBusy, SHARING_VIOLATION),
    (NotAHive, NOT_REGISTRY_FILE),
    (BadArgument, INVALID_PARAMETER),
)
_OF_ERRNO = {
    errno.ENOENT: FILE_NOT_FOUND,
    errno.EACCES: ACCESS_DENIED,
    errno.EPERM: ACCESS_DENIED,
    errno.ENOSPC: DISK_FULL,
}


def windows_error(code: int, cause: str = "") -> OSError:
    """The error of a Windows code: FileNotFoundError for 2, PermissionError for 5, with ``winerror`` set."""
    number, words = _CODES[code]
    error = OSError(number, words)  # picks the class by the number, as on Windows
    error.winerror = code  # type: ignore[attr-defined,unused-ignore]  # known on Windows only
    if cause:
        error.add_note(cause)
    return error


def as_windows(error: HiveError) -> OSError:
    """The same of one of HiveGuard's own errors, whose sentence is kept as a note."""
    if isinstance(error, (Unreadable, NotWritten)):
        return windows_error(_OF_ERRNO.get(error.errno or 0, REGISTRY_IO_FAILED), str(error))
    if isinstance(error, Incomplete) and error.verdict.ending is Ending.DAMAGED:
        return windows_error(REGISTRY_CORRUPT, str(error))
    code = next((code for kind, code in _OF_ERROR if isinstance(error, kind)), REGISTRY_IO_FAILED)
    return windows_error(code, str(error))
