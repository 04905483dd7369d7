"""The folders that are kept open, in this process: never so many that others have no descriptor left.

Must not know: what is watched. Sources: open(2), getrlimit(2); HiveGuard's own contract.
"""

from __future__ import annotations

import os

from .limits import DESCRIPTORS_MOST, DESCRIPTORS_PART

__all__ = ("keep", "let_go")

_kept: set[int] = set()  # of all watches: the system counts for the whole process, too


def keep(path: str, identity: tuple[int, int]) -> int | None:
    """A folder's descriptor; None: whole paths must do. ``identity``: device and inode that it must have.

    Raises `OSError` for a folder that cannot be opened for its own sake. Where there is no descriptor left (EMFILE,
    ENFILE), that says nothing of the folder, which can still be listed once others have closed theirs.
    """
    if os.stat not in os.supports_dir_fd or len(_kept) >= _allowed():
        return None
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    except OSError as error:
        from errno import EMFILE, ENFILE

        if error.errno in (EMFILE, ENFILE):
            return None
        raise
    known = os.fstat(descriptor)
    if (known.st_dev, known.st_ino) != identity:  # it was replaced between the stat and now: what is asked is the path
        os.close(descriptor)
        return None
    _kept.add(descriptor)
    return descriptor


def let_go(descriptor: int) -> None:
    """Close it."""
    _kept.discard(descriptor)
    os.close(descriptor)


def _allowed() -> int:
    """A part of what this process may have: looks, listings and the rest of the program need some, too."""
    try:
        import resource
    except ImportError:
        return DESCRIPTORS_MOST
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return DESCRIPTORS_MOST if most == resource.RLIM_INFINITY else min(DESCRIPTORS_MOST, most // DESCRIPTORS_PART)
