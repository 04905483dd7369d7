"""Where a change lands: the selected control set, a root that is no part of a file, names with slashes, links."""

from __future__ import annotations

from pathlib import Path

import pytest

import hiveguard
from hiveguard.testing import HiveBuilder
from tests.acceptance.program import run

TAKEN = "hiveguard: SYSTEM: CurrentControlSet is taken as ControlSet002, by Select\\Current\n"
HEADER = "Windows Registry Editor Version 5.00\n\n"


def system(*, selected: int = 2, **keys: str) -> bytes:
    builder = HiveBuilder(minor=5)
    builder.root.key("ControlSet001\\Services\\Old").text("v", "one")
    builder.root.key("ControlSet002\\Services\\Old").text("v", "two")
    builder.root.key("Select").dword("Current", selected)
    for name, text in keys.items():
        builder.root.key(name).text("v", text)
    return builder.build()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "SYSTEM").write_bytes(system())
    return tmp_path


def tree(path: Path) -> dict[str, list[object]]:
    with hiveguard.open(path) as hive:
        return {key.path: [value.data for value in key.values()] for key in hive.walk()}


# --- CurrentControlSet -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    [
        "CurrentControlSet\\Services\\New",
        "currentcontrolset/Services/New",
        "HKLM\\SYSTEM\\CurrentControlSet\\Services\\New",
        "Registry::HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\New",
    ],
)
def test_set_goes_to_the_selected_control_set_and_says_so(folder: Path, key: str) -> None:
    ended = run("set", "--write", "SYSTEM", key, "v", "new", cwd=folder)
    assert (ended.code, ended.told.count(TAKEN)) == (0, 1)
    found = tree(folder / "SYSTEM")
    assert found["ControlSet002\\Services\\New"] == ["new"]
    assert "ControlSet001\\Services\\New" not in found
    assert not [path for path in found if path.lower().startswith(("current", "registry", "hk"))]


def test_delete_goes_to_the_selected_control_set(folder: Path) -> None:
    old = "CurrentControlSet\\Services\\Old"
    ended = run("delete", "--write", "SYSTEM", old, "v", cwd=folder)
    assert (ended.code, ended.told.count(TAKEN)) == (0, 1)
    assert tree(folder / "SYSTEM")["ControlSet002\\Services\\Old"] == []
    assert run("delete", "--write", "SYSTEM", old, cwd=folder).code == 0
    found = tree(folder / "SYSTEM")
    assert "ControlSet002\\Services\\Old" not in found
    assert found["ControlSet001\\Services\\Old"] == ["one"]


def test_the_control_set_itself_is_not_deleted_by_its_other_name(folder: Path) -> None:
    before = (folder / "SYSTEM").read_bytes()
    ended = run("delete", "--write", "SYSTEM", "CurrentControlSet", "--tree", cwd=folder)
    assert ended.code == 2
    assert "CurrentControlSet stands for ControlSet002; name that to delete it" in ended.told
    assert (folder / "SYSTEM").read_bytes() == before


def test_import_goes_to_the_selected_control_set_and_says_so_once(folder: Path) -> None:
    (folder / "a.reg").write_text(
        HEADER + "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\New]\n"
        '"v"="new"\n'
        "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Old]\n"
        '"v"=-\n'
        "[-HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet]\n"
        "[HKEY_LOCAL_MACHINE\\SYSTEM\\Select]\n"
        '"Current"=dword:1\n'
        "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Later]\n"
    )
    ended = run("import", "--write", "a.reg", "SYSTEM", cwd=folder)
    assert ended.code == 4  # one line was skipped
    assert "a.reg:7: skipped: CurrentControlSet stands for ControlSet002; name that to delete it" in ended.told
    assert ended.told.count(TAKEN) == 1
    found = tree(folder / "SYSTEM")
    assert found["ControlSet002\\Services\\New"] == ["new"]
    assert found["ControlSet002\\Services\\Old"] == []
    assert "ControlSet002\\Services\\Later" in found  # the link of a running Windows does not move either
    assert "CurrentControlSet" not in found


@pytest.mark.parametrize(
    ("data", "made"),
    [
        (system(CurrentControlSet="real"), "CurrentControlSet\\Services\\New"),
        (HiveBuilder(minor=5).build(), "CurrentControlSet\\Services\\New"),
    ],
    ids=["it is a key", "nothing is selected"],
)
def test_where_nothing_else_is_meant_it_is_a_key_of_that_name(tmp_path: Path, data: bytes, made: str) -> None:
    (tmp_path / "SYSTEM").write_bytes(data)
    ended = run("set", "--write", "SYSTEM", "CurrentControlSet\\Services\\New", "v", "x", cwd=tmp_path)
    assert (ended.code, "taken as" in ended.told) == (0, False)
    assert tree(tmp_path / "SYSTEM")[made] == ["x"]


def test_a_control_set_that_is_selected_and_not_there_is_not_made(tmp_path: Path) -> None:
    (tmp_path / "SYSTEM").write_bytes(before := system(selected=7))
    ended = run("set", "--write", "SYSTEM", "CurrentControlSet\\Services\\New", "v", "x", cwd=tmp_path)
    assert ended.code == 1
    assert "Select\\Current names ControlSet007, which is not there; name a control set that is" in ended.told
    assert (tmp_path / "SYSTEM").read_bytes() == before


# --- names -----------------------------------------------------------------------------------


def test_a_path_leads_where_get_leads(tmp_path: Path) -> None:
    builder = HiveBuilder(minor=5)
    builder.root.another_key("a/b").text("v", "literal")
    builder.root.key("a\\b").text("v", "two names")
    builder.root.key("c\\d").text("v", "only two names")
    (tmp_path / "h").write_bytes(builder.build())
    assert run("get", "h", "a/b", "v", cwd=tmp_path).text == "literal\n"
    assert run("set", "--write", "h", "a/b", "v", "set", cwd=tmp_path).code == 0
    assert run("get", "h", "a/b", "v", cwd=tmp_path).text == "set\n"
    assert run("delete", "--write", "h", "a/b", cwd=tmp_path).code == 0
    assert run("delete", "--write", "h", "c/d", cwd=tmp_path).code == 0
    assert sorted(tree(tmp_path / "h")) == ["", "a", "a\\b", "c"]


def test_the_second_of_a_name_is_not_taken_for_the_first(tmp_path: Path) -> None:
    builder = HiveBuilder(minor=5)
    builder.root.another_key("Beta").text("v", "first")
    builder.root.another_key("Beta").text("v", "second")
    (tmp_path / "h").write_bytes(before := builder.build())
    for words in (("delete", "h", '"Beta"#2'), ("set", "h", '"Beta"#2', "v", "x")):
        ended = run(*words, "--write", cwd=tmp_path)
        assert ended.code == 2
        assert "the second of a name" in ended.told
    assert (tmp_path / "h").read_bytes() == before


# --- links -----------------------------------------------------------------------------------


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    with hiveguard.edit(tmp_path / "NTUSER.DAT") as root:
        root.create("Target\\Below").close()
        with root.create("Link", link=True) as link:
            link.set_value("SymbolicLinkValue", r"\REGISTRY\USER\Elsewhere\Target", 6)
    return tmp_path


@pytest.mark.parametrize("words", [(), ("--tree",)])
def test_delete_acts_on_a_link_itself(linked: Path, words: tuple[str, ...]) -> None:
    ended = run("delete", "--write", "NTUSER.DAT", "Link", *words, cwd=linked)
    assert (ended.code, "1 key, 1 value" in ended.told) == (0, True)
    assert sorted(tree(linked / "NTUSER.DAT")) == ["", "Target", "Target\\Below"]


def test_a_value_of_a_link_is_deleted_there(linked: Path) -> None:
    (linked / "a.reg").write_text(HEADER + '[HKEY_CURRENT_USER\\Link]\n"SymbolicLinkValue"=-\n')
    assert run("import", "a.reg", "NTUSER.DAT", "-o", "new", cwd=linked).code in (0, 4)
    assert tree(linked / "new")["Link"] == []
    assert run("delete", "--write", "NTUSER.DAT", "Link", "SymbolicLinkValue", cwd=linked).code == 0
    assert tree(linked / "NTUSER.DAT")["Link"] == []
