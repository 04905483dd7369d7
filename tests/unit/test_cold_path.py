"""What a start costs is what it loads: the modules of a look-up and of `hiveguard get` are pinned here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hiveguard.testing import HiveBuilder

#: each costs from a tenth of a start of Python to ten of them
DEAR = {
    "argparse",
    "asyncio",
    "collections",
    "contextlib",
    "csv",
    "ctypes",
    "dataclasses",
    "datetime",
    "enum",
    "functools",
    "importlib.metadata",
    "inspect",
    "json",
    "logging",
    "pathlib",
    "re",
    "rich",
    "shutil",
    "signal",
    "subprocess",
    "tempfile",
    "threading",
    "traceback",
    "typing",
}
#: what a cold look-up of a clean hive loads of ours
LOOK_UP = {
    "hiveguard",
    "hiveguard.core",
    "hiveguard.core.clock",
    "hiveguard.core.damage",
    "hiveguard.core.errors",
    "hiveguard.core.listing",
    "hiveguard.regf",
    "hiveguard.regf.base_block",
    "hiveguard.regf.cells",
    "hiveguard.regf.damage",
    "hiveguard.regf.image",
    "hiveguard.regf.layout",
    "hiveguard.regf.limits",
    "hiveguard.regf.lookup",
    "hiveguard.regf.names",
    "hiveguard.regf.records",
    "hiveguard.regf.root",
    "hiveguard.regf.value",
    "hiveguard.regf.value_types",
    "hiveguard.registry",
    "hiveguard.registry.hive",
    "hiveguard.registry.hive_key",
    "hiveguard.registry.key",
    "hiveguard.registry.logs",
    "hiveguard.registry.path",
    "hiveguard.registry.settle",
    "hiveguard.registry.hive_bytes",
    "hiveguard.registry.view",
}


def loaded(code: str, *arguments: str) -> set[str]:
    """The modules that a piece of code loads, beyond those that Python starts with."""
    script = f"import sys; before = set(sys.modules)\n{code}\nprint(*(set(sys.modules) - before), file=sys.stderr)"
    run = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{script}", *arguments],
        capture_output=True,
        check=True,
        text=True,
    )
    return set(run.stderr.splitlines()[-1].split())


@pytest.fixture
def hive(tmp_path: Path) -> str:
    builder = HiveBuilder()
    builder.root.key("A\\B").text("v", "text")
    path = tmp_path / "hive"
    path.write_bytes(builder.build())
    return str(path)


def test_importing_loads_nothing() -> None:
    assert loaded("import hiveguard") == {"hiveguard"}


def test_opening_and_looking_up(hive: str) -> None:
    code = f"import hiveguard; assert hiveguard.open({hive!r}).key('A/B').value('V').data == 'text'"
    modules = loaded(code)
    assert modules & DEAR == set()
    assert {name for name in modules if name.startswith("hiveguard")} - {"hiveguard.regf.decode"} == LOOK_UP


def test_get_pays_for_argparse_and_little_else(hive: str) -> None:
    code = (
        f"sys.argv = ['hiveguard', 'get', {hive!r}, 'A/B', 'v']\n"
        "from hiveguard.cli.main import main\nassert main() == 0"
    )
    modules = loaded(code)
    argparse_brings = loaded("import argparse; argparse.ArgumentParser()") | {"argparse", "re", "enum"}
    assert (modules & DEAR) - argparse_brings == set()
    assert not {name for name in modules if name.startswith("hiveguard.cli.verbs.")} - {
        "hiveguard.cli.verbs",
        "hiveguard.cli.verbs.get",
    }
