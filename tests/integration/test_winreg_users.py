"""Packages from PyPI that use `winreg` run unchanged on Linux: their own code, in a process of its own, over a registry
that was written beside it.

They are installed once, with hashes, into a folder of their own under .cache; without a way to have them the tests are
skipped with the reason. One shim, in one test: platformdirs looks at `sys.platform` before it looks at the registry.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import hiveguard

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements" / "winreg-users.txt"
CACHE = ROOT / ".cache" / "winreg-users"
INSTALL_SECONDS = 100


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder with the packages of the lock file; another lock file gets another folder."""
    folder = CACHE / hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16]
    if folder.is_dir():
        return folder
    CACHE.mkdir(parents=True, exist_ok=True)
    made = tempfile.mkdtemp(dir=CACHE)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--require-hashes", "--only-binary", ":all:", "--target", made, "-r", str(LOCK)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    if run.returncode:
        shutil.rmtree(made)
        pytest.skip(f"the packages cannot be had: {(run.stderr.strip().splitlines() or ['pip says nothing'])[-1]}")
    try:
        os.rename(made, folder)
    except OSError:  # another worker was quicker
        shutil.rmtree(made)
    return folder


class Machine:
    """A folder with a registry, and programs that run over it."""

    def __init__(self, folder: Path, packages: Path) -> None:
        self.folder = folder
        self._packages = packages

    def set(self, key: str, **values: object) -> None:
        with hiveguard.Registry(self.folder / "hives") as registry, registry.create(key) as made:
            for name, data in values.items():
                made.set_value("" if name == "default" else name, data)  # type: ignore[arg-type]  # any of them

    def run(self, *words: str) -> list[str]:
        """The lines that a program prints."""
        path = os.pathsep.join((str(ROOT / "src"), str(self._packages)))
        run = subprocess.run(
            [sys.executable, "-m", "hiveguard.winreg", *words],
            env={"PATH": os.defpath, "PYTHONPATH": path, "HIVEGUARD_REGISTRY": str(self.folder / "hives")},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert run.returncode == 0, run.stderr
        return run.stdout.splitlines()

    def program(self, text: str) -> list[str]:
        (self.folder / "program.py").write_text(text, encoding="utf-8")
        return self.run("program.py")


@pytest.fixture
def machine(tmp_path: Path, packages: Path) -> Machine:
    (tmp_path / "hives").mkdir()
    return Machine(tmp_path, packages)


ZONE = r"HKLM\SYSTEM\CurrentControlSet\Control\TimeZoneInformation"


def test_tzlocal_finds_windows_zone(machine: Machine) -> None:
    program = "from tzlocal import win32\nprint(win32.get_localzone_name())\n"
    machine.set(ZONE, TimeZoneKeyName="W. Europe Standard Time\0\0rest")
    assert machine.program(program) == ["Europe/Berlin"]
    machine.set(ZONE, TimeZoneKeyName="W. Europe Standard Time", DynamicDaylightTimeDisabled=1)
    assert machine.program(program) == ["Etc/GMT-1"]


def test_tzlocal_tells_a_zone_that_nobody_knows(machine: Machine) -> None:
    machine.set(ZONE, TimeZoneKeyName="Atlantis Standard Time")
    program = (
        "import zoneinfo\nfrom tzlocal import win32\n"
        "try: win32.get_localzone_name()\n"
        "except zoneinfo.ZoneInfoNotFoundError as error: print(error.args[0])\n"
    )
    assert machine.program(program) == ["Atlantis Standard Time"]


def test_python_discovery_finds_registered_interpreters(machine: Machine) -> None:
    """Its own program: the keys of PEP 514 for the user, for the machine, and in the 32-bit view."""
    for root, tag, folder in (
        (r"HKCU\Software", "3.12", "user"),
        (r"HKLM\SOFTWARE", "3.11", "machine"),
        (r"HKLM\SOFTWARE\Wow6432Node", "3.10-32", "narrow"),
    ):
        # On Linux a whole Windows path is a name like any other: the file that it asks for lies in the working folder.
        (machine.folder / f"C:\\{folder}\\python.exe").touch()
        machine.set(
            rf"{root}\Python\PythonCore\{tag}", SysVersion=tag[:4], SysArchitecture="32bit" if "-" in tag else "64bit"
        )
        machine.set(rf"{root}\Python\PythonCore\{tag}\InstallPath", ExecutablePath=f"C:\\{folder}\\python.exe")
    machine.set(r"HKCU\Software\Python\PyLauncher", default="reserved")
    assert machine.run("-m", "python_discovery._windows._pep514") == [
        r"('PythonCore', 3, 10, 32, False, 'C:\\narrow\\python.exe', None)",
        r"('PythonCore', 3, 11, 64, False, 'C:\\machine\\python.exe', None)",
        r"('PythonCore', 3, 12, 64, False, 'C:\\user\\python.exe', None)",
    ]


def test_winregistry_makes_reads_and_deletes(machine: Machine) -> None:
    program = r"""
from datetime import datetime, timedelta, timezone
import winreg
from winregistry import open_key, open_value
with open_key("HKCU\\Software\\Mine", sub_key_ensure=True, sub_key_access=winreg.KEY_ALL_ACCESS) as key:
    key.set_value("text", "SZ", "kept")
    key.set_value("number", "DWORD", 7)
    key.set_value("list", "MULTI_SZ", ["a", "b"])
    key.create_key("Below\\Deeper").close()
    print(key.values_count, list(key.child_keys_names), [(v.name, v.data, v.type) for v in key.values])
    print(abs(key.modified_at.replace(tzinfo=timezone.utc) - datetime.now(timezone.utc)) < timedelta(hours=1))
    key.delete_value("list")
    key.delete_key("Below", recursive=True)
    print(key.values_count, key.child_keys_count)
with open_value("HKEY_CURRENT_USER\\Software\\Mine", "number", sub_key_access=winreg.KEY_ALL_ACCESS) as value:
    value.data = 8
try:
    with open_key("HKLM\\SOFTWARE\\Nowhere"): pass
except FileNotFoundError as error:
    print(error.winerror)
"""
    assert machine.program(program) == [
        "3 ['Below'] [('text', 'kept', 1), ('number', 7, 4), ('list', ['a', 'b'], 7)]",
        "True",
        "2 0",
        "2",
    ]
    with hiveguard.Registry(machine.folder / "hives") as registry, registry.open(r"HKCU\Software\Mine") as key:
        assert {value.name: value.data for value in key.values()} == {"text": "kept", "number": 8}


def test_platformdirs_reads_the_shell_folders(machine: Machine) -> None:
    folders = r"Software\Microsoft\Windows\CurrentVersion\Explorer\Shell Folders"
    machine.set(rf"HKCU\{folders}", **{"Local AppData": r"D:\Me\Local", "AppData": r"D:\Me\Roaming"})
    machine.set(rf"HKLM\{folders}", **{"Common AppData": r"D:\All"})
    program = (
        "import sys, winreg\nfrom platformdirs import windows\n"
        "for root in (winreg.HKEY_CURRENT_USER, winreg.HKEY_LOCAL_MACHINE): winreg.OpenKey(root, 'Software').Close()\n"
        "sys.platform = 'win32'  # the shim, once the hives are open: a file is locked as the platform says\n"
        "for name in ('CSIDL_LOCAL_APPDATA', 'CSIDL_APPDATA', 'CSIDL_COMMON_APPDATA'):\n"
        "    print(windows.get_win_folder_from_registry(name))\n"
    )
    assert machine.program(program) == [r"D:\Me\Local", r"D:\Me\Roaming", r"D:\All"]
