"""Runs the real program as users do: a process of its own, bytes in and bytes out.

Must not know: what the verbs do.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

#: the program, as argument words
PROGRAM = (sys.executable, "-W", "error", "-m", "hiveguard")
SECONDS = 60


class Ended(NamedTuple):
    """How a run ended."""

    code: int
    out: bytes
    err: bytes

    @property
    def records(self) -> list[dict[str, Any]]:
        """Standard output as JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def told(self) -> str:
        """Standard error as text; never a traceback."""
        text = self.err.decode()
        assert "Traceback" not in text, text
        return text


def environment(**changes: str | None) -> dict[str, str]:
    """This process's environment without what would change the program's output, and with `changes`."""
    kept = {
        name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "PYTHONIOENCODING")
    }
    return {name: value for name, value in {**kept, **changes}.items() if value is not None}


def run(
    *words: str | bytes | Path,
    stdin: bytes | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdout: int | None = subprocess.PIPE,
) -> Ended:
    """Run `hiveguard` with these words to its end."""
    done = subprocess.run(
        [*PROGRAM, *map(os.fspath, words)],
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        stdout=stdout,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env=dict(env) if env is not None else environment(),
        timeout=SECONDS,
        check=False,
    )
    ended = Ended(done.returncode, done.stdout or b"", done.stderr)
    assert b"Traceback" not in ended.err, ended.err.decode(errors="replace")
    return ended


def shell(script: str, *, cwd: Path, **variables: str) -> Ended:
    """Run a script in bash; `$hiveguard` (unquoted) is the program."""
    done = subprocess.run(
        ["bash", "-c", script],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=cwd,
        env=environment(hiveguard=" ".join(PROGRAM), **variables),
        timeout=SECONDS,
        check=False,
    )
    ended = Ended(done.returncode, done.stdout, done.stderr)
    assert b"Traceback" not in ended.err, ended.err.decode(errors="replace")
    return ended
