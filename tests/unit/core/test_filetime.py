"""Times by integer arithmetic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiveguard.core import filetime

_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
LAST = 2_650_467_743_999_999_999


@given(st.integers(1, LAST))
def test_text_is_that_of_the_calendar(ticks: int) -> None:
    moment = _EPOCH + timedelta(microseconds=ticks // 10)
    assert filetime.text(ticks) == f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}{ticks % 10}Z".rjust(28, "0")


@pytest.mark.parametrize("ticks", [0, LAST + 1, 2**63 - 1, 2**64 - 1])
def test_what_has_no_date_has_no_text(ticks: int) -> None:
    assert filetime.text(ticks) is None


def test_a_fraction_never_rounds_into_the_next_second() -> None:
    assert filetime.text(130_297_694_849_999_999) == "2013-11-24T12:24:44.9999999Z"


def test_unix_seconds_round_down() -> None:
    assert filetime.to_unix_seconds(filetime.UNIX_EPOCH) == 0
    assert filetime.to_unix_seconds(filetime.UNIX_EPOCH - 1) == -1
    assert filetime.to_unix_seconds(0) == -11_644_473_600
    assert filetime.from_unix_ns(1_000_000_100) == filetime.UNIX_EPOCH + 10_000_001
