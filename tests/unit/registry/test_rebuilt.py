"""A hive whose first sector is destroyed, read by the copy of it that a log has."""

from __future__ import annotations

from pathlib import Path

import pytest

import hiveguard
from hiveguard.core.errors import NotAHive
from hiveguard.testing import DirtyHive

GARBAGE = bytes(range(1, 129)) * 4
DIRTY = DirtyHive()


def destroyed(hive: bytes, head: bytes = GARBAGE) -> bytes:
    return head + hive[len(head) :]


def content(hive: hiveguard.Hive) -> dict[str, list[tuple[str | None, bytes]]]:
    return {key.path: [(value.name, value.raw) for value in key.values()] for key in hive.walk()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "HIVE").write_bytes(destroyed(DIRTY.primary()))
    (tmp_path / "HIVE.LOG1").write_bytes(DIRTY.log(2).build())
    (tmp_path / "HIVE.LOG2").write_bytes(DIRTY.log(3, 4, 5).build())
    return tmp_path


def test_open_does_not_take_it_by_itself(folder: Path) -> None:
    with pytest.raises(NotAHive, match=r"it begins with 01 02 03 04 instead of 72 65 67 66 \(regf\); check the file"):
        hiveguard.open(folder / "HIVE")


@pytest.mark.parametrize("head", [GARBAGE, bytes(512), bytes(4096), b"\0"])
def test_it_is_read_by_the_later_log(folder: Path, head: bytes) -> None:
    (folder / "HIVE").write_bytes(destroyed(DIRTY.primary(), head))
    with hiveguard.open(folder / "HIVE", rebuild=True) as hive, hiveguard.open(DIRTY.state(5)) as sound:
        walk = hive.walk()
        assert {key.path for key in walk} == content(sound).keys()
        assert walk.verdict is not None
        assert walk.verdict.is_complete
        assert "base block taken from HIVE.LOG2 (the hive's own is gone: it begins with" in walk.verdict.summary()
        assert "log entries applied: 3, 4, 5" in walk.verdict.evidence[0].facts
        assert hive.key("Step5").value("done").data == 1
        assert hive.log_report.header_rebuilt


def test_a_sound_hive_is_read_as_it_is(tmp_path: Path) -> None:
    with hiveguard.open(DIRTY.state(3), rebuild=True) as hive:
        walk = hive.walk()
        assert len(list(walk)) == 5
        assert walk.verdict is not None
        assert walk.verdict.reasons == ()


@pytest.mark.parametrize("logs", [[], [b""], [b"PK\3\4" * 200], [DIRTY.log(2).build(sealed=False)[:508] + bytes(600)]])
def test_without_a_copy_it_is_no_hive(logs: list[bytes]) -> None:
    words = r"it begins with 01 02 03 04 .*, and no log has a copy of its base block; put its \.LOG1 and \.LOG2"
    with pytest.raises(NotAHive, match=words):
        hiveguard.open(destroyed(DIRTY.primary()), logs=logs, rebuild=True)


def test_a_log_with_a_copy_and_no_entry_gives_the_copy() -> None:
    log = DIRTY.log(2).build()
    with hiveguard.open(destroyed(DIRTY.state(4)), logs=[log[:512]], rebuild=True) as hive:
        assert hive.key("Step4").value("done").data == 1
        verdict = hive.walk(on_incomplete="record").collect().verdict
        assert "base block taken from log 1" in verdict.summary()
        assert [damage.code for damage in verdict.damage] == ["header-checksum"]


@pytest.mark.parametrize("earlier, applied", [(0, True), (1, False)])
def test_an_old_log_counts_only_if_it_was_written_with_the_first_bin(earlier: int, applied: bool) -> None:
    log = DIRTY.old_log()
    primary = bytearray(destroyed(DIRTY.old_primary()))
    primary[4096 + 20] ^= earlier
    with hiveguard.open(bytes(primary), logs=[log.build()], rebuild=True) as hive:
        assert (hive.key("").value("state").data == 5) is applied
        assert "base block taken from log 1" in hive.log_report.words


def test_recover_takes_it(folder: Path) -> None:
    found = hiveguard.recover(folder / "HIVE")
    assert found.verdict.is_complete
    assert "base block taken from HIVE.LOG2" in found.verdict.summary()
    with pytest.raises(NotAHive):
        hiveguard.recover(b"regf")
