"""The house rules that a machine can check, over every tracked file."""

from __future__ import annotations

import ast
import importlib
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 500
REASON_WITHIN = 15  # lines
VAGUE = {"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc"}
# Written in pieces: this file is checked as well.
HOSTS = re.compile("|".join(("pypi" + r"\.org", "pythonhosted" + r"\.org", "deb\\." + "debian", "crates" + r"\.io")))
MACHINE_PATHS = re.compile("/" + r"work/(main|shared|\.library)|/" + r"root/|/" + r"opt/wheels")
TEXT = {".py", ".md", ".toml", ".txt", ".in", ".sh", ".yaml", ".yml", ".json", ".cfg", ".tsv", ""}


def tracked() -> list[Path]:
    """Files that git knows; without git, or outside a repository (an unpacked sdist), all of the tree."""
    listing = ["git", "ls-files", "-z"]
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        made = {"__pycache__", "build", "dist", ".venv", ".peers", ".cache", ".git"}
        paths = [path for path in ROOT.rglob("*") if not made & set(path.relative_to(ROOT).parts)]
        paths = [path for path in paths if not re.search(r"_cache/|^\.hypothesis|\.egg-info", name(path))]
    else:
        done = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True)
        paths = [ROOT / entry for entry in done.stdout.split("\0") if entry]
    return sorted(path for path in paths if path.is_file())


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


FILES = tracked()
PYTHON = [path for path in FILES if path.suffix == ".py"]
LIBRARY = [path for path in PYTHON if path.is_relative_to(ROOT / "src")]


def says_what_it_exports(tree: ast.Module) -> bool:
    """Whether a module assigns `__all__`. Its order is ruff's business (RUF022)."""
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            return True
    return False


def defined(tree: ast.Module) -> set[str]:
    """Public functions and classes that a module defines itself."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return {node.name for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")}


def is_public(path: Path) -> bool:
    """Verbs are found by their file's name and have one face, given by the table of verbs."""
    return not path.name.startswith("_") and path.parent.name != "verbs"


PUBLIC = [path for path in LIBRARY if is_public(path)]


@pytest.mark.parametrize("path", PUBLIC, ids=name)
def test_public_module_has_an_all(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert says_what_it_exports(tree) or not defined(tree), (
        f"{name(path)} defines {', '.join(sorted(defined(tree)))} but has no __all__"
    )


@pytest.mark.parametrize("path", PUBLIC, ids=name)
def test_all_names_what_is_there_once(path: Path) -> None:
    module = importlib.import_module(".".join(path.relative_to(ROOT / "src").with_suffix("").parts))
    names = list(getattr(module, "__all__", ()))
    assert len(names) == len(set(names))
    assert [entry for entry in names if not hasattr(module, entry)] == []


@pytest.mark.parametrize("path", LIBRARY, ids=name)
def test_library_module_begins_with_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not text.strip() or ast.get_docstring(ast.parse(text)), f"{name(path)} has no docstring"


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_file_is_short_or_says_why_not(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    head = "\n".join(lines[:REASON_WITHIN]).lower()
    assert len(lines) <= LONGEST or "long because" in head, (
        f"{name(path)} has {len(lines)} lines: split it, or say 'Long because ...' at its top"
    )


@pytest.mark.parametrize("path", FILES, ids=name)
def test_name_is_of_the_domain(path: Path) -> None:
    words = {word for part in path.relative_to(ROOT).parts for word in re.split(r"[._-]", part.lower())}
    assert not words & VAGUE, f"{name(path)}: what is in it?"


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix in TEXT], ids=name)
def test_file_names_no_registry_host_and_no_path_of_a_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = HOSTS.search(text) or MACHINE_PATHS.search(text)
    assert found is None, f"{name(path)} has {found and found.group()!r}"


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").rglob("*.txt")), ids=name)
def test_locked_requirement_has_a_hash(path: Path) -> None:
    logical = path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    pinned = [line for line in logical if line.strip() and not line.lstrip().startswith("#")]
    assert pinned
    for line in pinned:
        assert "==" in line, f"{name(path)}: not pinned: {line[:60]}"
        assert "--hash=sha256:" in line, f"{name(path)}: no hash: {line[:60]}"


def test_version_has_one_source() -> None:
    metadata = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "version" not in metadata["project"]
    assert metadata["project"]["dynamic"] == ["version"]
    code = "import hiveguard; print(hiveguard.__version__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"\d+\.\d+\.\d+(\.dev\d+|(a|b|rc)\d+)?", done.stdout.strip())


def test_library_has_no_runtime_dependency() -> None:
    metadata = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert metadata["project"]["dependencies"] == []


def test_import_loads_only_the_standard_library() -> None:
    code = (
        "import sys, json; before = set(sys.modules); import hiveguard; "
        "print(json.dumps(sorted({m.split('.')[0] for m in set(sys.modules) - before})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    foreign = set(json.loads(done.stdout)) - set(sys.stdlib_module_names) - {"hiveguard"}
    assert not foreign


def test_every_dependency_is_explained() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    for source in sorted((ROOT / "requirements").rglob("*.in")):
        for line in source.read_text(encoding="utf-8").splitlines():
            package = re.match(r"[A-Za-z0-9._-]+", line)
            if package:
                assert f"| {package.group()} |" in page, f"not explained: {package.group()}"


def test_change_fragment_is_named_by_issue_and_kind() -> None:
    pattern = re.compile(r"\d+\.(added|changed|deprecated|removed|fixed|security)\.md")
    for path in (ROOT / "changes").glob("*"):
        assert path.name == "README.md" or pattern.fullmatch(path.name), f"changes/{path.name}"
