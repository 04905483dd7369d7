"""A file that is cut, replaced, rewritten or removed while it is read: an ending, never a crash.

The writer is another process; the reader goes on until it has met what the test waits for.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

import hiveguard
from hiveguard import Ending, HiveError, Incomplete
from hiveguard.testing import HiveBuilder

SECONDS = 90

WRITER = """
import os, sys
path, how, whole, other = sys.argv[1], sys.argv[2], *(open(name, "rb").read() for name in sys.argv[3:5])
print("ready", flush=True)
turn = 0
while True:
    turn += 1
    if how == "truncate":
        os.truncate(path, (len(whole) * (turn % 7) // 7) & -512)
        with open(path, "r+b") as file: file.write(whole)
    elif how == "rewrite":
        with open(path, "r+b", buffering=0) as file: file.write(other if turn % 2 else whole)
    elif how == "replace":
        with open(path + ".new", "wb") as file: file.write(other if turn % 2 else whole)
        os.replace(path + ".new", path)
    elif how == "remove":
        try: os.unlink(path)
        except FileNotFoundError: pass
        with open(path, "wb") as file: file.write(whole)
"""


def hive(mark: str) -> bytes:
    """A hive in which every value says the same, so that a mixture of two shows."""
    builder = HiveBuilder(seq=(4, 4))
    for number in range(400):
        builder.root.key(f"Key {number:03}").text("mark", mark * 40)
    return builder.build()


@contextmanager
def writing(folder: Path, how: str) -> Iterator[Path]:
    path, whole, other = folder / "moving", folder / "whole", folder / "other"
    whole.write_bytes(hive("a"))
    other.write_bytes(hive("b"))
    path.write_bytes(whole.read_bytes())
    command = [sys.executable, "-c", WRITER, *map(str, (path,)), how, str(whole), str(other)]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        yield path
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()


#: how it moves, and the endings that a walk must meet at least one of
CASES = [
    ("truncate", {Ending.CHANGED, Ending.DAMAGED}),
    ("rewrite", {Ending.CHANGED}),
    ("replace", {Ending.HIVE_UNLOADED}),
    ("remove", {Ending.HIVE_UNLOADED, Ending.CHANGED, Ending.UNAVAILABLE}),
]


@pytest.mark.parametrize(("how", "wanted"), CASES, ids=[how for how, _ in CASES])
def test_a_walk_ends_with_what_happened(tmp_path: Path, how: str, wanted: set[Ending]) -> None:
    met: set[Ending] = set()
    deadline = time.monotonic() + SECONDS
    with writing(tmp_path, how) as path:
        while not met & wanted:
            assert time.monotonic() < deadline, f"only {met} in {SECONDS} s"
            try:
                with hiveguard.open(path) as opened:
                    walk = opened.walk(on_incomplete="record")
                    marks = {value.raw[:2] for key in walk for value in key.values()}
            except HiveError:  # cut below a base block, or gone when it was opened
                continue
            assert walk.verdict is not None
            met.add(walk.verdict.ending)
            if walk.verdict.is_complete:
                assert len(marks) == 1, "a mixture of two states was called complete"


@pytest.mark.parametrize("how", ["truncate", "rewrite", "replace", "remove"])
def test_a_look_up_answers_or_says_what_happened(tmp_path: Path, how: str) -> None:
    told = answered = 0
    deadline = time.monotonic() + SECONDS
    with writing(tmp_path, how) as path:
        while not told or answered + told < 10:
            assert time.monotonic() < deadline, f"{answered} answered, {told} told in {SECONDS} s"
            try:
                with hiveguard.open(path) as opened:
                    raw = opened.key("Key 200").value("mark").raw
                    assert raw[:2] in (b"a\0", b"b\0")
                    answered += 1
            except HiveError:
                told += 1


def test_a_file_that_is_gone_after_opening(tmp_path: Path) -> None:
    path = tmp_path / "hive"
    path.write_bytes(hive("a"))
    with hiveguard.open(path) as opened:
        os.unlink(path)
        with pytest.raises(Incomplete, match="hive unloaded"):
            opened.key("Key 001")
        walk = opened.walk(on_incomplete="record")
        assert len(list(walk)) == 401
        assert walk.verdict is not None
        assert walk.verdict.ending is Ending.HIVE_UNLOADED


def test_keys_of_a_walk_stay_readable_whatever_becomes_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "hive"
    path.write_bytes(hive("a"))
    with hiveguard.open(path) as opened:
        keys = opened.walk().collect()
        path.write_bytes(b"something else")
        assert keys.verdict
        assert all(key.values()[0].raw for key in keys[1:])
        assert len(keys[0].subkeys()) == 400
        with pytest.raises(Incomplete, match="changed"):
            opened.key("Key 001").value("mark")


def test_threads_may_read_one_hive(tmp_path: Path) -> None:
    path = tmp_path / "hive"
    path.write_bytes(hive("a"))
    with hiveguard.open(path) as opened, ThreadPoolExecutor(8) as pool:

        def read(number: int) -> int:
            if number % 2:
                return sum(value.raw == b"a\0" * 40 + b"\0\0" for key in opened.walk() for value in key.values())
            return 400 * (opened.key(f"Key {number % 400:03}").value("mark").raw[:2] == b"a\0")

        assert set(pool.map(read, range(400))) == {400}


def test_nothing_is_made_beside_the_evidence(tmp_path: Path) -> None:
    path = tmp_path / "hive"
    path.write_bytes(hive("a"))
    path.chmod(0o400)
    before = (os.listdir(tmp_path), path.stat().st_mtime_ns, path.read_bytes())
    with hiveguard.open(path) as opened:
        opened.walk(strict=True).collect()
        opened.recover()
        assert opened.log_report.state == "clean"
    assert (os.listdir(tmp_path), path.stat().st_mtime_ns, path.read_bytes()) == before
