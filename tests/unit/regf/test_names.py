"""Upper case, order, hashes and hints of names."""

from __future__ import annotations

import hashlib
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiveguard.regf import names
from hiveguard.regf.marvin import marvin32
from hiveguard.regf.upcase import UPCASE

texts = st.text(st.characters(), max_size=12)


def test_the_table_is_that_of_windows_10() -> None:
    units = [UPCASE.get(unit, unit) for unit in range(1 << 16)]
    assert len(UPCASE) == 973
    assert (
        hashlib.sha256(pack("<65536H", *units)).hexdigest()
        == "41c26bc7a12bdaeb26025c93118697c7e3ef81ee048b00fe5cce2a472e0e0742"
    )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("straße", "STRASSE", False),
        ("ıx", "Ix", False),
        ("É", "é", True),
        ("ᾀ", "ᾈ", True),
        ("µ", "Μ", False),
        ("ÿ", "Ÿ", True),
        ("ა", "Ა", False),
        ("\U00010410", "\U00010438", False),
    ],
)
def test_two_names_are_the_same_key_by_windows_upper_case(one: str, other: str, *, same: bool) -> None:
    assert (names.fold(one) == names.fold(other)) is same


def test_order_goes_by_utf_16_units() -> None:
    assert sorted(["\uff21", "\U0001f600", "b", "A", "ab"], key=names.order) == ["A", "ab", "b", "\U0001f600", "\uff21"]


@given(texts, texts)
def test_order_compares_folded_units(one: str, other: str) -> None:
    def units(name: str) -> list[int]:
        raw = names.units(name)
        return [UPCASE.get(unit, unit) for unit in memoryview(raw).cast("H")]

    assert (names.order(one) < names.order(other)) == (units(one) < units(other))


@given(texts)
def test_what_is_encoded_is_decoded(name: str) -> None:
    assert names.decode(names.units(name), compressed=False) == names.units(name).decode("utf-16-le", "surrogatepass")
    if names.is_compressible(name):
        assert names.decode(name.encode("latin-1"), compressed=True) == name


@pytest.mark.parametrize(
    ("name", "hashed"), [("Software", 0xE9FE1463), ("Café", 0x00352F57), ("Ωmega", 0x68E8C913), ("", 0)]
)
def test_hash(name: str, hashed: int) -> None:
    assert names.lh_hash(name) == hashed == names.lh_hash(name.swapcase())


@pytest.mark.parametrize(
    ("name", "hint"), [("Software", b"Soft"), ("é", b"\xe9\0\0\0"), ("aΩb", bytes(4)), ("abcdΩ", b"abcd")]
)
def test_hint(name: str, hint: bytes) -> None:
    assert names.lf_hint(name) == hint


@pytest.mark.parametrize(
    ("data", "hashed"),
    [
        (bytes(32), 0xDA91A06AC5359223),
        (bytes(range(32)), 0xC64FEEE425C2E24C),
        (b"HvLE" + bytes(28), 0xBD65808DB899C2F2),
    ],
)
def test_marvin(data: bytes, hashed: int) -> None:
    assert marvin32(data) == hashed
