"""Integers narrower than an int, wide characters, half ones, and numbers of names that are negative."""

from __future__ import annotations

from struct import pack

import pytest

from hiveguard.core.ending import Ending
from hiveguard.testing import TraceBuilder
from hiveguard.trace import open_trace
from hiveguard.trace.tmf_lines import argument_line
from hiveguard.trace.tmf_message import TmfArgument, TmfMessage
from hiveguard.trace.tmf_parser import read_tmf
from hiveguard.trace.wpp_messages import wpp_messages
from hiveguard.trace.wpp_plan import CUT_MARK, WppPlan
from hiveguard.trace.wpp_spec import WppSpec, wpp_spec

GUID = "6f1d9b0c-5d7e-4b7a-9d55-0c8f3c1e2a90"
ODD = pack("<H", 9) + "A.DAT".encode("utf-16-le")[:9]  # half of its last character


def read(notation: str, item: str, payload: bytes) -> tuple[str, object]:
    made = WppPlan(TmfMessage(bytes(16), 10, f"%0%10!{notation}!", (TmfArgument(10, item),)))
    reading = made.read(payload, 8)
    assert not reading.problem
    return made.text(reading, {}, 8)[0], reading.arguments[0].value


@pytest.mark.parametrize(
    "notation, item, payload, expected",
    [
        ("d", "ItemPort", b"\xc3\x50", 50_000),
        ("d", "ItemUShort", b"\xff\xff", 65_535),
        ("i", "ItemUChar", b"\xff", 255),
        ("d", "ItemListByte", b"\xff", 255),
        ("d", "ItemSetShort", b"\xff\xff", 65_535),
        ("d", "ItemShort", b"\xff\xff", -1),
        ("d", "ItemChar", b"\xff", -1),
        ("d", "ItemULong", b"\xff" * 4, -1),  # what printf makes of an unsigned int
        ("d", "ItemULongLong", b"\xff" * 8, -1),
        ("u", "ItemShort", b"\xff\xff", 65_535),
    ],
)
def test_unsigned_ones_narrower_than_an_int_are_never_negative(
    notation: str, item: str, payload: bytes, expected: int
) -> None:
    assert read(notation, item, payload) == (str(expected), expected)


def test_the_same_argument_twice_is_promoted_for_each_notation() -> None:
    made = WppPlan(TmfMessage(bytes(16), 10, "%0%10!x! %10!d! %10!5d!", (TmfArgument(10, "ItemUShort"),)))
    assert made.text(made.read(b"\xff\xff", 8), {}, 8)[0] == "ffff 65535 65535"


@pytest.mark.parametrize(
    "notation, expected",
    [("lc", "Ж"), ("wc", "Ж"), ("C", "Ж"), ("lC", "Ж"), ("c", "\x16"), ("hc", "\x16"), ("hC", "\x16"), ("3lc", "  Ж")],
)
def test_wide_characters(notation: str, expected: str) -> None:
    assert read(notation, "ItemShort", "Ж".encode("utf-16-le"))[0] == expected


def test_a_width_of_another_notation_changes_nothing() -> None:
    assert wpp_spec("ls") == wpp_spec("ws") == wpp_spec("s") == WppSpec("s")
    assert wpp_spec("hhd") == wpp_spec("I64d") == WppSpec("d")


# --- names with negative numbers -------------------------------------------------------------


@pytest.mark.parametrize("item, code", [("ItemListByte", "b"), ("ItemListShort", "h"), ("ItemListLong", "i")])
def test_a_negative_number_of_a_list_is_what_is_stored(item: str, code: str) -> None:
    argument = argument_line(f"x, {item}(ERR=-1,OK,LOW=-2) -- 10")
    assert argument is not None
    made = WppPlan(TmfMessage(bytes(16), 10, "%0%10!s!", (argument,)))

    def name(number: int) -> str:
        return made.text(made.read(pack(f"<{code}", number), 8), {}, 8)[0].partition("(")[2]

    assert [name(-1), name(0), name(-2), name(1)] == ["ERR)", "OK)", "LOW)", ""]


def test_a_number_that_the_width_cannot_hold_names_nothing_else() -> None:
    argument = argument_line("x, ItemListByte(A=256,B=-200,C=-128) -- 10")
    assert argument is not None
    assert argument.symbols == ((256, "A"), (-200, "B"), (128, "C"))


# --- half characters -------------------------------------------------------------------------


def test_half_a_character_at_the_end_of_a_counted_text_is_told() -> None:
    tmf = read_tmf(
        f"{GUID} K // SRC=k.c MJ= MN=\n"
        '#typev k_c1 10 "%0<%10!s!> %11!d!" // FUNC=f\n{\na, ItemPWString -- 10\nb, ItemLong -- 11\n}\n'.encode()
    )
    walk = wpp_messages(
        open_trace(TraceBuilder().message(10, ODD + pack("<i", 7), guid=GUID).build()), tmf, on_incomplete="record"
    )
    (message,) = walk
    assert message.text == f"<A.DA{CUT_MARK}> 7"  # what follows is read all the same
    assert message.values == ("A.DA", 7)
    assert message.reason == "argument 10 ends in the middle of a character"
    assert message.is_cut
    assert message.as_record()["payload"] == (ODD + pack("<i", 7)).hex()
    assert walk.verdict is not None
    assert walk.verdict.ending is Ending.DAMAGED


def test_half_a_character_and_bytes_behind_it() -> None:
    made = WppPlan(TmfMessage(bytes(16), 10, "%0%10!s!", (TmfArgument(10, "ItemPWString"),)))
    reading = made.read(ODD + b"more", 8)
    assert (reading.is_cut, reading.rest, reading.problem) == (True, 4, "argument 10 ends in the middle of a character")
