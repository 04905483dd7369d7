"""``python -m hiveguard.winreg PROGRAM.py [arguments]``: run a program whose ``import winreg`` gets the drop-in.

``-m MODULE`` instead of a file runs a module. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import runpy
import sys

from hiveguard.winreg import install

if __name__ == "__main__":
    words = sys.argv[1:]
    if not words or words == ["-m"]:
        sys.exit("usage: python -m hiveguard.winreg PROGRAM.py [arguments]   (or -m MODULE [arguments])")
    install()
    if words[0] == "-m":
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = words
        runpy.run_path(words[0], run_name="__main__")
