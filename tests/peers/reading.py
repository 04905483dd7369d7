"""Runs one peer over one hive and gives what it read. A peer that is missing skips the test, loudly."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

_HERE = Path(__file__).parent
_PROJECT = _HERE.parent.parent
#: hivex is a Debian package and lives in the system's Python alone
_SYSTEM_PYTHON = Path("/usr/bin/python3")
#: environments whose name is not the peer's
_ENVIRONMENTS = {"dissect": "dissect-regf"}
_SECONDS = 60

#: ["key", names] or ["value", names, name or None, type, raw in hex]
Record = list[Any]


class PeerFailed(Exception):
    """The peer gave up; the text is the last line that it wrote."""


def read_with(peer: str, hive: bytes, folder: Path) -> list[Record]:
    """What `peer` delivers of this hive, in its order."""
    return read_all_with(peer, [hive], folder)[0]


def read_all_with(peer: str, hives: list[bytes], folder: Path) -> list[list[Record]]:
    """What `peer` delivers of each of these hives: it is started once."""
    files = [folder / f"{peer}{number}.hive" for number in range(len(hives))]
    for file, hive in zip(files, hives, strict=True):
        file.write_bytes(hive)
    command = [str(_interpreter(peer)), str(_HERE / f"{peer}_records.py"), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)
    if done.returncode:
        raise PeerFailed((done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1])
    found: list[list[Record]] = []
    for line in done.stdout.splitlines():
        record = json.loads(line)
        if record[0] == "hive":
            found.append([])
        else:
            found[-1].append(record)
    return found


def _interpreter(peer: str) -> Path:
    if peer == "hivex":
        probe = [str(_SYSTEM_PYTHON), "-c", "import hivex"]
        if not _SYSTEM_PYTHON.exists() or subprocess.run(probe, capture_output=True, check=False).returncode:
            pytest.skip("hivex is not here: make peers-setup (or apt-get install python3-hivex)")
        return _SYSTEM_PYTHON
    python = _PROJECT / ".peers" / _ENVIRONMENTS.get(peer, peer) / "bin" / "python"
    if not python.exists():
        pytest.skip(f"{peer} is not here: make peers-setup")
    return python
