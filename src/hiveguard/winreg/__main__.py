"""``python -m hiveguard.winreg PROGRAM.py [arguments]``: run a program whose ``import winreg`` gets the drop-in.

``-m MODULE`` instead of a file runs a module. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import os
import runpy
import sys
from importlib.util import find_spec

from hiveguard.winreg import install


def _run(words: list[str]) -> None:
    if not words or words == ["-m"]:
        sys.exit("usage: python -m hiveguard.winreg PROGRAM.py [arguments]   (or -m MODULE [arguments])")
    install()
    if words[0] == "-m":
        sys.argv = words[1:]
        if find_spec(words[1].partition(".")[0]) is None:
            sys.exit(f"{sys.executable}: No module named {words[1]}")
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
        return
    sys.argv = words
    if not os.path.exists(words[0]):
        sys.exit(f"{words[0]}: no such file; name a Python program")
    if os.path.isfile(words[0]):
        sys.path[0] = os.path.dirname(os.path.abspath(words[0]))  # as Python itself does for a program
    runpy.run_path(words[0], run_name="__main__")


if __name__ == "__main__":
    _run(sys.argv[1:])
