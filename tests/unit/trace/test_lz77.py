"""XPRESS plain LZ77: the published example, round trips, and data that lie."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiveguard.testing.trace_xpress import xpress
from hiveguard.trace.lz77 import decompress


def test_example_of_literals_in_the_specification() -> None:
    """[MS-XCA] 3.1: the alphabet."""
    packed = bytes.fromhex("3f000000") + b"abcdefghijklmnopqrstuvwxyz"
    assert decompress(packed, 26) == (b"abcdefghijklmnopqrstuvwxyz", True)


def test_example_of_a_long_match_in_the_specification() -> None:
    """[MS-XCA] 3.1: 100 times abc."""
    packed = bytes.fromhex("ffffff1f 616263 1700 0f ff 2601".replace(" ", ""))
    assert decompress(packed, 300) == (b"abc" * 100, True)


@given(st.binary(max_size=3_000))
def test_round_trip_of_any_bytes(data: bytes) -> None:
    assert decompress(xpress(data), len(data)) == (data, True)


@given(st.lists(st.tuples(st.binary(min_size=1, max_size=12), st.integers(1, 400)), max_size=30))
def test_round_trip_of_repetitive_bytes(parts: list[tuple[bytes, int]]) -> None:
    data = b"".join(piece * count for piece, count in parts)
    assert decompress(xpress(data), len(data)) == (data, True)


@pytest.mark.parametrize("length", [3, 9, 10, 11, 24, 25, 26, 278, 279, 280, 281, 65_557, 65_560, 65_600, 200_000])
def test_match_of_every_form_of_length(length: int) -> None:
    data = b"ab" + b"x" * length + b"cd" + b"x" * length
    assert decompress(xpress(data), len(data)) == (data, True)


def test_two_long_matches_share_a_byte() -> None:
    data = b"0123456789abcdefghij" * 2 + b"ABCDEFGHIJKLMNOPQRST" * 2 + b"." + b"0123456789abcdefghij"
    assert decompress(xpress(data), len(data)) == (data, True)


def test_left_over_flags_are_no_literals() -> None:
    packed = xpress(b"abcabcabc") + b"garbage"
    assert decompress(packed, 9) == (b"abcabcabc", True)


@pytest.mark.parametrize("cut", range(0, 40, 3))
def test_cut_data_give_what_stands_before_the_cut(cut: int) -> None:
    data = b"the quick brown fox, the quick brown dog, the lazy fox" * 3
    out, whole = decompress(xpress(data)[:cut], len(data))
    assert not whole
    assert data.startswith(out)


def test_match_before_the_beginning() -> None:
    assert decompress(bytes.fromhex("ffffffff0001"), 10) == (b"", False)


def test_match_that_runs_beyond_the_announced_length() -> None:
    out, whole = decompress(xpress(b"a" * 100), 50)
    assert (bytes(out), whole) == (b"a" * 50, False)


def test_length_of_four_bytes_makes_no_more_than_was_announced() -> None:
    packed = bytes.fromhex("ffffff7f") + b"a" + bytes.fromhex("0700 0f ff 0000 ffffffff".replace(" ", ""))
    out, whole = decompress(packed, 1_000)
    assert len(out) == 1_000
    assert not whole


def test_length_below_what_its_form_means() -> None:
    packed = bytes.fromhex("ffffff7f") + b"a" + bytes.fromhex("0700 0f ff 0100".replace(" ", ""))
    assert decompress(packed, 100) == (b"a", False)


@given(st.binary(max_size=300), st.integers(0, 5_000))
def test_any_bytes_end(data: bytes, length: int) -> None:
    out, whole = decompress(data, length)
    assert len(out) <= length
    assert whole <= (len(out) == length)
