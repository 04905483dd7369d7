"""TMF files: the grammar line by line, old forms, and that no line is lost without a word."""

from __future__ import annotations

import copy
import os
import pickle
from pathlib import Path

import pytest

from hiveguard.core.errors import BadArgument, Unreadable
from hiveguard.trace import limits
from hiveguard.trace.kernel_groups import guid_bytes
from hiveguard.trace.tmf import Tmf
from hiveguard.trace.tmf_files import load_tmf
from hiveguard.trace.tmf_findings import CODES, TmfFindings
from hiveguard.trace.tmf_lines import argument_line, guid_line, message_line, symbol_line, trailer_parts
from hiveguard.trace.tmf_message import TmfArgument, TmfMessage
from hiveguard.trace.tmf_parser import read_tmf

GUID = "6f1d9b0c-5d7e-4b7a-9d55-0c8f3c1e2a90"
OTHER = "7f1d9b0c-5d7e-4b7a-9d55-0c8f3c1e2a90"
HEAD = f"{GUID} Keeper // SRC=keeper.c MJ=Reg MN=Hive\n"


def tmf(text: str, encoding: str = "utf-8") -> Tmf:
    return read_tmf(text.encode(encoding), "keeper.tmf")


def only(text: str) -> TmfMessage:
    found = list(tmf(text))
    assert len(found) == 1
    return found[0]


def told(found: Tmf) -> list[tuple[str, int]]:
    return [(finding.code, finding.line) for finding in found.findings]


def test_a_whole_file() -> None:
    found = tmf(
        "// PDB:  keeper.pdb\n"
        "// PDB:  Last Updated :2026-1-1:1:1:1:1 (UTC) [tracepdb]\n"
        + HEAD
        + '#typev keeper_c12 10 "%0%!FUNC!: %10!s! is %11!s!" //   LEVEL=INFO FLAGS=HIVES FUNC=Keeper::Load\n'
        "{\n"
        "path, ItemWString -- 10\n"
        "state, ItemEnum(STATE) -- 11\n"
        "}\n"
        "#enumv STATE\n"
        "{\n"
        "Clean,0x0\n"
        "Dirty,1\n"
        "}\n"
    )
    assert not found.findings
    message = found.find(guid_bytes(GUID), 10)
    assert message is not None
    assert (message.component, message.source, message.major, message.minor) == ("Keeper", "keeper.c", "Reg", "Hive")
    assert (message.tag, message.level, message.flags, message.function) == (
        "keeper_c12",
        "INFO",
        "HIVES",
        "Keeper::Load",
    )
    assert message.arguments == (
        TmfArgument(10, "ItemWString", "path"),
        TmfArgument(11, "ItemEnum", "state", ((0, "Clean"), (1, "Dirty")), "STATE"),
    )
    assert message.guid_text == GUID
    assert found.knows(guid_bytes(GUID))
    assert not found.knows(guid_bytes(OTHER))
    assert found.find(guid_bytes(GUID), 11) is None
    assert len(found) == 1
    assert "1 messages of 1 GUIDs" in repr(found)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_marks_and_line_ends(encoding: str, end: str) -> None:
    text = HEAD + '#typev k_c1 10 "%0hello" //   LEVEL=A FUNC=f\n{\n}\n'
    data = text.replace("\n", end).encode(encoding)
    if encoding.endswith("e"):  # without a mark it is not known to be UTF-16, and told
        assert encoding.startswith("utf-16")
        assert read_tmf(data).findings
        return
    found = read_tmf(data)
    assert not found.findings
    assert [message.format for message in found] == ["%0hello"]


def test_a_code_page_does_not_stop_it() -> None:
    found = tmf(HEAD + '#typev k_c1 10 "%0Größe" //   LEVEL=A FUNC=f\n{\n}\n', "cp1252")
    assert [message.format for message in found] == ["%0Größe"]


@pytest.mark.parametrize(
    "line, expected",
    [
        ('#typev a_c1 10 "%0x" //   LEVEL=L FLAGS=F FUNC=f', ("a_c1", 10, "%0x", "LEVEL=L FLAGS=F FUNC=f")),
        ('#type a.c1 10 "%0x" //   LEVEL=L', ("a.c1", 10, "%0x", "LEVEL=L")),
        ('#typev Pipe.Name_c108 10 "%0a "b" c" // FUNC=f', ("Pipe.Name_c108", 10, '%0a "b" c', "FUNC=f")),
        ('#typev a_c1 10 "%0x" // y" // FUNC=f', ("a_c1", 10, '%0x" // y', "FUNC=f")),
        ('#typev a_c1 10 "%0x"', ("a_c1", 10, "%0x", "")),
        ('#typev a_c1 10 "" // FUNC=f', ("a_c1", 10, "", "FUNC=f")),
        ('#typev a_c1 ten "%0x" // FUNC=f', None),
        ("#typev a_c1 10 %0x // FUNC=f", None),
        ("#typev a_c1 10", None),
        ('#typef a_c1 10 "%0x" //', None),
    ],
)
def test_message_line(line: str, expected: tuple[str, int, str, str] | None) -> None:
    assert message_line(line) == expected


@pytest.mark.parametrize(
    "trailer, expected, stray",
    [
        ("LEVEL=L FLAGS=F FUNC=f", {"level": "L", "flags": "F", "function": "f"}, ""),
        ("LEVEL=L FUNC=f", {"level": "L", "function": "f"}, ""),
        ("LEVEL=L FLAG=F", {"level": "L", "flags": "F"}, ""),
        ("LEVEL=L Flags=A | B FUNC=f", {"level": "L", "flags": "A | B", "function": "f"}, ""),
        ("FUNC=`f'::`1'::fin$0 LEVEL=no", {"function": "`f'::`1'::fin$0 LEVEL=no"}, ""),
        ("FUNC=bool operator=(A const &)", {"function": "bool operator=(A const &)"}, ""),
        ("what LEVEL=L", {"level": "L"}, "what"),
        ("", {}, ""),
    ],
)
def test_trailer(trailer: str, expected: dict[str, str], stray: str) -> None:
    assert trailer_parts(trailer) == (expected, stray)


@pytest.mark.parametrize(
    "line, expected",
    [
        ("i, ItemLong -- 10", TmfArgument(10, "ItemLong", "i")),
        ("f(a, b), ItemPtr -- 11", TmfArgument(11, "ItemPtr", "f(a, b)")),
        ("a -- b, ItemLong -- 12", TmfArgument(12, "ItemLong", "a -- b")),
        ("x, ItemLong -- 10, ItemPtr -- 11", TmfArgument(11, "ItemPtr", "x, ItemLong -- 10")),
        ("f(a, ItemCreate), ItemLong -- 10", TmfArgument(10, "ItemLong", "f(a, ItemCreate)")),
        ("b, ItemListLong(false,true) -- 10", TmfArgument(10, "ItemListLong", "b", ((0, "false"), (1, "true")))),
        (
            "b, ItemListByte(a,b=5,c,d=0x10,e) -- 10",
            TmfArgument(10, "ItemListByte", "b", ((0, "a"), (5, "b"), (6, "c"), (16, "d"), (17, "e"))),
        ),
        ("b, ItemListByte(a, ItemB) -- 10", TmfArgument(10, "ItemListByte", "b", ((0, "a"), (1, "ItemB")))),
        ("b, ItemListByte(a=b,c) -- 10", TmfArgument(10, "ItemListByte", "b", ((0, "a=b"), (1, "c")))),
        ("b, ItemListByte() -- 10", TmfArgument(10, "ItemListByte", "b")),
        ("e, ItemEnum(_S) -- 10", TmfArgument(10, "ItemEnum", "e", (), "_S")),
        ("i, ItemLong --10", None),
        ("i, ItemLong -- x", None),
        ("i, ItemLong -- 100000", None),
        ("i, Long -- 10", None),
        ("i ItemLong -- 10", None),
        ("i, ItemLong(a -- 10", None),
        ("", None),
    ],
)
def test_argument_line(line: str, expected: TmfArgument | None) -> None:
    assert argument_line(line) == expected


@pytest.mark.parametrize(
    "line, expected",
    [
        ("A,0x1", (1, "A")),
        ("A,-1", (0xFFFF_FFFF, "A")),
        ("A(b,c),12", (12, "A(b,c)")),
        ("A,0xffffffff80000000", (0x8000_0000, "A")),
        ("A", None),
        ("A,", None),
        ("A,one", None),
    ],
)
def test_symbol_line(line: str, expected: tuple[int, str] | None) -> None:
    assert symbol_line(line) == expected


@pytest.mark.parametrize(
    "line",
    [GUID[:-1] + " a", GUID.replace("-", "0") + " a", GUID.replace("6", "x", 1) + " a", GUID[:8] + "-" * 28, "a b"],
)
def test_no_guid_line(line: str) -> None:
    assert guid_line(line) is None


def test_guid_line_with_little_in_it() -> None:
    assert guid_line(GUID.upper()) == (guid_bytes(GUID), "", "", "", "")
    assert guid_line(f"{GUID} My Part // SRC=my file.c MJ= MN=") == (guid_bytes(GUID), "My Part", "my file.c", "", "")


def test_lines_that_are_none_are_told_with_their_numbers() -> None:
    found = tmf("what is this\n" + HEAD + '#typev k_c1 10 "%0x" // FUNC=f\n{\n}\n}\n#typev broken\n')
    assert told(found) == [("line", 1), ("line", 6), ("line", 7)]
    assert str(found.findings[0]) == f"keeper.tmf:1: {CODES['line']}: what is this"
    assert len(found) == 1


def test_a_message_before_any_guid() -> None:
    found = tmf('#typev k_c1 10 "%0x" // FUNC=f\n{\n}\n')
    assert told(found) == [("no-guid", 1)]
    assert len(found) == 0


def test_a_number_that_no_trace_can_have() -> None:
    found = tmf(HEAD + '#typev k_c1 65536 "%0x" // FUNC=f\n{\n}\n#typev k_c1 65535 "%0x" // FUNC=f\n{\n}\n')
    assert told(found) == [("number", 2)]
    assert [message.number for message in found] == [65535]


@pytest.mark.parametrize(
    "body, code",
    [
        ("", "block"),
        ("{\n", "block"),
        ("a, ItemLong -- 10\n}\n", "block"),
        ("{\nwhat\n}\n", "argument"),
        ("{\na, ItemLong -- 10\nb, ItemLong -- 10\n}\n", "argument"),
        ("{\na, ItemCharHidden -- 10\n}\n", "item"),
    ],
)
def test_a_damaged_block_makes_its_message_raw_and_no_other(body: str, code: str) -> None:
    good = '#typev k_c9 11 "%0%10!d!" // FUNC=g\n{\na, ItemLong -- 10\n}\n'
    found = tmf(HEAD + '#typev k_c1 10 "%0x" // FUNC=f\n' + body + good)
    assert code in {finding.code for finding in found.findings}
    first, second = found
    assert first.problem
    assert not second.problem
    assert len(second.arguments) == 1


def test_the_first_of_two_wins_and_another_form_is_told() -> None:
    one = '#typev k_c1 10 "%0one" // FUNC=f\n{\n}\n'
    found = tmf(HEAD + one + one + one.replace("one", "two") + HEAD.replace(GUID, OTHER) + one)
    assert [(message.guid_text, message.format) for message in found] == [(GUID, "%0one"), (OTHER, "%0one")]
    assert found.repeated == 1
    assert told(found) == [("differs", 8)]


def test_enumerations_are_found_wherever_they_stand() -> None:
    use = '#typev k_c1 10 "%0x" // FUNC=f\n{\na, ItemEnum(A) -- 10\nb, ItemFlagsEnum(B) -- 11\n}\n'
    found = tmf("#enumv A\n{\nX,0\nY,0\nbad\n}\n" + HEAD + use + "#enumv A\n{\nZ,0\n}\n")
    (message,) = found
    assert message.arguments[0].symbols == ((0, "X"), (0, "Y"))
    assert message.arguments[1].symbols == ()
    assert not message.problem  # its size is known: the number is told
    assert told(found) == [("symbol", 5), ("differs", 13), ("enumeration", 8)]


def test_comments_and_blanks_anywhere() -> None:
    found = tmf("\n// a\n" + HEAD + '#typev k_c1 10 "%0x" // FUNC=f\n\n// b\n{\n// c\na, ItemLong -- 10\n\n}\n//d')
    assert not found.findings
    assert len(only(HEAD + '#typev k_c1 10 "%0x" // FUNC=f\n{\na, ItemLong -- 10\n}').arguments) == 1


def test_stray_words_of_a_trailer_are_told() -> None:
    assert told(tmf(HEAD + '#typev k_c1 10 "%0x" // odd LEVEL=a\n{\n}\n')) == [("trailer", 2)]


# --- bounds ----------------------------------------------------------------------------------


def test_a_line_that_is_too_long() -> None:
    long = "a" * (limits.TMF_LINE_MAX + 1)
    found = tmf(HEAD + long + '\n#typev k_c1 10 "%0x" // FUNC=f\n{\n' + long + "\n}\n")
    assert told(found) == [("line-length", 2), ("line-length", 5)]
    assert [bool(message.problem) for message in found] == [True]
    assert len(str(found.findings[0])) < 500


def test_a_file_that_is_too_large(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("hiveguard.trace.tmf_parser.TMF_BYTES_MAX", 100)
    monkeypatch.setattr("hiveguard.trace.tmf_files.TMF_BYTES_MAX", 100)
    assert told(tmf(HEAD * 10)) == [("file-size", 0)]
    (tmp_path / "a.tmf").write_text(HEAD * 10)
    assert told(load_tmf(tmp_path)) == [("file-size", 0)]


def test_too_many_arguments() -> None:
    lines = "".join(f"a, ItemChar -- {number}\n" for number in range(10, limits.TMF_ARGUMENTS_MAX + 11))
    message = only(HEAD + '#typev k_c1 10 "%0x" // FUNC=f\n{\n' + lines + "}\n")
    assert len(message.arguments) == limits.TMF_ARGUMENTS_MAX
    assert "more than" in message.problem


def test_too_many_symbols() -> None:
    names = ",".join("a" for _ in range(limits.TMF_SYMBOLS_MAX + 1))
    assert argument_line(f"a, ItemListByte({names}) -- 10") is None
    lines = "".join(f"a,{number}\n" for number in range(limits.TMF_SYMBOLS_MAX + 1))
    assert [code for code, _ in told(tmf("#enumv A\n{\n" + lines + "}\n"))] == ["symbol"]


def test_too_many_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hiveguard.trace.tmf.TMF_MESSAGES_MAX", 2)
    text = "".join(f'#typev k_c1 {number} "%0x" // FUNC=f\n{{\n}}\n' for number in (10, 11, 12))
    found = tmf(HEAD + text)
    assert len(found) == 2
    assert told(found) == [("limit-messages", 8)]


def test_findings_are_counted_beyond_their_bound() -> None:
    found = tmf("what\n" * 5_000 + '#typev k_c1 10 "%0x"\n{\n}\n')
    assert len(found.findings) <= limits.TMF_FINDINGS_KEPT
    assert dict(found.more_findings)["line"] + len(found.findings) - 1 == 5_000
    assert found.findings[-1].code == "no-guid"  # the first of its code is kept all the same
    both = found | found
    assert sum(dict(both.more_findings).values()) + len(both.findings) == 10_002


# --- files and values ------------------------------------------------------------------------

MESSAGE = '#typev k_c1 10 "%0x" // FUNC=f\n{\n}\n'


def test_files_and_folders(tmp_path: Path) -> None:
    (tmp_path / "b.TMF").write_text(HEAD + MESSAGE)
    (tmp_path / "a.tmf").write_text(HEAD + MESSAGE.replace("%0x", "%0first"))
    (tmp_path / "c.txt").write_text("nothing of ours")
    single = tmp_path / "single"
    single.write_text(HEAD.replace(GUID, OTHER) + MESSAGE)
    found = load_tmf(tmp_path, str(single))
    assert found.files == 3
    assert [(message.guid_text, message.format) for message in found] == [(GUID, "%0first"), (OTHER, "%0x")]
    assert [finding.code for finding in found.findings] == ["differs"]


def test_paths_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"no \.tmf file"):
        load_tmf(tmp_path)
    with pytest.raises(Unreadable, match="cannot be read"):
        load_tmf(tmp_path / "absent.tmf")
    with pytest.raises(Unreadable):
        load_tmf("nul\0")
    with pytest.raises(BadArgument):
        load_tmf()
    with pytest.raises(BadArgument):
        load_tmf(5)  # type: ignore[arg-type]


def test_a_pipe_in_a_folder_is_told_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.tmf")
    (tmp_path / "z.tmf").write_text(HEAD + MESSAGE)
    found = load_tmf(tmp_path)
    assert [finding.code for finding in found.findings] == ["unreadable"]
    assert len(found) == 1
    with pytest.raises(Unreadable, match="no regular file"):
        load_tmf(tmp_path / "pipe.tmf")


def test_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hiveguard.trace.tmf_files.TMF_FILES_MAX", 1)
    for name in "ab":
        (tmp_path / f"{name}.tmf").write_text(HEAD + MESSAGE)
    found = load_tmf(tmp_path)
    assert found.files == 1
    assert [finding.code for finding in found.findings] == ["limit-files"]


def test_values() -> None:
    message = only(HEAD + '#typev k_c1 10 "%0x" // LEVEL=a FUNC=f\n{\nb, ItemListByte(x,y) -- 10\n}\n')
    for same in (copy.deepcopy(message), pickle.loads(pickle.dumps(message))):
        assert same == message
        assert hash(same) == hash(message)
    with pytest.raises(AttributeError):
        message.number = 5
    findings = TmfFindings()
    findings.add("line", "a", 1, "x" * 1_000)
    assert pickle.loads(pickle.dumps(findings.kept[0])) == findings.kept[0]
    assert len(findings.kept[0].text) == limits.COST_SHOWN + 1
    assert len(Tmf() | Tmf()) == 0
