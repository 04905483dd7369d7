"""The pytest plugin, in runs of its own: what is imported before any fixture finds `winreg` too, when that is asked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

#: code under test as people write it: the module at its top, in both ways
SETTINGS = """
import winreg

def save(name):
    with winreg.CreateKey(winreg.HKEY_CURRENT_USER, "Software\\\\Mine") as key:
        winreg.SetValueEx(key, "Theme", 0, winreg.REG_SZ, name)
"""
READER = """
from winreg import HKEY_CURRENT_USER, OpenKey, QueryValueEx

def theme():
    try:
        with OpenKey(HKEY_CURRENT_USER, "Software\\\\Mine") as key:
            return QueryValueEx(key, "Theme")[0]
    except FileNotFoundError:
        return None
"""
TESTS = """
import winreg
import reader
import settings

def test_saved(hive_registry):
    assert reader.theme() is None
    settings.save("dark")
    assert reader.theme() == "dark"
    with hive_registry.open("HKCU\\\\Software\\\\Mine") as key:
        assert [value.data for value in key.values()] == ["dark"]

def test_anew(hive_registry):
    assert reader.theme() is None
    settings.save("light")
    assert winreg.QueryValueEx(winreg.OpenKey(winreg.HKEY_CURRENT_USER, "Software\\\\Mine"), "Theme")[0] == "light"
"""
FILES = {"settings.py": SETTINGS, "reader.py": READER, "test_it.py": TESTS}


def environment(**more: str) -> dict[str, str]:
    """This process's, without what it tells a pytest: neither its options nor that it is a worker."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "HIVEGUARD"))}
    return {**kept, **more}


def python(folder: Path, files: dict[str, str], *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    for name, text in files.items():
        (folder / name).write_text(text)
    command = [sys.executable, *words]
    return subprocess.run(
        command, cwd=folder, env=environment(**more), capture_output=True, text=True, timeout=100, check=False
    )


def pytest_run(folder: Path, files: dict[str, str], *words: str, **more: str) -> tuple[int, str]:
    """The exit code of a run and what it printed."""
    done = python(folder, files, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words, **more)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, ["--hive-winreg"]),
        ({"pytest.ini": "[pytest]\nhive_winreg = true\n"}, []),
        ({"pyproject.toml": "[tool.pytest.ini_options]\nhive_winreg = true\n"}, []),
        ({}, ["-o", "hive_winreg=true"]),
        ({"conftest.py": "import reader, winreg\n"}, ["--hive-winreg"]),
        ({}, ["--hive-winreg", "-n2"]),
        ({"pytest.ini": "[pytest]\nhive_winreg = true\n", "conftest.py": "import reader\n"}, ["-n2"]),
    ],
    ids=["option", "ini", "pyproject", "override", "conftest", "xdist", "xdist-ini"],
)
def test_a_module_that_imports_winreg_at_its_top_uses_the_registry_of_each_test(
    tmp_path: Path, files: dict[str, str], words: list[str]
) -> None:
    code, printed = pytest_run(tmp_path, {**FILES, **files}, *words)
    assert (code, "2 passed" in printed) == (0, True), printed


def test_a_plugin_that_is_named_takes_the_option_too(tmp_path: Path) -> None:
    words = ["-p", "hiveguard.winreg.pytest_plugin", "--hive-winreg"]
    code, printed = pytest_run(tmp_path, FILES, *words, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    assert (code, "2 passed" in printed) == (0, True), printed


def test_a_conftest_that_brings_the_plugin_has_it_before_collection(tmp_path: Path) -> None:
    files = {
        **FILES,
        "conftest.py": "pytest_plugins = ['hiveguard.winreg.pytest_plugin']\n",
        "pytest.ini": "[pytest]\nhive_winreg = true\n",
    }
    code, printed = pytest_run(tmp_path, files, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1")
    assert (code, "2 passed" in printed) == (0, True), printed


def test_every_test_has_its_own_registry_when_the_settings_say_so(tmp_path: Path) -> None:
    files = {
        "pytest.ini": "[pytest]\nhive_winreg = true\nusefixtures = hive_registry\n",
        "reader.py": READER,
        "settings.py": SETTINGS,
        "test_it.py": "import reader, settings\n"
        "def test_one(): settings.save('dark')\n"
        "def test_two(): assert reader.theme() is None\n",
    }
    code, printed = pytest_run(tmp_path, files)
    assert (code, "2 passed" in printed) == (0, True), printed


def test_without_the_fixture_there_is_a_registry_of_the_run_in_memory(tmp_path: Path) -> None:
    tests = """
import reader, settings, winreg

settings.save("of the run")
KEPT = winreg.OpenKey(winreg.HKEY_CURRENT_USER, "Software\\\\Mine")

def test_before():
    assert reader.theme() == "of the run"

def test_own(hive_registry):
    assert reader.theme() is None
    settings.save("of the test")
    assert winreg.QueryValueEx(KEPT, "Theme")[0] == "of the run"
    assert winreg.EnumValue(KEPT, 0)[1] == "of the run"

def test_own_folder(hive_registry, tmp_path):
    import hiveguard.winreg
    hiveguard.winreg.use(tmp_path / "hives")
    settings.save("kept")

def test_after():
    assert reader.theme() == "of the run"
    assert winreg.QueryInfoKey(KEPT)[:2] == (0, 1)
"""
    kept = tmp_path / "kept"
    code, printed = pytest_run(tmp_path, {**FILES, "test_it.py": tests}, "--hive-winreg", HIVEGUARD_REGISTRY=str(kept))
    assert (code, "4 passed" in printed) == (0, True), printed
    assert not kept.exists()


LOADED = """
import sys

def test_loaded():
    assert "hiveguard.winreg.pytest_plugin" in sys.modules
    ours = sorted(name for name in sys.modules if name.startswith("hiveguard"))
    assert [name for name in ours if name.split(".")[1:2] not in ([], ["winreg"], ["core"])] == []
    assert "winreg" not in sys.modules
    assert "hiveguard.winreg.functions" not in ours
"""


def test_a_run_that_did_not_ask_loads_and_changes_nothing(tmp_path: Path) -> None:
    code, printed = pytest_run(tmp_path, {"test_it.py": LOADED})
    assert (code, "1 passed" in printed) == (0, True), printed
    code, printed = pytest_run(tmp_path, {"test_it.py": "import winreg\n"})
    assert "No module named 'winreg'" in printed


@pytest.mark.parametrize("broken", ["", "1 / 0\n"], ids=["whole", "conftest-fails"])
def test_what_was_there_before_the_run_is_there_after_it(tmp_path: Path, broken: str) -> None:
    script = (
        "import sys, pytest\n"
        "before = sys.modules.get('winreg')\n"
        "code = int(pytest.main(['-q', '--hive-winreg', '-p', 'no:cacheprovider']))\n"
        "import hiveguard.winreg as drop_in\n"
        "print('ended', code, sys.modules.get('winreg') is before)\n"
        "drop_in.OpenKey(drop_in.HKEY_CURRENT_USER, 'Software').Close()\n"
    )
    files = {**FILES, "conftest.py": f"import winreg\n{broken}", "script.py": script}
    done = python(tmp_path, files, "script.py")
    assert f"ended {4 if broken else 0} True" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0, done.stderr


#: sitecustomize.py, a stand-in for Windows: a winreg of the system that fails whoever touches it, there from the start
WINDOWS = """
import os, sys, types

def touched(*words):
    raise AssertionError("the machine's registry was touched")

own = types.ModuleType("winreg")
own.OpenKey = own.CreateKey = own.QueryValueEx = own.SetValueEx = touched
own.HKEY_CURRENT_USER, own.REG_SZ, own.error = 1 << 31 | 1, 1, OSError
sys.modules["winreg"] = own
os.name = "nt"
import hiveguard.winreg
os.name = "posix"
"""


def windows(folder: Path) -> str:
    """The path for modules of a Python that takes itself for one on Windows while HiveGuard is loaded."""
    made = folder / "windows"
    made.mkdir()
    (made / "sitecustomize.py").write_text(WINDOWS)
    return os.pathsep.join((str(made), os.environ.get("PYTHONPATH", "")))


def test_on_windows_the_machines_registry_is_never_touched(tmp_path: Path) -> None:
    tests = TESTS + (
        "\nimport sitecustomize as windows, sys\n"
        "def test_by_our_name(hive_registry):\n"
        "    import hiveguard.winreg as ours\n"
        "    assert sys.modules['winreg'] is not windows.own\n"
        "    assert winreg.OpenKey is ours.OpenKey is not windows.own.OpenKey\n"
        "    names = {}\n"
        "    exec('from hiveguard.winreg import *', names)\n"
        "    assert {'HKEYType', 'OpenKey', 'KEY_READ'} <= names.keys()\n"
        "    assert ours.use(None) is not hive_registry\n"
    )
    code, printed = pytest_run(tmp_path, {**FILES, "test_it.py": tests}, "--hive-winreg", PYTHONPATH=windows(tmp_path))
    assert (code, "3 passed" in printed) == (0, True), printed


def test_on_windows_the_fixture_alone_serves_what_is_imported_in_the_test(tmp_path: Path) -> None:
    tests = """
import sys
import sitecustomize as windows

def test_it(hive_registry):
    import winreg, settings
    settings.save("dark")
    assert hive_registry.open("HKCU\\\\Software\\\\Mine").value("Theme").data == "dark"

def test_after():
    import hiveguard, hiveguard.winreg as ours, pytest
    assert sys.modules["winreg"] is windows.own
    assert ours.OpenKey is windows.own.OpenKey
    names = {}
    exec("from hiveguard.winreg import *", names)
    assert names["OpenKey"] is windows.own.OpenKey
    with pytest.raises(hiveguard.HiveError, match="on Windows"):
        ours.use(None)
    ours.install()
    assert sys.modules["winreg"] is windows.own
"""
    code, printed = pytest_run(tmp_path, {**FILES, "test_it.py": tests}, PYTHONPATH=windows(tmp_path))
    assert (code, "2 passed" in printed) == (0, True), printed
