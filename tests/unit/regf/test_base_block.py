"""The base block's checksum and what its fields say."""

from __future__ import annotations

from struct import pack, unpack_from

import pytest

from hiveguard.core.errors import NotAHive
from hiveguard.regf.base_block import BaseBlock, checksum
from hiveguard.testing import HiveBuilder


@pytest.mark.parametrize(
    ("words", "stored"),
    [((), 1), ((0xFFFFFFFF,), 0xFFFFFFFE), ((5,), 5), ((1, 1), 1), ((0xFFFFFFFF, 1), 0xFFFFFFFE)],
)
def test_two_results_of_the_checksum_are_stored_as_others(words: tuple[int, ...], stored: int) -> None:
    assert checksum(pack(f"<{len(words)}I", *words).ljust(512, b"\0")) == stored


def test_the_checksum_covers_all_that_stands_before_it_and_nothing_else() -> None:
    raw = HiveBuilder().build()[:512]
    assert BaseBlock(raw).checksum_ok
    for at in range(4, 508):
        assert not BaseBlock(raw[:at] + bytes((raw[at] ^ 1,)) + raw[at + 1 :]).checksum_ok


def test_dirty_means_unequal_numbers_or_a_wrong_checksum() -> None:
    assert not BaseBlock(HiveBuilder(seq=(7, 7)).build()).is_dirty
    assert BaseBlock(HiveBuilder(seq=(8, 7)).build()).is_dirty
    raw = bytearray(HiveBuilder(seq=(7, 7)).build())
    raw[508] ^= 1
    assert BaseBlock(bytes(raw)).is_dirty


def test_what_is_no_base_block_is_refused() -> None:
    for raw in (b"", b"regf", b"regg" + bytes(508)):
        with pytest.raises(NotAHive):
            BaseBlock(raw)


def test_fields() -> None:
    raw = HiveBuilder(minor=5, file_name="\\SystemRoot\\SAM").build()
    header = BaseBlock(raw)
    assert header.version == "1.5"
    assert header.file_name == "\\SystemRoot\\SAM"
    assert header.bins_size == unpack_from("<I", raw, 40)[0]
    assert not header.has_old_cells
    assert BaseBlock(HiveBuilder(minor=1).build()).has_old_cells
    assert BaseBlock(HiveBuilder(minor=6).build()).has_layered_keys
