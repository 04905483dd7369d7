"""What each verb answers: its switches one by one, in text and for machines."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

import hiveguard
from hiveguard.testing import DirtyHive, HiveBuilder
from tests import example_hives
from tests.acceptance.program import Ended, run

RUN = "Software\\Microsoft\\Windows\\CurrentVersion\\Run"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """NTUSER.DAT and CUT.DAT; SYSTEM with two control sets; MIXED with one value of many kinds."""
    folder = tmp_path_factory.mktemp("hives")
    example_hives.write(folder)
    system = HiveBuilder(minor=5)
    for number in (1, 2):
        control = system.root.key(f"ControlSet{number:03}\\Control\\ComputerName")
        control.text("ComputerName", f"HOST{number}")
    system.root.key("Select").dword("Current", 2)
    (folder / "SYSTEM").write_bytes(system.build())
    mixed = HiveBuilder(minor=5)
    kinds = mixed.root.key("Kinds")
    kinds.text("Path", "C:\\Program Files\\Tool.EXE")
    kinds.text("lower", "tool.exe")
    kinds.text("Encoded", base64.b64encode(bytes(range(30))).decode())
    kinds.multi("Many", "first", "Needle", "last")
    kinds.dword("Number", 4711)
    kinds.qword("Long", 1 << 40)
    kinds.binary("Image", b"MZ\x90\0" + bytes(5000))
    kinds.value("Odd", 0xFFFF0012, b"odd")
    kinds.text(None, "default data")
    mixed.root.key("Tools\\Needle").text("x", "y")
    mixed.root.key("Tools\\needlework").text("x", "y")
    mixed.root.key("*\\shell").text("x", "star")
    (folder / "MIXED").write_bytes(mixed.build())
    return folder


def found(ended: Ended) -> list[str]:
    """What a search found, as path or path and name."""
    records = [record for record in ended.records if record["kind"] in ("key", "value")]
    return [record["path"] + (f"@{record['name']}" if record["kind"] == "value" else "") for record in records]


# --- search ----------------------------------------------------------------------------------

SEARCHES = [
    (["-f", "needle"], ["Kinds@Many", "Tools\\Needle", "Tools\\needlework"]),
    (["-f", "needle", "--keys"], ["Tools\\Needle", "Tools\\needlework"]),
    (["-f", "needle", "--data"], ["Kinds@Many"]),
    (["-f", "needle", "--values"], []),
    (["-f", "numb", "--values"], ["Kinds@Number"]),
    (["-f", "Needle", "--case", "--keys"], ["Tools\\Needle"]),
    (["-f", "needle", "--exact"], ["Kinds@Many", "Tools\\Needle"]),
    (["-f", "needle", "--exact", "--case"], []),
    (["-f", "\\.exe$", "--regex"], ["Kinds@Path", "Kinds@lower"]),
    (["-f", "\\.exe$", "--regex", "--case"], ["Kinds@lower"]),
    (["-f", "tool\\.exe", "--regex", "--exact"], ["Kinds@lower"]),
    (["-f", "4711"], ["Kinds@Number"]),
    (["-f", "0x1267"], ["Kinds@Number"]),
    (["-f", "MZ", "--data", "--case"], ["Kinds@Image"]),
    (["--hex", "4d 5a 90"], ["Kinds@Image"]),
    (["--hex", "4D,5A,90"], ["Kinds@Image"]),
    (["--base64"], ["Kinds@Encoded"]),
    (["--type", "REG_QWORD"], ["Kinds@Long"]),
    (["--type", "dword"], ["Kinds@Number"]),
    (["--type", "0xffff0012"], ["Kinds@Odd"]),
    (["--min-size", "4k"], ["Kinds@Image"]),
    (["--min-size", "8", "--max-size", "8"], ["Kinds@Long"]),
    (["--type", "REG_SZ", "-f", "tool", "--min-size", "20"], ["Kinds@Path"]),
    (["--type", "3", "--max-size", "100"], []),
    (["-f", "x", "--exact", "--under", "Tools\\needle"], ["Tools\\Needle@x"]),
    (["--path", "Tools\\*"], ["Tools\\Needle", "Tools\\needlework"]),
    (["--path", "tools\\*WORK"], ["Tools\\needlework"]),
    (["--path", "tools/needle*"], ["Tools\\Needle", "Tools\\needlework"]),
    (["--path", "**\\needle"], ["Tools\\Needle"]),
    (["--path", "Tools\\**"], ["Tools", "Tools\\Needle", "Tools\\needlework"]),
    (["--path", "**"], ["", "*", "*\\shell", "Kinds", "Tools", "Tools\\Needle", "Tools\\needlework"]),
    (["--path", "*"], ["*", "Kinds", "Tools"]),
    (["--path", '"*"'], ["*"]),
    (["--path", "Tools\\*", "--type", "REG_SZ"], ["Tools\\Needle@x", "Tools\\needlework@x"]),
]


@pytest.mark.parametrize("words, expected", SEARCHES, ids=[" ".join(words) for words, _ in SEARCHES])
def test_search(folder: Path, words: list[str], expected: list[str]) -> None:
    ended = run("search", "--format", "jsonl", *words, "MIXED", cwd=folder)
    assert sorted(found(ended)) == sorted(expected)
    assert ended.code == (0 if expected else 1)
    text = run("search", *words, "MIXED", cwd=folder)
    assert len(text.text.splitlines()) == len(expected)
    assert text.code == ended.code
    assert f"{len(expected)} found" in text.told


def test_search_that_finds_nothing_in_a_damaged_hive_proves_nothing(folder: Path) -> None:
    assert run("search", "-f", "no such thing", "CUT.DAT", cwd=folder).code == 4


def test_search_over_several_hives_names_them(folder: Path) -> None:
    ended = run("search", "-f", "needle", "--keys", "MIXED", "NTUSER.DAT", cwd=folder)
    assert ended.text.splitlines() == ["MIXED: Tools\\Needle\\", "MIXED: Tools\\needlework\\"]


# --- ls, get, tree ---------------------------------------------------------------------------


def test_ls_of_a_pattern_lists_each_key_that_fits(folder: Path) -> None:
    ended = run("ls", "NTUSER.DAT", "Software\\**\\run", cwd=folder)
    assert ended.text.splitlines()[0] == f"{RUN}:"
    assert ended.text.splitlines()[1].startswith("  OneDrive  REG_SZ")
    assert "1 key fits" in ended.told
    records = run("ls", "--format", "jsonl", "--keys", "NTUSER.DAT", "*\\*\\Windows", cwd=folder).records
    assert [record["path"] for record in records[:-1]] == ["Software\\Microsoft\\Windows\\CurrentVersion"]


def test_quoted_star_is_a_name(folder: Path) -> None:
    assert run("ls", "MIXED", '"*"\\shell', cwd=folder).text == "x  REG_SZ  star\n"
    assert run("ls", "MIXED", "*\\shell", cwd=folder).text == "*\\shell:\n  x  REG_SZ  star\n"
    assert run("get", "MIXED", "*\\shell", "x", cwd=folder).text == "star\n"


def test_ls_takes_slashes_any_case_and_the_key_by_option(folder: Path) -> None:
    expected = run("ls", "NTUSER.DAT", "Control Panel\\Desktop", cwd=folder)
    assert expected.text.splitlines() == [
        "WallPaper  REG_SZ  C:\\Windows\\web\\wallpaper\\Windows\\img0.jpg",
        "JPEGImportQuality  REG_DWORD  85 (0x55)",
    ]
    for words in (["control panel/desktop"], ["-k", "CONTROL PANEL\\DESKTOP"], ["--key=Control Panel\\Desktop\\"]):
        assert run("ls", "NTUSER.DAT", *words, cwd=folder).out == expected.out


def test_ls_keys_and_values(folder: Path) -> None:
    assert run("ls", "--values", "NTUSER.DAT", cwd=folder).out == b""
    assert [line.split("  ")[1] for line in run("ls", "NTUSER.DAT", cwd=folder).text.splitlines()] == [
        "Control Panel\\",
        "Environment\\",
        "Software\\",
    ]


def test_get_one_value(folder: Path) -> None:
    def get(*words: str) -> bytes:
        ended = run("get", *words, cwd=folder)
        assert ended.code == 0, ended.told
        return ended.out

    assert get("NTUSER.DAT", "Software\\HiveGuard", "Rooms") == b"core\nregf\nregistry\n"
    assert get("NTUSER.DAT", "Software\\HiveGuard", "--default") == b"the default value\n"
    assert get("NTUSER.DAT", "Software\\HiveGuard", "Blob", "--raw") == bytes(range(16))
    assert get("NTUSER.DAT", "Software\\HiveGuard", "--base64", "blob") == base64.b64encode(bytes(range(16))) + b"\n"
    assert get("NTUSER.DAT", "Software\\HiveGuard", "--default", "--raw") == "the default value\0".encode("utf-16-le")
    assert get("MIXED", "Kinds", "Number") == b"4711\n"
    assert get("MIXED", "Kinds", "Long") == b"1099511627776\n"
    assert b"4d 5a 90 00" in get("MIXED", "Kinds", "Image")
    assert len(get("MIXED", "Kinds").splitlines()) == 9
    (record,) = (json.loads(line) for line in get("MIXED", "Kinds", "Odd", "--format", "jsonl").splitlines()[:1])
    assert (record["type"], record["type_name"], record["raw"]) == (0xFFFF0012, "0xffff0012", b"odd".hex())
    assert run("get", "NTUSER.DAT", "Software\\HiveGuard", "Rooms", "--default", cwd=folder).code == 2


def test_get_the_second_of_two_equal_names(tmp_path: Path) -> None:
    builder = HiveBuilder(minor=5)
    builder.root.text("twin", "first")
    from hiveguard.testing import ValueSpec

    builder.root.another_value(ValueSpec("TWIN", 1, "second\0".encode("utf-16-le")))
    (tmp_path / "hive").write_bytes(builder.build())
    assert run("get", "hive", "", "twin", cwd=tmp_path).out == b"first\n"
    assert run("get", "hive", "", "twin", "--ordinal", "2", cwd=tmp_path).out == b"second\n"
    assert run("get", "hive", "", "twin", "--ordinal", "3", cwd=tmp_path).code == 1


def test_tree_is_drawn(tmp_path: Path) -> None:
    builder = HiveBuilder(minor=5)
    builder.root.key("A\\B\\C")
    builder.root.key("A\\D").dword("n", 1)
    builder.root.key("E").text("s", "t")
    builder.root.key("E\\F")
    (tmp_path / "hive").write_bytes(builder.build())
    assert run("tree", "--values", "hive", cwd=tmp_path).text == (
        "hive\n"
        "├── A\n"
        "│   ├── B\n"
        "│   │   └── C\n"
        "│   └── D\n"
        "│           n  REG_DWORD  1 (0x1)\n"
        "└── E\n"
        "        s  REG_SZ  t\n"
        "    └── F\n"
    )
    assert run("tree", "hive", "A", "--depth", "1", cwd=tmp_path).text == "hive: A\n├── B\n└── D\n"


# --- CurrentControlSet -----------------------------------------------------------------------

CURRENT = "CurrentControlSet\\Control\\ComputerName"
CURRENT_RUNS = [
    ["get", "SYSTEM", CURRENT, "ComputerName"],
    ["ls", "SYSTEM", CURRENT],
    ["ls", "SYSTEM", "currentcontrolset\\*\\ComputerName"],
    ["tree", "--values", "SYSTEM", CURRENT.replace("\\", "/")],
    ["dump", "--under", CURRENT, "SYSTEM"],
    ["search", "-f", "HOST", "--under", CURRENT, "SYSTEM"],
    ["search", "--path", "CurrentControlSet\\Control\\*", "--type", "sz", "SYSTEM"],
    ["export", "--format", "csv", "SYSTEM", CURRENT],
    ["diff", "--under", CURRENT, "SYSTEM", "EMPTY"],
]


@pytest.mark.parametrize("words", CURRENT_RUNS, ids=[" ".join(words) for words in CURRENT_RUNS])
def test_current_control_set_is_the_selected_one_and_that_is_said(folder: Path, words: list[str]) -> None:
    if words[0] == "diff":
        empty = HiveBuilder(minor=5)
        empty.root.key("ControlSet001\\Control\\ComputerName")
        empty.root.key("Select").dword("Current", 1)
        (folder / "EMPTY").write_bytes(empty.build())
    ended = run(*words, cwd=folder)
    assert "HOST2" in ended.text
    assert "HOST1" not in ended.text
    assert "hiveguard: SYSTEM: CurrentControlSet is taken as ControlSet002, by Select\\Current\n" in ended.told


def test_current_control_set_that_is_a_key_is_that_key(tmp_path: Path) -> None:
    builder = HiveBuilder(minor=5)
    builder.root.key("CurrentControlSet").text("v", "real")
    builder.root.key("ControlSet001").text("v", "other")
    builder.root.key("Select").dword("Current", 1)
    (tmp_path / "SYSTEM").write_bytes(builder.build())
    ended = run("get", "SYSTEM", "CurrentControlSet", "v", cwd=tmp_path)
    assert (ended.text, "taken as" in ended.told) == ("real\n", False)


def test_current_control_set_without_a_selection_is_not_there(folder: Path) -> None:
    ended = run("ls", "NTUSER.DAT", "CurrentControlSet", cwd=folder)
    assert ended.code == 1
    assert "there is no subkey 'CurrentControlSet'" in ended.told


# --- diff ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pair")
    for name in ("old", "new"):
        builder = HiveBuilder(minor=5)
        builder.root.key("Same").text("v", "1")
        kept = builder.root.key("Kept")
        kept.text("changed", name)
        kept.dword(f"only in {name}", 1)
        builder.root.key(f"Only {name}\\Below").text("v", "x")
        builder.root.key("Touched").last_write += 10_000_000 * (name == "new")
        for where in (folder, folder / f"{name}-folder"):
            where.mkdir(exist_ok=True)
            (where / f"{name}.dat" if where is folder else where / "hive").write_bytes(builder.build())
    (folder / "new-folder" / "extra").write_bytes(HiveBuilder(minor=5).build())
    return folder


def test_diff_tells_what_was_added_removed_and_changed(pair: Path) -> None:
    ended = run("diff", "old.dat", "new.dat", cwd=pair)
    assert ended.code == 1
    assert sorted(ended.text.splitlines()) == sorted(
        [
            "~ Kept  changed  REG_SZ  old  ->  REG_SZ  new",
            "- Kept  only in old  REG_DWORD  1 (0x1)",
            "+ Kept  only in new  REG_DWORD  1 (0x1)",
            "- Only old\\",
            "- Only old\\Below\\",
            "- Only old\\Below  v  REG_SZ  x",
            "+ Only new\\",
            "+ Only new\\Below\\",
            "+ Only new\\Below  v  REG_SZ  x",
        ]
    )
    assert "9 differences" in ended.told
    records = run("diff", "--format", "jsonl", "old.dat", "new.dat", cwd=pair).records
    changes = [(record["kind"], record["change"]) for record in records[:-1]]
    assert sorted(changes) == sorted(
        [("value", "changed"), *[("value", "removed"), ("value", "added"), ("key", "removed"), ("key", "added")] * 2]
    )
    changed = next(record for record in records if record.get("change") == "changed")
    assert bytes.fromhex(changed["before_raw"]).decode("utf-16-le") == "old\0"
    assert records[-1]["exit_code"] == 1


def test_diff_of_equal_hives_is_zero(pair: Path) -> None:
    ended = run("diff", "old.dat", "old.dat", cwd=pair)
    assert (ended.code, ended.out) == (0, b"")
    assert "no differences" in ended.told


def test_diff_times_only_when_asked(pair: Path) -> None:
    assert b"Touched" not in run("diff", "old.dat", "new.dat", cwd=pair).out
    ended = run("diff", "--times", "--under", "Touched", "old.dat", "new.dat", cwd=pair)
    assert ended.code == 1
    assert "2024-01-01T00:00:00.0000000Z  ->  2024-01-01T00:00:01.0000000Z" in ended.text
    assert run("diff", "--under", "Touched", "old.dat", "new.dat", cwd=pair).code == 0


def test_diff_unified(pair: Path) -> None:
    lines = run("diff", "--format", "unified", "old.dat", "new.dat", cwd=pair).text.splitlines()
    assert lines[:2] == ["--- old.dat", "+++ new.dat"]
    at = lines.index("@@ Kept @@")
    assert lines[at + 1 : at + 3] == ["-changed  REG_SZ  old", "+changed  REG_SZ  new"]


def test_diff_of_folders(pair: Path) -> None:
    ended = run("diff", "old-folder", "new-folder", cwd=pair)
    assert ended.code == 1
    assert "+ the whole hive new-folder/extra" in ended.text.splitlines()
    assert "--- old-folder/hive" in ended.text.splitlines()
    assert run("diff", "old-folder", "old-folder", cwd=pair).code == 0


# --- check, export, recover ------------------------------------------------------------------


def test_check_lists_each_finding(folder: Path) -> None:
    ended = run("check", "CUT.DAT", cwd=folder)
    assert ended.code == 4
    assert ended.text.splitlines()[0].startswith("CUT.DAT: damaged (11 losses")
    assert sum("  lost " in line for line in ended.text.splitlines()) == 11
    limited = run("check", "--limit", "3", "CUT.DAT", cwd=folder)
    assert "... and 9 more" in limited.text


def test_check_strict_sees_what_a_reader_does_not_need(tmp_path: Path) -> None:
    builder = HiveBuilder(minor=5)
    builder.root.key("A\\B")
    image = builder.image()
    image.put_u32(image.key(""), 16, 0x1234)  # the root's parent: nobody asks for it
    image.put_u32(image.subkey_list("A"), 8, 0x1234)  # a hash that is wrong
    (tmp_path / "hive").write_bytes(bytes(image))
    easy, strict = run("check", "hive", cwd=tmp_path), run("check", "--strict", "hive", cwd=tmp_path)
    assert (easy.code, strict.code) == (0, 0)
    assert "irregular" not in easy.text
    assert "irregular" in strict.text


def test_check_summary_is_a_table(folder: Path) -> None:
    ended = run("check", "--summary", "NTUSER.DAT", "CUT.DAT", cwd=folder)
    head, *rows = ended.text.splitlines()
    assert head.split() == ["hive", "ending", "keys", "values", "lost", "irregular", "notes"]
    assert [row.split()[:5] for row in rows] == [
        ["NTUSER.DAT", "complete", "27", "24", "0"],
        ["CUT.DAT", "damaged", "14", "13", "11"],
    ]


def test_clean_copy_has_the_logs_in_it(tmp_path: Path) -> None:
    hive = DirtyHive(last=5, grows_at=4)
    (tmp_path / "hive").write_bytes(hive.primary())
    (tmp_path / "hive.LOG1").write_bytes(hive.log(2, 3, 4, 5).build())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    ended = run("export", "--format", "hive", "hive", "-o", "clean", cwd=tmp_path)
    assert ended.code == 0, ended.told
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.name != "clean"} == before
    with hiveguard.open(tmp_path / "clean", logs="ignore") as copy:
        assert not copy.is_dirty
        assert copy.key("").value("state").data == 5
    with hiveguard.open(hive.state(5)) as wanted, hiveguard.open(tmp_path / "clean") as copy:
        assert content(copy) == content(wanted)
    assert run("diff", "--times", "hive", "clean", cwd=tmp_path).code == 0
    assert run("check", "--strict", "clean", cwd=tmp_path).code == 0


def content(hive: hiveguard.Hive) -> list[object]:
    return [(key.path, key.last_write, [(v.name, v.type, v.raw) for v in key.values()]) for key in hive.walk()]


def test_clean_copies_of_a_folder(tmp_path: Path) -> None:
    hive = DirtyHive()
    for where in ("one", "two"):
        (tmp_path / "in" / where).mkdir(parents=True)
        (tmp_path / "in" / where / "NTUSER.DAT").write_bytes(hive.primary())
        (tmp_path / "in" / where / "NTUSER.DAT.LOG1").write_bytes(hive.log(2, 3).build())
    ended = run("export", "--format", "hive", "in", "-o", "out/", cwd=tmp_path)
    assert ended.code == 0, ended.told
    for where in ("one", "two"):
        with hiveguard.open(tmp_path / "out" / where / "NTUSER.DAT") as copy:
            assert copy.key("").value("state").data == 3
    assert run("export", "--format", "hive", "in", cwd=tmp_path).code == 2


def test_info_tells_base_block_and_logs(tmp_path: Path) -> None:
    hive = DirtyHive()
    (tmp_path / "hive").write_bytes(hive.primary())
    (tmp_path / "hive.LOG1").write_bytes(hive.log(2, 3).build())
    text = run("info", "hive", cwd=tmp_path)
    assert text.code == 0
    for told in ("1.5", "dirty", "sequence 3/2", "hive.LOG1", "bytes of bins"):
        assert told in text.text, told
    record = run("info", "--format", "jsonl", "hive", cwd=tmp_path).records[0]
    assert (record["kind"], record["version"], record["seq1"], record["seq2"], record["dirty"]) == (
        "hive",
        "1.5",
        3,
        2,
        True,
    )
    assert record["log_entries"] == [2, 3]


# --- roots of a live registry ----------------------------------------------------------------

LIVE_PATHS = [
    ("NTUSER.DAT", "HKCU:\\Software\\HiveGuard", "Software\\HiveGuard"),
    ("NTUSER.DAT", "hkey_current_user/Software/HiveGuard", "Software/HiveGuard"),
    ("NTUSER.DAT", "Computer\\HKEY_CURRENT_USER\\Software\\HiveGuard", "Software\\HiveGuard"),
    ("NTUSER.DAT", "Registry::HKEY_CURRENT_USER\\Software\\HiveGuard\\", "Software\\HiveGuard"),
    (
        "NTUSER.DAT",
        "Microsoft.PowerShell.Core\\Registry::HKEY_CURRENT_USER\\Software\\HiveGuard",
        "Software\\HiveGuard",
    ),
    ("NTUSER.DAT", "HKCU:\\Software\\HiveG*", "Software\\HiveG*"),
    ("NTUSER.DAT", "HKCU:", "the root key"),
    ("SYSTEM", "HKLM\\SYSTEM\\Select", "Select"),
    ("SYSTEM", "HKLM\\Select", "Select"),
    ("SYSTEM", "\\Registry\\Machine\\System\\Select", "Select"),
    ("MIXED", "HKLM:\\Mixed\\Kinds", "Kinds"),
    ("MIXED", "HKU\\Kinds", "Kinds"),
]


@pytest.mark.parametrize("hive, path, taken", LIVE_PATHS, ids=[path for _, path, _ in LIVE_PATHS])
def test_live_root_is_taken_off_and_that_is_said(folder: Path, hive: str, path: str, taken: str) -> None:
    ended = run("ls", hive, path, cwd=folder)
    plain = run("ls", hive, "" if taken == "the root key" else taken, cwd=folder)
    assert (ended.code, ended.out) == (0, plain.out)
    assert ended.out
    assert ended.told.splitlines()[0] == f"hiveguard: {hive}: {path} is taken as {taken}, as the file has it"


def test_live_root_before_the_current_control_set(folder: Path) -> None:
    ended = run("dump", "--under", f"HKLM:\\SYSTEM\\{CURRENT}", "SYSTEM", cwd=folder)
    assert "HOST2" in ended.text
    assert ended.told.count("is taken as") == 2


def test_key_that_is_called_like_a_live_root_is_that_key(tmp_path: Path) -> None:
    builder = HiveBuilder(minor=5)
    builder.root.key("HKLM\\A").text("v", "real")
    builder.root.key("A").text("v", "other")
    builder.root.key("Computer\\A").text("v", "computer")
    (tmp_path / "SYSTEM").write_bytes(builder.build())
    for path, data in (("HKLM\\A", "real"), ("Computer\\A", "computer"), ("Computer\\HKLM\\A", "other")):
        ended = run("get", "SYSTEM", path, "v", cwd=tmp_path)
        assert (ended.text, "taken as" in ended.told) == (f"{data}\n", data == "other")
    ended = run("ls", "SYSTEM", "HKLM\\Nothing", cwd=tmp_path)
    assert (ended.code, "taken as" in ended.told) == (1, False)
    assert run("ls", "SYSTEM", "HKCU\\Nothing", cwd=tmp_path).code == 1
