"""One folder asked round by round: real files, and clocks that the test moves by hand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from hiveguard.testing import HiveBuilder, base_block
from hiveguard.watch import watched_folder
from hiveguard.watch.hive_face import look
from hiveguard.watch.limits import BLANK, RACY, RACY_COARSE
from hiveguard.watch.sightings import Answer, Face
from hiveguard.watch.watched_folder import WatchedFolder

SECOND = 1_000_000_000


def hive(sequence: int = 1, number: int = 1) -> bytes:
    builder = HiveBuilder()
    builder.root.key("Key").dword("v", number)
    image = bytearray(builder.build())
    for at in (4, 8):
        image[at : at + 4] = sequence.to_bytes(4, "little")
    base_block.seal(image)
    return bytes(image)


class Asked:
    """A folder, the time of both clocks, and how often a file was opened to be looked at."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch, named: tuple[str, ...] = ()) -> None:
        self.path = path
        self.at = SECOND
        self.wall = 4_000 * SECOND * 1_000_000  # long after all that is written here
        self.looks: list[str] = []
        self.folder = WatchedFolder(str(path), frozenset(named), whole=not named)

        def counted(name: str, at: int, wall: int, folder: int | None = None) -> Face | None:
            self.looks.append(os.path.basename(name))
            return look(name, at, wall, folder)

        monkeypatch.setattr(watched_folder, "look", counted)

    def round(self, after: int = 0) -> dict[str, Answer]:
        """What a round brings, some time later."""
        self.at += after
        self.looks.clear()
        answers = self.folder.poll(lambda: self.at, self.wall, 1_000_000)
        return {os.path.basename(answer.name): answer for answer in answers}

    def settle(self) -> None:
        """Until nothing is looked at any more."""
        self.round()
        self.round(RACY_COARSE + 1)
        assert self.round(SECOND) == {}


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asked]:
    made = Asked(tmp_path, monkeypatch)
    yield made
    made.folder.close()


# --- when a stat is trusted -----------------------------------------------------------------


@pytest.mark.parametrize("off", [-7200, 0, 7200])
def test_a_stat_is_trusted_when_it_has_stood_whatever_the_clocks_say(asked: Asked, off: int) -> None:
    (asked.path / "A.DAT").write_bytes(hive())
    asked.wall = os.stat(asked.path / "A.DAT").st_ctime_ns + off * SECOND
    assert asked.round()["A.DAT"].face is not None
    for _ in range(3):
        asked.round(RACY // 4)
        assert asked.looks == ["A.DAT"]
    asked.round(RACY_COARSE)
    assert asked.looks == ["A.DAT"]  # the look that counts: behind the time in which nothing could be told apart
    for _ in range(3):
        assert asked.round(SECOND) == {}
        assert asked.looks == []


def test_a_change_that_leaves_the_same_stat_right_after_a_look_is_not_missed(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by a clock with coarse ticks: the time of the first change is also that of the second."""
    path = asked.path / "A.DAT"
    path.write_bytes(hive(1))
    frozen = os.stat(path)
    real = os.stat

    def ticking(name: str, **how: object) -> os.stat_result:
        return frozen if os.path.basename(name) == "A.DAT" else real(name, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(watched_folder.os, "stat", ticking)
    first = asked.round()["A.DAT"].face
    assert first is not None
    assert first.sequence == 1
    with path.open("r+b") as file:
        file.write(hive(2))
    second = asked.round(RACY // 2)["A.DAT"].face
    assert second is not None
    assert second.sequence == 2


def test_whole_seconds_are_trusted_later(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on FAT: a write two seconds later may still have the same time."""
    path = asked.path / "A.DAT"
    path.write_bytes(hive())
    seen = os.stat(path)
    whole = SimpleNamespace(
        st_ctime_ns=1_600_000_000 * SECOND,
        st_ino=seen.st_ino,
        st_dev=seen.st_dev,
        st_size=seen.st_size,
        st_mode=seen.st_mode,
    )
    real = os.stat

    def coarse(name: str, **how: object) -> object:
        return whole if os.path.basename(name) == "A.DAT" else real(name, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(watched_folder.os, "stat", coarse)
    asked.round()
    asked.round(RACY + 1)
    asked.round(RACY_COARSE - 2 * RACY)
    assert asked.looks == ["A.DAT"]
    asked.round(RACY_COARSE)
    asked.round(SECOND)
    assert asked.looks == []


def test_a_folder_with_a_time_to_come_is_not_listed_again_and_again(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(asked.path, (4_000_000_000, 4_000_000_000.5))
    asked.wall = 1_000 * SECOND
    asked.settle()
    monkeypatch.setattr(watched_folder.os, "scandir", None)  # called, it would raise
    assert asked.round(SECOND) == {}
    monkeypatch.undo()
    (asked.path / "NEW.DAT").write_bytes(hive())
    assert "NEW.DAT" in asked.round(SECOND)


# --- links that lead nowhere ----------------------------------------------------------------


@pytest.mark.parametrize("named", [(), ("LINK.DAT",)])
def test_a_link_comes_back_with_what_it_leads_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: tuple[str, ...]
) -> None:
    inside, target = tmp_path / "in", tmp_path / "target"
    inside.mkdir()
    (inside / "LINK.DAT").symlink_to(target)
    asked = Asked(inside, monkeypatch, named)
    assert asked.round() == {}  # it dangles from the start
    assert not asked.folder.moved
    asked.settle()
    for sequence in (1, 9):
        target.write_bytes(hive(sequence))
        answer = asked.round(SECOND)["LINK.DAT"]
        assert answer.face is not None
        assert answer.face.sequence == sequence
        asked.settle()
        target.unlink()
        answer = asked.round(SECOND)["LINK.DAT"]
        assert (answer.face, answer.blind) == (None, "")
        assert asked.round(SECOND) == {}  # told once
        assert not asked.folder.moved
    assert asked.folder.count == 1
    (inside / "LINK.DAT").unlink()
    asked.round(SECOND)
    assert asked.folder.count == len(named)
    asked.folder.close()


def test_a_file_that_is_gone_is_forgotten(asked: Asked) -> None:
    (asked.path / "A.DAT").write_bytes(hive())
    asked.settle()
    (asked.path / "A.DAT").unlink()
    assert asked.round(SECOND)["A.DAT"].face is None
    assert asked.folder.count == 0


# --- what cannot be read --------------------------------------------------------------------


def test_a_hive_that_cannot_be_read_any_more_is_refused_until_it_can_or_is_gone(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    (asked.path / "A.DAT").write_bytes(hive())
    asked.settle()

    def denied(*_: object) -> Face | None:
        raise PermissionError(13, "Permission denied")

    for ending in ("read again", "gone"):
        with monkeypatch.context() as patch:
            patch.setattr(watched_folder, "look", denied)
            os.utime(asked.path / "A.DAT")
            os.chmod(asked.path / "A.DAT", 0o600)
            answer = asked.round(SECOND)["A.DAT"]
            assert answer.blind == "Permission denied"
            assert asked.folder.refused == {"A.DAT": "Permission denied"}
            assert asked.round(SECOND)["A.DAT"].blind
            again = asked.folder.ask("A.DAT", lambda: asked.at, asked.wall)
            assert again is not None
            assert again.blind
            if ending == "gone":
                (asked.path / "A.DAT").unlink()
        assert (asked.round(SECOND)["A.DAT"].face is None) is (ending == "gone")
        assert asked.folder.refused == {}


# --- written over where it stands -----------------------------------------------------------


@pytest.mark.parametrize("begun", [b"", b"re", hive()[:300], bytes(512), bytes(8192)])
def test_a_hive_that_is_emptied_and_written_again_is_a_change(asked: Asked, begun: bytes) -> None:
    path = asked.path / "A.DAT"
    path.write_bytes(hive(5))
    asked.settle()
    with path.open("r+b", buffering=0) as file:
        file.truncate(0)
        file.write(begun)
        assert asked.round(SECOND) == {}
        assert asked.folder.ask("A.DAT", lambda: asked.at, asked.wall) is None  # it is there, and written just now
        assert asked.round(BLANK - SECOND - 1) == {}
        file.seek(0)
        file.write(hive(9))
    face = asked.round()["A.DAT"].face
    assert face is not None
    assert face.sequence == 9


def test_a_hive_that_stays_empty_is_gone_when_its_time_is_over(asked: Asked) -> None:
    path = asked.path / "A.DAT"
    path.write_bytes(hive())
    asked.settle()
    for _ in range(2):
        os.truncate(path, 0)
        assert asked.round(SECOND) == {}
        assert asked.round(BLANK - 1) == {}
        answer = asked.round(1)["A.DAT"]
        assert (answer.face, answer.blind) == (None, "")
        asked.settle()
        with path.open("r+b") as file:
            file.write(hive())
        assert asked.round(SECOND)["A.DAT"].face is not None


def test_a_hive_that_something_else_is_written_over_is_gone_at_once(asked: Asked) -> None:
    path = asked.path / "A.DAT"
    for other in (b"text", b"text" * 1000):
        path.write_bytes(hive())
        asked.settle()
        path.write_bytes(other)
        assert asked.round(SECOND)["A.DAT"].face is None


def test_an_empty_file_in_a_hive_s_place_is_another_one(asked: Asked) -> None:
    path = asked.path / "A.DAT"
    path.write_bytes(hive())
    asked.settle()
    (asked.path / "new").write_bytes(b"")
    os.replace(asked.path / "new", path)
    assert asked.round(SECOND)["A.DAT"].face is None


def test_a_header_that_comes_between_two_looks_is_seen(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    path = asked.path / "A.DAT"
    path.write_bytes(hive(5))
    asked.settle()
    os.truncate(path, 0)
    real = watched_folder.look

    def late(name: str, at: int, wall: int, folder: int | None = None) -> Face | None:
        face = real(name, at, wall, folder)
        path.write_bytes(hive(9))
        return face

    monkeypatch.setattr(watched_folder, "look", late)
    face = asked.round(SECOND)["A.DAT"].face
    assert face is not None
    assert face.sequence == 9


# --- what counts ----------------------------------------------------------------------------


def test_a_folder_that_is_widened_is_listed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("A.DAT", "B.DAT"):
        (tmp_path / name).write_bytes(hive())
    asked = Asked(tmp_path, monkeypatch, ("A.DAT",))
    asked.settle()
    asked.folder.widen()
    assert set(asked.round(SECOND)) == {"B.DAT"}
    asked.folder.close()
