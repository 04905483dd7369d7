"""What a replay says is missing: to the byte, whatever the length of the file."""

from __future__ import annotations

import pytest

from hiveguard.regf.base_block import BaseBlock
from hiveguard.regf.log_report import LogReport, Replay
from hiveguard.regf.new_hive import new_hive
from hiveguard.regf.replay import _missing


@pytest.mark.parametrize("length", [4096, 4097, 8192, 8192 + 3622, 12288, 12288 + 511, 20480])
@pytest.mark.parametrize(
    ("pages", "covered"),
    [
        ([(0, 4096), (4096, 4096), (8192, 4096), (12288, 4096)], range(16384)),
        ([(0, 16384), (4096, 4096)], range(16384)),  # a page that lies in two entries
        ([(8192, 4096), (0, 4096)], [*range(4096), *range(8192, 12288)]),
        ([(12288, 8192)], range(12288, 16384)),  # beyond the hive's end
    ],
)
def test_missing_bytes_are_counted_exactly(length: int, pages: list[tuple[int, int]], covered: range) -> None:
    replay = Replay(BaseBlock(bytes(new_hive("1.5", "ROOT", 1)[:4096])), LogReport("replayed"))
    replay.size = 16384
    replay.pages = [(offset, memoryview(bytes(size))) for offset, size in pages]
    held = set(range(length - 4096)) | set(covered)
    assert _missing(replay, length) == len(set(range(16384)) - held)
