"""Control characters in names and data reach neither a terminal nor a machine raw, in any verb and format."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest

from tests.acceptance.cli_hives import HOSTILE, hostile
from tests.acceptance.program import run

VERBS = [
    ["ls", "HIVE", "Names"],
    ["ls", "HIVE", "Names\\*"],
    ["tree", "--values", "HIVE"],
    ["dump", "HIVE"],
    ["dump", "--security", "HIVE"],
    ["dump", "HIVE", "HIVE"],
    ["search", "-f", "one", "HIVE"],
    ["info", "HIVE"],
    ["check", "--strict", "HIVE"],
    ["check", "--summary", "HIVE", "HIVE"],
    ["diff", "--times", "HIVE", "PLAIN"],
    ["timeline", "HIVE"],
    ["recover", "DELETED"],
    ["map", "HIVE"],
]
FORMATS = {
    "ls": ("text", "jsonl", "json", "csv"),
    "tree": ("text", "jsonl", "json", "csv"),
    "dump": ("text", "jsonl", "json", "csv"),
    "search": ("text", "jsonl", "json", "csv"),
    "info": ("text", "jsonl", "json", "csv"),
    "check": ("text", "jsonl", "json", "csv"),
    "diff": ("text", "unified", "jsonl", "json", "csv"),
    "timeline": ("text", "jsonl", "csv", "bodyfile", "tln"),
    "recover": ("text", "jsonl", "json", "csv"),
    "map": ("text", "svg", "jsonl"),
}
RUNS = [(words, kind) for words in VERBS for kind in FORMATS[words[0]]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """HIVE (its own name is hostile too), PLAIN, and DELETED, in which the keys are free cells."""
    from hiveguard.testing import HiveBuilder

    folder = tmp_path_factory.mktemp("hives")
    (folder / "HIVE").write_bytes(hostile())
    (folder / "PLAIN").write_bytes(HiveBuilder(minor=5).build())
    builder = HiveBuilder(minor=5)
    gone = builder.root.key("Gone")
    for text in HOSTILE.values():
        gone.another_key(text).text(text, text)
    image = builder.image()
    for spec in gone.subkeys:
        image.free_cell(image.key(spec))
        image.free_cell(image.value(spec, spec.values[0]))
    image.free_cell(image.key("Gone"))
    image.put_u32(image.key(""), 20, 0)  # the root has no subkeys any more
    (folder / "DELETED").write_bytes(bytes(image))
    return folder


def unsafe(text: str) -> set[str]:
    """The characters of a text that would control a terminal or turn the writing; the line end is none."""
    return {mark for mark in text if unicodedata.category(mark) in ("Cc", "Cf", "Cs", "Zl", "Zp") and mark != "\n"}


@pytest.mark.parametrize("words, kind", RUNS, ids=[f"{' '.join(words)} {kind}" for words, kind in RUNS])
def test_nothing_raw_comes_out(folder: Path, words: list[str], kind: str) -> None:
    ended = run(*words, "--format", kind, cwd=folder)
    assert ended.code in (0, 1), ended.told
    assert unsafe(ended.text) == set()
    assert unsafe(ended.told) == set()
    if words[0] == "dump":
        assert "Schlüssel 鍵 🔑" in ended.text
    if kind == "text" and words[0] in ("tree", "dump"):
        for escaped in ("\\e[31mred", "one\\rtwo", "one\\ntwo", "one\\0two", "\\x9b31m", "\\u202e", "\\ud800", "\\x7f"):
            assert escaped in ended.text, escaped
    if kind in ("json", "jsonl"):
        records = [json.loads(line) for line in ended.text.splitlines()] if kind == "jsonl" else json.loads(ended.text)
        assert records


# No argument of a command line can hold a NUL or a lone surrogate.
@pytest.mark.parametrize("name", [word for word in HOSTILE if word != "nul" and not word.endswith("surrogate")])
def test_one_value_is_shown_safely_and_given_exactly(folder: Path, name: str) -> None:
    text = HOSTILE[name]
    shown = run("get", "HIVE", f'Names\\"{text}"', text, cwd=folder)
    assert shown.code == 0, shown.told
    assert unsafe(shown.text) == set()
    assert len(shown.text.splitlines()) == 1
    raw = run("get", "HIVE", f'Names\\"{text}"', name, "--raw", cwd=folder)
    assert raw.out == text.encode("utf-16-le")


def test_hostile_file_name_is_told_safely(folder: Path, tmp_path: Path) -> None:
    name = b"bad\x1b[31m\xff\n.dat"
    (tmp_path / "x").write_bytes((folder / "PLAIN").read_bytes())
    (tmp_path / "x").rename(tmp_path / name.decode("utf-8", "surrogateescape"))
    for words in (["dump", name], ["dump", b".", b"."], ["check", "--summary", b"."], ["map", name], ["info", b"."]):
        for kind in FORMATS[str(words[0])][:2]:
            if words[0] == "map":
                kind = "svg"
            ended = run(*words, "--format", kind, cwd=tmp_path)
            assert ended.code == 0, ended.told
            assert unsafe(ended.text) == set()
            assert unsafe(ended.told) == set()
    ended = run("ls", b"miss\x1bing\x9b", cwd=tmp_path)
    assert ended.code == 3
    assert unsafe(ended.told) == set()


def test_exact_units_stand_beside_a_name_that_is_no_unicode(folder: Path) -> None:
    records = run("dump", "--format", "jsonl", "HIVE", cwd=folder).records
    broken = [record for record in records if record["kind"] == "value" and "\ufffd" in (record["name"] or "")]
    exact = {bytes.fromhex(record["name_utf16"]).decode("utf-16-le", "surrogatepass") for record in broken}
    assert exact == {HOSTILE["high-surrogate"], HOSTILE["low-surrogate"]}
    names = {record["name"] for record in records if record["kind"] == "value"}
    assert names >= {text for word, text in HOSTILE.items() if "surrogate" not in word}
    for record in records:
        if record["kind"] == "value" and isinstance(record["data"], list) and "high" in str(record.get("name")):
            assert record["raw"]


def test_jq_and_node_and_python_read_every_line(folder: Path) -> None:
    lines = run("dump", "--format", "jsonl", "HIVE", cwd=folder)
    count = len(lines.out.splitlines())
    assert len(lines.records) == count
    if shutil.which("jq") is None:
        pytest.skip("jq is not installed")
    done = subprocess.run(["jq", "-c", ".kind"], input=lines.out, capture_output=True, check=False)
    assert (done.returncode, len(done.stdout.splitlines()), done.stderr) == (0, count, b"")
    recipe = subprocess.run(["jq", "-c", 'select(.kind=="end")'], input=lines.out, capture_output=True, check=True)
    assert json.loads(recipe.stdout)["ending"] == "COMPLETE"
    if shutil.which("node") is None:
        pytest.skip("node is not installed (jq read everything)")
    lines_of_stdin = "require('fs').readFileSync(0, 'utf8').trim().split('\\n')"
    script = f"for (const line of {lines_of_stdin}) console.log(JSON.parse(line).kind)"
    done = subprocess.run(["node", "-e", script], input=lines.out, capture_output=True, check=False)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, count), done.stderr


def exact(row: dict[str, str], name: str) -> str:
    """What a csv row says of a field: the units beside it, else the cell itself."""
    units = row[f"{name}_utf16"]
    return bytes.fromhex(units).decode("utf-16-le", "surrogatepass") if units else row[name]


@pytest.mark.parametrize("verb", ["dump", "tree", "export"])
def test_csv_tells_every_name_apart(tmp_path: Path, verb: str) -> None:
    from hiveguard.testing import HiveBuilder

    names = [*HOSTILE.values(), "one\\ntwo", "one\ufffdtwo", "plain", 'comma, "quote"']
    builder = HiveBuilder(minor=5)
    for name in names:
        builder.root.another_key(name).text(name, "x")
    (tmp_path / "HIVE").write_bytes(builder.build())
    options = {"dump": [], "tree": ["--values"], "export": []}[verb]
    ended = run(verb, *options, "--format", "csv", "HIVE", cwd=tmp_path)
    rows = list(csv.DictReader(ended.text.splitlines()))
    values = [row for row in rows if row["kind"] == "value"]
    assert sorted(exact(row, "name") for row in values) == sorted(names)
    plain = next(row for row in values if row["name"] == "plain")
    assert (plain["name_utf16"], plain["path_utf16"]) == ("", "")
    backslash = next(row for row in values if exact(row, "name") == "one\\ntwo")
    assert (backslash["name"], backslash["name_utf16"]) == ("one\\ntwo", "")
    paths = {exact(row, "path") for row in rows if row["kind"] == "key"}
    assert len(paths) == len(names) + 1


@pytest.mark.parametrize("verb", ["ls", "tree", "dump", "recover"])
def test_csv_names_the_hives_of_a_folder_below_one_heading(folder: Path, tmp_path: Path, verb: str) -> None:
    for name in ("ONE", "TWO"):
        (tmp_path / name).write_bytes((folder / ("DELETED" if verb == "recover" else "HIVE")).read_bytes())
    rows = list(csv.DictReader(run(verb, "--format", "csv", ".", cwd=tmp_path).text.splitlines()))
    assert {row["hive"] for row in rows} == {"./ONE", "./TWO"}
