"""On a terminal: colour, progress that is erased, and nothing of either anywhere else."""

from __future__ import annotations

import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from hiveguard.testing import HiveBuilder
from tests import example_hives
from tests.acceptance.program import PROGRAM, environment

# Python that runs the program with a clock of its own, so that progress comes without waiting for it.
HURRY = "import time; ticks = iter(range(10**9)); time.monotonic = lambda: float(next(ticks))"
HURRIED = (PROGRAM[0], "-c", f"{HURRY}; from hiveguard.cli.main import main; import sys; sys.exit(main())")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hives")
    example_hives.write(folder)
    builder = HiveBuilder(minor=5)
    for number in range(2000):
        builder.root.key(f"Keys\\Key {number:05}")
    (folder / "LONG.DAT").write_bytes(builder.build())
    return folder


def on_terminal(
    *words: str, cwd: Path, program: tuple[str, ...] = PROGRAM, stdout: bool = True, **variables: str | None
) -> tuple[int, bytes]:
    """Run with a terminal at standard error (and output); what it showed."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*program, *words],
        stdin=subprocess.DEVNULL,
        stdout=theirs if stdout else subprocess.DEVNULL,
        stderr=theirs,
        cwd=cwd,
        env=environment(TERM="xterm-256color", **variables) if "TERM" not in variables else environment(**variables),
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 1 << 16)
        except OSError:  # how Linux tells the end of a terminal
            break
        if not part:
            break
        shown += part
    os.close(ours)
    return process.wait(timeout=60), shown


def test_colour_on_a_terminal(folder: Path) -> None:
    code, shown = on_terminal("check", "--summary", "NTUSER.DAT", "CUT.DAT", cwd=folder)
    assert code == 4
    assert b"\x1b[32mcomplete" in shown
    assert b"\x1b[31mdamaged" in shown
    code, shown = on_terminal("map", "NTUSER.DAT", cwd=folder)
    assert code == 0
    assert re.search(rb"\x1b\[48;5;\d+;38;5;\d+mH", shown)
    for line in shown.splitlines():
        assert line.count(b"\x1b[0m") == (b"\x1b[48" in line)


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colour_can_be_declined(folder: Path, variables: dict[str, str]) -> None:
    for words in (("check", "--summary", "NTUSER.DAT"), ("map", "NTUSER.DAT")):
        assert b"\x1b" not in on_terminal(*words, cwd=folder, **variables)[1]
        assert b"\x1b" not in on_terminal(*words, "--color", "never", cwd=folder)[1]
        assert b"\x1b[" in on_terminal(*words, "--color", "always", cwd=folder, **variables)[1]


def test_empty_no_color_means_nothing(folder: Path) -> None:
    assert b"\x1b[32m" in on_terminal("check", "--summary", "NTUSER.DAT", cwd=folder, NO_COLOR="")[1]


def test_progress_is_shown_and_erased(folder: Path) -> None:
    code, shown = on_terminal("dump", "LONG.DAT", cwd=folder, program=HURRIED, stdout=False)
    assert code == 0
    assert shown.count(b"\r\x1b[KLONG.DAT: ") >= 2
    *_, last = shown.split(b"\r\x1b[K")
    assert last.startswith(b"complete: 2,002 keys")
    assert b"keys, " in shown


def test_quick_work_shows_no_progress(folder: Path) -> None:
    _, shown = on_terminal("dump", "NTUSER.DAT", cwd=folder, stdout=False)
    assert b"\x1b" not in shown


def test_progress_goes_to_a_terminal_only(folder: Path) -> None:
    done = subprocess.run(
        [*HURRIED, "dump", "LONG.DAT"], cwd=folder, capture_output=True, env=environment(), check=True
    )
    assert b"\x1b" not in done.stderr + done.stdout
    assert b"\r" not in done.stderr


def test_progress_does_not_let_a_file_name_draw(folder: Path) -> None:
    name = "LONG\x1b[31m.DAT"
    (folder / name).write_bytes((folder / "LONG.DAT").read_bytes())
    _, shown = on_terminal("dump", name, cwd=folder, program=HURRIED, stdout=False)
    assert b"\x1b[31m" not in shown
    assert b"LONG\\e[31m" in shown


def test_picture_fits_the_terminal(folder: Path) -> None:
    for columns, tiles in (("40", 16), ("80", 64), ("200", 128)):
        _, shown = on_terminal("map", "--color", "never", "NTUSER.DAT", cwd=folder, COLUMNS=columns)
        rows = [line for line in shown.decode().splitlines() if re.match(r" +0x[0-9a-f]+  ", line)]
        assert len(rows[0].split("  ")[-1]) == tiles


@pytest.mark.parametrize("words", [("export",), ("export", "-o", "-"), ("export", "--format", "hive")])
def test_utf16_and_hives_do_not_go_to_a_terminal(folder: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    code, shown = on_terminal(*words, "NTUSER.DAT", cwd=folder)
    assert code == 2
    assert shown.startswith(b"hiveguard: ")
    assert b"name a file with -o" in shown
    assert shown.count(b"\n") == 1
    assert not {0, 0x1B} & set(shown)
    for target in (tmp_path / "file", tmp_path):
        code, shown = on_terminal(words[0], *words[1:], "-o", str(target), "NTUSER.DAT", cwd=folder)
        assert code == 0, shown


def test_text_formats_of_export_go_to_a_terminal(folder: Path) -> None:
    assert on_terminal("export", "--format", "csv", "NTUSER.DAT", cwd=folder)[0] == 0
