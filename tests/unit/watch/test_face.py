"""`hiveguard.watch` is a function for people and a room for the import system, in whichever order it is met."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "before", ["", "import hiveguard.watch.record", "hiveguard.watch", "from hiveguard.watch.judge import Judge"]
)
def test_it_can_be_called_whatever_was_imported_before(before: str) -> None:
    script = f"""
import hiveguard
{before}
import hiveguard.watch.files
try:
    hiveguard.watch()
except hiveguard.BadArgument as error:
    print(error)
from hiveguard import watch
assert callable(watch)
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.startswith("nothing to watch")
