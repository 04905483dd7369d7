"""How a run ends: exit code, trailer, end record; with bad input one line, never a traceback."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.acceptance import cli_hives
from tests.acceptance.program import PROGRAM, environment, run, shell

TRAILER = re.compile(r"(complete|INCOMPLETE)( \(.*\))?: .* in \d+\.\d\d s(: .*)?")


@pytest.fixture(scope="module")
def hives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hives")
    cli_hives.write_all(folder)
    return folder


ENDINGS = [
    ("whole.dat", 0, r"complete: 27 keys, 24 values in", "COMPLETE"),
    ("irregular.dat", 0, r"complete", "COMPLETE"),
    ("pending.dat", 0, r"complete \(logs not replayed", "COMPLETE"),
    ("torn.dat", 0, r"complete \(logs partly replayed", "COMPLETE"),
    ("cut.dat", 4, r"INCOMPLETE \(damaged\): 14 keys, 13 values in .*: 11 losses, the first at", "DAMAGED"),
    ("rootless.dat", 9, r"INCOMPLETE \(failed\): .*no root key was found", "FAILED"),
]


@pytest.mark.parametrize("name, code, told, ending", ENDINGS)
def test_text_ends_with_a_trailer_on_stderr(hives: Path, name: str, code: int, told: str, ending: str) -> None:
    ended = run("dump", name, cwd=hives)
    assert ended.code == code
    assert re.match(told, ended.told.splitlines()[-1])
    assert TRAILER.fullmatch(ended.told.splitlines()[-1])
    assert len(ended.told.splitlines()) == 1


@pytest.mark.parametrize("name, code, told, ending", ENDINGS)
def test_jsonl_ends_with_the_end_record(hives: Path, name: str, code: int, told: str, ending: str) -> None:
    ended = run("dump", "--format", "jsonl", name, cwd=hives)
    last = ended.records[-1]
    assert (ended.code, last["kind"], last["ending"], last["exit_code"]) == (code, "end", ending, code)
    assert last["keys"] == sum(record["kind"] == "key" for record in ended.records)
    assert last["values"] == sum(record["kind"] == "value" for record in ended.records)
    assert ended.err == b""


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_json_and_csv_have_the_trailer_on_stderr(hives: Path, kind: str) -> None:
    ended = run("dump", "--format", kind, "cut.dat", cwd=hives)
    assert ended.code == 4
    assert TRAILER.fullmatch(ended.told.strip())


BAD = [
    (["ls", "missing.dat"], 3, "missing.dat"),
    (["ls", "nothing"], 3, "no hive is in this folder"),
    (["dump", "empty.dat"], 3, "empty"),
    (["dump", "random.dat"], 3, "not a registry hive"),
    (["info", "text.reg"], 3, r"\.reg"),
    (["get", "whole.dat", "No\\Such"], 1, "there is no subkey 'No'"),
    (["get", "whole.dat", "Software\\HiveGuard", "nope"], 1, "the value 'nope' is not there"),
    (["tree", "whole.dat", "No"], 1, "there is no subkey"),
    (["dump", "--under", "No", "whole.dat"], 1, "there is no subkey"),
    (["export", "whole.dat", "No", "-o", "out.reg"], 1, "there is no subkey"),
    (["ls", "whole.dat", "No\\*"], 1, "no key fits"),
    (["search", "--regex", "-f", "(", "whole.dat"], 2, "no regular expression"),
    (["search", "whole.dat"], 2, "nothing to look for"),
    (["search", "whole.dat", "foo"], 2, "foo: there is no such file; to look for text use -f 'foo'"),
    (["search", "foo", "whole.dat"], 2, "foo: there is no such file; to look for text use -f 'foo'"),
    (["search", "-f", "x", "foo"], 3, "foo"),
    (["search", "--hex", "4g", "whole.dat"], 2, "not hexadecimal"),
    (["search", "--type", "REG_NO", "whole.dat"], 2, "is no type"),
    (["search", "--min-size", "big", "whole.dat"], 2, "is no size"),
    (["timeline", "--since", "yesterday", "whole.dat"], 2, "is no time"),
    (["tree", "--depth", "-1", "whole.dat"], 2, "depth"),
    (["ls", "--keyz", "whole.dat"], 2, "did you mean --key"),
    (["dmup", "whole.dat"], 2, "did you mean dump"),
    (["--versoin"], 2, "unknown option"),
    (["ls"], 2, r"no HIVE was named; see `hiveguard ls --help`$"),
    (["ls", "--keys"], 2, r"no HIVE was named; see `hiveguard ls --help`$"),
    (["ls", "--logs", "whole.dat"], 2, "no HIVE was named; --logs takes every word behind it"),
    (["ls", "whole.dat", "Software", "Extra"], 3, "Extra"),
    (["dump", "--format", "xml", "whole.dat"], 2, "invalid choice: 'xml'"),
    (["get", "whole.dat", "Software", "--raw"], 2, "--raw and --base64 write one value"),
    (["get", "whole.dat", "Software\\HiveGuard", "--ordinal", "0", "Rooms"], 2, "ordinal"),
    (["diff", "whole.dat", "nothing"], 2, "a folder can be compared with a folder only"),
    (["diff", "whole.dat", "missing.dat"], 3, "missing.dat"),
    (["map", "--format", "svg", "whole.dat", "cut.dat"], 2, "picture of one hive"),
    (["map", "--tile", "9", "whole.dat"], 2, "multiple of 8"),
    (["completion", "tcsh"], 2, "invalid choice: 'tcsh'"),
    (["ls", "HKLM\\Software"], 3, "live registry"),
    (["dump", "--logs", "missing.LOG1", "--", "pending.dat"], 3, "missing.LOG1"),
    (["export", "--format", "hive", "whole.dat", "Software"], 2, "always of the whole hive"),
]


@pytest.mark.parametrize("words, code, told", BAD, ids=[" ".join(words) for words, _, _ in BAD])
def test_bad_input_is_one_clear_line(hives: Path, words: list[str], code: int, told: str) -> None:
    ended = run(*words, cwd=hives)
    assert ended.code == code, ended.told
    errors = [line for line in ended.told.splitlines() if not TRAILER.fullmatch(line)]
    assert len(errors) == 1, ended.told
    assert errors[0].startswith("hiveguard: ")
    assert re.search(told, errors[0])
    assert ended.out == b""
    assert not (hives / "out.reg").exists()


def test_unreadable_file_is_told(hives: Path, tmp_path: Path) -> None:
    if os.geteuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("root reads everything, and setpriv is not installed")
    # A folder that another user may enter, which pytest's own is not.
    folder = Path("/tmp") / f"hiveguard-{os.getpid()}"
    folder.mkdir(mode=0o755)
    try:
        target = folder / "secret.dat"
        target.write_bytes((hives / "whole.dat").read_bytes())
        target.chmod(0)
        if os.geteuid() == 0:
            user = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "--inh-caps=-all"]
        else:
            user = []
        done = subprocess.run(
            [*user, *PROGRAM, "dump", str(target)], capture_output=True, env=environment(), check=False, cwd=folder
        )
    finally:
        shutil.rmtree(folder)
    if b"No module named hiveguard" in done.stderr or b"can't open" in done.stderr or done.returncode in (126, 127):
        pytest.skip("another user cannot run this interpreter here")
    assert done.returncode == 3, done.stderr
    assert done.stderr.count(b"\n") == 1
    assert b"no permission" in done.stderr


def test_several_hives_are_named_and_the_gravest_code_counts(hives: Path) -> None:
    ended = run("ls", "--keys", "whole.dat", "missing", "Software", cwd=hives)
    assert ended.code == 3, ended.told  # the second word is no file, so it is the key, and one word too many
    ended = run("dump", "--format", "jsonl", "whole.dat", "cut.dat", "empty.dat", "pending.dat", cwd=hives)
    assert ended.code == 3
    assert {record.get("hive") for record in ended.records} >= {"whole.dat", "cut.dat", "pending.dat"}
    assert [record["kind"] for record in ended.records].count("error") == 1
    last = ended.records[-1]
    assert (last["kind"], last["ending"], last["exit_code"]) == ("end", "UNAVAILABLE", 3)
    text = run("dump", "cut.dat", "whole.dat", cwd=hives)
    assert text.code == 4
    assert b"# cut.dat\n" in text.out
    assert b"# whole.dat\n" in text.out
    assert " in 2 hives in " in text.told


def test_folder_stands_for_the_hives_in_it(hives: Path) -> None:
    ended = run("check", "--format", "jsonl", ".", cwd=hives)
    checked = {record["hive"]: record["ending"] for record in ended.records if record["kind"] == "hive"}
    assert checked == {
        "./cut.dat": "DAMAGED",
        "./irregular.dat": "COMPLETE",
        "./pending.dat": "COMPLETE",
        "./rootless.dat": "FAILED",
        "./torn.dat": "COMPLETE",
        "./whole.dat": "COMPLETE",
    }
    assert ended.code == 9


def test_dash_is_standard_input(hives: Path) -> None:
    hive = (hives / "whole.dat").read_bytes()
    ended = run("get", "-", "Software\\HiveGuard", "Rooms", stdin=hive)
    assert (ended.code, ended.text) == (0, "core\nregf\nregistry\n")
    assert run("dump", "-", stdin=b"").code == 3
    assert run("dump", "-", stdin=hive[:8192]).code == 4


def test_name_that_begins_with_a_dash(hives: Path, tmp_path: Path) -> None:
    shutil.copy(hives / "whole.dat", tmp_path / "-h.dat")
    for words in (["--", "-h.dat"], ["--keys", "--", "-h.dat", "Software"], ["./-h.dat"]):
        ended = run("ls", *words, cwd=tmp_path)
        assert ended.code == 0, ended.told
    assert run("diff", "--", "-h.dat", "./-h.dat", cwd=tmp_path).code == 0


def test_logs_word_is_not_taken_for_a_hive(hives: Path) -> None:
    for words in (["--logs", "ignore", "torn.dat"], ["torn.dat", "--logs", "ignore"], ["--logs=ignore", "torn.dat"]):
        ended = run("get", *words, "", "state", cwd=hives)
        assert (ended.code, ended.text) == (0, "1\n"), ended.told
    named = run("get", "torn.dat", "", "state", "--logs", "torn.dat.LOG1", cwd=hives)
    assert (named.code, named.text) == (0, "4\n"), named.told


def test_options_and_operands_may_be_mixed(hives: Path) -> None:
    assert (
        run("ls", "whole.dat", "--keys", "Software", cwd=hives).out
        == run("ls", "--keys", "whole.dat", "Software", cwd=hives).out
    )


def test_depth_is_a_bound_that_was_asked_for(hives: Path) -> None:
    ended = run("tree", "--depth", "1", "whole.dat", cwd=hives)
    assert ended.code == 0
    assert "stopped as asked at depth 1" in ended.told


@pytest.mark.parametrize(
    "variables", [{"LANG": "C", "LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "utf-16"}]
)
def test_output_does_not_depend_on_the_locale(tmp_path: Path, variables: dict[str, str]) -> None:
    (tmp_path / "hostile.dat").write_bytes(cli_hives.hostile())
    for verb in ("dump", "tree"):
        plain = run(verb, "hostile.dat", cwd=tmp_path, env=environment(LANG="C.UTF-8"))
        assert run(verb, "hostile.dat", cwd=tmp_path, env=environment(**variables)).out == plain.out
    assert "鍵".encode() in plain.out


def test_no_progress_and_no_colour_without_a_terminal(hives: Path) -> None:
    ended = run("check", "--summary", ".", cwd=hives)
    assert b"\x1b" not in ended.out + ended.err
    assert b"\x1b[3" in run("check", "--summary", "--color", "always", ".", cwd=hives).out
    assert b"\x1b[48;5;" in run("map", "--color", "always", "whole.dat", cwd=hives).out


def test_verbs_listed_without_arguments(hives: Path) -> None:
    ended = run()
    assert (ended.code, ended.out) == (2, b"")
    assert "usage: hiveguard VERB" in ended.told
    helped = shell("$hiveguard help; $hiveguard help ls; $hiveguard --version", cwd=hives)
    assert "usage: hiveguard ls" in helped.text
    assert re.search(r"hiveguard \d", helped.text)
    assert "Python 3." in helped.text


def test_end_record_of_several_hives_names_whose_damage_it_is(hives: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.dat"
    shutil.copy(hives / "cut.dat", other)
    for verb in ("dump", "check", "info", "timeline", "tree"):
        last = run(verb, "--format", "jsonl", "cut.dat", "whole.dat", other, cwd=hives).records[-1]
        whose = [damage["hive"] for damage in last["damage"]]
        assert set(whose) == {"cut.dat", str(other)}
        assert whose.count("cut.dat") == whose.count(str(other))
        assert all(reason.startswith(("cut.dat: ", f"{other}: ")) for reason in last["reasons"])
    last = run("dump", "--format", "jsonl", "whole.dat", "rootless.dat", cwd=hives).records[-1]
    assert "rootless.dat: no root key was found" in last["reasons"]
    assert all(reason.startswith("rootless.dat: ") for reason in last["reasons"])
    alone = run("dump", "--format", "jsonl", "cut.dat", cwd=hives).records[-1]
    assert alone["damage"]
    assert not any("hive" in damage for damage in alone["damage"])


def test_end_record_of_a_comparison_names_whose_damage_it_is(hives: Path) -> None:
    last = run("diff", "--format", "jsonl", "whole.dat", "cut.dat", cwd=hives).records[-1]
    assert {damage["hive"] for damage in last["damage"]} == {"cut.dat"}
