"""The folders that are kept open leave descriptors for the rest of the process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from errno import EACCES, EMFILE, ENFILE
from pathlib import Path

import pytest

from hiveguard.watch import kept_descriptors
from hiveguard.watch.kept_descriptors import keep, let_go
from hiveguard.watch.limits import DESCRIPTORS_MOST, DESCRIPTORS_PART

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no dir_fd on Windows")


def identity(path: Path) -> tuple[int, int]:
    known = os.stat(path)
    return known.st_dev, known.st_ino


@pytest.fixture
def kept() -> Iterator[list[int]]:
    descriptors: list[int] = []
    yield descriptors
    for descriptor in descriptors:
        let_go(descriptor)


def _limit(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    import resource

    monkeypatch.setattr(resource, "getrlimit", lambda _: (most, resource.RLIM_INFINITY))


def test_only_a_part_of_those_that_the_process_may_have(
    tmp_path: Path, kept: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_descriptors, "_kept", set())
    _limit(monkeypatch, 5 * DESCRIPTORS_PART)
    for _ in range(5):
        descriptor = keep(str(tmp_path), identity(tmp_path))
        assert descriptor is not None
        kept.append(descriptor)
    assert keep(str(tmp_path), identity(tmp_path)) is None
    let_go(kept.pop())
    descriptor = keep(str(tmp_path), identity(tmp_path))
    assert descriptor is not None
    kept.append(descriptor)


@pytest.mark.parametrize("most", [-1, 10**9])
def test_never_more_than_is_useful(tmp_path: Path, kept: list[int], monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    import resource

    _limit(monkeypatch, resource.RLIM_INFINITY if most < 0 else most)
    monkeypatch.setattr(kept_descriptors, "_kept", set(range(-DESCRIPTORS_MOST, -1)))
    descriptor = keep(str(tmp_path), identity(tmp_path))
    assert descriptor is not None
    kept.append(descriptor)
    assert keep(str(tmp_path), identity(tmp_path)) is None


@pytest.mark.parametrize("number", [EMFILE, ENFILE, EACCES])
def test_none_left_is_no_word_against_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def none_left(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "open", none_left)
    if number == EACCES:
        with pytest.raises(PermissionError):
            keep(str(tmp_path), identity(tmp_path))
    else:
        assert keep(str(tmp_path), identity(tmp_path)) is None


def test_a_folder_that_came_in_its_place_is_not_kept(tmp_path: Path) -> None:
    before = len(kept_descriptors._kept)
    assert keep(str(tmp_path), (0, 0)) is None
    assert len(kept_descriptors._kept) == before
