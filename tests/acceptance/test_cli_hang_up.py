"""A terminal that is closed: what runs ends as with any other signal, and leaves nothing behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from hiveguard.testing import HiveBuilder
from tests.acceptance.program import PROGRAM, environment
from tests.acceptance.test_cli_watch import HANGS, SECONDS, is_running

# Who runs the tests may have said nohup themselves.
STARTED = "import os, signal, sys; signal.signal(signal.SIGHUP, signal.{}); os.execv(sys.argv[1], sys.argv[1:])"


def watching(folder: Path, *words: str, begins_with: str = "SIG_DFL") -> subprocess.Popen[bytes]:
    """A watch that has shown its first record."""
    (folder / "NTUSER.DAT").write_bytes(HiveBuilder().build())
    process = subprocess.Popen(
        [sys.executable, "-c", STARTED.format(begins_with), *PROGRAM, "watch", *words, "."],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment(),
        bufsize=0,
    )
    assert process.stdout is not None
    assert process.stdout.readline()
    return process


def test_it_ends_with_its_verdict(tmp_path: Path) -> None:
    process = watching(tmp_path)
    process.send_signal(signal.SIGHUP)
    out, err = process.communicate(timeout=SECONDS)
    last = json.loads(out.splitlines()[-1])
    assert (process.returncode, last["kind"], last["exit_code"]) == (129, "end", 129), err
    assert "ended by SIGHUP" in last["reasons"]


def test_the_command_that_runs_is_ended_with_it(tmp_path: Path) -> None:
    process = watching(tmp_path, "--on", "inventory", "--exec", f"{HANGS.replace('wait', 'echo >&2; wait')}")
    assert process.stderr is not None
    assert process.stderr.readline()  # the command runs, and its child
    process.send_signal(signal.SIGHUP)
    _, err = process.communicate(timeout=SECONDS)
    assert process.returncode == 129, err
    assert not is_running(tmp_path / "shell")
    assert not is_running(tmp_path / "child")


def test_under_nohup_it_goes_on(tmp_path: Path) -> None:
    process = watching(tmp_path, begins_with="SIG_IGN")
    process.send_signal(signal.SIGHUP)
    (tmp_path / "NEW.DAT").write_bytes(HiveBuilder().build())
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line).get("event") == "loaded":
            break
    else:
        pytest.fail("it ended")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=SECONDS)
    assert process.returncode == 130
