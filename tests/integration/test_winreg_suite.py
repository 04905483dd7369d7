"""CPython's own tests of winreg pass against the drop-in, for every Python that is here; only what needs Windows
itself, a network or another version of it is skipped.

The tests are not kept here: they come from an installed Python's test package, or out of Debian's package of them.
"""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

SUITE = Path(__file__).with_name("winreg_suite.py")
SOURCE = Path(__file__).resolve().parents[2] / "src"
#: (test, what it needs) that runs nowhere today, not on Windows either
SKIPPED = {
    "LocalWinregTests.test_reflection_unsupported": "Windows XP",
    "RemoteWinregTests.test_remote_registry_works": "another computer",
    "Win64WinregTests.test_disable_reflection": "a Windows before 7",
    "Win64WinregTests.test_reflection": "a Windows before 7",
}
#: Python version to how many of its tests can run (newer ones have more)
RUN = {"3.11": 18, "3.12": 20, "3.13": 20}


def interpreters() -> list[str]:
    """Every Python of 3.11 or newer that is installed here, one of each minor version, this one first."""
    found = {f"{sys.version_info[0]}.{sys.version_info[1]}": sys.executable}
    for minor in range(11, 30):
        version = f"3.{minor}"
        kept = sorted(glob.glob(os.path.expanduser(f"~/.pyenv/versions/{version}.*/bin/python3")))
        for candidate in (*kept, shutil.which(f"python{version}")):
            if candidate and version not in found and works(candidate, version):
                found[version] = candidate
    return [f"{version}={path}" for version, path in found.items()]


def works(python: str, version: str) -> bool:
    """Whether it is what it looks like (a shim may be empty)."""
    script = "import sys; print('%d.%d' % sys.version_info[:2])"
    run = subprocess.run([python, "-c", script], capture_output=True, text=True, check=False)
    return run.stdout.strip() == version


@lru_cache
def folder_of_tests(python: str, version: str, scratch: Path) -> Path | str:
    """A folder whose package ``test`` holds test_winreg and its support, of this Python; or why there is none."""
    script = "import test, os, sysconfig; print(os.path.dirname(test.__file__))"
    run = subprocess.run([python, "-c", script], capture_output=True, text=True, check=False)
    installed = Path(run.stdout.strip() or "/nowhere")
    if (installed / "test_winreg.py").exists():
        return installed.parent
    if not (installed / "support").is_dir():
        return f"Python {version} has neither its tests nor their support; install CPython with its test package"
    package = f"libpython{version}-testsuite"
    if shutil.which("apt-get") is None:
        return f"the tests of Python {version} are not installed, and there is no apt-get to fetch {package} with"
    run = subprocess.run(["apt-get", "download", package], cwd=scratch, capture_output=True, text=True, check=False)
    archives = list(scratch.glob(f"{package}*.deb"))
    if not archives:
        return f"{package} cannot be had ({run.stderr.strip().splitlines()[-1:]}); install CPython with its tests"
    subprocess.run(["dpkg-deb", "-x", archives[0], scratch / "unpacked"], check=True)
    made = scratch / "tests" / "test"
    made.mkdir(parents=True)
    shutil.copy(scratch / "unpacked" / f"usr/lib/python{version}/test/test_winreg.py", made)
    shutil.copy(installed / "__init__.py", made)
    shutil.copytree(installed / "support", made / "support")
    return made.parent


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("winreg")


@pytest.mark.parametrize("interpreter", interpreters())
def test_every_test_that_can_run_passes(interpreter: str, scratch: Path) -> None:
    version, _, python = interpreter.partition("=")
    folder = folder_of_tests(python, version, scratch)
    if isinstance(folder, str):
        pytest.skip(folder)
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    environment.pop("HIVEGUARD_REGISTRY", None)
    run = subprocess.run(
        [python, SUITE, folder], capture_output=True, text=True, env=environment, cwd=scratch, timeout=100, check=False
    )
    outcomes = dict(line.split("\t") for line in run.stdout.splitlines())
    failed = {test: outcome for test, outcome in outcomes.items() if outcome.startswith("FAILED")}
    skipped = {test for test, outcome in outcomes.items() if outcome.startswith("skipped")}
    assert failed == {}, run.stderr
    assert skipped == set(SKIPPED)
    assert len(outcomes) - len(skipped) >= RUN.get(version, max(RUN.values())), run.stderr
