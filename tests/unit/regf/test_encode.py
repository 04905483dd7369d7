"""Data as people give them: what each type takes, and what is no data at all."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest

from hiveguard.core.errors import BadArgument, HiveError
from hiveguard.regf.encode import encode, type_for


@pytest.mark.parametrize(
    ("data", "kind", "raw"),
    [
        ("a", 1, b"a\0\0\0"),
        (7, 4, b"\7\0\0\0"),
        (1 << 32, 11, b"\0\0\0\0\1\0\0\0"),
        (b"x", 3, b"x"),
        (bytearray(b"x"), 3, b"x"),
        ([], 7, b"\0\0"),
        (("a",), 7, b"a\0\0\0\0\0"),
        (deque(["a"]), 7, b"a\0\0\0\0\0"),
    ],
)
def test_data_have_a_type_and_bytes(data: Any, kind: int, raw: bytes) -> None:
    assert type_for(data) == kind
    assert encode(kind, data) == raw


@pytest.mark.parametrize("data", [None, 1.5, {}, {"a": 1}, {"a"}, object(), iter(["a"]), range(3)])
def test_what_is_no_data_is_refused_by_its_kind(data: Any) -> None:
    with pytest.raises(BadArgument, match="give text, a whole number, bytes or a list of texts"):
        type_for(data)
    for kind in (1, 3, 4, 7):
        with pytest.raises(BadArgument, match="give text, a whole number, bytes or a list of texts"):
            encode(kind, data)


def test_a_list_of_something_else_is_refused() -> None:
    for data in ([1], ["a", None], [b"a"]):
        with pytest.raises(BadArgument, match="list of texts"):
            encode(type_for(data), data)  # type: ignore[arg-type]
    assert issubclass(BadArgument, HiveError)
    assert issubclass(BadArgument, ValueError)
