"""Every example in README.md and docs/*.md is run as written, in a folder with NTUSER.DAT and CUT.DAT.

The convention, for who writes them:

- ```console: lines that begin with `$ ` are commands for bash, lines with `> ` continue them; what follows
  is what they print (stdout and stderr in the order written). A line `...` stands for any lines, `...`
  within a line for anything. A command that does not end with 0 is followed by `$ echo $?` and its code.
- ```python: a whole script; with `>>>` it is a doctest. Comments `# -> text` at the ends of lines are, in
  order, the lines that it prints.
- ```sh: set-up (make, apt-get, pip, git, python3 -m venv) that is not run here.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import example_hives

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SET_UP = ("make", "apt-get", "pip", "pipx", "git", "python3 -m venv", "#", "cd ")
MARK = "===== ended with"
SECONDS = 60


class Example(NamedTuple):
    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def examples(*languages: str) -> list[Example]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in FENCE.finditer(text):
            if block[1] in languages:
                line = text.count("\n", 0, block.start()) + 1
                found.append(Example(page.relative_to(ROOT).as_posix(), line, block[1], block[2]))
    return found


class Command(NamedTuple):
    text: str
    printed: str


def commands(text: str) -> list[Command]:
    """The commands of a console block, each with the lines that it prints."""
    found: list[Command] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append(Command(line[2:], ""))
        elif line.startswith("> ") and found and not found[-1].printed:
            found[-1] = found[-1]._replace(text=f"{found[-1].text}\n{line[2:]}")
        else:
            assert found, f"output before the first command: {line!r}"
            found[-1] = found[-1]._replace(printed=f"{found[-1].printed}{line}\n")
    return found


def matches(expected: str, printed: str) -> bool:
    """Whether the lines agree, `...` standing for anything."""
    pattern = ""
    for line in expected.rstrip("\n").splitlines():
        if line.strip() == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*?".join(re.escape(part) for part in line.rstrip().split("...")) + r"[ \t]*\n"
    return re.fullmatch(pattern, printed.rstrip("\n") + "\n" if printed.strip() else "") is not None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    example_hives.write(tmp_path)
    return tmp_path


def environment(folder: Path) -> dict[str, str]:
    """The environment of a person at a terminal of 100 columns, with `hiveguard` on the path."""
    here = Path(sys.executable).parent
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HIVEGUARD", "PYTEST"))}
    path = os.pathsep.join([str(here), kept.get("PATH", os.defpath)])
    return {**kept, "PATH": path, "HOME": str(folder), "LC_ALL": "C.UTF-8", "COLUMNS": "100", "NO_COLOR": "1"}


@pytest.mark.parametrize("example", examples("console"), ids=str)
def test_console_example_prints_what_the_page_says(example: Example, folder: Path) -> None:
    listed = commands(example.text)
    script = "exec 2>&1 </dev/null\n"
    for command in listed:
        script += f"{command.text}\n_ended=$?; printf '\\n{MARK} %d\\n' $_ended; (exit $_ended)\n"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    parts = re.split(rf"\n{MARK} (\d+)\n", done.stdout)
    outputs, statuses = parts[0::2], parts[1::2]
    assert len(statuses) == len(listed), done.stdout + done.stderr
    for number, (command, output, status) in enumerate(zip(listed, outputs, statuses, strict=False)):
        expected = command.printed
        assert matches(expected, output), (
            f"{example}: $ {command.text}\n--- the page says\n{expected}--- it prints\n{output}"
        )
        tells_code = number + 1 < len(listed) and listed[number + 1].text == "echo $?"
        assert status == "0" or tells_code, f"{example}: $ {command.text}: ended with {status}, not shown"


@pytest.mark.parametrize("example", examples("python"), ids=str)
def test_python_example_runs_and_prints_what_it_says(
    example: Example, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if ">>>" in example.text:
        monkeypatch.chdir(folder)
        test = doctest.DocTestParser().get_doctest(example.text, {}, str(example), None, example.line)
        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        report: list[str] = []
        result = doctest.DocTestRunner(optionflags=flags).run(test, out=report.append)
        assert not result.failed, "".join(report)
        return
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", example.text],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{example}\n{done.stdout}{done.stderr}"
    told = re.findall(r"# -> (.*)$", example.text, re.MULTILINE)
    if told:
        assert matches("\n".join(told), done.stdout), f"{example} prints\n{done.stdout}"


@pytest.mark.parametrize("example", examples("sh"), ids=str)
def test_what_is_not_run_is_only_set_up(example: Example) -> None:
    for line in filter(None, map(str.strip, example.text.splitlines())):
        assert line.startswith(SET_UP), f"{example}: {line!r} belongs into a console block"


def test_links_lead_to_files_that_are_there() -> None:
    for page in [*PAGES, *(ROOT / name for name in ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"))]:
        links = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        local = [link for link in links if "://" not in link and not link.startswith("mailto:")]
        missing = [link for link in local if not (page.parent / link).exists()]
        assert not missing, f"{page.name}: {missing}"


def test_pages_use_only_known_kinds_of_block() -> None:
    known = {"console", "python", "sh", "text", "json", "toml", "mermaid"}
    for page in PAGES:
        # Opening fences are every other one.
        opening = re.findall(r"^```(.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)[0::2]
        assert set(opening) <= known, f"{page.name}: {set(opening) - known}"


@pytest.mark.parametrize(
    ("expected", "printed", "agree"),
    [
        ("a\n", "a\n", True),
        ("a\n", "a\nb\n", False),
        ("a\n...\nc\n", "a\nb1\nb2\nc\n", True),
        ("a\n...\n", "a\n", True),
        ("took ... s\n", "took 0.1 s\n", True),
        ("", "", True),
        ("", "x\n", False),
        ("1.5\n", "1x5\n", False),
    ],
)
def test_comparison_of_output(expected: str, printed: str, agree: bool) -> None:
    assert matches(expected, printed) is agree
