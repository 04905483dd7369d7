"""Any TMF file and any payload: a short run of what `python -m tests.fuzz.tmf` does at length, and properties."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiveguard.trace.tmf_parser import read_tmf
from hiveguard.trace.wpp_sequence import WppSequence
from hiveguard.trace.wpp_spec import WppSpec, as_signed, render
from tests.fuzz import target, tmf_seeds
from tests.fuzz.tmf import Pool
from tests.fuzz.tmf_target import read_wpp

POOL = Pool()
OWN = tmf_seeds.own()
LINES = OWN.split("\n")


@pytest.fixture(autouse=True, scope="module")
def _timed() -> None:
    target.bound_time()


@given(st.integers(0, 1 << 32))
def test_mutants_give_texts_or_reasons(number: int) -> None:
    for index in range(3):
        read_wpp(*POOL.made(number, index), index)


@given(st.binary(max_size=200), st.binary(max_size=60))
def test_any_bytes(file: bytes, payload: bytes) -> None:
    read_wpp(file, [(tmf_seeds.GUID, 10, payload)], 0)
    read_wpp(OWN.encode() + file, [(tmf_seeds.GUID, 10, payload)], 1)


def test_the_whole_file_is_understood() -> None:
    found = read_tmf(OWN.encode())
    assert not found.findings
    assert not found.repeated
    assert not any(message.problem for message in found)


@given(st.integers(0, len(LINES) - 2), st.sampled_from(["rubbish", "#typev", "x, Long -- 10", "a, Item -- ", "-- 10"]))
def test_a_line_that_is_none_is_told_wherever_it_stands(place: int, line: str) -> None:
    found = read_tmf("\n".join((*LINES[:place], line, *LINES[place:])).encode())
    assert any(line.strip() in finding.text or finding.code == "block" for finding in found.findings)
    assert any(abs(finding.line - place) <= 2 for finding in found.findings)


@given(st.integers(0, len(LINES) - 1))
def test_a_line_that_is_missing_loses_one_message_at_most_without_a_word(place: int) -> None:
    """Without its own line a block has no message; without an argument it reads as one that has fewer."""
    found = read_tmf("\n".join((*LINES[:place], *LINES[place + 1 :])).encode())
    whole = len(read_tmf(OWN.encode()))
    if len(found) < whole:
        assert found.findings


@given(
    st.integers(-(1 << 31), (1 << 31) - 1),
    st.sampled_from("dixXo"),
    st.sets(st.sampled_from("-+ 0#")),
    st.integers(0, 20),
    st.integers(-1, 12),
)
def test_integers_are_as_printf_shows_them(number: int, kind: str, flags: set[str], width: int, precision: int) -> None:
    """Python's own notation is C's, but for three things: signs of unsigned numbers, # of octal, 0 with a precision."""
    if kind in "xXo":
        number &= 0xFFFF_FFFF
        flags -= {"+", " "}
    if kind == "o" or not number:
        flags -= {"#"}
    if precision >= 0:
        flags -= {"0"}
        if not precision and not number:
            precision = 1
    spec = WppSpec(kind, "".join(sorted(flags)), width, precision)
    notation = f"%{spec.flags}{width or ''}{'' if precision < 0 else f'.{precision}'}{kind}"
    assert render(number, "", 32, spec) == notation % number


@given(st.integers(0, (1 << 64) - 1), st.sampled_from([8, 16, 32, 64]))
def test_signs(number: int, bits: int) -> None:
    signed = as_signed(number, bits)
    assert -(1 << (bits - 1)) <= signed < 1 << (bits - 1)
    assert (signed - number) % (1 << bits) == 0


@given(st.lists(st.integers(0, 40), min_size=1, unique=True), st.integers(0, (1 << 32) - 1), st.randoms())
def test_what_is_missing_does_not_depend_on_the_order(numbers: list[int], begin: int, chance: random.Random) -> None:
    first, last = min(numbers), max(numbers)
    rest = [number for number in numbers if number != first]
    chance.shuffle(rest)
    sequence = WppSequence()
    for number in (first, *rest):
        sequence.take((begin + number) % (1 << 32))
    assert sequence.missing == last - first + 1 - len(numbers)
    assert sequence.again == 0
