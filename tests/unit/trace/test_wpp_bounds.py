"""What one message may cost: names of many thousand characters for each of hundreds of arguments, and many messages."""

from __future__ import annotations

import copy
import pickle
import tracemalloc
from collections.abc import Iterator
from struct import pack

import pytest

from hiveguard.core.ending import Ending
from hiveguard.testing import TraceBuilder
from hiveguard.trace import limits, open_trace
from hiveguard.trace.tmf_message import TmfArgument, TmfMessage
from hiveguard.trace.tmf_parser import read_tmf
from hiveguard.trace.tmf_symbols import TmfSymbols
from hiveguard.trace.wpp_messages import wpp_messages
from hiveguard.trace.wpp_plan import CUT_MARK, WppPlan, WppReading

GUID = "6f1d9b0c-5d7e-4b7a-9d55-0c8f3c1e2a90"
LONG = "s" * 4_000
MANY = tuple((1, LONG) for _ in range(256))  # a megabyte of names for one bit
BOUND = limits.WPP_ARGUMENTS_TEXT_MAX


def plan(*arguments: TmfArgument) -> WppPlan:
    return WppPlan(TmfMessage(bytes(16), 10, "%0%10!s!", arguments))


def characters(reading: WppReading) -> int:
    return sum(len(argument.text) for argument in reading.arguments)


@pytest.mark.parametrize("item, value", [("ItemFlagsEnum", 1), ("ItemSetLong", 2)])
def test_the_names_of_one_message_s_bits_cost_no_more_than_the_bound(item: str, value: int) -> None:
    made = plan(*(TmfArgument(10 + place, item, "x", MANY) for place in range(16)))
    payload = pack("<I", value) * 16
    made.read(payload, 8)
    tracemalloc.start()
    try:
        reading = made.read(payload, 8)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * BOUND
    assert BOUND <= characters(reading) <= BOUND + 16 * len(CUT_MARK)
    assert reading.is_long
    assert all(argument.value == value for argument in reading.arguments)


@pytest.mark.parametrize("item, value", [("ItemListLong", 1), ("ItemEnum", 1)])
def test_one_name_for_each_argument_is_bounded_with_all_the_others(item: str, value: int) -> None:
    made = plan(*(TmfArgument(10 + place, item, "x", ((value, LONG),)) for place in range(250)))
    reading = made.read(pack("<I", value) * 250, 8)
    assert BOUND <= characters(reading) <= BOUND + 250 * len(CUT_MARK)
    assert reading.is_long


def test_up_to_the_bound_nothing_is_cut() -> None:
    name = "n" * (BOUND // 2)
    made = plan(*(TmfArgument(10 + place, "ItemEnum", "x", ((1, name),)) for place in range(2)))
    reading = made.read(pack("<II", 1, 1), 8)
    assert [argument.text for argument in reading.arguments] == [name, name]
    assert not reading.is_long
    more = plan(*(TmfArgument(10 + place, "ItemEnum", "x", ((1, name),)) for place in range(3)))
    cut = more.read(pack("<III", 1, 1, 1), 8)
    assert [argument.text for argument in cut.arguments] == [name, name, CUT_MARK]
    assert cut.is_long


def test_texts_that_are_too_long_are_told_and_damage() -> None:
    names = "".join(f"{LONG},0x1\n" for _ in range(100))
    uses = "".join(f"x, ItemFlagsEnum(E) -- {10 + place}\n" for place in range(4))
    tmf = read_tmf(
        f'{GUID} K // SRC=k.c MJ= MN=\n#typev k_c1 10 "%0x" // FUNC=f\n{{\n{uses}}}\n#enumv E\n{{\n{names}}}\n'.encode()
    )
    builder = TraceBuilder().message(10, pack("<I", 1) * 4, guid=GUID)
    walk = wpp_messages(open_trace(builder.build()), tmf, on_incomplete="record")
    (message,) = walk
    assert (message.text, message.reason, message.is_cut) == ("x", "the texts of its arguments are too long", True)
    assert sum(len(argument.text) for argument in message.arguments) <= BOUND + 4 * len(CUT_MARK)
    assert message.as_record()["payload"] == message.payload.hex()
    assert walk.verdict is not None
    assert walk.verdict.ending is Ending.DAMAGED
    assert [finding.code for finding in walk.verdict.damage] == ["long-text"]


def test_a_payload_s_own_bytes_are_never_too_long() -> None:
    data = bytes(65_400)
    made = plan(TmfArgument(10, "ItemHexDump"))
    reading = made.read(pack("<H", len(data)) + data, 8)
    assert not reading.is_long
    assert len(reading.arguments[0].text) == 2 * len(data)


# --- time ------------------------------------------------------------------------------------


class Counted(TmfSymbols):
    """Counts how often somebody goes through all of them."""

    walks = 0

    def __iter__(self) -> Iterator[tuple[int, str]]:
        Counted.walks += 1
        return super().__iter__()


@pytest.mark.parametrize(
    "item, text",
    [
        ("ItemListLong", "0x00000fff(n4095)"),
        ("ItemEnum", "n4095"),
        ("ItemSetLong", "[" + ",".join(f"n{bit}" for bit in range(12)) + "]"),
        ("ItemFlagsEnum", " | ".join(f"n{number}" for number in range(1, 4096)) + "(0xfff)"),
    ],
)
def test_names_are_found_without_going_through_all_of_them_for_each_message(item: str, text: str) -> None:
    symbols = Counted((number, f"n{number}") for number in range(4096))
    made = plan(*(TmfArgument(10 + place, item, "x", symbols) for place in range(3)))
    Counted.walks = 0
    for _ in range(20):
        reading = made.read(pack("<III", 4095, 4095, 4095), 8)
    assert [argument.text for argument in reading.arguments] == [text] * 3
    assert Counted.walks == 1  # for all arguments and messages


def test_one_enumeration_is_one_for_all_messages_that_use_it() -> None:
    uses = "".join(f'#typev k_c1 {number} "%0x" // FUNC=f\n{{\nx, ItemEnum(E) -- 10\n}}\n' for number in range(10, 20))
    tmf = read_tmf(f"{GUID} K // SRC=k.c MJ= MN=\n{uses}#enumv E\n{{\nA,0x1\n}}\n".encode())
    assert len({id(message.arguments[0].symbols) for message in tmf}) == 1


# --- values ----------------------------------------------------------------------------------


def test_symbols_are_what_a_plain_tuple_of_them_is() -> None:
    plain = ((3, "a"), (3, "b"), (0, "c"), (1, "d"), (-1, "e"))
    symbols = TmfSymbols(plain)
    assert symbols == plain
    assert hash(symbols) == hash(plain)
    assert symbols.name(3) == "a"
    assert symbols.name(2) is None
    assert list(symbols.within(3)) == [(3, "a"), (3, "b"), (1, "d")]
    assert list(symbols.of_bits(0b1011)) == list(plain[:4])
    assert list(symbols.of_bits(0)) == list(TmfSymbols().within(7)) == []
    for same in (copy.deepcopy(symbols), pickle.loads(pickle.dumps(symbols))):
        assert type(same) is TmfSymbols
        assert same == plain
        assert list(same.within(1)) == [(1, "d")]
