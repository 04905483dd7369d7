"""The hives that are measured, by their name in the corpus; every number names its hive."""

from __future__ import annotations

from pathlib import Path

from tools import shared_folder

WALKED = ("system-dfwinreg/SYSTEM", "big/big-26.hive", "big/big-70.hive")
WITH_LOGS = "system-b/SYSTEM_B"
LARGEST = "big/big-70.hive"

# Clean hives, a key and a value in each: shallow, deep, and past a large list of subkeys.
LOOKED_UP = (
    ("system-dfwinreg/SYSTEM", "Select", "Current"),
    ("system-16mb/SYSTEM", "ControlSet001\\Control\\Session Manager\\Memory Management", "PagingFiles"),
    (
        "ntuser-xp/NTUSER.DAT",
        "Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\Shell Folders",
        "Desktop",
    ),
)


def folder() -> Path:
    """The unpacked corpus. Raises SystemExit with one line where there is none: numbers need real hives."""
    unpacked = shared_folder.unpack()
    if unpacked is None:
        raise SystemExit(f"bench: {shared_folder.ABSENT}")
    return unpacked
