"""Where a change lands: the selected control set, a root that is no part of a file, names with slashes, links."""

from __future__ import annotations

from pathlib import Path

import pytest

import hiveguard
from hiveguard.testing import HiveBuilder, ListStyle
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


@pytest.mark.parametrize("words", [("--write",), ("-o", "new")])
def test_an_import_that_selects_another_set_first_goes_on_in_the_one_that_was_selected(
    folder: Path, words: tuple[str, ...]
) -> None:
    (folder / "a.reg").write_text(
        HEADER + "[HKEY_LOCAL_MACHINE\\SYSTEM\\Select]\n"
        '"Current"=dword:1\n'
        "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\X]\n"
    )
    ended = run("import", *words, "a.reg", "SYSTEM", cwd=folder)
    assert (ended.code, ended.told.count(TAKEN)) == (0, 1)
    found = tree(folder / (words[1] if words[1:] else "SYSTEM"))
    assert found["Select"] == [1]
    assert "ControlSet002\\Services\\X" in found
    assert "ControlSet001\\Services\\X" not in found


def test_export_and_import_keep_a_real_key_of_that_name(tmp_path: Path) -> None:
    """In a hive that is made nothing is selected before the import, so every name is what it says."""
    builder = HiveBuilder(minor=5, lists=ListStyle(ordered=False))
    builder.root.key("Select").dword("Current", 1)
    builder.root.key("ControlSet001\\A").text("v", "set")
    builder.root.key("CurrentControlSet\\B").text("v", "real")
    (tmp_path / "SYSTEM").write_bytes(builder.build())
    (tmp_path / "new").mkdir()
    assert run("export", "SYSTEM", "-o", "s.reg", cwd=tmp_path).code == 0
    ended = run("import", "s.reg", "new/SYSTEM", cwd=tmp_path)
    assert (ended.code, "taken as" in ended.told) == (0, False)
    assert tree(tmp_path / "new" / "SYSTEM") == tree(tmp_path / "SYSTEM")


ODD = {
    "text": (1, "1\0".encode("utf-16-le"), "REG_SZ of 4 bytes"),
    "short": (4, b"\1\0", "REG_DWORD of 2 bytes"),
    "wide": (11, b"\1" + bytes(7), "REG_QWORD of 8 bytes"),
}


@pytest.mark.parametrize(("kind", "raw", "what"), ODD.values(), ids=ODD)
def test_what_selects_no_set_is_no_reason_to_make_a_key_of_that_name(
    tmp_path: Path, kind: int, raw: bytes, what: str
) -> None:
    builder = HiveBuilder(minor=5)
    builder.root.key("ControlSet001\\Services\\X").dword("Start", 2)
    builder.root.key("Select").value("Current", kind, raw)
    (tmp_path / "SYSTEM").write_bytes(before := builder.build())
    why = (
        f"SYSTEM: Select\\Current is {what}, no number of 32 bits: it selects no control set that CurrentControlSet "
        "could be; name one, as ControlSet001"
    )
    for words in (
        ("set", "SYSTEM", "CurrentControlSet\\Services\\X", "Start", "3", "--write"),
        ("delete", "SYSTEM", "CurrentControlSet\\Services\\X", "Start", "--write"),
        ("get", "SYSTEM", "CurrentControlSet\\Services\\X", "Start"),
    ):
        ended = run(*words, cwd=tmp_path)
        assert (ended.code, why in ended.told) == (1, True), ended.told
    (tmp_path / "a.reg").write_text(HEADER + "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Y]\n")
    ended = run("import", "--write", "a.reg", "SYSTEM", cwd=tmp_path)
    assert (ended.code, f"a.reg:3: skipped: {why}" in ended.told) == (4, True)
    assert "CurrentControlSet" not in tree(tmp_path / "SYSTEM")
    assert len(before) == (tmp_path / "SYSTEM").stat().st_size


def test_a_selection_that_cannot_be_read_is_no_proof_that_nothing_is_selected(tmp_path: Path) -> None:
    builder = HiveBuilder(minor=5)
    builder.root.key("Select").dword("Current", 1)
    builder.root.key("ControlSet001\\Services\\X").dword("Start", 2)
    image = builder.image()
    image.put(image.value("Select", "Current"), 0, b"zz")
    (tmp_path / "SYSTEM").write_bytes(bytes(image))
    key = "CurrentControlSet\\Services\\X"
    for words in (("get", "SYSTEM", key, "Start"), ("set", "SYSTEM", key, "Start", "3", "--write", "--anyway")):
        ended = run(*words, cwd=tmp_path)
        assert ended.code == 4, ended.told
        assert "the value 'Current' of SYSTEM" in ended.told
        assert "cannot be told for certain" in ended.told
        assert "on_incomplete" not in ended.told
        assert "is not there" not in ended.told
    assert (tmp_path / "SYSTEM").read_bytes() == bytes(image)


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


def test_a_links_own_values_and_what_is_below_it_are_set_there(linked: Path) -> None:
    """As `get` and `ls` show them; where a link leads is nothing that a file knows."""
    for words in (
        ("Link", "who", "link"),
        ("Link", "SymbolicLinkValue", "5c005200", "-t", "6"),
        ("Link\\Below\\Deep", "who", "below"),
    ):
        assert run("set", "--write", "NTUSER.DAT", *words, cwd=linked).code == 0
    assert run("get", "NTUSER.DAT", "Link\\Below\\Deep", "who", cwd=linked).text == "below\n"
    assert tree(linked / "NTUSER.DAT") == {
        "": [],
        "Link": ["\\R", "link"],
        "Link\\Below": [],
        "Link\\Below\\Deep": ["below"],
        "Target": [],
        "Target\\Below": [],
    }
    ended = run("delete", "--write", "NTUSER.DAT", "Link", "--tree", cwd=linked)
    assert (ended.code, "3 keys, 3 values" in ended.told) == (0, True), ended.told


def test_import_acts_on_a_link_itself(linked: Path) -> None:
    (linked / "a.reg").write_text(
        HEADER + "[HKEY_CURRENT_USER\\Link]\n"
        '"SymbolicLinkValue"=hex(6):5c,00,52,00\n'
        "[HKEY_CURRENT_USER\\Link\\Below]\n"
        '"who"="below"\n'
        "[HKEY_CURRENT_USER\\Link\\Gone]\n"
        "[-HKEY_CURRENT_USER\\Link\\Gone]\n"
    )
    assert run("import", "--write", "a.reg", "NTUSER.DAT", cwd=linked).code == 0
    found = tree(linked / "NTUSER.DAT")
    assert (found["Link"], found["Link\\Below"], found["Target\\Below"]) == (["\\R"], ["below"], [])
    assert "Link\\Gone" not in found
