"""Every item type: its bytes, its value, its text, cut at every byte; and every notation of printf."""

from __future__ import annotations

import copy
from struct import pack

import pytest

from hiveguard.trace import limits
from hiveguard.trace.tmf_message import TmfArgument, TmfMessage
from hiveguard.trace.wpp_format import Piece, format_pieces
from hiveguard.trace.wpp_item_bytes import BAD, CUT
from hiveguard.trace.wpp_items import ITEMS, is_known
from hiveguard.trace.wpp_plan import CUT_MARK, WppPlan
from hiveguard.trace.wpp_spec import WppSpec, as_signed, render, wpp_spec
from hiveguard.trace.wpp_symbols import HRESULT, NTSTATUS, WIN32, hresult_name

SYSTEM_SID = b"\1\1\0\0\0\0\0\5" + pack("<I", 18)
USER_SID = b"\1\5\0\0\0\0\0\5" + pack("<5I", 21, 1, 2, 3, 1001)
NEW_YEAR = pack("<q", 132_223_104_000_000_000)
WIDE = "Größe €".encode("utf-16-le")

#: item, symbols, bytes, value, text for %s
ROWS: list[tuple[str, str, bytes, object, str]] = [
    ("ItemChar", "", b"A", 65, "A"),
    ("ItemChar", "", b"\xe9", -23, "é"),
    ("ItemUChar", "", b"\xe9", 233, "é"),
    ("ItemShort", "", b"\xff\xff", -1, "-1"),
    ("ItemUShort", "", b"\xff\xff", 65535, "65535"),
    ("ItemLong", "", b"\xff\xff\xff\xff", -1, "-1"),
    ("ItemULong", "", b"\xff\xff\xff\xff", 0xFFFFFFFF, "4294967295"),
    ("ItemULongX", "", b"\xef\xbe\0\0", 0xBEEF, "beef"),
    ("ItemLongLong", "", b"\xff" * 8, -1, "-1"),
    ("ItemQuad", "", b"\1" + b"\0" * 7, 1, "1"),
    ("ItemULongLong", "", b"\xff" * 8, (1 << 64) - 1, "18446744073709551615"),
    ("ItemLongLongX", "", b"\xef\xbe" + b"\0" * 6, 0xBEEF, "beef"),
    ("ItemLongLongXX", "", b"\xef\xbe" + b"\0" * 6, 0xBEEF, "BEEF"),
    ("ItemLongLongO", "", b"\xff\1" + b"\0" * 6, 0x1FF, "777"),
    ("ItemFloat", "", pack("<f", 0.5), 0.5, "0.5"),
    ("ItemDouble", "", pack("<d", 3.140625), 3.140625, "3.14062"),
    ("ItemDouble", "", pack("<d", 1e100), 1e100, "1e+100"),
    ("ItemPtr", "", pack("<Q", 0x7FF012345678), 0x7FF012345678, "00007FF012345678"),
    ("ItemString", "", b"caf\xe9 \x80\0", "café €", "café €"),
    ("ItemString", "", b"\x81\0", "\x81", "\x81"),
    ("ItemRString", "", b"\0", "", ""),
    ("ItemMLString", "", b"a\0", "a", "a"),
    ("ItemWString", "", WIDE + b"\0\0", "Größe €", "Größe €"),
    ("ItemWString", "", b"\0\1\0\0", "Ā", "Ā"),  # a NUL across two characters is none
    ("ItemRWString", "", b"\0\xd8\0\0", "\ud800", "\ud800"),
    ("ItemPString", "", b"\4\0NULL", "NULL", "NULL"),
    ("ItemPWString", "", pack("<H", len(WIDE)) + WIDE, "Größe €", "Größe €"),
    (
        "ItemGuid",
        "",
        bytes.fromhex("44332211665588779900aabbccddeeff"),
        "11223344-5566-7788-9900-aabbccddeeff",
        "11223344-5566-7788-9900-aabbccddeeff",
    ),
    ("ItemSid", "", SYSTEM_SID, "S-1-5-18", "S-1-5-18"),
    ("ItemSid", "", USER_SID, "S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1001"),
    ("ItemSid", "", b"\1\0\0\0\0\0\0\0", "S-1-0", "S-1-0"),
    ("ItemSid", "", b"NULL\0", "NULL", "NULL"),
    ("ItemNTSTATUS", "", pack("<I", 0xC0000022), -0x3FFFFFDE & 0xFFFFFFFF, "0xc0000022(STATUS_ACCESS_DENIED)"),
    ("ItemNTSTATUS", "", pack("<I", 0xC0000425), 0xC0000425, "0xc0000425(STATUS_HIVE_UNLOADED)"),
    ("ItemNTSTATUS", "", pack("<I", 0x12345678), 0x12345678, "0x12345678"),
    ("ItemNTSTATUS", "", pack("<I", 0), 0, "0x00000000(STATUS_SUCCESS)"),
    ("ItemNTerror", "", pack("<I", 0x8000001A), 0x8000001A, "0x8000001a(STATUS_NO_MORE_ENTRIES)"),
    ("ItemHRESULT", "", pack("<I", 0x80004003), 0x80004003, "0x80004003(E_POINTER)"),
    ("ItemHRESULT", "", pack("<I", 0x80070005), 0x80070005, "0x80070005(ERROR_ACCESS_DENIED)"),
    ("ItemHRESULT", "", pack("<I", 0x8007FFFF), 0x8007FFFF, "0x8007ffff"),
    ("ItemWINERROR", "", pack("<I", 1018), 1018, "1018(ERROR_KEY_DELETED)"),
    ("ItemWINERROR", "", pack("<I", 0), 0, "0(ERROR_SUCCESS)"),
    ("ItemWINERROR", "", pack("<I", 258), 258, "258(WAIT_TIMEOUT)"),
    ("ItemWINERROR", "", pack("<I", 99_999), 99_999, "99999"),
    ("ItemNDIS_STATUS", "", pack("<I", 0x4001000B), 0x4001000B, "0x4001000b(NDIS_STATUS_MEDIA_CONNECT)"),
    ("ItemNDIS_OID", "", pack("<I", 0x00010101), 0x00010101, "0x00010101(OID_GEN_SUPPORTED_LIST)"),
    ("ItemIPAddr", "", b"\x7f\0\0\1", "127.0.0.1", "127.0.0.1"),
    ("ItemIPV6Addr", "", bytes(15) + b"\1", "::1", "::1"),
    ("ItemMACAddr", "", b"\0\x1b\x21\xaa\xbb\xcc", "00-1b-21-aa-bb-cc", "00-1b-21-aa-bb-cc"),
    ("ItemPort", "", b"\0\x50", 80, "80"),
    ("ItemTimestamp", "", NEW_YEAR, 132_223_104_000_000_000, "2020-01-01 00:00:00.000Z"),
    ("ItemTimeStamp", "", pack("<q", 132_223_104_009_999_999), 132_223_104_009_999_999, "2020-01-01 00:00:00.999Z"),
    ("ItemTimestamp", "", bytes(8), 0, "0"),
    ("ItemTimestamp", "", b"\xff" * 7 + b"\x7f", (1 << 63) - 1, str((1 << 63) - 1)),
    ("ItemWaitTime", "", NEW_YEAR, 132_223_104_000_000_000, "2020-01-01 00:00:00.000Z"),
    ("ItemWaitTime", "", pack("<q", -50_000_000), -50_000_000, "-5.000s"),
    ("ItemTimeDelta", "", pack("<q", 50_000_000), 50_000_000, "5.000s"),
    ("ItemTimeDelta", "", pack("<q", -9_999), -9_999, "-0.000s"),
    ("ItemChar4", "", b"RGBA", "RGBA", "RGBA"),
    ("ItemListLong", "false,true", pack("<I", 1), 1, "0x00000001(true)"),
    ("ItemListByte", "Low,APC,DPC", b"\2", 2, "0x00000002(DPC)"),
    ("ItemListShort", "a,b=7,c", pack("<H", 8), 8, "0x00000008(c)"),
    ("ItemListByte", "Low,APC,DPC", b"\3", 3, "0x00000003"),
    ("ItemSetLong", "1,2,3", pack("<I", 5), 5, "[1,3]"),
    ("ItemSetByte", "a,b", b"\0", 0, "[]"),
    ("ItemSetShort", "a,b", pack("<H", 0x101), 0x101, "[a,0x100]"),
    ("ItemEnum", "Idle=0,Active=1,Again=1", pack("<I", 1), 1, "Active"),
    ("ItemEnum", "Idle=0", pack("<I", 9), 9, "0x9"),
    ("ItemFlagsEnum", "R=1,W=2,X=4", pack("<I", 5), 5, "R | X(0x5)"),
    ("ItemFlagsEnum", "R=1,W=2,X=4", pack("<I", 0x11), 0x11, "R | 0x10(0x11)"),
    ("ItemFlagsEnum", "R=1", pack("<I", 0x10), 0x10, "0x10"),
    ("ItemFlagsEnum", "R=1", pack("<I", 0), 0, "0x0"),
    ("ItemFlagsEnum", "None=0,R=1", pack("<I", 0), 0, "None"),
    ("ItemHexDump", "", b"\2\0\xde\xad", b"\xde\xad", "DEAD"),
    ("ItemHEXBytes", "", b"\0\0", b"", ""),
]


def argument(item: str, symbols: str = "", index: int = 10) -> TmfArgument:
    found = []
    following = 0
    for part in filter(None, symbols.split(",")):
        name, _, number = part.partition("=")
        following = int(number) if number else following
        found.append((following, name))
        following += 1
    return TmfArgument(index, item, "x", tuple(found))


def plan(format: str, *arguments: TmfArgument) -> WppPlan:
    return WppPlan(TmfMessage(bytes(16), 10, format, arguments))


def text(format: str, payload: bytes, *arguments: TmfArgument, pointer_size: int = 8) -> str:
    made = plan(format, *arguments)
    return made.text(made.read(payload, pointer_size), {}, pointer_size)[0]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[4]!a}")
def test_value_and_text(row: tuple[str, str, bytes, object, str]) -> None:
    item, symbols, data, value, expected = row
    made = plan("%0%10!s!|%11!d!", argument(item, symbols), argument("ItemLong", index=11))
    reading = made.read(data + pack("<i", -7), 8)
    assert not reading.problem
    assert [found.value for found in reading.arguments] == [value, -7]
    assert type(reading.arguments[0].value) is type(value)
    assert reading.arguments[0].text == expected
    assert made.text(reading, {}, 8) == (f"{expected}|-7", True)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[4]!a}")
def test_cut_at_every_byte(row: tuple[str, str, bytes, object, str]) -> None:
    item, symbols, data, _, _ = row
    made = plan("%0<%10!s!|%11!d!>", argument(item, symbols), argument("ItemLong", index=11))
    for size in range(len(data) + 4):
        reading = made.read((data + b"\7\0\0\0")[:size], 8)
        shown, _ = made.text(reading, {}, 8)
        assert reading.is_cut
        assert "ends before argument" in reading.problem
        assert shown.endswith(f"|{CUT_MARK}>")
        assert reading.arguments[1].value is None


def test_the_table_is_tested_whole() -> None:
    tested = {row[0].lower() for row in ROWS} | {"itemclsid", "itemiid", "itemlibid"}
    assert tested == ITEMS.keys()
    assert ITEMS["itemiid"].read is ITEMS["itemguid"].read
    assert is_known("ITEMLONG")
    assert not is_known("ItemCharHidden")


def test_a_sid_that_is_none() -> None:
    made = plan("%0%10!s! %11!d!", argument("ItemSid"), argument("ItemLong", index=11))
    reading = made.read(b"\1\x10" + bytes(100), 8)
    assert (reading.is_cut, reading.problem) == (True, "argument 10 is no ItemSid")
    assert made.text(reading, {}, 8)[0] == f"{CUT_MARK} {CUT_MARK}"
    assert BAD != CUT


def test_bytes_behind_the_last_argument_are_told() -> None:
    reading = plan("%0%10!d!", argument("ItemLong")).read(b"\1\0\0\0more", 8)
    assert (reading.rest, reading.problem, reading.is_cut) == (4, "4 bytes behind its last argument", False)
    assert plan("%0x").read(b"y", 8).problem == "1 byte behind its last argument"


def test_a_pointer_is_as_wide_as_the_record_says() -> None:
    assert text("%0%10!p!", b"\x78\x56\x34\x12", argument("ItemPtr"), pointer_size=4) == "12345678"
    assert text("%0%10!p!", bytes(8), argument("ItemPtr")) == "0" * 16
    assert text("%0%10!Id! %10!Iu! %10!Ix!", b"\xfe" + b"\xff" * 7, argument("ItemPtr")) == (
        "-2 18446744073709551614 fffffffffffffffe"
    )


# --- notations -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "notation, item, value, expected",
    [
        ("d", "ItemLong", -1, "-1"),
        ("u", "ItemLong", -1, "4294967295"),
        ("x", "ItemLong", -1, "ffffffff"),
        ("X", "ItemShort", -1, "FFFF"),
        ("hx", "ItemShort", -1, "ffff"),
        ("I64x", "ItemLongLong", -1, "f" * 16),
        ("d", "ItemULong", -1, "-1"),
        ("o", "ItemLong", 511, "777"),
        ("i", "ItemChar", -1, "-1"),
        ("02x", "ItemUChar", 5, "05"),
        ("c", "ItemChar", 65, "A"),
        ("c", "ItemLong", 65, "A"),
        ("05d", "ItemLong", 42, "00042"),
        ("05d", "ItemLong", -42, "-0042"),
        ("-5d", "ItemLong", 42, "42   "),
        ("-05d", "ItemLong", 42, "42   "),
        ("+d", "ItemLong", 42, "+42"),
        (" d", "ItemLong", 42, " 42"),
        ("5d", "ItemLong", 42, "   42"),
        (".4d", "ItemLong", 42, "0042"),
        ("08.4d", "ItemLong", 42, "    0042"),
        (".0d", "ItemLong", 0, ""),
        ("#x", "ItemLong", 42, "0x2a"),
        ("#010x", "ItemLong", 42, "0x0000002a"),
        ("#X", "ItemLong", 0, "0"),
        ("#o", "ItemLong", 8, "010"),
        ("08x", "ItemLong", 0xBEEF, "0000beef"),
        ("012I64X", "ItemLongLongXX", 0xABC, "000000000ABC"),
        ("p", "ItemLong", 0xABC, "0000000000000ABC"),
        ("10s", "ItemLong", 42, "        42"),
        ("f", "ItemLong", 42, "42"),
    ],
)
def test_integers(notation: str, item: str, value: int, expected: str) -> None:
    size = {"ItemChar": 1, "ItemUChar": 1, "ItemShort": 2, "ItemLongLong": 8, "ItemLongLongXX": 8}.get(item, 4)
    payload = (value & ((1 << size * 8) - 1)).to_bytes(size, "little")
    assert text(f"%0%10!{notation}!", payload, argument(item)) == expected


@pytest.mark.parametrize(
    "notation, expected",
    [("s", "2.5"), ("f", "2.500000"), ("8.2f", "    2.50"), ("-8.2f", "2.50    "), ("e", "2.500000e+00"), ("G", "2.5")],
)
def test_floats(notation: str, expected: str) -> None:
    assert text(f"%0%10!{notation}!", pack("<d", 2.5), argument("ItemDouble")) == expected


@pytest.mark.parametrize(
    "notation, expected",
    [
        ("s", "hive"),
        ("6s", "  hive"),
        ("-6s", "hive  "),
        (".2s", "hi"),
        ("6.2S", "    hi"),
        ("d", "hive"),
        ("ws", "hive"),
    ],
)
def test_strings(notation: str, expected: str) -> None:
    assert text(f"%0%10!{notation}!", b"hive\0", argument("ItemString")) == expected


def test_a_code_as_a_number() -> None:
    payload = pack("<I", 0xC0000022)
    assert text("%0%10!x! %10!d! %10!s!", payload, argument("ItemNTSTATUS")) == (
        "c0000022 -1073741790 0xc0000022(STATUS_ACCESS_DENIED)"
    )


@pytest.mark.parametrize("notation", ["q", "", "lld5", "5", "1025d", ".1025s", "%", "dd", "99999999999d"])
def test_no_notation(notation: str) -> None:
    assert wpp_spec(notation) is None


def test_widths_up_to_the_bound() -> None:
    assert len(text(f"%0%10!{limits.WPP_WIDTH_MAX}d!", bytes(4), argument("ItemLong"))) == limits.WPP_WIDTH_MAX
    spec = wpp_spec("-08.3I64x")
    assert spec == WppSpec("x", "-0", 8, 3)
    assert copy.deepcopy(spec) == spec


def test_what_cannot_be_shown_so_has_its_own_text() -> None:
    assert render("text", "own", 0, WppSpec("c")) == "own"
    assert render(1.5, "own", 0, WppSpec("d")) == "own"
    assert render(0x20AC, "own", 16, WppSpec("C")) == "€"
    assert as_signed(0xFF, 8) == -1


# --- formats ---------------------------------------------------------------------------------


def kinds(format: str) -> list[tuple[str, str, int]]:
    return [(piece.kind, piece.text, piece.number) for piece in format_pieces(format)]


@pytest.mark.parametrize(
    "format, expected",
    [
        ("%0", []),
        ("%0%10!s!", [("argument", "%10!s!", 10)]),
        ("%03 items %10!d!", [("text", "3 items ", 0), ("argument", "%10!d!", 10)]),
        ("%0100%% of %10!d!!", [("text", "100% of ", 0), ("argument", "%10!d!", 10), ("text", "!", 0)]),
        ("%0a\\n", [("text", "a", 0)]),
        ("%0a\\n b", [("text", "a\\n b", 0)]),
        ("%0%10", [("argument", "%10", 10)]),
        ("%0%10 !x", [("argument", "%10", 10), ("text", " !x", 0)]),
        ("%0%10! x!", [("argument", "%10! x!", 10)]),
        ("%0%10!q!", [("unknown", "%10!q!", 10)]),
        ("%0%1!s! %8!04X!", [("field", "%1!s!", 1), ("text", " ", 0), ("field", "%8!04X!", 8)]),
        ("%0%!FUNC!: %!STATUS!", [("name", "%!FUNC!", 0), ("text", ": ", 0), ("name", "%!STATUS!", 0)]),
        ("%0%!", [("text", "%!", 0)]),
        ("%0%!a b!", [("text", "%!a b!", 0)]),
        ("%0% x %", [("text", "% x %", 0)]),
        ("", []),
    ],
)
def test_pieces(format: str, expected: list[tuple[str, str, int]]) -> None:
    assert kinds(format) == expected


def test_names_of_the_trailer() -> None:
    form = TmfMessage(
        bytes(16),
        10,
        "%0%!FUNC! %!LEVEL! %!FLAGS! %!KEYWORDS! %!FILE! %!COMPNAME! %!SUBCOMP! %!STATUS! %1 %2 %3!X! %9 %5",
        component="Keeper",
        source="keeper.c",
        tag="keeper_c1",
        level="INFO",
        flags="HIVES",
        minor="Sub",
    )
    made = WppPlan(form)
    fields: dict[int, str | int] = {1: "Keeper", 2: "keeper_c1", 3: 0xABC, 9: 2}
    shown, _ = made.text(made.read(b"", 8), fields, 8)
    assert shown == "%!FUNC! INFO HIVES HIVES keeper.c Keeper Sub %!STATUS! Keeper keeper_c1 ABC 2 %5"


def test_a_format_that_no_payload_can_fill_is_told() -> None:
    assert plan("%0%11!d!", argument("ItemLong")).problem == "its format names argument 11, which its TMF does not have"
    assert "no known notation" in plan("%0%10!q!", argument("ItemLong")).problem
    assert not plan("%0nothing of it", argument("ItemLong")).problem
    assert text("%0%10!d! %11!d! %10!q!", b"\1\0\0\0", argument("ItemLong")) == "1 %11!d! %10!q!"


def test_a_text_that_grows_without_bound_is_cut() -> None:
    made = plan("%0" + "%10!s!" * 100, argument("ItemString"))
    shown, is_whole = made.text(made.read(b"a" * 60_000 + b"\0", 8), {}, 8)
    assert not is_whole
    assert len(shown) == limits.WPP_TEXT_MAX + 1


def test_tables_of_names() -> None:
    assert {0, 0xC0000022, 0xC0000034, 0x8000001A, 0xC000017C} <= NTSTATUS.keys()
    assert {0, 2, 5, 259, 1018} <= WIN32.keys()
    assert WIN32[259] == "ERROR_NO_MORE_ITEMS"
    assert HRESULT[0] == hresult_name(0) == "S_OK"
    assert all(name.isupper() or name.startswith(("E_", "S_")) for name in NTSTATUS.values())


def test_values() -> None:
    piece = format_pieces("%0%10!5d!")[0]
    assert copy.deepcopy(piece) == piece == Piece("argument", "%10!5d!", 10, WppSpec("d", "", 5))
