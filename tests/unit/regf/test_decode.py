"""Data by type: exactly as far as the bytes go, never guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiveguard import Value
from hiveguard.regf.decode import decode


def wide(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


@pytest.mark.parametrize(
    ("kind", "raw", "data", "trailing", "noted"),
    [
        (1, wide("ab\0"), "ab", b"", False),
        (1, wide("ab"), "ab", b"", False),
        (2, wide("a\0b\0"), "a", wide("b\0"), True),
        (1, wide("a\0\0\0"), "a", b"", False),
        (1, b"a\0b", "a", b"", True),
        (1, b"", "", b"", False),
        (6, wide("\\REGISTRY\\X"), "\\REGISTRY\\X", b"", False),
        (1, wide("\ud800"), "\ud800", b"", False),
        (7, wide("a\0b\0\0"), ["a", "b"], b"", False),
        (7, wide("a\0b"), ["a", "b"], b"", False),
        (7, wide("a\0\0b\0\0"), ["a"], wide("b\0\0"), True),
        (7, wide("\0"), [], b"", False),
        (7, b"", [], b"", False),
        (4, b"\1\0\0\0", 1, b"", False),
        (4, b"\1\0", None, b"", True),
        (4, b"", None, b"", True),
        (4, bytes(8), None, b"", True),
        (5, b"\0\0\0\1", 1, b"", False),
        (11, b"\xff" * 8, 2**64 - 1, b"", False),
        (11, bytes(4), None, b"", True),
        (3, b"xyz", b"xyz", b"", False),
        (0, b"", b"", b"", False),
        (0xFFFF0012, wide("a\0"), wide("a\0"), b"", False),
    ],
)
def test_decoding(kind: int, raw: bytes, data: object, trailing: bytes, *, noted: bool) -> None:
    decoded = decode(kind, raw)
    assert (decoded.data, decoded.trailing, bool(decoded.note)) == (data, trailing, noted)


@given(st.integers(0, 2**32 - 1) | st.integers(0, 12), st.binary(max_size=40))
def test_any_bytes_of_any_type_decode_to_something(kind: int, raw: bytes) -> None:
    value = Value(("name", kind, raw, 0, 0))
    decoded = value.decode()
    assert value.data == decoded.data
    assert decoded.data is not None or decoded.note
    assert value.raw == raw
    assert value.type == kind


def test_a_value_is_a_value() -> None:
    value = Value((None, 4, b"\1\0\0\0", 32, 1))
    assert value.name is None
    assert value.type_name == "REG_DWORD"
    assert value.data == 1
    assert value == Value((None, 4, b"\1\0\0\0", 32, 1))
    assert hash(value)
    assert "REG_DWORD" in repr(value)
    assert Value(("x", 0xFFFF0007, b"", 0, 2)).type_name == "0xffff0007"
    assert Value(("x", 3, b"", 0, 2)).is_tombstone
