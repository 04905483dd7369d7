"""Finds the shared folder with the corpus of real hives, and unpacks the corpus into a cache.

For: tests and bench/. The folder lies beside the repository, or where HIVEGUARD_SHARED says. It is
read only; its hives go to .cache/corpus. Standard library only.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "corpus"
ABSENT = "shared/ is absent: set HIVEGUARD_SHARED to the folder with corpus/, or put it beside this one"


def find() -> Path | None:
    """The shared folder, or None where there is none."""
    named = os.environ.get("HIVEGUARD_SHARED")
    folder = Path(named) if named else ROOT.parent / "shared"
    return folder if (folder / "corpus" / "unpack").is_file() else None


def unpack() -> Path | None:
    """Unpack all hives (checked by sha256); the folder GROUP/NAME, or None without a shared folder.

    Raises subprocess.CalledProcessError if the corpus is there but does not unpack.
    """
    shared = find()
    if shared is None:
        return None
    CACHE.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(shared / "corpus" / "unpack"), "--quiet", str(CACHE)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return CACHE
