"""CPython's own test_winreg, run against the drop-in: prints one line a test, for `test_winreg_suite`.

Run as ``python winreg_suite.py FOLDER``; FOLDER holds ``test/test_winreg.py`` and ``test/support`` of this very
minor version of Python. The four shims make the file believe that it is on a 64-bit Windows 10.
"""

from __future__ import annotations

import os
import platform
import sys
import unittest

sys.path.insert(0, sys.argv[1])
import hiveguard.winreg

sys.modules["winreg"] = hiveguard.winreg
sys.getwindowsversion = lambda: (10, 0, 19045, 2, "")
platform.machine = lambda: "AMD64"
os.environ["windir"] = r"C:\Windows"  # noqa: SIM112  # the name that the tests ask for


class Outcomes(unittest.TestResult):
    def tell(self, test: unittest.TestCase, outcome: str) -> None:
        print(test.id().removeprefix("test.test_winreg."), outcome, sep="\t", flush=True)

    def addSuccess(self, test: unittest.TestCase) -> None:
        self.tell(test, "passed")

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        self.tell(test, f"skipped: {reason}")

    def addFailure(self, test: unittest.TestCase, error: object) -> None:
        self.tell(test, f"FAILED: {error[1]!r}")

    addError = addFailure


from test import test_winreg  # noqa: E402

unittest.defaultTestLoader.loadTestsFromModule(test_winreg).run(Outcomes())
