"""``delete --tree --anyway``, and ``[-KEY]`` of an import, where lists are damaged: it goes, and what went is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from struct import pack_into, unpack_from

import pytest

import hiveguard
from hiveguard.regf import layout as L
from hiveguard.testing import HiveBuilder
from hiveguard.testing.hive_image import HiveImage
from tests.acceptance.program import run

HEADER = "Windows Registry Editor Version 5.00\n\n"


def image() -> HiveImage:
    builder = HiveBuilder(minor=5)
    for name in ("K", "K\\S1", "K\\S1\\Deep", "K\\S2"):
        builder.root.key(name).dword("v", 1)
    builder.root.key("Other").dword("v", 1)
    return builder.image()


def mark_free(made: HiveImage, key: str) -> bytes:
    data = bytearray(bytes(made))
    at = L.BASE_BLOCK_SIZE + made.key(key)
    pack_into("<i", data, at, -unpack_from("<i", data, at)[0])
    return bytes(data)


def put(made: HiveImage, cell: int, at: int, number: int) -> bytes:
    made.put(cell, at, number.to_bytes(4, "little"))
    return bytes(made)


def sign(made: HiveImage, cell: int) -> bytes:
    made.put(cell, 0, b"zz")
    return bytes(made)


BELOW = "with it went what is damaged below it"
ENTRY = "only its entry in the list was taken out"
BROKEN: dict[str, tuple[Callable[[HiveImage], bytes], str, str]] = {
    "list of another kind": (lambda i: sign(i, i.subkey_list("K")), BELOW, "the cell holds no subkey list"),
    "list outside": (lambda i: put(i, i.key("K"), L.NK_SUBKEY_LIST, 0xFFFFFFF0), BELOW, "the list of subkeys cannot"),
    "no list": (lambda i: put(i, i.key("K"), L.NK_SUBKEY_LIST, L.NIL), BELOW, "the list of subkeys cannot be read"),
    "child that is none": (lambda i: sign(i, i.key("K\\S1")), BELOW, "the cell holds no key"),
    "child of another": (lambda i: put(i, i.key("K\\S1"), L.NK_PARENT, 0x20), BELOW, "names another key as its parent"),
    "grandchild of another": (
        lambda i: put(i, i.key("K\\S1\\Deep"), L.NK_PARENT, 0x20),
        BELOW,
        "at K\\S1: the key names",
    ),
    "child that is free": (lambda i: mark_free(i, "K\\S1"), BELOW, "the referenced cell is marked free"),
    "key that is free": (lambda i: mark_free(i, "K"), ENTRY, "the referenced cell is marked free"),
    "key of another": (lambda i: put(i, i.key("K"), L.NK_PARENT, i.key("Other")), ENTRY, "names another key as its"),
}


@pytest.fixture(params=BROKEN, ids=BROKEN)
def broken(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Path, str, str]:
    damage, what, why = BROKEN[request.param]
    (tmp_path / "h").write_bytes(damage(image()))
    (tmp_path / "a.reg").write_text(
        HEADER + '[-HKEY_LOCAL_MACHINE\\h\\K]\n[HKEY_LOCAL_MACHINE\\h\\K\\New]\n"v"="new"\n'
    )
    return tmp_path, what, why


def tree(path: Path) -> dict[str, list[object]]:
    with hiveguard.open(path) as hive:
        walk = hive.walk(on_incomplete="record")
        found = {key.path: [value.data for value in key.values()] for key in walk}
        assert walk.verdict is not None
        assert walk.verdict.is_complete, walk.verdict.summary()
        return found


@pytest.mark.parametrize("target", [("--write",), ("-o", "new")])
def test_a_damaged_key_goes_and_what_went_with_it_is_told(
    broken: tuple[Path, str, str], target: tuple[str, ...]
) -> None:
    folder, what, why = broken
    ended = run("delete", "h", "K", "--tree", "--anyway", *target, cwd=folder)
    assert ended.code == 0, ended.told
    told = next(line for line in ended.told.splitlines() if line.startswith("hiveguard: h: K: "))
    assert what in told
    assert why in told
    assert tree(folder / (target[1] if target[1:] else "h")) == {"": [], "Other": [1]}


def test_without_anyway_nothing_goes(broken: tuple[Path, str, str]) -> None:
    folder, _, _ = broken
    before = (folder / "h").read_bytes()
    ended = run("delete", "h", "K", "--tree", "--write", cwd=folder)
    assert ended.code in (4, 9)
    assert "say --anyway" in ended.told
    assert (folder / "h").read_bytes() == before


def test_import_deletes_it_too_and_goes_on(broken: tuple[Path, str, str]) -> None:
    folder, what, why = broken
    ended = run("import", "a.reg", "h", "--write", "--anyway", cwd=folder)
    assert ended.code == 0, ended.told
    assert what in ended.told
    assert why in ended.told
    assert tree(folder / "h") == {"": [], "Other": [1], "K": [], "K\\New": ["new"]}


def test_a_child_of_another_key_can_be_named(tmp_path: Path) -> None:
    made = image()
    (tmp_path / "h").write_bytes(put(made, made.key("K\\S1"), L.NK_PARENT, 0x20))
    ended = run("delete", "h", "K\\S1", "--tree", "--write", cwd=tmp_path)
    assert ended.code == 9
    assert "h: K\\S1: 1 loss at K\\S1: the key names another key as its parent" in ended.told
    assert "to delete it say --anyway" in ended.told
    assert run("delete", "h", "K\\S1", "--tree", "--write", "--anyway", cwd=tmp_path).code == 0
    assert tree(tmp_path / "h") == {"": [], "Other": [1], "K": [1], "K\\S2": [1]}


def test_a_list_that_names_more_than_the_key_counts_has_lost_nothing(tmp_path: Path) -> None:
    made = image()
    (tmp_path / "h").write_bytes(put(made, made.key("K"), L.NK_SUBKEYS, 1))
    assert run("delete", "h", "K", "--tree", "--write", cwd=tmp_path).code == 0
    assert tree(tmp_path / "h") == {"": [], "Other": [1]}


@pytest.mark.parametrize("words", [(), ("--strict",)])
def test_check_warns_of_what_a_loaded_hive_leaves_out(tmp_path: Path, words: tuple[str, ...]) -> None:
    made = image()
    (tmp_path / "h").write_bytes(put(made, made.key("K\\S1"), L.NK_PARENT, 0x20))
    ended = run("check", "h", *words, cwd=tmp_path)
    assert (ended.code, "(1 irregularity)" in ended.told) == (0, True)
    assert "K\\S1: the key names another key as its parent" in ended.text
    records = run("check", "--format", "jsonl", "h", *words, cwd=tmp_path).records
    code = "strict-parent" if words else "key-parent"
    assert [[found["code"] for found in record["damage"]] for record in records] == [[code], [code]]


def test_set_below_such_a_key_is_refused_in_words_of_the_command_line(tmp_path: Path) -> None:
    made = image()
    (tmp_path / "h").write_bytes(before := put(made, made.key("K\\S1"), L.NK_PARENT, 0x20))
    for words in ((), ("--anyway",)):
        ended = run("set", "h", "K\\S1", "v", "x", "--write", *words, cwd=tmp_path)
        assert ended.code == 4
        assert ended.told == "hiveguard: damaged (a subkey of h\\K cannot be told for certain; check the hive)\n"
        assert (tmp_path / "h").read_bytes() == before
    (tmp_path / "a.reg").write_text(HEADER + "[HKEY_LOCAL_MACHINE\\h\\K\\S1]\n[HKEY_LOCAL_MACHINE\\h\\Other\\New]\n")
    ended = run("import", "a.reg", "h", "--write", cwd=tmp_path)
    assert ended.code == 4
    assert "a.reg:3: skipped: damaged (a subkey of h\\K cannot be told for certain; check the hive) (HKEY" in ended.told
