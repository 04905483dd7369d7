"""Fails if the environment has a `.pth` file that is not known: they cost every start, and may run code.

    hooks.py

Looks at the environment whose interpreter runs it. For: .ci/run, on the environment of the tools.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

KNOWN = {
    "_editable_impl_hiveguard.pth": "HiveGuard itself, from src/ (a path, no code)",
    "a1_coverage.pth": "coverage, for child processes; does nothing unless asked by the environment",
    "distutils-precedence.pth": "setuptools, which venv installs before Python 3.12",
}


def main() -> int:
    unknown = []
    for folder in sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}):
        for path in sorted(Path(folder).glob("*.pth")):
            print(f"hooks: {path.name}: {KNOWN.get(path.name, 'NOT KNOWN')}")
            if path.name not in KNOWN:
                unknown.append(path.name)
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
