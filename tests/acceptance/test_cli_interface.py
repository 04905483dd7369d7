"""Help, completions and the manual: made from the verbs' own options, up to date, and they work."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from hiveguard.cli.arguments import parser_for
from hiveguard.cli.describe import all_verbs, verb_text
from hiveguard.cli.verb_table import VERBS, load
from tests.acceptance.program import environment, run
from tools import interface

ROOT = Path(__file__).resolve().parents[2]
BASH = ROOT / "share/bash-completion/completions/hiveguard"
ZSH = ROOT / "share/zsh/site-functions/_hiveguard"
FISH = ROOT / "share/fish/vendor_completions.d/hiveguard.fish"
MANUAL = ROOT / "share/man/man1/hiveguard.1"
EXAMPLES = [(verb, example) for verb in VERBS for example in load(verb).EXAMPLES]


def test_made_pages_are_up_to_date() -> None:
    assert interface.outdated() == [], "run `make interface`"


def test_check_names_what_is_out_of_date(tmp_path: Path) -> None:
    assert interface.outdated(tmp_path) == list(interface.pages())


# --- help ------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb, example", EXAMPLES, ids=[example for _, example in EXAMPLES])
def test_example_of_the_help_parses(verb: str, example: str) -> None:
    command = re.split(r" [|>] | && |\)$", example.removeprefix("source <("))[0]
    name, word, *words = shlex.split(command)
    assert (name, word) == ("hiveguard", verb)
    parser_for(verb).read(words)


@pytest.mark.parametrize("verb", VERBS)
def test_help_is_short_and_complete(verb: str) -> None:
    ended = run(verb, "--help", env=environment(COLUMNS="80"))
    assert (ended.code, ended.err) == (0, b"")
    lines = ended.text.splitlines()
    assert lines[0].startswith(f"usage: hiveguard {verb} [options]")
    assert len(lines) < 60
    examples = set(load(verb).EXAMPLES)
    assert {line.strip() for line in lines} >= examples
    assert all(len(line) <= 80 or line.strip() in examples for line in lines)
    for option in verb_text(verb).options:
        assert option.help, option
        assert all(flag in ended.text for flag in option.flags)
    assert run("help", verb, env=environment(COLUMNS="80")).out == ended.out


# --- completions -----------------------------------------------------------------------------


def completed(words: list[str], cwd: Path) -> list[str]:
    """What bash would offer for the last of these words."""
    script = """
        source "$1"; shift
        complete -p hiveguard >/dev/null || exit 9
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        _hiveguard
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    done = subprocess.run(["bash", "-c", script, "bash", BASH, *words], cwd=cwd, capture_output=True, check=True)
    assert done.stderr == b""
    return [line for line in done.stdout.decode().splitlines() if line]


def test_bash_completes(tmp_path: Path) -> None:
    for name in ("NTUSER.DAT", "with blank.dat", "$(touch x).dat"):
        (tmp_path / name).write_bytes(b"")
    assert completed(["hiveguard", ""], tmp_path) == [*VERBS, "--help", "--version"]
    assert completed(["hiveguard", "d"], tmp_path) == ["dump", "diff", "delete"]
    assert completed(["hiveguard", "dump", "--fo"], tmp_path) == ["--format", "--force"]
    assert completed(["hiveguard", "dump", "--format", ""], tmp_path) == ["text", "jsonl", "json", "csv"]
    assert completed(["hiveguard", "timeline", "--format", "b"], tmp_path) == ["bodyfile"]
    assert completed(["hiveguard", "ls", "NT"], tmp_path) == ["NTUSER.DAT"]
    assert completed(["hiveguard", "ls", "with"], tmp_path) == ["with blank.dat"]
    assert completed(["hiveguard", "ls", "$"], tmp_path) == ["$(touch x).dat"]
    assert completed(["hiveguard", "ls", "--logs", ""], tmp_path)[:2] == ["auto", "ignore"]
    assert completed(["hiveguard", "dump", "-o", "NT"], tmp_path) == ["NTUSER.DAT"]
    assert completed(["hiveguard", "search", "-f", ""], tmp_path) == []
    assert completed(["hiveguard", "completion", ""], tmp_path) == ["bash", "zsh", "fish"]
    assert completed(["hiveguard", "help", "ma"], tmp_path) == ["map"]
    assert completed(["hiveguard", "nosuchverb", "--x"], tmp_path) == []
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_program_prints_what_is_installed(shell: str) -> None:
    installed = {"bash": BASH, "zsh": ZSH, "fish": FISH}[shell]
    assert run("completion", shell).out == installed.read_bytes()


def test_every_option_is_in_every_completion() -> None:
    bash, zsh, fish = (path.read_text() for path in (BASH, ZSH, FISH))
    for verb in all_verbs():
        assert f"    {verb.name})" in bash
        assert f"    {verb.name})" in zsh
        for option in verb.options:
            long = option.flags[-1]
            assert long in bash
            assert long in zsh
            assert f"__fish_seen_subcommand_from {verb.name}'" in fish
            assert f"-l {long[2:]}" in fish


def test_zsh_takes_its_completion(tmp_path: Path) -> None:
    if shutil.which("zsh") is None:
        pytest.skip("zsh is not installed")
    script = f"""
        autoload -Uz compinit && compinit -u -d {tmp_path}/dump
        source {ZSH}
        print -r -- ${{_comps[hiveguard]}}
    """
    done = subprocess.run(
        ["zsh", "-f", "-c", script], capture_output=True, check=False, env=environment(HOME=str(tmp_path))
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, b"_hiveguard\n", b"")


def test_fish_completes(tmp_path: Path) -> None:
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")

    def offered(line: str) -> list[str]:
        script = f"source {FISH}; complete -C '{line}'"
        done = subprocess.run(
            ["fish", "-N", "-c", script],
            capture_output=True,
            check=True,
            cwd=tmp_path,
            env=environment(HOME=str(tmp_path)),
        )
        assert done.stderr == b""
        return [entry.split("\t")[0] for entry in done.stdout.decode().splitlines()]

    (tmp_path / "NTUSER.DAT").write_bytes(b"")
    assert offered("hiveguard che") == ["check"]
    assert set(offered("hiveguard ")) >= set(VERBS)
    assert offered("hiveguard dump --format ") == ["csv", "json", "jsonl", "text"]
    assert offered("hiveguard ls NTU") == ["NTUSER.DAT"]
    assert offered("hiveguard completion ") == ["bash", "fish", "zsh"]


# --- manual ----------------------------------------------------------------------------------


def test_manual_names_everything() -> None:
    page = MANUAL.read_text()
    plain = page.replace("\\-", "-")
    for verb in all_verbs():
        assert f".SS {verb.name} " in plain
        for option in verb.options:
            assert all(flag in plain for flag in option.flags if flag not in ("-h", "--help"))
    assert max(map(len, page.splitlines())) < 160


def test_manual_is_clean_for_groff() -> None:
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    done = subprocess.run(["groff", "-ww", "-man", "-Tutf8", MANUAL], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    text = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", done.stdout.decode())
    assert "hiveguard - read Windows registry hives" in " ".join(text.replace("\u2010", "-").split())
    assert "Software\\*\\Run" in text


def test_manual_is_clean_for_mandoc() -> None:
    if shutil.which("mandoc") is None:
        pytest.skip("mandoc is not installed")
    done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", MANUAL], capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_version_tells_ours_and_pythons_and_nothing_else() -> None:
    ended = run("--version")
    assert (ended.code, ended.told) == (0, "")
    assert [line.split()[0] for line in ended.text.splitlines()] == ["hiveguard", "Python"]


def test_nothing_is_needed_beside_the_standard_library_and_extras_are_explained() -> None:
    import tomllib

    root = Path(__file__).parents[2]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["dependencies"] == []
    extras = project["optional-dependencies"]
    assert extras.pop("all") == [f"hiveguard[{extra}]" for extra in extras]
    explained = (root / "docs" / "dependencies.md").read_text(encoding="utf-8")
    for extra, packages in extras.items():
        for package in packages:
            name = re.match(r"[\w-]+", package)
            assert name is not None
            assert f"| `hiveguard[{extra}]` | {name[0]} |" in explained
    assert "hiveguard[" not in (root / "README.md").read_text(encoding="utf-8")
