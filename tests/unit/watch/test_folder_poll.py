"""The poll of folders and files: what belongs to a round when sources lie in one another."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hiveguard.core.clock import Clock
from hiveguard.testing import HiveBuilder
from hiveguard.watch.folder_poll import FolderPoll

HIVE = HiveBuilder().build()
Poll = Callable[..., FolderPoll]


@pytest.fixture
def poll() -> Iterator[Poll]:
    made: list[FolderPoll] = []

    def make(*sources: Path) -> FolderPoll:
        made.append(FolderPoll([str(source) for source in sources], Clock()))
        return made[-1]

    yield make
    for each in made:
        each.close()


def told(poll: FolderPoll) -> dict[str, bool]:
    """What a round brings: a file's name to whether it is there."""
    return {os.path.basename(answer.name): answer.face is not None for answer in poll.round().answers}


def put(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(HIVE)


@pytest.mark.parametrize("turned", [False, True])
def test_a_file_named_beside_a_folder_above_it_hides_nothing(tmp_path: Path, poll: Poll, turned: bool) -> None:
    profile = tmp_path / "Users" / "ada"
    put(tmp_path / "SYSTEM", profile / "NTUSER.DAT", profile / "UsrClass.dat", profile / "deep" / "X.dat")
    sources = (tmp_path, profile / "NTUSER.DAT")
    asking = poll(*(reversed(sources) if turned else sources))
    assert set(told(asking)) == {"SYSTEM", "NTUSER.DAT", "UsrClass.dat", "X.dat"}
    assert all(folder.only is None for folder in asking.folders)  # from the start: so is the event channel told
    put(profile / "NEW.dat")
    assert told(asking)["NEW.dat"]
    shutil.rmtree(profile)
    assert told(asking)["NTUSER.DAT"] is False
    put(profile / "NTUSER.DAT", profile / "UsrClass.dat")
    found = told(asking)
    assert found["NTUSER.DAT"]
    assert found["UsrClass.dat"]


def test_a_file_named_beside_its_own_folder_given_twice(tmp_path: Path, poll: Poll) -> None:
    put(tmp_path / "A.DAT", tmp_path / "B.DAT")
    asking = poll(tmp_path, tmp_path / "A.DAT", tmp_path)
    assert set(told(asking)) == {"A.DAT", "B.DAT"}
    assert [folder.named for folder in asking.folders] == [frozenset({"A.DAT"})]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_named_file_behind_a_link_alone_until_a_folder_comes_in_the_link_s_place(tmp_path: Path, poll: Poll) -> None:
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    root.mkdir()
    put(elsewhere / "A.DAT", elsewhere / "B.DAT")
    (root / "sub").symlink_to(elsewhere)
    asking = poll(root, root / "sub" / "A.DAT")
    assert set(told(asking)) == {"A.DAT"}  # links are not followed
    (root / "sub").unlink()
    put(root / "sub" / "A.DAT", root / "sub" / "B.DAT")
    told(asking)
    assert set(told(asking)) == {"A.DAT", "B.DAT"}


FEW = """
import os, resource, sys
from hiveguard.core.clock import Clock
from hiveguard.watch.folder_poll import FolderPoll
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
polls = [FolderPoll([sys.argv[1]], Clock()) for _ in range(2)]
print([len(poll.round().answers) for poll in polls], [poll.refused() for poll in polls])
others = [os.open(os.devnull, os.O_RDONLY) for _ in range(30)]  # the rest of the program
rest = []
try:
    while True:
        rest.append(os.open(os.devnull, os.O_RDONLY))
except OSError:
    rest.pop()  # a listing and a look need one
    os.close(rest.pop())
third = FolderPoll([sys.argv[1]], Clock())
print(len(third.round().answers), third.refused())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no limit to set")
def test_few_descriptors_are_enough_for_many_folders_and_the_rest_of_the_program(tmp_path: Path) -> None:
    put(*(tmp_path / f"{number}" / "NTUSER.DAT" for number in range(80)))
    ended = subprocess.run(
        [sys.executable, "-c", FEW, str(tmp_path)], capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stdout.splitlines() == ["[80, 80] [[], []]", "80 []"]
