"""A damaged block of a TMF file makes its own message raw, and no other: its lines are C source, and no GUID's.

Sources: docs/wpp.md; the expressions are those of public files (``pDisable->DeviceIndex``) or made like them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hiveguard.trace import limits
from hiveguard.trace.tmf import Tmf
from hiveguard.trace.tmf_lines import looks_like_guid
from hiveguard.trace.tmf_parser import read_tmf

GUID = "6f1d9b0c-5d7e-4b7a-9d55-0c8f3c1e2a90"
OTHER = "11111111-2222-3333-4444-555555555555"
HEAD = f"{GUID} Keeper // SRC=keeper.c MJ= MN=\n"
EXPRESSIONS = [
    "pContext->DeviceId",
    "pDisable->DeviceIndex",
    "pAddedBf->cbAccede",
    "cbBuffed-cbFace",
    "deadbeef-1",
    "(deadbeef-1)",
    "Face.Fed-Bad",
    "abcdef00-(x)",
    "cbBuffed->a->b->c->d->e->f",
    "*pFaced0-pDeed",
    "DEVICE_D0-DEAD",
]


def block(number: int, line: str, *, word: str = "#typev", end: str = "}\n") -> str:
    return f'{word} k_c{number} {number} "%0%10!d!" // LEVEL=I FLAGS=F FUNC=L\n{{\n{line}\n{end}'


def rest() -> str:
    return block(11, "a, ItemLong -- 10") + block(12, "a, ItemLong -- 10")


def read(text: str) -> Tmf:
    return read_tmf(text.encode())


def codes(found: Tmf) -> list[tuple[str, int]]:
    return [(finding.code, finding.line) for finding in found.findings]


def problems(found: Tmf) -> list[tuple[int, bool]]:
    return [(message.number, bool(message.problem)) for message in found]


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("tail", [", ItemLong - 10", " ItemLong -- 10", ", Itm -- 10", ""])
def test_a_damaged_argument_is_no_guid_whatever_its_expression_is(expression: str, tail: str) -> None:
    found = read(HEAD + block(10, expression + tail) + rest())
    assert problems(found) == [(10, True), (11, False), (12, False)]
    assert codes(found) == [("argument", 4)]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_whole_argument_below_a_damaged_first_line_is_no_guid(expression: str) -> None:
    found = read(HEAD + block(10, f"{expression}, ItemLong -- 10", word="#typew") + rest())
    assert problems(found) == [(11, False), (12, False)]
    assert codes(found) == [("line", number) for number in (2, 3, 4, 5)]


@pytest.mark.parametrize("expression", ["pContext->DeviceId", "pDisable->DeviceIndex", "deadbeef.a-b", "cbBuffed-a"])
def test_both_damaged_at_once(expression: str) -> None:
    found = read(HEAD + block(10, f"{expression}, ItemLong - 10", word="#typew") + rest())
    assert problems(found) == [(11, False), (12, False)]


def test_a_symbol_below_a_damaged_first_line_is_no_guid() -> None:
    found = read(HEAD + "#enumw X\n{\nDEADBEEF-0,0x1\n}\n" + rest())
    assert problems(found) == [(11, False), (12, False)]


@pytest.mark.parametrize("line", [f"{OTHER} O", f"{OTHER[:-1]} O", f"x{OTHER} O", "?? // SRC=a.c", "x // SRC=a.c,1"])
def test_in_a_block_a_guid_that_is_nearly_whole_or_has_its_keys_is_one(line: str) -> None:
    found = read(HEAD + block(10, line) + rest())
    assert problems(found)[0] == (10, True)
    assert not any(message.guid_text == GUID for message in found if message.number > 10)


@pytest.mark.parametrize("line", [OTHER[:20], f"{OTHER[:14]} Other", OTHER[:9], "deadbeef-1 x"])
def test_one_that_only_begins_so_is_one_where_the_block_has_no_end(line: str) -> None:
    found = read(HEAD + block(10, line, end="") + rest())
    assert problems(found) == [(10, True)]
    assert codes(found) == [("argument", 4), ("block", 2), ("guid", 4), ("no-guid", 5), ("no-guid", 9)]
    closed = read(HEAD + block(10, line) + rest())
    assert problems(closed) == [(10, True), (11, False), (12, False)]


def test_an_argument_that_is_too_long_is_no_guid() -> None:
    for expression in ("pContext->DeviceId", "deadbeef-"):
        found = read(HEAD + block(10, expression + "x" * limits.TMF_LINE_MAX) + rest())
        assert problems(found) == [(10, True), (11, False), (12, False)]


@pytest.mark.parametrize("letter", ["?", "\ufffd", ".", ">", "(", "g", " "])
def test_one_letter_of_a_guid_that_is_damaged_leaves_it_one(letter: str) -> None:
    for at in range(1, 36):
        line = f"{OTHER[:at]}{letter}{OTHER[at + 1 :]} Other // SRC=other.c MJ= MN="
        assert looks_like_guid(line), line
        assert letter == " " or looks_like_guid(line.partition(" //")[0]), line


def test_a_comma_of_the_real_file_that_is_damaged(shared: Path) -> None:
    (path,) = (shared / "data" / "tmf").glob("03fb1cb4-*.tmf")
    data = path.read_bytes()
    whole = read_tmf(data)
    broken = data.replace(b"pDisable->DeviceIndex, I", b"pDisable->DeviceIndex I", 1)
    assert broken != data
    found = read_tmf(broken)
    assert (len(whole), len(found)) == (24, 24)
    # The message stands there twice: the damaged one comes first, so that the other one differs.
    assert [finding.code for finding in found.findings] == ["argument", "differs"]
