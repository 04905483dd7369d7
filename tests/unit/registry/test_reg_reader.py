"""Reading .reg files: every shape that Windows' importer was seen to take or to leave out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiveguard import HiveError
from hiveguard.core.errors import BadArgument, Unreadable
from hiveguard.regf.value import Value
from hiveguard.registry.reg_reader import CreateKey, DeleteKey, DeleteValue, Remark, SetValue, Skipped, read_reg
from hiveguard.registry.reg_text import BOM, HEADER, encode, key_lines

KEY = "HKEY_CURRENT_USER\\Key"
V5 = "Windows Registry Editor Version 5.00"


def found(body: str, *, lenient: bool = False, header: str = V5) -> list[object]:
    """What is read of some lines below the key, without the key itself."""
    text = f"{header}\n\n[{KEY}]\n{body}"
    first, *rest = read_reg(text.encode("utf-8"), lenient=lenient)
    assert first == CreateKey(3, KEY)
    return rest


def one(body: str, **how: object) -> tuple[str | None, int, bytes]:
    (value,) = found(body, **how)  # type: ignore[arg-type]
    assert isinstance(value, SetValue)
    assert (value.line, value.path) == (4, KEY)
    return value.name, value.type, value.raw


def why(body: str) -> list[tuple[int, str]]:
    skipped = found(body)
    assert found(body, lenient=True) == []
    assert all(type(each) is Skipped for each in skipped)
    return [(each.line, each.why) for each in skipped]  # type: ignore[attr-defined]


def sz(text: str) -> bytes:
    return (text + "\0").encode("utf-16-le")


@pytest.mark.parametrize(
    "line, name, kind, raw",
    [
        ('"a"="text"', "a", 1, sz("text")),
        ('@="text"', None, 1, sz("text")),
        ('""="x"', None, 1, sz("x")),
        ('"a"=""', "a", 1, sz("")),
        (r'"a\\b\"c"="d\\e\"f"', 'a\\b"c', 1, sz('d\\e"f')),
        (r'"a"="1\r\n2"', "a", 1, sz("1\r\n2")),
        ('  "a" \t=  "text"  ; a comment', "a", 1, sz("text")),
        ('"a"="x;y"', "a", 1, sz("x;y")),
        ('"a=b"="c"', "a=b", 1, sz("c")),
        ('"a"=dword:0000002a', "a", 4, b"\x2a\0\0\0"),
        ('"a"=dword:2A ;x', "a", 4, b"\x2a\0\0\0"),
        ('"a"=dword:ffffffff', "a", 4, b"\xff" * 4),
        ('"a"=hex:11,22,33', "a", 3, b"\x11\x22\x33"),
        ('"a"=hex:', "a", 3, b""),
        ('"a"=hex(0):', "a", 0, b""),
        ('"a"=hex(4):01', "a", 4, b"\x01"),
        ('"a"=hex(b):01,00,00,00,00,00,00,00', "a", 11, b"\x01" + bytes(7)),
        ('"a"=hex(ffff0012):aa', "a", 0xFFFF0012, b"\xaa"),
        ('"a"=hex(2):41,00', "a", 2, b"A\0"),
        ('"a"=hex:1, 2 ,0a', "a", 3, b"\x01\x02\x0a"),
        ('"a"=hex:11,22,', "a", 3, b"\x11\x22"),
        ('"a"=hex:11;22', "a", 3, b"\x11"),
        ('"a"=hex:11,\\\n  22,\\\n33', "a", 3, b"\x11\x22\x33"),
        ('"a"=hex:11,\\ ; comment\n\n; more\n \t22', "a", 3, b"\x11\x22"),
        ('"a"=hex:\\\n11', "a", 3, b"\x11"),
    ],
)
def test_values(line: str, name: str | None, kind: int, raw: bytes) -> None:
    assert one(line) == (name, kind, raw)
    assert one(line, lenient=True) == (name, kind, raw)


@pytest.mark.parametrize("line", ['"a"=-', '"a" = - ; gone'])
def test_values_to_delete(line: str) -> None:
    assert found(line) == [DeleteValue(4, KEY, "a")]
    assert found("@=-") == [DeleteValue(4, KEY, None)]


@pytest.mark.parametrize(
    "line, words",
    [
        ('"a"="v"#x', "something follows its data"),
        ('"a"="v', "a quotation mark is not closed"),
        ('"a="v"', "no equals sign follows its name"),
        ('"a', "a quotation mark is not closed"),
        ("@", "no equals sign"),
        ('"a"=- x', "something follows"),
        ('"a"=', "no known form"),
        ('"a"=DWORD:1', "no known form"),
        ('"a"=hex(0x2):41', "no known form"),
        ('"a"=hex(1ffffffff):41', "no known form"),
        ('"a"=dword:', "hexadecimal digits"),
        ('"a"=dword:123456789', "hexadecimal digits"),
        ('"a"=dword:0x1', "hexadecimal digits"),
        ('"a"=dword:1 2', "hexadecimal digits"),
        ('"a"=hex:111', "one or two"),
        ('"a"=hex:1 2', "one or two"),
        ('"a"=hex:,', "one or two"),
        ('"a"=hex:11,,22', "one or two"),
        ("garbage", "neither a key"),
        ("a\0b", "zero character"),
    ],
)
def test_lines_that_are_left_out_are_told(line: str, words: str) -> None:
    ((number, reason),) = why(line)
    assert number == 4
    assert words in reason


@pytest.mark.parametrize("body", ["; comment", "# comment", "", "   ", "\t; comment"])
def test_comments_and_empty_lines_are_no_loss(body: str) -> None:
    assert found(body) == []


def test_a_value_that_does_not_go_on_is_left_out_and_the_next_line_read() -> None:
    body = '"a"=hex:11,\\\n"b"="x"'
    skipped, value = found(body)
    assert isinstance(skipped, Skipped)
    assert (skipped.line, skipped.why) == (4, "its data do not go on in line 5")
    assert isinstance(value, SetValue)
    assert (value.line, value.name) == (5, "b")
    assert found(body, lenient=True) == [value]


@pytest.mark.parametrize(
    "body, lines", [('"a"=hex:11,22\\\n,33', [4, 5]), ('"a"=hex:1\\\n1,22', [4, 5]), ('"a"="x\\\ny"', [4, 5])]
)
def test_a_continuation_in_the_wrong_place(body: str, lines: list[int]) -> None:
    assert [number for number, _ in why(body)] == lines


def test_a_trailing_comma_ends_the_value_and_the_next_line_is_left_out() -> None:
    value, skipped = found('"a"=hex:11,22,\n  33,44')
    assert isinstance(value, SetValue)
    assert value.raw == b"\x11\x22"
    assert isinstance(skipped, Skipped)


def test_data_that_the_end_of_the_file_cuts_off() -> None:
    (skipped,) = found('"a"=hex:11,\\\n')
    assert isinstance(skipped, Skipped)
    assert "the file ends" in skipped.why
    assert one('"a"=hex:11,\\\n', lenient=True) == ("a", 3, b"\x11")


def test_an_unknown_escape() -> None:
    (skipped,) = found(r'"a"="C:\x"')
    assert isinstance(skipped, Skipped)
    assert "written twice" in skipped.why
    assert one(r'"a"="C:\x"', lenient=True) == ("a", 1, sz("C:x"))


def keys(text: str) -> list[object]:
    return list(read_reg(f"{V5}\r\n{text}".encode()))


def test_keys() -> None:
    assert keys("[HKEY_USERS\\a]") == [CreateKey(2, "HKEY_USERS\\a")]
    assert keys("[HKEY_USERS\\a]b]c] ; x") == [CreateKey(2, "HKEY_USERS\\a]b]c")]
    assert keys("  [HKEY_USERS\\a ]") == [CreateKey(2, "HKEY_USERS\\a ")]
    assert keys("[HKEY_USERS\\a\\]") == [CreateKey(2, "HKEY_USERS\\a")]
    assert keys("[-HKEY_USERS\\a]") == [DeleteKey(2, "HKEY_USERS\\a")]


@pytest.mark.parametrize(
    "line", ["[ HKEY_USERS\\a]", "[- HKEY_USERS\\a]", "[ -HKEY_USERS\\a]", "[HKEY_USERS\\a", "[]", "[-]"]
)
def test_key_lines_that_are_left_out_take_their_values_with_them(line: str) -> None:
    skipped, value, again = keys(f'{line}\n"a"="b"\n[HKEY_USERS]')
    assert isinstance(skipped, Skipped)
    assert isinstance(value, Skipped)
    assert (value.line, value.why) == (3, "it belongs to the key of line 2, which was skipped")
    assert again == CreateKey(4, "HKEY_USERS")


def test_values_of_no_key_or_of_a_deleted_one() -> None:
    assert [each.why for each in keys('"a"="b"')] == ["no key line stands before it"]  # type: ignore[attr-defined]
    _, value = keys('[-HKEY_USERS\\a]\n"a"=hex:11,\\\n  22')
    assert isinstance(value, Skipped)
    assert "which is deleted" in value.why


@pytest.mark.parametrize("header", ["REGEDIT", "REGEDIT3", "REGEDIT5", "REGEDIT4 FOO"])
def test_headers_with_which_windows_imports_nothing(header: str) -> None:
    text = f'{header}\n[{KEY}]\n"a"="b"\n'.encode()
    (skipped,) = read_reg(text)
    assert isinstance(skipped, Skipped)
    assert list(read_reg(text, lenient=True)) == []


def test_what_follows_the_bracket_of_a_key_is_told_and_the_key_is_made() -> None:
    text = "[HKEY_USERS\\b]r] \tx y\n[-HKEY_USERS\\a]x;y\n[HKEY_USERS] \t\n"
    made, told, gone, told_too, last = keys(text)
    assert (made, gone) == (CreateKey(2, "HKEY_USERS\\b]r"), DeleteKey(3, "HKEY_USERS\\a"))
    assert isinstance(told, Skipped)
    assert (told.line, told.text) == (2, "x y")
    assert told.why == "it follows the bracket that closes a key, and means nothing"
    assert isinstance(told_too, Skipped)
    assert (told_too.line, told_too.text) == (3, "x;y")
    assert last == CreateKey(4, "HKEY_USERS")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"regf" + bytes(range(200)), "it is a registry hive, and no .reg file"),
        (bytes(range(1, 200)), "the first line is no text, it begins with 01 02 03 04 05 06 07 08"),
        (b"PK\x03\x04" + b"\xff" * 90, "the first line is no text, it begins with 50 4b 03 04 ff ff ff ff"),
        (b"hello\nworld", "the first line is 'hello'"),
        (b"", "the first line is ''"),
    ],
)
def test_what_is_no_reg_file_is_told_in_few_words(data: bytes, what: str) -> None:
    with pytest.raises(Unreadable) as refused:
        list(read_reg(data))
    assert str(refused.value) == f"{what}; a .reg file begins with {V5!r}"


@pytest.mark.parametrize(
    "header", ["", "\n" + V5, "regedit4", V5.replace("5", "4"), V5.replace("V", "v"), V5 + " ", "[a]"]
)
def test_other_files_are_refused(header: str) -> None:
    with pytest.raises(Unreadable, match="first line"):
        list(read_reg(header.encode(), lenient=True))


def test_blanks_before_the_header() -> None:
    assert found("", header=" \t" + V5) == []
    assert found("", header="REGEDIT4") == []


TEXT = f'{V5}\r\n[{KEY}]\r\n"é"="Ж日"\r\n'
SET = SetValue(3, KEY, "é", 1, sz("Ж日"))


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe" + TEXT.encode("utf-16-le"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode(),
        TEXT.replace("\r\n", "\n").encode(),
        TEXT.replace("\r\n", "\r").encode(),
        TEXT.rstrip().encode(),
        TEXT.rstrip().encode("utf-16-le") + b"\0",
    ],
)
def test_encodings_and_line_ends(data: bytes) -> None:
    expected = [CreateKey(2, KEY), SET]
    if data.endswith(b"\0\0"):
        data = data[:-1]
    assert list(read_reg(data)) == expected


def test_8_bit_text_that_is_not_utf_8() -> None:
    data = f'{V5}\n[{KEY}]\n"\xe9\x81"="\xff"'.encode("latin-1")
    remark, key, value = read_reg(data)
    assert isinstance(remark, Remark)
    assert "cp1252" in remark.why
    assert (key, value) == (CreateKey(2, KEY), SetValue(3, KEY, "é\x81", 1, sz("ÿ")))
    assert list(read_reg(data, lenient=True)) == [key, value]
    *_, other = read_reg(data, code_page="cp1251")
    assert other == SetValue(3, KEY, "йЃ", 1, sz("я"))


def test_strings_in_hexadecimal_are_ansi_in_the_old_format() -> None:
    assert one('"a"=hex(2):41,80,00', header="REGEDIT4") == ("a", 2, sz("A€"))
    assert one('"a"=hex(7):41,00,42,00,00', header="REGEDIT4") == ("a", 7, "A\0B\0\0".encode("utf-16-le"))
    assert one('"a"=hex:41,80', header="REGEDIT4") == ("a", 3, b"\x41\x80")


@pytest.mark.parametrize(
    "page",
    ["nonsense", "hex", "utf-16", "", "a\0b", "utf-7", "idna", "punycode", "rot13", "cp037", "unicode_escape", "hz"],
)
def test_a_code_page_that_is_none(page: str) -> None:
    with pytest.raises(BadArgument, match="code page"):
        list(read_reg(TEXT.encode(), code_page=page))


@pytest.mark.parametrize(
    "page", ["cp1252", "windows-1251", "1250", "utf-8", "latin-1", "cp437", "shift_jis", "gbk", "ascii"]
)
def test_a_code_page_of_windows(page: str) -> None:
    assert list(read_reg(f"{V5}\n[{KEY}]\n".encode(), code_page=page)) == [CreateKey(2, KEY)]


@pytest.mark.parametrize("page", ["utf-8", "UTF8", "cp65001"])
def test_utf_8_as_the_code_page_of_what_is_none(page: str) -> None:
    key, spoilt, value = read_reg(f'{V5}\n[{KEY}]\n"\xe9"="x"\n"b"="c"\n'.encode("latin-1"), code_page=page)
    assert (key, value) == (CreateKey(2, KEY), SetValue(4, KEY, "b", 1, sz("c")))
    assert isinstance(spoilt, Skipped)
    assert (spoilt.line, spoilt.why) == (3, "it is not UTF-8, as it was said to be")


def test_a_code_page_of_more_than_one_byte() -> None:
    data = f'{V5}\n[{KEY}]\n"a"="表示"'.encode("cp932")  # the second byte of the first character is a backslash
    *_, value = read_reg(data, code_page="cp932")
    assert value == SetValue(3, KEY, "a", 1, sz("表示"))


# --- what is cut or no text -------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", [True, False])
def test_half_a_character_at_the_end_is_told(encoding: str, mark: bool) -> None:
    text = ("\ufeff" if mark else "") + f'{V5}\n[{KEY}]\n"a"="b"\n"c"="d"'
    whole = text.encode(encoding)
    assert not any(isinstance(each, Skipped) for each in read_reg(whole))
    *before, value, told = read_reg(whole + b"\n")
    assert value == SetValue(4, KEY, "c", 1, sz("d"))
    assert (type(told), told.line) == (Skipped, 4)  # type: ignore[union-attr]
    assert told.why == "half a character ends the file: a byte is missing, or one too many"  # type: ignore[union-attr]
    assert list(read_reg(whole + b"\n", lenient=True)) == [*before, value]
    *_, value, wrong, told = read_reg(whole[:-1])  # the last quotation mark is the half one
    assert value == SetValue(3, KEY, "a", 1, sz("b"))
    assert [each.line for each in (wrong, told)] == [4, 4]


def test_what_is_no_utf_8_is_told_and_not_replaced() -> None:
    text = f'\ufeff{V5}\n[{KEY}]\n"a"="?"\n"b"="é"\n; ?'.encode().replace(b"?", b"\xe9")
    key, told, value = read_reg(text)
    assert key == CreateKey(2, KEY)
    assert told == Skipped(3, '"a"="\ufffd"', "it is not UTF-8, as the mark at the file's beginning says it is")
    assert value == SetValue(4, KEY, "b", 1, sz("é"))
    key, value, _ = read_reg(text, lenient=True)
    assert value == SetValue(3, KEY, "a", 1, sz("\ufffd"))


# --- what is written is read back -----------------------------------------------------------

units = st.lists(st.integers(1, 0xFFFF).filter(lambda unit: unit not in (10, 13)), min_size=1, max_size=40)
names = units.map(lambda row: b"".join(unit.to_bytes(2, "little") for unit in row).decode("utf-16-le", "surrogatepass"))
raws = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=30).map(lambda text: encode(text + "\0")),
    st.binary(min_size=4, max_size=4),
)
types = st.one_of(st.integers(0, 12), st.integers(0, 0xFFFFFFFF))


class WrittenKey:
    """What the exporter asks of a key."""

    def __init__(self, path: str) -> None:
        self.path = path


paths = st.lists(names.map(lambda name: name.replace("\\", "/")), max_size=3).map("\\".join)


@given(paths, st.lists(st.tuples(st.none() | names, types, raws), max_size=6))
def test_what_is_exported_reads_back_exactly(path: str, values: list[tuple[str | None, int, bytes]]) -> None:
    key_spec = WrittenKey(path)
    stored = [Value((*each, 0, 0)) for each in values]
    text = HEADER + key_lines(key_spec, stored, KEY) + "\r\n"  # type: ignore[arg-type]
    key, *rest = read_reg(BOM + encode(text))
    whole = f"{KEY}\\{path}" if path else KEY
    assert isinstance(key, CreateKey)
    assert key.path == whole
    assert [each.path for each in rest] == [whole] * len(values)  # type: ignore[union-attr]
    assert [(each.name, each.type, each.raw) for each in rest] == values  # type: ignore[union-attr]


@given(
    st.binary(max_size=300), st.booleans(), st.sampled_from([b"", BOM + encode(HEADER), HEADER.encode(), b"REGEDIT4\n"])
)
def test_any_bytes_give_statements_or_our_error(data: bytes, lenient: bool, start: bytes) -> None:
    try:
        for each in read_reg(start + data, lenient=lenient):
            assert each.line >= 1
            assert not (lenient and isinstance(each, Skipped))
    except HiveError:
        pass


lines = st.lists(
    st.sampled_from(
        [
            "[HKEY_USERS\\a]",
            "[-x]",
            '"a"',
            "=",
            "hex:",
            "11,",
            "\\",
            "\n",
            '"',
            "@",
            "-",
            ";",
            " ",
            "dword:",
            "1",
            "\r\n",
            "]",
        ]
    ),
    max_size=40,
).map("".join)


@given(lines)
def test_every_line_is_a_statement_or_is_told(body: str) -> None:
    text = f"{V5}\n{body}"
    told = {each.line for each in read_reg(text.encode())}
    last = 0
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.rstrip("\r").lstrip(" \t")
        if number == 1 or not bare or bare[0] in ";#":
            continue
        goes_on = last in told and bare[0] in "0123456789abcdef"  # the data of a value that began above
        assert number in told or goes_on, (number, line)
        last = number if number in told else last
