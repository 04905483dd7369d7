"""What a change makes of a hive's logs and damage: told, and refused where it would make a loss last."""

from __future__ import annotations

from pathlib import Path

import pytest

import hiveguard
from hiveguard.testing import DirtyHive, HiveBuilder
from tests import example_hives
from tests.acceptance.program import run

WORDS = {
    "set": ("set", "H", "A", "v", "x"),
    "delete": ("delete", "H", "Step2"),
    "import": ("import", "a.reg", "H"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    hive = DirtyHive()
    (tmp_path / "H").write_bytes(hive.primary())
    (tmp_path / "a.reg").write_text("Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\H\\A]\n")
    return tmp_path


def whole_log(folder: Path) -> None:
    (folder / "H.LOG1").write_bytes(DirtyHive().log(3, 4, 5).build())


def torn_log(folder: Path) -> None:
    log = DirtyHive().log(3, 4, 5)
    data = bytearray(log.build())
    data[log.starts()[2] + 40] ^= 0xFF
    (folder / "H.LOG1").write_bytes(bytes(data))


def state(path: Path) -> object:
    with hiveguard.open(path) as hive:
        return hive.root.value("state").data


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
@pytest.mark.parametrize("target", [("--write",), ("-o", "new")])
def test_a_change_of_a_hive_whose_logs_are_missing_is_refused(
    folder: Path, words: tuple[str, ...], target: tuple[str, ...]
) -> None:
    before = (folder / "H").read_bytes()
    ended = run(*words, *target, cwd=folder)
    assert ended.code == 9
    assert ended.told == (
        "hiveguard: H: its logs are not replayed (no log; contents may be mid-write), and what they hold would be "
        "missing for good; put them beside it, or say --anyway\n"
    )
    assert (folder / "H").read_bytes() == before
    assert not (folder / "new").exists()


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_what_is_lost_with_missing_logs_is_told(folder: Path, words: tuple[str, ...]) -> None:
    ended = run(*words, "--write", "--anyway", cwd=folder)
    assert ended.code == 0
    first, last = ended.told.splitlines()[-2:]
    assert first == (
        "hiveguard: H: its logs were not replayed (no log; contents may be mid-write): what they held is lost from now "
        "on; the hive looked dirty (sequence 3/2), and looks clean now"
    )
    assert last.startswith("complete (H written; logs not replayed (no log; contents may be mid-write)): ")
    with hiveguard.open(folder / "H") as hive:
        assert not hive.is_dirty


def test_a_new_file_without_what_the_logs_held_is_told(folder: Path) -> None:
    before = (folder / "H").read_bytes()
    ended = run(*WORDS["set"], "-o", "new", "--anyway", cwd=folder)
    assert ended.code == 0
    assert (
        "hiveguard: new: the logs of H were not replayed (no log; contents may be mid-write): what they held is not in "
        "it, and it looks clean; H is as it was\n"
    ) in ended.told
    assert (folder / "H").read_bytes() == before


def test_logs_that_were_replayed_are_told(folder: Path) -> None:
    whole_log(folder)
    ended = run(*WORDS["set"], "--write", cwd=folder)
    assert ended.code == 0
    assert ended.told.startswith("complete (H written; logs replayed (partner missing), 3 entries): 1 key, 1 value")
    assert state(folder / "H") == 5


def test_logs_that_are_read_in_part_only_are_like_missing_ones(folder: Path) -> None:
    torn_log(folder)
    ended = run(*WORDS["set"], "--write", cwd=folder)
    assert ended.code == 9
    assert (
        "H: its logs are partly replayed (bad hash in entry 5; partner missing), and what else they hold" in ended.told
    )
    ended = run(*WORDS["set"], "--write", "--anyway", cwd=folder)
    assert ended.code == 0
    assert (
        "H: its logs were partly replayed (bad hash in entry 5; partner missing): what else they held is" in ended.told
    )
    assert "; logs partly replayed (bad hash in entry 5; partner missing), 2 entries)" in ended.told
    assert state(folder / "H") == 4


def test_what_becomes_of_damage_is_told(tmp_path: Path) -> None:
    example_hives.write(tmp_path)
    ended = run("set", "CUT.DAT", "A", "v", "x", "-o", "new", "--anyway", cwd=tmp_path)
    assert ended.code == 0
    assert "hiveguard: new: damaged, as CUT.DAT was (11 losses, the first at " in ended.told
    assert "damaged before, and still" in ended.told.splitlines()[-1]


@pytest.mark.parametrize("words", [(), ("--tree",)])
def test_what_is_damaged_can_be_deleted_and_that_is_told(tmp_path: Path, words: tuple[str, ...]) -> None:
    builder = HiveBuilder(minor=5)
    builder.root.key("Bad").text("v", "lost")
    builder.root.key("Bad").text("w", "kept")
    builder.root.key("Good").text("v", "kept")
    image = builder.image()
    image.put(image.value("Bad", "v"), 0, b"zz")
    (tmp_path / "H").write_bytes(bytes(image.data))
    assert run("delete", "--write", "H", "Bad", *words, cwd=tmp_path).code in (4, 9)
    ended = run("delete", "--write", "H", "Bad", *words, "--anyway", cwd=tmp_path)
    assert ended.code == 0
    first, last = ended.told.splitlines()
    assert first == "hiveguard: H: no damage any more: what could not be read in H is not in it"
    assert last.startswith("complete (H written; damaged before, and no more): 1 key, 1 value in ")
    with hiveguard.open(tmp_path / "H") as hive:
        assert [key.path for key in hive.walk()] == ["", "Good"]


def test_the_library_tells_what_became_of_the_logs(folder: Path) -> None:
    whole_log(folder)
    for into in (folder / "new", None):
        edit = hiveguard.edit(folder / "H", into=into)
        assert edit.logs is None
        with edit as root:
            root.create("A").close()
        assert edit.logs is not None
        assert (edit.logs.state, edit.logs.applied) == ("replayed", (3, 4, 5))
        with hiveguard.edit(folder / "H", into=folder / f"{into}.clean") as root:
            pass
    clean = hiveguard.edit(folder / "H")
    with clean:
        pass
    assert clean.logs is not None
    assert clean.logs.state == "clean"


def test_a_shell_that_writes_tells_what_became_of_the_logs(folder: Path) -> None:
    ended = run("shell", "--write", "H", "-c", "pwd", cwd=folder)
    assert ended.code == 0
    assert (
        r"hiveguard: \REGISTRY\MACHINE\H: logs not replayed (no log; contents may be mid-write); what they held is"
        in ended.told
    )
    (folder / "G").write_bytes(DirtyHive().primary())
    ended = run("shell", "-c", "load HKU\\G G", cwd=folder)
    assert (
        r"hiveguard: \REGISTRY\USER\G: logs not replayed (no log; contents may be mid-write); what they held is"
        in ended.told
    )
    ended = run("shell", "-c", "load HKU\\G G", cwd=folder)
    assert ended.told == ""
