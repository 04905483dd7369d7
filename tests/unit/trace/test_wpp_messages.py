"""WPP messages out of traces that are made: every flag of a message, both widths, losses, and what stays raw."""

from __future__ import annotations

import copy
import pickle
from struct import pack
from typing import Any

import pytest

from hiveguard.core.ending import Ending
from hiveguard.core.errors import Incomplete
from hiveguard.core.verdict import Verdict
from hiveguard.testing import TraceBuilder
from hiveguard.trace import limits, open_trace
from hiveguard.trace.tmf import Tmf
from hiveguard.trace.tmf_parser import read_tmf
from hiveguard.trace.wpp_causes import WppCauses
from hiveguard.trace.wpp_message import WppArgument, WppMessage
from hiveguard.trace.wpp_messages import wpp_messages
from hiveguard.trace.wpp_sequence import WppSequence

GUID = "6f1d9b0c-5d7e-4b7a-9d55-0c8f3c1e2a90"
OTHER = "7f1d9b0c-5d7e-4b7a-9d55-0c8f3c1e2a90"
TMF = read_tmf(
    f"""{GUID} Keeper // SRC=keeper.c MJ= MN=
#typev keeper_c1 10 "%0%!FUNC!: count %10!d! of %11!s!" //   LEVEL=INFO FLAGS=HIVES FUNC=Load
{{
count, ItemLong -- 10
name, ItemWString -- 11
}}
#typev keeper_c2 11 "%0at %10!p! %9!d! %8!04X!.%3!04X! %7!d! %1!s! %2!s! %4!s! %5!s!" //   LEVEL=INFO FUNC=Where
{{
p, ItemPtr -- 10
}}
#typev keeper_c3 12 "%0secret %10!s!" //   LEVEL=INFO FUNC=Odd
{{
p, ItemCharHidden -- 10
}}
#typev keeper_c4 13 "%0no such %11!d!" //   LEVEL=INFO FUNC=Odd
{{
}}
#typev keeper_c5 14 "%0%10!s! %10!s! %10!s! %10!s! %10!s!" //   LEVEL=INFO FUNC=Long
{{
p, ItemString -- 10
}}
""".encode()
)
HELLO = pack("<i", 3) + "SYSTEM".encode("utf-16-le") + b"\0\0"
LOCAL, GLOBAL = 0x8000, 0x4000


def read(builder: TraceBuilder, tmf: Tmf = TMF) -> tuple[list[WppMessage], Verdict]:
    with open_trace(builder.build()) as trace:
        walk = wpp_messages(trace, tmf, on_incomplete="record")
        found = list(walk)
    assert walk.verdict is not None
    return found, walk.verdict


def one(builder: TraceBuilder, tmf: Tmf = TMF) -> WppMessage:
    (found,), _ = read(builder, tmf)
    return found


def test_a_message_has_all_that_is_known_of_it() -> None:
    builder = TraceBuilder()
    message = one(builder.message(10, HELLO, guid=GUID, pid=0x1A2C, tid=0xB14, sequence=7))
    assert message.text == "Load: count 3 of SYSTEM"
    assert message.values == (3, "SYSTEM")
    assert message.arguments[1] == WppArgument(11, "ItemWString", "SYSTEM", "SYSTEM")
    assert (message.pid, message.tid, message.cpu, message.sequence) == (0x1A2C, 0xB14, 0, 7)
    assert (message.guid, message.number, message.component, message.tag) == (GUID, 10, "Keeper", "keeper_c1")
    assert (message.level, message.flags, message.function) == ("INFO", "HIVES", "Load")
    assert (message.reason, message.is_cut, message.is_raw, message.is_timed, message.missing) == (
        "",
        False,
        False,
        True,
        0,
    )
    assert message.time is not None
    assert message.line().startswith("[0]1A2C.0B14::20")
    assert message.line().endswith("Z [Keeper]Load: count 3 of SYSTEM")
    assert message.payload == HELLO


@pytest.mark.parametrize("pointer_size", [4, 8])
def test_prefix_fields_and_width_of_pointers(pointer_size: int) -> None:
    builder = TraceBuilder(pointer_size=pointer_size, processors=2)
    builder.message(11, (0xABCD).to_bytes(pointer_size, "little"), guid=GUID, pid=18, tid=255, sequence=5, cpu=1)
    message = one(builder)
    assert message.text is not None
    begin = f"at {0xABCD:0{pointer_size * 2}X} 1 0012.00FF 5 Keeper keeper_c2 20"
    assert message.text.startswith(begin)
    assert message.text.endswith("Z %5!s!")  # processor times are in no message


def test_a_message_that_does_not_tell_its_width_has_the_session_s() -> None:
    builder = TraceBuilder(pointer_size=4).message(11, pack("<I", 1), guid=GUID, pointer_size=None)
    assert str(one(builder).text).startswith("at 00000001 ")


def test_what_stays_raw_says_why() -> None:
    builder = TraceBuilder()
    builder.message(10, b"abc", guid=OTHER).message(10, b"abc", guid=OTHER)
    builder.message(99, b"abc", guid=GUID)
    builder.message(12, b"abc", guid=GUID)
    builder.message(10, b"abc", component=0x1234)
    builder.message(10, b"abc")
    builder.message(13, b"", guid=GUID)
    builder.message(10, HELLO + b"!", guid=GUID)
    found, verdict = read(builder)
    assert [message.reason for message in found] == [
        f"no TMF for GUID {OTHER}",
        f"no TMF for GUID {OTHER}",
        "the TMF of its GUID has no message 99",
        "unknown item type ItemCharHidden",
        "it has component id 0x1234 and no GUID: no TMF can be chosen",
        "it has no GUID: no TMF can be chosen",
        "its format names argument 11, which its TMF does not have",
        "1 byte behind its last argument",
    ]
    assert [message.is_raw for message in found] == [True] * 6 + [False] * 2
    assert found[3].function == "Odd"  # what is known of it stands there all the same
    assert found[6].text == "no such %11!d!"
    assert all(message.payload for message in found[:6])
    assert verdict.ending is Ending.COMPLETE
    assert dict(verdict.counts) == {"messages": 8, "formatted": 2, "raw": 6}
    assert verdict.reasons[0] == f"no TMF for GUID {OTHER}: 2 messages"
    assert {finding.code for finding in verdict.damage} == {
        "no-tmf",
        "no-number",
        "tmf-problem",
        "no-guid",
        "format",
        "left-over",
    }
    assert not any(finding.lost for finding in verdict.damage)


def test_a_cut_payload_is_formatted_as_far_as_it_goes() -> None:
    found, verdict = read(TraceBuilder().message(10, HELLO[:9], guid=GUID).message(10, HELLO[:2], guid=GUID))
    assert [message.text for message in found] == ["Load: count 3 of SY<cut>", "Load: count <cut> of <cut>"]
    assert found[0].reason == "the payload ends before argument 11 does"
    assert found[0].values == (3, "SY")
    assert found[1].values == (None, None)
    assert all(message.is_cut for message in found)
    assert verdict.ending is Ending.DAMAGED
    assert found[0].line().endswith("(the payload ends before argument 11 does)")


def test_a_text_without_bound() -> None:
    found, verdict = read(TraceBuilder(buffer_size=65_536).message(14, b"a" * 60_000 + b"\0", guid=GUID))
    assert found[0].reason == "its text is too long"
    assert len(str(found[0].text)) == limits.WPP_TEXT_MAX + 1
    assert verdict.ending is Ending.DAMAGED


def test_a_message_without_a_time_stands_by_its_neighbour() -> None:
    builder = TraceBuilder().message(10, HELLO, guid=GUID).message(10, HELLO, guid=GUID, timed=False)
    (timed, untimed), verdict = read(builder)
    assert (timed.is_timed, untimed.is_timed) == (True, False)
    assert untimed.time == timed.time
    assert "::~20" in untimed.line()
    assert untimed.as_record()["is_timed"] is False
    assert "1 messages have no time of their own" in " ".join(verdict.evidence[0].facts)


def test_a_message_with_nothing_but_its_number() -> None:
    message = one(TraceBuilder().message(10, b"", timed=False, pointer_size=None))
    assert (message.pid, message.tid, message.guid) == (None, None, None)
    assert message.line().startswith("[0]----.----::~")


def test_a_clock_of_unknown_speed() -> None:
    message = one(TraceBuilder(frequency=0).message(10, HELLO, guid=GUID))
    assert message.time is None
    assert "::no time [Keeper]" in message.line()


def test_other_records_are_passed_over() -> None:
    builder = TraceBuilder().event(GUID, 10, HELLO).message(10, HELLO, guid=GUID).system(0x0902, b"")
    assert len(read(builder)[0]) == 1
    found, verdict = read(TraceBuilder().event(GUID, 10))
    assert found == []
    assert verdict.reasons == ("the trace has no WPP message",)
    assert verdict.is_complete


def test_the_trace_s_own_verdict_stands() -> None:
    builder = TraceBuilder(events_lost=3).message(10, HELLO, guid=GUID)
    with pytest.raises(Incomplete, match="3 events were lost"):
        list(wpp_messages(open_trace(builder.build()), TMF))
    walk = wpp_messages(open_trace(TraceBuilder().message(10, HELLO, guid=GUID).build()), TMF)
    walk.close()
    assert walk.verdict is not None
    assert walk.verdict.ending is Ending.STOPPED


# --- numbers of messages ---------------------------------------------------------------------


def numbered(*numbers: int, mode: int = LOCAL) -> tuple[list[WppMessage], Verdict]:
    builder = TraceBuilder(mode=1 | mode)
    for number in numbers:
        builder.message(10, HELLO, guid=GUID, sequence=number)
    return read(builder)


def test_a_hole_in_the_numbers_is_a_loss() -> None:
    found, verdict = numbered(5, 6, 9, 10)
    assert [message.missing for message in found] == [0, 0, 2, 0]
    assert verdict.ending is Ending.LOST
    assert verdict.reasons == ("2 numbers of messages are missing, the first 7 to 8: lost",)
    assert found[2].as_record()["missing"] == 2


def test_a_hole_in_numbers_of_all_sessions_may_be_another_s() -> None:
    _, verdict = numbered(5, 7, mode=GLOBAL)
    assert verdict.ending is Ending.UNPROVEN
    assert "1 numbers of messages are missing, the first 6: lost, or of another session" in verdict.reasons[0]


def test_numbers_whose_order_is_not_that_of_time() -> None:
    _, verdict = numbered(1, 3, 2, 4)
    assert verdict.is_complete


@pytest.mark.parametrize(
    "numbers, missing, again",
    [
        ([1, 2, 3], 0, 0),
        ([0xFFFF_FFFE, 0xFFFF_FFFF, 0, 1], 0, 0),
        ([0xFFFF_FFFE, 1], 2, 0),
        ([1, 1, 1], 0, 2),
        ([5, 4], 0, 0),
        ([5, 4, 5], 0, 1),
        ([5, 3], 1, 0),
        ([5, 3, 4], 0, 0),
        ([5, 4, 4, 6], 0, 1),
        ([0, 0xFFFF_FFFF, 1], 0, 0),
        ([1_000, 1_000 - limits.WPP_LATE_MAX], limits.WPP_LATE_MAX - 1, 0),
        ([1_000, 1_000 - limits.WPP_LATE_MAX - 1], 0, 1),
        ([1, 10, 5], 7, 0),
        ([1, 10, 2, 9, 5, 5], 5, 1),
        ([1, 3, 2], 0, 0),
        ([1, 10, 5, 4, 3, 2, 9, 8, 7, 6], 0, 0),
        ([0, 0x7FFF_FFFF], 0x7FFF_FFFE, 0),
        ([0, 0x9000_0000], 0, 1),
    ],
)
def test_sequence(numbers: list[int], missing: int, again: int) -> None:
    sequence = WppSequence()
    for number in numbers:
        sequence.take(number)
    assert (sequence.missing, sequence.again, sequence.count) == (missing, again, len(numbers))
    assert sum((last - first) % (1 << 32) + 1 for first, last in sequence.holes) == missing


def test_more_holes_than_can_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hiveguard.trace.wpp_sequence.WPP_HOLES_KEPT", 3)
    sequence = WppSequence()
    for number in range(0, 40, 4):
        sequence.take(number)
    assert len(sequence.holes) == 3
    assert sequence.missing == 27
    sequence.take(34)  # the middle of a hole: there is no room for two
    assert sequence.missing == 26
    assert len(sequence.holes) == 3


# --- bounds and values -----------------------------------------------------------------------


def test_causes_beyond_their_bound_are_counted_by_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hiveguard.trace.wpp_causes.WPP_CAUSES_KEPT", 2)
    causes = WppCauses()
    for number in range(5):
        causes.add("no-tmf", f"GUID {number}")
    assert next(iter(causes)) == ("no-tmf", "other causes of this kind", 3)
    assert len(causes.damage) == 3


def test_plans_are_made_again_beyond_their_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hiveguard.trace.wpp_messages.WPP_PLANS_KEPT", 1)
    builder = TraceBuilder()
    for _ in range(3):
        builder.message(10, HELLO, guid=GUID).message(11, bytes(8), guid=GUID)
    assert all(message.text for message in read(builder)[0])


def test_the_record_of_a_message() -> None:
    record = one(TraceBuilder().message(10, HELLO, guid=GUID, pid=1, tid=2)).as_record()
    assert list(record) == [
        "v",
        "kind",
        "time",
        "cpu",
        "pid",
        "tid",
        "guid",
        "number",
        "component",
        "tag",
        "level",
        "flags",
        "function",
        "text",
        "arguments",
    ]
    assert (record["v"], record["kind"]) == (1, "message")
    assert record["arguments"] == [
        {"index": 10, "item": "ItemLong", "value": 3},
        {"index": 11, "item": "ItemWString", "value": "SYSTEM"},
    ]
    raw = one(TraceBuilder().message(10, b"\1\2", component=9)).as_record()
    assert (raw["text"], raw["component_id"], raw["payload"], raw["is_cut"]) == (None, 9, "0102", False)


def test_values_of_arguments_in_a_record() -> None:
    def told(*arguments: WppArgument) -> Any:
        return WppMessage(10, GUID, b"", arguments=arguments, text="x").as_record()["arguments"]

    assert told(WppArgument(10, "ItemDouble", float("nan"), "nan"), WppArgument(11, "ItemHexDump", b"\xab", "AB")) == [
        {"index": 10, "item": "ItemDouble", "value": "nan"},
        {"index": 11, "item": "ItemHexDump", "value": "ab", "text": "AB"},
    ]


def test_messages_are_values() -> None:
    message = one(TraceBuilder().message(10, HELLO, guid=GUID))
    argument = message.arguments[0]
    assert copy.deepcopy(argument) == pickle.loads(pickle.dumps(argument)) == argument
    assert pickle.loads(pickle.dumps(message)) == message
    with pytest.raises(AttributeError):
        message.text = "other"
