from __future__ import annotations

from argparse import ArgumentTypeError

import pytest

from hiveguard.cli.bounds import moment, natural, positive, size
from hiveguard.core.filetime import text


@pytest.mark.parametrize(
    "typed, expected",
    [
        ("2024-05-01", "2024-05-01T00:00:00.0000000Z"),
        ("2024-05-01T10:00:00Z", "2024-05-01T10:00:00.0000000Z"),
        ("2024-05-01T10:00+02:00", "2024-05-01T08:00:00.0000000Z"),
        ("2024-05-01 10:00:00.123456", "2024-05-01T10:00:00.1234560Z"),
        ("1601-01-02", "1601-01-02T00:00:00.0000000Z"),
    ],
)
def test_moment(typed: str, expected: str) -> None:
    assert text(moment(typed)) == expected


def test_ago_is_counted_from_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time_ns", lambda: 1_700_000_000 * 10**9)
    now = moment("0s")
    for typed, seconds in (("30s", 30), ("5m", 300), ("2h", 7200), ("3d", 259200), ("3d ago", 259200), ("1w", 604800)):
        assert now - moment(typed) == seconds * 10**7


@pytest.mark.parametrize("typed", ["", "yesterday", "3", "3y", "2024-13-01", "24:00", "d"])
def test_what_is_no_moment(typed: str) -> None:
    with pytest.raises(ArgumentTypeError, match="is no time"):
        moment(typed)


@pytest.mark.parametrize(
    "typed, expected", [("0", 0), ("4096", 4096), ("64k", 65536), ("1M", 1 << 20), ("2 GiB", 0), ("2GiB", 2 << 30)]
)
def test_size(typed: str, expected: int) -> None:
    if not expected and typed != "0":
        with pytest.raises(ArgumentTypeError):
            size(typed)
    else:
        assert size(typed) == expected


@pytest.mark.parametrize("typed", ["-1", "1.5", "x", "", "¹"])
def test_what_is_no_number(typed: str) -> None:
    with pytest.raises(ArgumentTypeError):
        natural(typed)
    with pytest.raises(ArgumentTypeError):
        positive(typed)


def test_numbers() -> None:
    assert (natural("0"), natural("12"), positive("1")) == (0, 12, 1)
    with pytest.raises(ArgumentTypeError):
        positive("0")
