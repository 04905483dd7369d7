"""The environment in which HiveGuard is measured: the built wheel in a bare venv of the system's Python.

No start-up hooks (.pth files), compiled bytecode, no pip beside it: what a user gets who installs
the wheel. It is made again whenever a source file is newer than it.
"""

from __future__ import annotations

import platform
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
#: what tests run with: it has the extras
DEVELOPMENT = ROOT / ".venv" / "bin" / "python"
FOLDER = ROOT / ".cache" / "bench"
SYSTEM_PYTHON = "/usr/bin/python3"
TOOLS_PYTHON = ROOT / ".venv" / "bin" / "python"  # has build, hatchling and pip


class Environment(NamedTuple):
    """A venv with the wheel in it, and the facts that a reader of the numbers must know."""

    python: str
    command: str
    version: str
    modules_at_start: int
    pth_files: tuple[str, ...]
    bytecode_cached: bool


def prepare() -> Environment:
    """Build the wheel and install it, unless that was done since the last change of the sources."""
    python = FOLDER / "bin" / "python"
    stamp = FOLDER / "installed"
    sources = [*ROOT.glob("src/**/*.py"), ROOT / "pyproject.toml"]
    if not stamp.exists() or stamp.stat().st_mtime < max(path.stat().st_mtime for path in sources):
        _install(python)
        stamp.touch()
    return _describe(python)


def _install(python: Path) -> None:
    _quietly([SYSTEM_PYTHON, "-m", "venv", "--without-pip", "--clear", str(FOLDER)])
    with tempfile.TemporaryDirectory() as folder:
        build = [str(TOOLS_PYTHON), "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, str(ROOT)]
        _quietly(build)
        [wheel] = Path(folder).glob("*.whl")
        pip = [str(TOOLS_PYTHON), "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps"]
        _quietly([*pip, "--compile", str(wheel)])


def _quietly(command: list[str]) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def _describe(python: Path) -> Environment:
    code = "import sys; print(len(sys.modules)); print(sys.version.split()[0])"
    bare = subprocess.run([str(python), "-c", code], check=True, capture_output=True, text=True)
    modules, version = bare.stdout.split()
    [packages] = FOLDER.glob("lib/python*/site-packages")
    sources = list(packages.glob("hiveguard/**/*.py"))
    cached = all(list((path.parent / "__pycache__").glob(f"{path.stem}.*.pyc")) for path in sources)
    hooks = tuple(sorted(path.name for path in packages.glob("*.pth")))
    return Environment(str(python), str(FOLDER / "bin" / "hiveguard"), version, int(modules), hooks, cached)


def machine() -> str:
    """One line on where the numbers were made."""
    processor = platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            processor = line.split(":", 1)[1].strip()
            break
    return f"{platform.system()} {platform.release().split('-')[0]}, {processor}"
