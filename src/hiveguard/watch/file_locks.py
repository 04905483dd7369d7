"""Which files somebody has locked, as the kernel lists it: asking by a lock of one's own would be in the others' way.

Must not know: hives. Source: proc(5), "/proc/locks".
"""

from __future__ import annotations

import os

TYPE_CHECKING = False

__all__ = ("locked_files",)

_LOCKS = "/proc/locks"
_MOST = 1 << 20  # bytes of the list


def locked_files() -> frozenset[tuple[int, int]] | None:
    """(device, inode) of every file with an exclusive lock of flock(2); None where the system does not tell."""
    try:
        with open(_LOCKS, "rb") as file:
            lines = file.read(_MOST).splitlines()
    except OSError:
        return None
    found = set()
    for line in lines:
        words = line.split()
        if len(words) < 6 or words[1] != b"FLOCK" or words[3] != b"WRITE":
            continue
        try:
            major, minor, inode = words[5].split(b":")
            found.add((os.makedev(int(major, 16), int(minor, 16)), int(inode)))
        except ValueError:
            continue
    return frozenset(found)
