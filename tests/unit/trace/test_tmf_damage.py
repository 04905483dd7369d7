"""Damaged TMF files: no message is told by another GUID's text, and no line is lost without a word."""

from __future__ import annotations

import pytest

from hiveguard.testing import TraceBuilder
from hiveguard.trace import limits, open_trace
from hiveguard.trace.kernel_groups import guid_bytes
from hiveguard.trace.tmf import Tmf
from hiveguard.trace.tmf_lines import guid_line, looks_like_guid, message_line
from hiveguard.trace.tmf_parser import read_tmf
from hiveguard.trace.wpp_messages import wpp_messages

GUID = "6f1d9b0c-5d7e-4b7a-9d55-0c8f3c1e2a90"
OTHER = "11111111-2222-3333-4444-555555555555"
BLOCK = '#typev k_c{0} {0} "%0{1}" // FUNC=f\n{{\n}}\n'
FIRST = f"{GUID} Keeper // SRC=keeper.c MJ= MN=\n" + BLOCK.format(10, "first")
SECOND = BLOCK.format(11, "second")

DAMAGED = [
    f"{{{OTHER}}} Other // SRC=other.c MJ= MN=",
    f"{OTHER.replace('1', 'z', 1)} Other // SRC=other.c MJ= MN=",
    f"{OTHER.replace('-', '')} Other // SRC=other.c MJ= MN=",
    f"{OTHER[:-1]} Other",
    f"{OTHER}5 Other",
    f"{OTHER.replace('-', '_')} Other // SRC=other.c",
    f"{OTHER}Other // SRC=other.c",
    OTHER[:20],
    OTHER[:9],
    f'"{OTHER}" Other',
    f"{OTHER.replace('-', ' ')} Other // SRC=other.c MJ= MN=",
    "???? Other // SRC=other.c MJ= MN=",
]


def told(found: Tmf) -> list[tuple[str, int]]:
    return [(finding.code, finding.line) for finding in found.findings]


@pytest.mark.parametrize("line", DAMAGED)
def test_what_follows_a_damaged_guid_line_is_not_of_the_guid_before(line: str) -> None:
    assert guid_line(line) is None
    found = read_tmf((FIRST + line + "\n" + SECOND + FIRST).encode())
    assert [(message.guid_text, message.number) for message in found] == [(GUID, 10)]
    assert told(found) == [("guid", 5), ("no-guid", 6)]
    assert found.repeated == 1  # the next whole line begins a block again


@pytest.mark.parametrize("line", DAMAGED)
def test_a_damaged_guid_line_ends_a_block_that_was_not_closed(line: str) -> None:
    found = read_tmf((FIRST.removesuffix("}\n") + line + "\n" + SECOND).encode())
    (message,) = found
    assert (message.guid_text, message.number, bool(message.problem)) == (GUID, 10, True)
    # One that only begins so may be an argument, until it is clear that the block has no end.
    doubt = [("argument", 4)] if line in (OTHER[:20], OTHER[:9]) else []
    assert told(found) == [*doubt, ("block", 2), ("guid", 4), ("no-guid", 5)]


def test_a_damaged_guid_line_that_is_too_long() -> None:
    line = f"{{{OTHER}}} Other // SRC=" + "o" * limits.TMF_LINE_MAX
    found = read_tmf((FIRST + line + "\n" + SECOND).encode())
    assert told(found) == [("line-length", 5), ("no-guid", 6)]
    assert len(found) == 1


def test_its_messages_stay_raw_with_the_reason() -> None:
    tmf = read_tmf((FIRST + DAMAGED[0] + "\n" + SECOND).encode())
    builder = TraceBuilder().message(11, b"", guid=GUID).message(11, b"", guid=OTHER).message(10, b"", guid=GUID)
    messages = list(wpp_messages(open_trace(builder.build()), tmf))
    assert [message.text for message in messages] == [None, None, "first"]
    assert messages[0].reason == "the TMF of its GUID has no message 11"
    assert messages[1].reason == f"no TMF for GUID {OTHER}"


@pytest.mark.parametrize(
    "line",
    [
        "what is this",
        "}",
        "{",
        "see below for what these messages mean",
        "count, ItemLong -- 10",
        "#typev broken",
        "#TYPEV k_c1 10 // SRC=x",
        "Active,0x1",
        "",
        "-",
        "well-known-things-that-are-no-guid",
    ],
)
def test_other_lines_end_no_guid(line: str) -> None:
    assert not looks_like_guid(line)
    found = read_tmf((FIRST + line + "\n" + SECOND).encode())
    assert len(found) == 2


def test_arguments_that_look_like_a_guid_are_arguments() -> None:
    text = FIRST + f'#typev k_c1 11 "%0x" // FUNC=f\n{{\n{OTHER[:20]}, ItemGuid -- 10\n}}\n'
    found = read_tmf(text.encode())
    assert not found.findings
    assert [len(message.arguments) for message in found] == [0, 1]
    assert not read_tmf(f"#enumv E\n{{\n{OTHER},0x1\n}}\n".encode()).findings


def test_a_tab_behind_a_guid_is_as_good_as_a_space() -> None:
    assert guid_line(f"{OTHER}\tOther // SRC=other.c") == (guid_bytes(OTHER), "Other", "other.c", "", "")


# --- line ends, numbers ----------------------------------------------------------------------


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\n\r"])
def test_every_line_end_ends_a_line(end: str) -> None:
    found = read_tmf((FIRST + SECOND).replace("\n", end).encode())
    assert not found.findings
    assert [message.format for message in found] == ["%0first", "%0second"]


def test_line_ends_of_several_kinds_in_one_file() -> None:
    found = read_tmf((FIRST.replace("\n", "\r") + SECOND + "what\r\n" + "more\r").encode())
    assert len(found) == 2
    assert told(found) == [("line", 8), ("line", 9)]


@pytest.mark.parametrize(
    "digits, number", [("10", 10), ("0010", 10), ("00000000000010", 10), ("0", 0), ("0" * 40, 0), ("0" * 12 + "7", 7)]
)
def test_zeros_before_a_number_are_nothing(digits: str, number: int) -> None:
    parts = message_line(f'#typev k_c1 {digits} "%0x" // FUNC=f')
    assert parts is not None
    assert parts[1] == number


@pytest.mark.parametrize("digits", ["65536", "9" * 30, "1" + "0" * 20, "0" * 10 + "65536", "4294967306"])
def test_a_number_that_is_too_large_is_none_that_is_smaller(digits: str) -> None:
    found = read_tmf(FIRST.replace(" 10 ", f" {digits} ").encode())
    assert len(found) == 0
    assert told(found) == [("number", 2)]


def test_the_names_of_all_files_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hiveguard.trace.tmf.TMF_SYMBOLS_KEPT", 7)
    lists = "\n".join(
        f'#typev a_{number} {number} "%0%10!s!" // LEVEL=1\n{{\nv, ItemListLong(a,b,c) -- 10\n}}'
        for number in (10, 11, 12)
    )
    tmf = read_tmf(f"11111111-1111-1111-1111-111111111111 some\n{lists}\n".encode())
    assert sorted(message.number for message in tmf) == [10, 11]
    assert [finding.code for finding in tmf.findings] == ["limit-symbols"]


def test_a_shared_enumeration_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hiveguard.trace.tmf.TMF_SYMBOLS_KEPT", 3)
    messages = "\n".join(
        f'#typev a_{number} {number} "%0%10!s!" // LEVEL=1\n{{\nv, ItemEnum(E) -- 10\n}}' for number in (10, 11, 12)
    )
    enumeration = "#enumv E\n{\na, 0\nb, 1\nc, 2\n}\n"
    tmf = read_tmf(f"11111111-1111-1111-1111-111111111111 some\n{enumeration}{messages}\n".encode())
    assert len(tmf) == 3


def test_the_arguments_of_all_files_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hiveguard.trace.tmf.TMF_ARGUMENTS_KEPT", 5)

    def one(number: int, count: int) -> str:
        lines = "".join(f"a, ItemLong -- {10 + place}\n" for place in range(count))
        return f'{GUID} K // SRC=k.c\n#typev k_c{number} {number} "%0x" // FUNC=f\n{{\n{lines}}}\n'

    parts = [(f"{number}.tmf", read_tmf(one(number, count).encode())) for number, count in ((10, 3), (11, 3), (12, 2))]
    found = Tmf.joined(parts)
    assert [message.number for message in found] == [10, 12]  # what is passed over takes no room
    assert [(finding.code, finding.file) for finding in found.findings] == [("limit-arguments", "11.tmf")]
    assert str(found.findings[0]).startswith("11.tmf: more arguments than can be kept")
    again = Tmf.joined([*parts[:1], *parts[:1], *parts[2:]])
    assert (len(again), again.repeated, again.findings) == (2, 1, ())
    assert [message.number for message in parts[0][1] | parts[2][1] | parts[1][1]] == [10, 12]


def test_what_the_names_leave_no_room_for_takes_none_of_the_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hiveguard.trace.tmf.TMF_ARGUMENTS_KEPT", 1)
    monkeypatch.setattr("hiveguard.trace.tmf.TMF_SYMBOLS_KEPT", 2)
    block = '#typev k_c{0} {0} "%0x" // FUNC=f\n{{\nv, ItemListLong({1}) -- 10\n}}\n'
    found = read_tmf(f"{GUID} K // SRC=k.c\n{block.format(10, 'a,b,c')}{block.format(11, 'a,b')}".encode())
    assert [message.number for message in found] == [11]
    assert told(found) == [("limit-symbols", 2)]
