"""The verbs that change hives: where the change goes, what is refused, and that nothing is changed by accident."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hiveguard
from hiveguard.registry.file_lock import lock
from hiveguard.testing import HiveBuilder
from tests import example_hives
from tests.acceptance.program import run

HIVE = "NTUSER.DAT"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    example_hives.write(tmp_path)
    return tmp_path


def digest(folder: Path, name: str = HIVE) -> str:
    return hashlib.sha256((folder / name).read_bytes()).hexdigest()


def content(path: Path | bytes) -> list[tuple[str, list[tuple[str | None, int, bytes]]]]:
    with hiveguard.open(path) as hive:
        walk = hive.walk(strict=True)
        found = [(key.path, [(value.name, value.type, value.raw) for value in key.values()]) for key in walk]
        assert walk.verdict.damage == ()
        return found


def test_without_a_target_nothing_is_changed(folder: Path) -> None:
    before = digest(folder)
    (folder / "a.reg").write_text("Windows Registry Editor Version 5.00\n\n[HKEY_CURRENT_USER\\A]\n")
    for words in (("set", HIVE, "A", "v", "x"), ("delete", HIVE, "Software", "--tree"), ("import", "a.reg", HIVE)):
        ended = run(*words, cwd=folder)
        assert ended.code == 2
        assert "name a new file with -o, or say --write" in ended.told
    assert digest(folder) == before
    assert run("set", HIVE, "A", "v", "x", "--write", "-o", "new", cwd=folder).code == 2


def test_a_new_file_gets_the_change_and_the_old_one_stays(folder: Path) -> None:
    before = digest(folder)
    ended = run("set", HIVE, "Software\\HiveGuard", "New", "text", "-o", "new.dat", cwd=folder)
    assert (ended.code, ended.told.split(" in ")[0]) == (0, "complete (new.dat written): 1 key, 1 value")
    assert digest(folder) == before
    assert run("get", "new.dat", "Software\\HiveGuard", "new", cwd=folder).text == "text\n"
    assert sorted(path.name for path in folder.iterdir()) == ["CUT.DAT", HIVE, "new.dat"]
    assert run("set", HIVE, "A", "-o", "new.dat", cwd=folder).code == 3


@pytest.mark.parametrize(
    ("words", "kind", "raw"),
    [
        (["text"], 1, "text\0".encode("utf-16-le")),
        (["%P%", "-t", "expand_sz"], 2, "%P%\0".encode("utf-16-le")),
        (["0x10", "-t", "dword"], 4, b"\x10\0\0\0"),
        (["16", "-t", "dword_big_endian"], 5, b"\0\0\0\x10"),
        (["1", "-t", "qword"], 11, b"\1" + bytes(7)),
        (["a", "b c", "-t", "multi_sz"], 7, "a\0b c\0\0".encode("utf-16-le")),
        (["-t", "multi_sz"], 7, b"\0\0"),
        (["01,ff", "-t", "binary"], 3, b"\1\xff"),
        (["01 ff", "-t", "0xffff0012"], 0xFFFF0012, b"\1\xff"),
        (["-t", "none"], 0, b""),
        ([], 1, b"\0\0"),
        (["-t", "expand_sz"], 2, b"\0\0"),
        (["-t", "binary"], 3, b""),
    ],
)
def test_set_takes_data_of_every_type(folder: Path, words: list[str], kind: int, raw: bytes) -> None:
    assert run("set", "--write", HIVE, "HKCU\\K", "v", *words, cwd=folder).code == 0
    with hiveguard.open(folder / HIVE) as hive:
        value = hive.key("K").value("v")
    assert (value.type, value.raw) == (kind, raw)


@pytest.mark.parametrize(
    "words",
    [
        ("K", "v", "ten", "-t", "dword"),
        ("K", "v", "-1", "-t", "dword"),
        ("K", "v", "xyz", "-t", "binary"),
        ("K", "v", "two", "words"),
        ("K", "v", "x", "-t", "nonsense"),
        ("K" * 300, "v", "x"),
        ("K", "v", "-t", "dword"),
        ("K", "v", "-t", "qword"),
        ("K", "v", "-t", "dword_big_endian"),
        ("K", "--default", "-t", "dword"),
    ],
)
def test_what_is_no_value_is_refused_and_nothing_written(folder: Path, words: tuple[str, ...]) -> None:
    before = digest(folder)
    assert run("set", "--write", HIVE, *words, cwd=folder).code == 2
    assert digest(folder) == before


def test_default_value_and_key_alone(folder: Path) -> None:
    assert run("set", "--write", HIVE, "K", "--default", "dflt", cwd=folder).code == 0
    assert run("set", "--write", HIVE, "Deep\\er", cwd=folder).code == 0
    with hiveguard.open(folder / HIVE) as hive:
        assert hive.key("K").value(None).data == "dflt"
        assert list(hive.key("Deep\\er").values()) == []


def test_delete(folder: Path) -> None:
    ended = run("delete", "--write", HIVE, "Software\\Many", cwd=folder)
    assert ended.code == 7
    assert f"{HIVE}\\Software\\Many: it has subkeys" in ended.told
    ended = run("delete", "--write", HIVE, "Software\\Many", "--tree", cwd=folder)
    assert ended.told.startswith("complete (NTUSER.DAT written): 17 keys, 16 values")
    assert run("delete", "--write", HIVE, "Software\\HiveGuard", "rooms", cwd=folder).code == 0
    assert run("delete", "--write", HIVE, "Software\\HiveGuard", "--default", cwd=folder).code == 0
    assert run("delete", "--write", HIVE, "Software\\HiveGuard", "rooms", cwd=folder).code == 1
    assert run("delete", "--write", HIVE, "Nowhere", cwd=folder).code == 1
    assert run("delete", "--write", HIVE, "", "--tree", cwd=folder).code == 2
    with hiveguard.open(folder / HIVE) as hive:
        assert [value.name for value in hive.key("Software\\HiveGuard").values()] == ["Blob"]


def test_a_damaged_hive_is_changed_only_when_that_is_wanted(folder: Path) -> None:
    before = digest(folder, "CUT.DAT")
    ended = run("set", "--write", "CUT.DAT", "A", "v", "x", cwd=folder)
    assert ended.code in (4, 9)
    assert "--anyway" in ended.told
    assert digest(folder, "CUT.DAT") == before


@pytest.mark.parametrize(
    ("at", "raw", "what"),
    [(0, b"XYZ[", "signature 58 59 5a 5b"), (4, b"XYZ[", "offset 0x5b5a5958"), (8, b"\1\0\0\0", "size 0x1")],
)
def test_a_bin_that_cannot_be_changed_is_told_in_a_sentence(tmp_path: Path, at: int, raw: bytes, what: str) -> None:
    data = bytearray(HiveBuilder(minor=5).build())
    data[4096 + at : 4096 + at + 4] = raw
    (tmp_path / "h").write_bytes(data)
    ended = run("set", "h", "K", "--write", "--anyway", cwd=tmp_path)
    assert ended.code == 3
    assert f"h: damaged, its bin at 0x0 has a wrong {what}; load a sound copy" in ended.told


def test_two_writers_do_not_meet(folder: Path) -> None:
    with (folder / HIVE).open("r+b") as file:
        lock(file.fileno())
        ended = run("set", "--write", HIVE, "A", cwd=folder)
    assert ended.code == 8
    assert "somebody has the hive open for writing" in ended.told


def test_a_hive_that_is_mostly_free_is_exported_small(folder: Path) -> None:
    with hiveguard.edit(folder / HIVE) as root:
        for number in range(500):
            root.create(f"Bulk\\{number}").close()
    with hiveguard.edit(folder / HIVE) as root:
        root.delete_tree("Bulk")
        for number in range(3):
            root.create(f"Left\\{number}").close()
    large = HiveBuilder()
    for number in range(2000):
        large.root.key(f"K{number}").binary("v", bytes(100))
    (folder / "large").write_bytes(large.build())
    with hiveguard.edit(folder / "large") as root:
        for number in range(1999):  # the last one keeps the file long
            root.delete(f"K{number}")
    ended = run("export", "--format", "hive", "large", "-o", "small", cwd=folder)
    assert "free space left out" in ended.told
    assert (folder / "small").stat().st_size == 8192 < (folder / "large").stat().st_size
    assert content(folder / "small") == content(folder / "large")
    assert run("export", "--format", "hive", "--as-is", "large", "-o", "same", cwd=folder).code == 0
    assert (folder / "same").stat().st_size == (folder / "large").stat().st_size


def test_export_then_import_gives_the_same(folder: Path) -> None:
    ended = run("export", HIVE, "-o", "out.reg", cwd=folder)
    assert ended.code == 0
    assert "stopped as asked" in ended.told
    assert "a .reg file cannot carry" in ended.told
    assert run("import", "out.reg", "copy/NTUSER.DAT", cwd=folder).code in (3, 9)
    (folder / "copy").mkdir()
    ended = run("import", "out.reg", "copy/NTUSER.DAT", cwd=folder)
    assert (ended.code, ended.told.split(":")[0]) == (0, "complete (copy/NTUSER.DAT written)")
    assert content(folder / "copy" / HIVE) == content(folder / HIVE)


NAMES = st.text(st.characters(exclude_characters="\\\0\r\n", exclude_categories=["Cs"]), min_size=1, max_size=6)


VALUES = st.tuples(NAMES, st.integers(0, 2**32 - 1), st.binary(max_size=40))


@settings(max_examples=15)
@given(
    st.dictionaries(
        NAMES.map(str.upper).filter(lambda name: name == name.strip()),
        st.lists(VALUES, max_size=3, unique_by=lambda value: value[0].upper()),
        max_size=4,
    )
)
def test_any_hive_comes_back_through_a_reg_file(
    tmp_path_factory: pytest.TempPathFactory, keys: dict[str, list[tuple[str, int, bytes]]]
) -> None:
    folder = tmp_path_factory.mktemp("reg")
    with hiveguard.edit(folder / "any.dat") as root:
        for name, values in keys.items():
            with root.create((name,)) as key:
                for value, kind, raw in values:
                    key.set_value(value, raw, kind)
    assert run("export", "any.dat", "--prefix", "HKEY_LOCAL_MACHINE\\X", "-o", "any.reg", cwd=folder).code == 0
    ended = run("import", "any.reg", "back.dat", "--prefix", "hklm\\x", cwd=folder)
    assert ended.code == 0, ended.told
    assert content(folder / "back.dat") == content(folder / "any.dat")


def test_every_skipped_line_is_named_and_the_rest_done(folder: Path) -> None:
    (folder / "some.reg").write_text(
        "Windows Registry Editor Version 5.00\n\n"
        "[HKEY_CURRENT_USER\\Imported]\n"
        '"good"="1"\n'
        '"bad"=dword:xyz\n'
        "nonsense\n"
        "[HKEY_USERS\\Elsewhere]\n"
        '"lost"="2"\n'
        "[-HKEY_CURRENT_USER\\Software\\Many]\n"
        "[HKEY_CURRENT_USER\\Imported]\n"
        '"also"=hex:01,02\n'
    )
    ended = run("import", "--write", "some.reg", HIVE, cwd=folder)
    assert ended.code == 4
    assert [f"some.reg:{line}: skipped" in ended.told for line in (5, 6, 7, 8)] == [True] * 4
    assert "INCOMPLETE (damaged)" in ended.told
    with hiveguard.open(folder / HIVE) as hive:
        assert [value.name for value in hive.key("Imported").values()] == ["good", "also"]
        with pytest.raises(hiveguard.NotFound):
            hive.key("Software\\Many")


def test_what_is_no_reg_file_changes_nothing(folder: Path) -> None:
    before = digest(folder)
    (folder / "no.reg").write_bytes(b"hello")
    assert run("import", "--write", "no.reg", HIVE, cwd=folder).code == 3
    assert run("import", "--write", "none.reg", HIVE, cwd=folder).code == 3
    assert run("import", "no.reg", "new.dat", cwd=folder).code == 3
    assert digest(folder) == before
    assert not (folder / "new.dat").exists()


def test_a_reg_file_with_half_a_character_at_its_end_is_not_complete(folder: Path) -> None:
    text = 'Windows Registry Editor Version 5.00\r\n\r\n[HKEY_CURRENT_USER\\A]\r\n"v"="x"\r\n'
    (folder / "odd.reg").write_bytes(text.encode("utf-16") + b"\n")
    ended = run("import", "--write", "odd.reg", HIVE, cwd=folder)
    assert ended.code == 4
    assert "odd.reg:5: skipped: half a character ends the file" in ended.told
    assert "INCOMPLETE (damaged)" in ended.told
    with hiveguard.open(folder / HIVE) as hive:
        assert hive.key("A").value("v").data == "x"
