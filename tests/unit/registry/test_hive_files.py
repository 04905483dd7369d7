"""The files of a hive that is written: whose they are, where the logs lie, what is refused and in which words."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

import hiveguard
from hiveguard.core.errors import AlreadyThere, HiveBusy, HiveError, NotAHive, NotWritten, Unreadable
from hiveguard.regf.disk import Part
from hiveguard.regf.journal import Journal
from hiveguard.regf.new_hive import new_hive
from hiveguard.registry.file_lock import is_taken
from hiveguard.registry.hive_files import FileDisk, create_file

TIME = 132_000_000_000_000_000
PAGE = 4096
posix = pytest.mark.skipif(os.name == "nt", reason="POSIX's links, modes and folders")


@pytest.fixture
def hive(tmp_path: Path) -> Path:
    path = tmp_path / "HIVE"
    path.write_bytes(new_hive("1.5", "ROOT", TIME))
    return path


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can enter."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


def changed_page(path: Path) -> bytes:
    """The hive's only page with another name for its root."""
    return path.read_bytes()[PAGE:].replace(b"ROOT", b"LEAF")


def commit(path: Path) -> FileDisk:
    """A change that is in the log and not in the primary."""
    disk = FileDisk(path)
    try:
        journal = Journal(disk, str(path))
        journal.settle()
        journal.commit({0: changed_page(path)}, PAGE)
    except HiveError:
        disk.close()
        raise
    return disk


def root_name(path: Path) -> str:
    with hiveguard.open(path) as hive:
        return hive.root.name


def test_a_commit_is_in_the_log_and_a_reader_finds_it(hive: Path) -> None:
    commit(hive).close()
    assert sorted(path.name for path in hive.parent.iterdir()) == ["HIVE", "HIVE.LOG1"]
    assert root_name(hive) == "LEAF"
    with hiveguard.open(hive, logs="ignore") as as_it_is:
        assert as_it_is.root.name == "ROOT"


def test_the_next_writer_writes_it_back_and_takes_the_other_log(hive: Path) -> None:
    commit(hive).close()
    commit(hive).close()
    with hiveguard.open(hive) as opened:
        assert opened.log_report.applied == (4,)
    assert (hive.parent / "HIVE.LOG2").stat().st_size == 2 * PAGE


def test_logs_are_found_whatever_their_case(hive: Path) -> None:
    (hive.parent / "hive.log1").touch()
    commit(hive).close()
    assert sorted(path.name for path in hive.parent.iterdir()) == ["HIVE", "hive.log1"]
    assert root_name(hive) == "LEAF"


def test_one_writer_in_a_process(hive: Path) -> None:
    disk = FileDisk(hive)
    assert is_taken(str(hive))
    with pytest.raises(HiveBusy, match=r"HIVE: somebody has the hive open for writing; close it there first$"):
        FileDisk(hive)
    disk.close()
    disk.close()
    assert not is_taken(str(hive))
    FileDisk(hive).close()


def test_the_lock_dies_with_its_process(hive: Path) -> None:
    program = (
        "import sys; from hiveguard.registry.hive_files import FileDisk\n"
        "disk = FileDisk(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", program, hive], stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(HiveBusy):
            FileDisk(hive)
        other.kill()
        other.wait()
        FileDisk(hive).close()


COUNTING = """
import sys
from hiveguard.embedded.hive_store import HiveStore
from hiveguard.registry.hive_files import FileDisk
store = HiveStore.open(FileDisk(sys.argv[1]), sys.argv[1])
editor = store.editor
start = int.from_bytes(bytes.fromhex(sys.argv[2]), "little")
for count in range(start + 1, start + 1000):
    editor.set_value(editor.root, "count", 4, count.to_bytes(4, "little"), 1)
    editor.set_value(editor.root, f"{count % 7}", 3, bytes(500 * (count % 11)), 1)
    store.commit(*store.take())
    print(count, flush=True)
    if count % 5 == 0:
        store.reconcile(always=True)
"""


def test_a_killed_process_loses_nothing_that_it_was_told_is_safe(hive: Path) -> None:
    chance = Random()
    count = 0
    for _ in range(6):
        arguments = [sys.executable, "-c", COUNTING, hive, count.to_bytes(4, "little").hex()]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            for _ in range(chance.randrange(1, 30)):
                count = int(writer.stdout.readline())
            writer.kill()
            rest = writer.stdout.read().splitlines()
        count = int(rest[-1]) if rest else count
        with hiveguard.open(hive) as opened:
            walk = opened.walk(strict=True)
            values = {value.name: value.data for key in walk for value in key.values()}
            assert walk.verdict is not None
            assert walk.verdict.damage == ()
        assert count <= values["count"] <= count + 1
        count = values["count"]
        assert len(values[f"{count % 7}"]) == 500 * (count % 11)


def test_readers_need_no_lock(hive: Path) -> None:
    disk = FileDisk(hive)
    assert root_name(hive) == "ROOT"
    disk.close()


@posix
def test_a_link_leads_to_the_file_and_its_logs(hive: Path, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere" / "link"
    link.parent.mkdir()
    link.symlink_to(hive)
    disk = commit(link)
    with pytest.raises(HiveBusy):
        FileDisk(hive)
    disk.close()
    assert [path.name for path in link.parent.iterdir()] == ["link"]
    assert root_name(hive) == root_name(link) == "LEAF"


@posix
def test_a_file_with_two_names_is_refused(hive: Path) -> None:
    os.link(hive, hive.parent / "other")
    with pytest.raises(Unreadable, match=r"it has 2 names \(hard links\), and its logs would lie beside one"):
        FileDisk(hive)
    assert not is_taken(str(hive))


@posix
def test_a_log_that_is_a_link_is_not_written(hive: Path) -> None:
    victim = hive.parent / "victim"
    victim.touch()
    (hive.parent / "HIVE.LOG1").symlink_to(victim)
    with pytest.raises(Unreadable, match=r"HIVE\.LOG1: it is a link to a file elsewhere"):
        commit(hive)
    assert victim.stat().st_size == 0


@posix
def test_a_log_is_as_private_as_its_hive(hive: Path) -> None:
    hive.chmod(0o600)
    commit(hive).close()
    assert (hive.parent / "HIVE.LOG1").stat().st_mode & 0o777 == 0o600


@posix
def test_what_cannot_be_changed_says_so(open_folder: Path) -> None:
    hive = open_folder / "HIVE"
    hive.write_bytes(new_hive("1.5", "ROOT", TIME))
    hive.chmod(0o444)
    program = (
        "import os, sys; from hiveguard import Unreadable; from hiveguard.registry.hive_files import FileDisk\n"
        "if os.getuid() == 0: os.setuid(65534)\n"
        "try: FileDisk(sys.argv[1])\nexcept Unreadable as error: print(error, error.errno)"
    )
    done = subprocess.run([sys.executable, "-c", program, hive], capture_output=True, text=True, check=True)
    assert done.stdout == f"{hive}: no permission to change it; run as a user who may, or change a copy 13\n"


@posix
def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(Unreadable, match="it is no regular file"):
        FileDisk(pipe)
    with pytest.raises(Unreadable, match="it is a folder"):
        FileDisk(tmp_path)
    with pytest.raises(Unreadable, match="there is no such file"):
        FileDisk(tmp_path / "missing")
    with pytest.raises(Unreadable, match="null"):
        FileDisk("a\0b")


@posix
@pytest.mark.parametrize("instead", ["nothing", "another"])
def test_a_file_that_was_replaced_is_not_written(hive: Path, instead: str) -> None:
    disk = commit(hive)
    page = changed_page(hive)
    if instead == "another":
        (hive.parent / "new").write_bytes(hive.read_bytes())
        (hive.parent / "new").rename(hive)
    else:
        hive.unlink()
    before = (hive.parent / "HIVE.LOG1").read_bytes()
    for change in (
        lambda: disk.write(Part.LOG1, 0, page),
        lambda: disk.resize(Part.LOG1, 0),
        lambda: disk.sync(Part.PRIMARY),
    ):
        with pytest.raises(NotWritten, match="the file was replaced or removed while it was open"):
            change()
    disk.close()
    assert (hive.parent / "HIVE.LOG1").read_bytes() == before


def test_after_closing_nothing_is_read_or_written(hive: Path) -> None:
    disk = commit(hive)
    disk.close()
    for read in (lambda: disk.size(Part.PRIMARY), lambda: disk.read(Part.LOG2, 0, 1)):
        with pytest.raises(Unreadable, match="the hive was closed; open it again"):
            read()
    with pytest.raises(NotWritten, match="the hive was closed; open it again"):
        disk.write(Part.PRIMARY, 0, bytes(512))


@pytest.mark.parametrize("code, words", [(28, "make room on the disk, then flush again"), (5, "check the disk")])
def test_what_the_disk_says_is_told(hive: Path, code: int, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = commit(hive)

    def fails(_: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(NotWritten, match=words) as caught:
        disk.sync(Part.LOG1)
    assert str(caught.value).startswith(f"{hive}.LOG1: {os.strerror(code)}; ")
    assert caught.value.errno == code
    disk.close()


def test_an_instance_that_is_refused_leaves_no_lock(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.write_bytes(b"PK\3\4")
    disk = FileDisk(foreign)
    with pytest.raises(NotAHive, match="it looks like a zip archive"):
        Journal(disk, "foreign")
    disk.close()
    assert not is_taken(str(foreign))


def test_a_new_file_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "new"
    create_file(path, b"one")
    with pytest.raises(AlreadyThere, match="there already; name another file, or delete it first"):
        create_file(path, b"two")
    assert path.read_bytes() == b"one"

    def fails(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(NotWritten, match="make room on the disk"):
        create_file(tmp_path / "other", b"three")
    assert [entry.name for entry in tmp_path.iterdir()] == ["new"]


def test_a_hive_is_replaced_whole_and_stays_locked(hive: Path) -> None:
    hive.chmod(0o640)
    disk = FileDisk(hive)
    before = hive.stat().st_ino
    content = hive.read_bytes()[:PAGE] + changed_page(hive)
    disk.replace([content[:PAGE], content[PAGE:]])
    assert hive.read_bytes() == content
    assert hive.stat().st_ino != before
    assert hive.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in hive.parent.iterdir()) == ["HIVE"]
    with pytest.raises(HiveBusy):
        FileDisk(hive)
    disk.write(Part.PRIMARY, PAGE, content[PAGE:])  # what is held is what has the name now
    disk.sync(Part.PRIMARY)
    disk.close()
    FileDisk(hive).close()
    assert root_name(hive) == "LEAF"


def test_a_replacement_that_fails_leaves_the_hive(hive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = hive.read_bytes()

    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    disk = FileDisk(hive)
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(NotWritten, match="make room on the disk, then flush again"):
        disk.replace([bytes(PAGE)])
    assert hive.read_bytes() == content
    assert sorted(path.name for path in hive.parent.iterdir()) == ["HIVE"]
    with pytest.raises(HiveBusy):
        FileDisk(hive)
    disk.close()


LIMITED = """
import resource, signal, sys
from hiveguard.core.errors import NotWritten
from hiveguard.embedded.hive_store import HiveStore
from hiveguard.registry.hive_files import FileDisk
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = HiveStore.open(FileDisk(sys.argv[1]), "HIVE")
editor = store.editor
for size in (100, 60_000, 200):
    editor.set_value(editor.root, "v", 3, bytes(size), 1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000 if size == 60_000 else 1 << 20, resource.RLIM_INFINITY))
    pages, length = store.take()
    try:
        store.commit(pages, length)
        print(size)
    except NotWritten as error:
        store.give_back(pages)
        print(error)
"""


@posix
def test_files_that_may_not_grow(hive: Path) -> None:
    """The machine itself says no, in the middle of an entry; the next flush has room again."""
    done = subprocess.run([sys.executable, "-c", LIMITED, hive], capture_output=True, text=True, check=True)
    first, refused, last = done.stdout.splitlines()
    assert (first, last) == ("100", "200")
    assert refused == f"{hive}.LOG1: File too large; let files grow larger (ulimit -f), then flush again"
    with hiveguard.open(hive) as opened:
        assert opened.root.value("v").raw == bytes(200)


@pytest.mark.parametrize(
    ("make", "advice"),
    [
        (lambda folder: folder / "none" / "hive", "its folder is not there; make the folder, or name another file"),
        (lambda folder: folder / "file" / "hive", "a part of its path is no folder; name another file"),
        (lambda folder: folder / ("x" * 300), "its name is too long; name another file"),
    ],
)
def test_a_file_that_cannot_be_made_says_what_to_do(tmp_path: Path, make: Any, advice: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotWritten) as refused:
        create_file(make(tmp_path), b"x")
    assert str(refused.value).endswith(f": {advice}")
    assert "flush" not in str(refused.value)


@posix
@pytest.mark.parametrize("part", list(Part))
def test_a_flush_without_its_folder_says_what_to_do(tmp_path: Path, part: Part) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    hiveguard.create(folder / "hive")
    disk = FileDisk(folder / "hive")
    shutil.rmtree(folder)
    for use in (
        lambda: disk.write(part, 0, b"x"),
        lambda: disk.resize(part, 1),
        lambda: disk.sync(part),
        lambda: disk.replace([b"x"]),
    ):
        with pytest.raises(NotWritten, match="save the keys elsewhere") as refused:
            use()
        assert "flush again" not in str(refused.value)
    disk.close()


@posix
def test_what_a_write_ran_into_is_said_with_what_to_do(hive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = FileDisk(hive)
    for number, advice in (
        (28, "make room on the disk, then flush again"),
        (122, "make room on the disk, then flush again"),
        (5, "check the disk, then flush again"),
        (2, "save the keys elsewhere"),
        (30, "save the keys elsewhere, or make it writable and flush again"),
    ):

        def fails(descriptor: int, number: int = number) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(os, "fsync", fails)
        with pytest.raises(NotWritten) as refused:
            disk.sync(Part.PRIMARY)
        assert str(refused.value) == f"{hive}: {os.strerror(number)}; {advice}"
        assert refused.value.errno == number
    disk.close()
