"""``export --format reg``: byte for byte what regedit writes, and exact where regedit would lose something.

Sources: the exporter's tests of wine-mirror/wine (``programs/reg/tests/export.c``), which run on Windows too.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import hiveguard
from hiveguard.testing import HiveBuilder
from hiveguard.testing.specs import ValueSpec
from tests.acceptance.program import run

HEAD = "Windows Registry Editor Version 5.00\r\n"


def utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def exported(folder: Path, *values: tuple[str | None, int, bytes]) -> str:
    """The lines of one key's values, as exported."""
    builder = HiveBuilder(minor=5)
    key = builder.root.key("Key")
    for name, kind, raw in values:
        key.value(name, kind, raw)
    (folder / "hive").write_bytes(builder.build())
    ended = run("export", "--prefix", "HKEY_CURRENT_USER", "hive", "Key", cwd=folder)
    assert ended.code == 0, ended.told
    assert ended.out[:2] == b"\xff\xfe"
    text = ended.out[2:].decode("utf-16-le", "surrogatepass")
    start = f"{HEAD}\r\n[HKEY_CURRENT_USER\\Key]\r\n"
    assert text.startswith(start)
    assert text.endswith("\r\n\r\n")
    assert text.replace("\r\n", "").isprintable()
    return text[len(start) : -2]


TYPES = [
    (1, utf16("text\0"), '"text"'),
    (1, utf16("\0"), '""'),
    (1, utf16('C:\\a "b"\0'), '"C:\\\\a \\"b\\""'),
    (1, utf16("Grüße 鍵 🔑\0"), '"Grüße 鍵 🔑"'),
    (1, b"", "hex(1):"),
    (1, utf16("a\0b\0"), "hex(1):61,00,00,00,62,00,00,00"),  # a NUL within
    (1, utf16("a"), "hex(1):61,00"),  # no terminator
    (1, b"a\0\0", "hex(1):61,00,00"),  # an odd length
    (1, utf16("a\0\0"), "hex(1):61,00,00,00,00,00"),  # more behind the terminator
    (1, utf16("a\rb\0"), "hex(1):61,00,0d,00,62,00,00,00"),
    (1, utf16("a\nb\0"), "hex(1):61,00,0a,00,62,00,00,00"),
    (1, utf16("a\ud800\0"), "hex(1):61,00,00,d8,00,00"),  # a lone surrogate
    (4, b"\x2a\0\0\0", "dword:0000002a"),
    (4, b"\xef\xbe\xad\xde", "dword:deadbeef"),
    (4, b"", "hex(4):"),
    (4, b"\x12\x34", "hex(4):12,34"),
    (4, b"\1\2\3\4\5", "hex(4):01,02,03,04,05"),
    (3, b"\x11\x22\x33", "hex:11,22,33"),
    (3, b"", "hex:"),
    (0, b"\x01", "hex(0):01"),
    (0, b"", "hex(0):"),
    (2, utf16("%A%\0"), "hex(2):25,00,41,00,25,00,00,00"),
    (2, b"", "hex(2):"),
    (5, b"\0\0\0\x2a", "hex(5):00,00,00,2a"),
    (6, utf16("\\R"), "hex(6):5c,00,52,00"),
    (7, utf16("a\0\0"), "hex(7):61,00,00,00,00,00"),
    (7, b"", "hex(7):"),
    (8, b"\1", "hex(8):01"),
    (11, b"\1\2\3\4\5\6\7\x08", "hex(b):01,02,03,04,05,06,07,08"),
    (0x100, b"\1", "hex(100):01"),
    (0xABCD, b"\1", "hex(abcd):01"),
    (0xFFFF0012, b"\1\2", "hex(ffff0012):01,02"),
    (0x80000000, b"", "hex(80000000):"),
]


@pytest.mark.parametrize("kind, raw, form", TYPES)
def test_form_of_a_value(tmp_path: Path, kind: int, raw: bytes, form: str) -> None:
    assert exported(tmp_path, ("name", kind, raw)) == f'"name"={form}\r\n'
    assert exported(tmp_path, (None, kind, raw)) == f"@={form}\r\n"


def test_values_stand_in_stored_order_and_names_are_escaped(tmp_path: Path) -> None:
    names = ["z", "a", 'quote"d', "back\\slash", "(Default)", "m]", "=x", ";y"]
    lines = exported(tmp_path, *((name, 4, b"\0\0\0\0") for name in names)).splitlines()
    quoted = ["z", "a", 'quote\\"d', "back\\\\slash", "(Default)", "m]", "=x", ";y"]
    assert lines == [f'"{name}"=dword:00000000' for name in quoted]


def wrapped(name: str, count: int) -> list[str]:
    """The rule itself, written down once more: 77 characters or more, and the line ends behind that comma."""
    lines, line = [], f'"{name}"=hex:'
    for number in range(count):
        if number == count - 1:
            line += f"{number & 255:02x}"
        else:
            line += f"{number & 255:02x},"
            if len(line) >= 77:
                lines.append(line + "\\")
                line = "  "
    return [*lines, line]


@pytest.mark.parametrize("length", [1, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 80, 255])
@pytest.mark.parametrize("count", [1, 2, 3, 24, 25, 26, 27, 80])
def test_wrapping(tmp_path: Path, length: int, count: int) -> None:
    raw = bytes(number & 255 for number in range(count))
    lines = exported(tmp_path, ("n" * length, 3, raw)).removesuffix("\r\n").split("\r\n")
    assert lines == wrapped("n" * length, count)


def test_golden_lines_of_the_wrapping(tmp_path: Path) -> None:
    """The widths as measured: 80 at most for a first line, 78 for those that follow, 91 with a name of 80."""
    raw = bytes(60)
    first, second, *_ = exported(tmp_path, ("x", 3, raw)).split("\r\n")
    assert (first, second) == ('"x"=hex:' + "00," * 23 + "\\", "  " + "00," * 25 + "\\")
    assert (len(first), len(second)) == (78, 78)
    widths = {len(exported(tmp_path, ("n" * size, 3, raw)).split("\r\n")[0]) for size in (1, 2, 3)}
    assert widths == {78, 79, 80}
    assert len(exported(tmp_path, ("n" * 80, 3, raw)).split("\r\n")[0]) == 91


def test_whole_file(tmp_path: Path) -> None:
    builder = HiveBuilder(minor=5)
    builder.root.text("top", "1")
    builder.root.key("A\\Empty")
    builder.root.key("A").dword("n", 1)
    builder.root.key("b]c [d").text(None, "x")
    (tmp_path / "NTUSER.DAT").write_bytes(builder.build())
    ended = run("export", "NTUSER.DAT", cwd=tmp_path)
    expected = (
        f"{HEAD}\r\n[HKEY_CURRENT_USER]\r\n"
        '"top"="1"\r\n'
        "\r\n[HKEY_CURRENT_USER\\A]\r\n"
        '"n"=dword:00000001\r\n'
        "\r\n[HKEY_CURRENT_USER\\A\\Empty]\r\n"
        "\r\n[HKEY_CURRENT_USER\\b]c [d]\r\n"
        '@="x"\r\n'
        "\r\n"
    )
    assert ended.out == b"\xff\xfe" + utf16(expected)
    assert "written below HKEY_CURRENT_USER, by its file name" in ended.told
    assert ended.code == 0


@pytest.mark.parametrize(
    "file, prefix",
    [
        ("SOFTWARE", "HKEY_LOCAL_MACHINE\\SOFTWARE"),
        ("system", "HKEY_LOCAL_MACHINE\\SYSTEM"),
        ("UsrClass.dat", "HKEY_CURRENT_USER\\Software\\Classes"),
        ("DEFAULT", "HKEY_USERS\\.DEFAULT"),
        ("other.hve", "HKEY_LOCAL_MACHINE\\other.hve"),
    ],
)
def test_place_is_guessed_by_the_file_name_and_said(tmp_path: Path, file: str, prefix: str) -> None:
    (tmp_path / file).write_bytes(HiveBuilder(minor=5).build())
    ended = run("export", file, cwd=tmp_path)
    assert f"[{prefix}]\r\n" in ended.out.decode("utf-16")
    assert f"written below {prefix}, by its file name" in ended.told


def test_name_that_a_line_cannot_hold_is_left_out_and_told(tmp_path: Path) -> None:
    builder = HiveBuilder(minor=5)
    builder.root.key("fine").text("bad\nname", "x")
    builder.root.another_key("bad\0key").text("v", "x")
    (tmp_path / "hive").write_bytes(builder.build())
    ended = run("export", "hive", "--prefix", "HKEY_X", cwd=tmp_path)
    assert ended.code == 5
    assert "2 keys and values left out" in ended.told
    assert ended.told.count("left out: a .reg file cannot hold") == 2
    assert "bad" not in ended.out.decode("utf-16")


def two_runs(builder: HiveBuilder) -> None:
    for number, name in enumerate(("Run", "RUN")):
        key = builder.root.another_key(name)
        key.dword("v", number)
        key.key(f"Below{number}").dword("w", 1)


def two_values(builder: HiveBuilder) -> None:
    builder.root.key("K").dword("v", 1)
    builder.root.key("K").another_value(ValueSpec("V", 4, b"\2\0\0\0"))


def separator(builder: HiveBuilder) -> None:
    builder.root.another_key("a\\b").key("c")


def nameless(builder: HiveBuilder) -> None:
    builder.root.another_key("").dword("x", 1)


@pytest.mark.parametrize(
    ("make", "told", "left"),
    [
        (
            two_runs,
            ["'RUN' left out: {} a second key of one name", "'RUN\\\\Below1' left out: {} what is below such a key"],
            {"Run": [0], "Run\\Below0": [1]},
        ),
        (two_values, ["'K, value V' left out: {} a second value of one name"], {"K": [1]}),
        (
            separator,
            [
                "'a\\\\b' left out: {} a backslash in a key's name",
                "'a\\\\b\\\\c' left out: {} what is below such a key",
            ],
            {},
        ),
        (nameless, ["'' left out: {} a key without a name"], {}),
    ],
)
def test_what_an_import_would_put_elsewhere_or_over_another_is_left_out_and_told(
    tmp_path: Path, make: Callable[[HiveBuilder], None], told: list[str], left: dict[str, list[int]]
) -> None:
    builder = HiveBuilder(minor=5)
    builder.root.dword("top", 1)
    make(builder)
    (tmp_path / "hive").write_bytes(builder.build())
    ended = run("export", "hive", "-o", "hive.reg", cwd=tmp_path)
    assert ended.code == 5
    for line in told:
        assert f"hiveguard: hive: {line.format('a .reg file cannot hold')}\n" in ended.told
    assert (
        f"{'2 keys and values' if told[1:] else '1 key or value'} left out that a .reg file cannot hold" in ended.told
    )
    assert "INCOMPLETE" in ended.told
    (tmp_path / "new").mkdir()
    assert run("import", "hive.reg", "new/hive", cwd=tmp_path).code == 0
    with hiveguard.open(tmp_path / "new" / "hive") as hive:
        assert {key.path: [value.data for value in key.values()] for key in hive.walk()} == {"": [1], **left}


def test_more_than_ten_that_are_left_out_are_counted(tmp_path: Path) -> None:
    builder = HiveBuilder(minor=5)
    for number in range(12):
        builder.root.another_key(f"{number}\\x")
    (tmp_path / "hive").write_bytes(builder.build())
    told = run("export", "hive", "-o", "hive.reg", cwd=tmp_path).told
    assert told.count("left out: a .reg file cannot hold") == 10
    assert "hiveguard: hive: 2 more left out; --format json holds all of them\n" in told


def test_several_hives_make_one_file_with_one_head(tmp_path: Path) -> None:
    for name in ("SAM", "SECURITY"):
        (tmp_path / name).write_bytes(HiveBuilder(minor=5).build())
    ended = run("export", "SAM", "SECURITY", cwd=tmp_path)
    text = ended.out.decode("utf-16")
    assert text.count(HEAD) == 1
    assert "\ufeff" not in text
    assert "[HKEY_LOCAL_MACHINE\\SAM]" in text
    assert "[HKEY_LOCAL_MACHINE\\SECURITY]" in text
    assert run("export", "SAM", "SECURITY", "-o", "out/", cwd=tmp_path).code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["SAM.reg", "SECURITY.reg"]


def test_damaged_hive_gives_what_can_be_reached(tmp_path: Path) -> None:
    from tests import example_hives

    example_hives.write(tmp_path)
    ended = run("export", "CUT.DAT", "-o", "cut.reg", cwd=tmp_path)
    assert ended.code == 4
    assert "INCOMPLETE (damaged)" in ended.told
    assert "[HKEY_LOCAL_MACHINE\\CUT.DAT\\Software\\HiveGuard]" in (tmp_path / "cut.reg").read_bytes().decode("utf-16")
