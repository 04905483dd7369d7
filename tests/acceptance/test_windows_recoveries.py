"""What Windows itself made of two dirty hives, beside what we make of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import hiveguard
from hiveguard.regf.layout import BASE_BLOCK_SIZE, HEADER_SIZE
from hiveguard.registry.copy import clean_copy

pytestmark = pytest.mark.corpus


def recovered(path: Path) -> bytes:
    with hiveguard.open(path) as hive:
        assert hive.log_report.state == "replayed"
        return b"".join(clean_copy(hive.snapshot()))


def test_windows_10_and_we_are_alike_byte_for_byte(corpus: Callable[[str], Path]) -> None:
    ours = recovered(corpus("yarp-NewDirtyHive1/NewDirtyHive"))
    windows = corpus("yarp-NewDirtyHive1-recovered/RecoveredHive_Windows10").read_bytes()
    assert ours[:HEADER_SIZE] == windows[:HEADER_SIZE]
    assert ours[BASE_BLOCK_SIZE:] == windows[BASE_BLOCK_SIZE : len(ours)]


def test_windows_7_changed_a_time_stamp_and_one_byte_besides(corpus: Callable[[str], Path]) -> None:
    """It writes the time of its recovery into the first bin, and changed one byte that is not in the log."""
    ours = recovered(corpus("yarp-OldDirtyHive/OldDirtyHive"))[BASE_BLOCK_SIZE:]
    windows = corpus("yarp-OldDirtyHive-recovered/RecoveredHive_Windows7").read_bytes()[BASE_BLOCK_SIZE:][: len(ours)]
    differing = [at for at, (one, other) in enumerate(zip(ours, windows, strict=True)) if one != other]
    assert len(differing) == 6
    assert len(set(differing) - set(range(20, 28))) == 1
