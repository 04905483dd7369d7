"""Where output goes: closed pipes, full devices, files that appear whole or not at all, signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from hiveguard.testing import HiveBuilder
from tests import example_hives
from tests.acceptance.program import PROGRAM, environment, run, shell


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """NTUSER.DAT, and LONG.DAT, whose dump does not fit into any pipe."""
    folder = tmp_path_factory.mktemp("hives")
    example_hives.write(folder)
    builder = HiveBuilder(minor=5)
    for number in range(12_000):
        builder.root.key(f"Keys {number // 100:03}\\Key {number:05}").text("Name", f"value of key {number}" * 8)
    (folder / "LONG.DAT").write_bytes(builder.build())
    return folder


# --- a reader that goes away -----------------------------------------------------------------


@pytest.mark.parametrize(
    "words", ["dump LONG.DAT", "dump --format jsonl LONG.DAT", "tree LONG.DAT", "--help", "dump --help"]
)
def test_reader_that_has_enough_is_no_error(folder: Path, words: str) -> None:
    ended = shell(f'$hiveguard {words} | head -1; echo "code ${{PIPESTATUS[0]}}"', cwd=folder)
    assert ended.text.splitlines()[-1] == "code 0"
    assert ended.err == b""


@pytest.mark.parametrize(
    "words", [["dump", "LONG.DAT"], ["ls", "NTUSER.DAT"], ["--help"], ["ls", "--help"], ["--version"]]
)
def test_pipe_that_was_closed_from_the_start_is_no_error(folder: Path, words: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = run(*words, cwd=folder, stdout=writing)
    finally:
        os.close(writing)
    assert (ended.code, ended.err) == (0, b"")


@pytest.mark.parametrize(
    "words",
    [
        "ls NTUSER.DAT",
        "dump CUT.DAT",
        "dump LONG.DAT",
        "dump LONG.DAT NTUSER.DAT",
        "ls --format json NTUSER.DAT",
        "ls --format jsonl NTUSER.DAT",
        "export --format hive NTUSER.DAT",
        "get --raw NTUSER.DAT 'Software\\HiveGuard' Rooms",
        "--help",
        "ls --help",
        "--version",
    ],
)
def test_standard_output_that_is_closed_is_an_error(folder: Path, words: str) -> None:
    ended = shell(f"$hiveguard {words} >&-", cwd=folder)
    assert ended.code == 3, ended.told
    told = [line for line in ended.told.splitlines() if line.startswith("hiveguard: ")]
    assert told == ["hiveguard: standard output is closed; redirect it, or name a file with -o"]
    assert not ended.told.startswith("complete")
    assert shell(f"$hiveguard {words} >&- 2>&-", cwd=folder).code == 3


def test_closed_standard_output_matters_only_where_something_is_written(folder: Path, tmp_path: Path) -> None:
    for words in (
        "dump -o OUT/a NTUSER.DAT",
        "export --format hive -o OUT/ NTUSER.DAT",
        "search -f nowhere NTUSER.DAT",
    ):
        ended = shell(f"$hiveguard {words.replace('OUT', str(tmp_path))} >&-", cwd=folder)
        assert ended.code == (1 if "nowhere" in words else 0), ended.told
    assert shell("$hiveguard ls missing >&-", cwd=folder).code == 3


@pytest.mark.parametrize("words", ["ls NTUSER.DAT", "dump CUT.DAT", "--help", "ls --help", "--version"])
def test_no_standard_error_or_input_at_all(folder: Path, words: str) -> None:
    code = 4 if "CUT" in words else 0
    assert shell(f"$hiveguard {words} 2>&-", cwd=folder).code == code
    assert shell(f"$hiveguard {words} <&-", cwd=folder).code == code


def test_error_without_standard_error(folder: Path) -> None:
    assert shell("$hiveguard ls missing 2>&-", cwd=folder).code == 3


def test_standard_input_that_is_closed(folder: Path) -> None:
    ended = shell("$hiveguard ls - <&-", cwd=folder)
    assert ended.code == 3
    assert ended.told.count("\n") == 1


@pytest.mark.parametrize(
    "words", ["dump NTUSER.DAT", "dump LONG.DAT", "--help", "ls --help", "--version", "export NTUSER.DAT"]
)
def test_full_device_is_told(folder: Path, words: str) -> None:
    ended = shell(f"$hiveguard {words} > /dev/full", cwd=folder)
    assert ended.code == 9
    assert ended.told.count("standard output: cannot be written (No space left on device)") == 1
    assert "complete" not in ended.told


@pytest.mark.parametrize("kibibytes", [0, 1])
@pytest.mark.parametrize(
    "words",
    [
        "export NTUSER.DAT -o out",
        "export --format hive NTUSER.DAT -o out",
        "export --format hive NTUSER.DAT LONG.DAT -o out/",
        "export --format json NTUSER.DAT -o out",
        "check --format json CUT.DAT -o out",
        "get --format jsonl NTUSER.DAT Software\\\\Many\\\\Key\\ 01 -o out",
        "info NTUSER.DAT CUT.DAT -o out",
        "recover --format jsonl CUT.DAT -o out",
        "map NTUSER.DAT -o out.svg",
        "timeline LONG.DAT -o out",
        "timeline NTUSER.DAT -o out",
        "diff LONG.DAT NTUSER.DAT -o out",
        "diff --format json CUT.DAT NTUSER.DAT -o out",
    ],
)
def test_file_that_cannot_be_written_is_told_and_not_there(
    folder: Path, tmp_path: Path, words: str, kibibytes: int
) -> None:
    """Beyond the limit the system says EFBIG, where a full disk says ENOSPC."""
    for name in ("NTUSER.DAT", "CUT.DAT", "LONG.DAT"):
        (tmp_path / name).symlink_to(folder / name)
    ended = shell(f"ulimit -f {kibibytes}; $hiveguard {words}", cwd=tmp_path)
    if kibibytes and ended.code in (0, 1, 4):
        assert words.startswith(("get", "check", "info", "recover"))
        assert (tmp_path / "out").stat().st_size <= 1024
        return
    assert ended.code == 9, ended.told
    assert ended.told.count("cannot be written (File too large); make room and try again") == 1
    assert "\ncomplete" not in f"\n{ended.told}"
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and not path.is_symlink()]


# --- files -----------------------------------------------------------------------------------


def test_file_appears_with_everything_in_it(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "deep" / "out.jsonl"
    ended = run("dump", "--format", "jsonl", "-o", target, "NTUSER.DAT", cwd=folder)
    assert (ended.code, ended.out) == (0, b"")
    assert target.read_bytes() == run("dump", "--format", "jsonl", "NTUSER.DAT", cwd=folder).out
    assert [path.name for path in target.parent.iterdir()] == ["out.jsonl"]


def test_file_that_is_there_is_kept_unless_forced(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("kept")
    ended = run("dump", "-o", target, "NTUSER.DAT", cwd=folder)
    assert ended.code == 3
    assert "--force" in ended.told
    assert target.read_text() == "kept"
    assert run("dump", "-o", target, "--force", "NTUSER.DAT", cwd=folder).code == 0
    assert target.read_bytes() == run("dump", "NTUSER.DAT", cwd=folder).out


@pytest.mark.parametrize("words", [["dump", "missing"], ["ls", "NTUSER.DAT", "No"], ["export", "NTUSER.DAT", "No"]])
def test_nothing_read_leaves_no_file_and_keeps_the_old_one(folder: Path, tmp_path: Path, words: list[str]) -> None:
    fresh, old = tmp_path / "fresh", tmp_path / "old"
    old.write_text("kept")
    assert run(*words, "-o", fresh, cwd=folder).code in (1, 3)
    assert run(*words, "-o", old, "--force", cwd=folder).code in (1, 3)
    assert old.read_text() == "kept"
    assert list(tmp_path.iterdir()) == [old]


def test_damaged_hive_still_gives_its_file(folder: Path, tmp_path: Path) -> None:
    ended = run("dump", "--format", "jsonl", "-o", tmp_path / "cut", "CUT.DAT", cwd=folder)
    assert ended.code == 4
    assert json.loads((tmp_path / "cut").read_bytes().splitlines()[-1])["ending"] == "DAMAGED"


def test_folder_that_cannot_be_written_to_is_told(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    ended = run("dump", "-o", tmp_path / "file" / "out", "NTUSER.DAT", cwd=folder)
    assert ended.code == 3
    assert "cannot be written" in ended.told
    ended = run("dump", "-o", tmp_path, "NTUSER.DAT", cwd=folder)
    assert ended.code == 2
    assert "name a file" in ended.told


def test_evidence_is_left_alone(folder: Path) -> None:
    before = {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()}
    for verb in ("dump", "info", "check", "recover", "map", "timeline"):
        run(verb, "CUT.DAT", cwd=folder)
    assert {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()} == before


# --- signals ---------------------------------------------------------------------------------


def started(folder: Path, *words: str, unbuffered: str = "") -> subprocess.Popen[bytes]:
    """A run whose output nobody reads on, so that it stands in the middle: its first line has come."""
    process = subprocess.Popen(
        [*PROGRAM, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment(PYTHONUNBUFFERED=unbuffered),
        bufsize=0,  # so that what follows the line stays in the pipe
        pipesize=4096,  # less than is written at once
    )
    assert process.stdout is not None
    assert process.stdout.readline()
    return process


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_ends_with_the_trailer(folder: Path, number: signal.Signals, code: int) -> None:
    process = started(folder, "dump", "LONG.DAT")
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert err.decode().startswith("INCOMPLETE (stopped): ")
    assert f"ended by {number.name}" in err.decode()
    assert "ended early" not in err.decode()
    assert err.count(b"\n") == 1
    assert out.endswith(b"\n")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_signal_ends_jsonl_with_the_end_record(folder: Path, unbuffered: str) -> None:
    process = started(folder, "dump", "--format", "jsonl", "LONG.DAT", unbuffered=unbuffered)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    records = [json.loads(line) for line in out.splitlines()]
    last = records[-1]
    assert (process.returncode, err) == (130, b"")
    assert (last["kind"], last["ending"], last["stopped_by"], last["exit_code"]) == ("end", "STOPPED", "signal", 130)
    assert last["reasons"] == ["ended by SIGINT"]
    assert 0 < last["keys"] < 12_000
    assert 1 + sum(record["kind"] == "key" for record in records) >= last["keys"]


def test_second_signal_ends_at_once(folder: Path) -> None:
    process = started(folder, "dump", "LONG.DAT")  # in the middle of a write for good, since nobody reads
    while process.poll() is None:  # two that come too close together are one
        process.send_signal(signal.SIGINT)
        os.sched_yield()
    assert process.returncode == 130
    out, err = process.communicate()
    assert not out.endswith(b"\n")
    assert err == b""


def test_signal_leaves_no_file(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    process = subprocess.Popen(
        [*PROGRAM, "dump", "-o", str(target), "-"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdin is not None
    assert process.stderr is not None
    # It holds half of the hive and waits for the rest: certain to be in the middle of its work.
    hive = (folder / "LONG.DAT").read_bytes()
    process.stdin.write(hive[: len(hive) // 2])
    process.stdin.flush()
    process.send_signal(signal.SIGTERM)
    process.stdin.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 143
    assert b"Traceback" not in err
    assert b"ended by SIGTERM" in err
    assert list(tmp_path.iterdir()) == []
