"""Makes one environment for each hive reader that HiveGuard is compared with, under .peers/.

    peers.py [--apt-tools] [--list] [NAME ...]

For: `make test` (agreement of readers), `make bench`, `make peers`. Each Python peer gets a
virtual environment of its own, made from the system's interpreter (python3-hivex exists only
there), with locked and hashed packages from requirements/peers/NAME.txt. A licence such as
dissect.regf's (AGPL) therefore never meets HiveGuard's own environment. What cannot be had is said
loudly, with the reason, and is never an error: the exit status is 0.

Must not know: HiveGuard. Standard library only, so that any interpreter can run it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".peers"
LOCKS = ROOT / "requirements" / "peers"
STATUS = PEERS / "status.json"
SYSTEM_PYTHON = "/usr/bin/python3"
INSTALL_SECONDS = 600


class Peer(NamedTuple):
    """A library that reads hives from Python, and how to have it."""

    name: str
    module: str
    distribution: str  # as PyPI names it; for an apt peer the Debian package
    licence: str
    from_apt: bool = False


LIBRARIES = (
    Peer("hivex", "hivex", "python3-hivex", "LGPL-2.1", from_apt=True),
    Peer("dissect-regf", "dissect.regf", "dissect.regf", "AGPL-3.0"),
    Peer("libregf", "pyregf", "libregf-python", "LGPL-3.0"),
    Peer("python-registry", "Registry", "python-registry", "Apache-2.0"),
    Peer("regipy", "regipy", "regipy", "MIT"),
    Peer("regipy-rs", "regipy_rs", "regipy-rs", "MIT"),
    Peer("regrs", "regrs", "regrs", "MIT"),
)

#: What stands in for Windows' registry as the drop-in does; it reads no hives.
STAND_INS = (Peer("fake-winreg", "fake_winreg", "fake-winreg", "MIT"),)

#: Readers of recorded traces (.etl).
TRACE_READERS = (
    Peer("dissect-etl", "dissect.etl", "dissect.etl", "AGPL-3.0"),
    Peer("etl-parser", "etl.etl", "etl-parser", "Apache-2.0"),
)

# Programs for the table of bad hives, by the Debian package that brings them.
APT_TOOLS = {
    "reglookup": "reglookup",
    "reged": "chntpw",
    "hivexml": "libhivex-bin",
    "hivexregedit": "libwin-hivex-perl",
    "regfexport": "libregf-utils",
    "regfinfo": "libregf-utils",
    "regripper": "regripper",
}


class Unavailable(Exception):
    """A peer cannot be had here; the text says why."""


def run(command: list[str]) -> None:
    """Run quietly; Unavailable with the last line that the command printed if it fails."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
    except FileNotFoundError as error:
        raise Unavailable(f"{command[0]} is not there") from error
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"{Path(command[0]).name} took more than {INSTALL_SECONDS} s") from error
    if done.returncode:
        lines = [line for line in done.stdout.splitlines() if line.strip()] or ["no output"]
        raise Unavailable(f"{Path(command[0]).name} ended with {done.returncode}: {lines[-1].strip()}")


class Apt:
    """apt-get, with one `update` at most, only when an install failed without it."""

    def __init__(self) -> None:
        self._updated = False

    def install(self, package: str) -> None:
        if shutil.which("apt-get") is None:
            raise Unavailable(f"no apt-get here to install {package}")
        if os.geteuid() != 0:
            raise Unavailable(f"apt-get install {package} needs root")
        command = ["apt-get", "install", "-qq", "-y", "--no-install-recommends", package]
        try:
            run(command)
        except Unavailable:
            if self._updated:
                raise
            self._updated = True
            run(["apt-get", "update", "-qq"])
            run(command)


def imports(python: str, module: str) -> bool:
    command = [python, "-c", f"import {module}"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def version(python: str, peer: Peer) -> str:
    """The version that is installed, as its packager names it."""
    if peer.from_apt:
        command = ["dpkg-query", "-W", "-f", "${Version}", peer.distribution]
    else:
        code = f"import importlib.metadata as m; print(m.version({peer.distribution!r}))"
        command = [python, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def python_of(peer: Peer) -> str:
    """The interpreter in which the peer is (or would be) installed."""
    return SYSTEM_PYTHON if peer.from_apt else str(PEERS / peer.name / "bin" / "python")


def provide(peer: Peer, apt: Apt) -> str:
    """Make the peer importable; returns its interpreter."""
    python = python_of(peer)
    if peer.from_apt:
        if not imports(python, peer.module):
            apt.install(peer.distribution)
    else:
        lock = LOCKS / f"{peer.name}.txt"
        stamp = PEERS / peer.name / "installed.txt"
        if not (stamp.exists() and stamp.read_bytes() == lock.read_bytes() and Path(python).exists()):
            make_environment(PEERS / peer.name, lock, apt)
            stamp.write_bytes(lock.read_bytes())
    if not imports(python, peer.module):
        raise Unavailable(f"installed, but `import {peer.module}` fails in {python}")
    return python


def make_environment(folder: Path, lock: Path, apt: Apt) -> None:
    if not Path(SYSTEM_PYTHON).exists():
        raise Unavailable(f"no {SYSTEM_PYTHON} here")
    shutil.rmtree(folder, ignore_errors=True)
    if not imports(SYSTEM_PYTHON, "ensurepip"):
        apt.install("python3-venv")
    run([SYSTEM_PYTHON, "-m", "venv", str(folder)])
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run([*pip, "--require-hashes", "-r", str(lock)])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these peers")
    parser.add_argument("--apt-tools", action="store_true", help="also the programs for the table of bad hives")
    parser.add_argument("--list", action="store_true", help="only tell what is known")
    asked = parser.parse_args(arguments)
    known = {peer.name: peer for peer in (*LIBRARIES, *STAND_INS, *TRACE_READERS)}
    for name in asked.names:
        if name not in known:
            parser.error(f"no peer named {name!r}; known: {', '.join(known)}")
    if asked.list:
        for peer in known.values():
            print(f"{peer.name:16} {peer.distribution:16} {peer.licence}")
        return 0

    PEERS.mkdir(exist_ok=True)
    apt = Apt()
    status: dict[str, dict[str, str]] = json.loads(STATUS.read_text()) if STATUS.exists() else {}
    for peer in [known[name] for name in asked.names or known]:
        try:
            python = provide(peer, apt)
        except Unavailable as reason:
            status[peer.name] = {"skipped": str(reason)}
            print(f"peers: SKIPPED {peer.name}: {reason}", file=sys.stderr)
            continue
        status[peer.name] = {"python": python, "version": version(python, peer)}
        print(f"peers: {peer.name} {status[peer.name]['version']}", file=sys.stderr)
    if asked.apt_tools:
        for program, package in APT_TOOLS.items():
            try:
                if shutil.which(program) is None:
                    apt.install(package)
                print(f"peers: {program} ({package})", file=sys.stderr)
            except Unavailable as reason:
                print(f"peers: SKIPPED {program}: {reason}", file=sys.stderr)
    STATUS.write_text(json.dumps(status, indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
