"""`make demo`: a hive that is read while it changes, and one hive in four shapes.

Everything is made here by `hiveguard.testing`; no file of yours is touched.
"""

from __future__ import annotations

import time

import hiveguard
from demo import live_story, shapes


def main() -> None:
    """The live story, then the shapes."""
    started = time.monotonic()
    print(f"HiveGuard {hiveguard.__version__}: registries that change and vanish under their reader.\n")
    live_story.main()
    shapes.main()
    print(f"That took {time.monotonic() - started:.1f} s. Now your own, copied from C:\\Users\\<you>:\n")
    print("    .venv/bin/hiveguard check NTUSER.DAT")
    print("    .venv/bin/hiveguard ls NTUSER.DAT 'Software\\Microsoft\\Windows\\CurrentVersion\\Run'")
    print("    .venv/bin/hiveguard shell NTUSER.DAT")


if __name__ == "__main__":
    main()
