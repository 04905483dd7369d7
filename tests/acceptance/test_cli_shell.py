"""The shell as a script sees it, and as a person at a terminal does."""

from __future__ import annotations

import os
import pty
import random
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import hiveguard
from tests import example_hives
from tests.acceptance.program import PROGRAM, environment, run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    example_hives.write(tmp_path)
    return tmp_path


def shell(folder: Path, *lines: str, words: tuple[str, ...] = ()) -> tuple[int, list[str], str]:
    ended = run("shell", *words, stdin="\n".join(lines).encode(), cwd=folder)
    return ended.code, ended.text.splitlines(), ended.told


def test_a_script_walks_reads_and_changes(folder: Path) -> None:
    code, out, told = shell(
        folder,
        "# a comment, and an empty line",
        "",
        "cd HKCU\\Software",
        "create 'New Key\\Below'",
        "cd 'New Key'",
        "set text 'hello world'",
        "set number -t dword 0x10",
        "get text",
        "get . number",
        "ls",
        "delete Below",
        "delete -v text",
        "ls",
        "cd ..",
        "pwd",
        "exit",
        "pwd",
    )
    assert code == 0, told
    assert out[0] == "text  REG_SZ  hello world"
    assert out[1] == "number  REG_DWORD  16 (0x10)"
    assert out[2].endswith("  Below\\")
    assert out[-2:] == ["number  REG_DWORD  16 (0x10)", "HKCU\\Software"]


def test_a_hive_is_a_copy_in_memory_unless_it_may_be_written(folder: Path) -> None:
    before = (folder / "NTUSER.DAT").read_bytes()
    code, out, told = shell(folder, "create Made", "ls", words=("NTUSER.DAT",))
    assert code == 0
    assert any(line.endswith("Made\\") for line in out)
    assert "changed in memory only, and not saved" in told
    assert (folder / "NTUSER.DAT").read_bytes() == before
    code, out, told = shell(folder, "create Made", words=("--write", "NTUSER.DAT"))
    assert code == 0
    with hiveguard.open(folder / "NTUSER.DAT") as hive:
        assert hive.key("made").name == "Made"


def test_hives_are_loaded_saved_and_unloaded(folder: Path) -> None:
    code, out, told = shell(
        folder,
        "load HKU\\Ada NTUSER.DAT",
        "ls HKU\\Ada\\Software",
        "hives",
        "save HKU\\Ada\\Software\\HiveGuard saved.dat",
        "unload HKU\\Ada",
        "ls HKU\\Ada",
    )
    assert code == 1
    assert "\\REGISTRY\\USER\\Ada  clean  NTUSER.DAT" in out
    assert "there is no subkey 'Ada'" in told
    with hiveguard.open(folder / "saved.dat") as hive:
        assert len(hive.root.values()) == 3


def test_what_goes_wrong_is_told_and_the_next_line_follows(folder: Path) -> None:
    code, out, told = shell(folder, "frob", "cd Nowhere", "get", "ls 'open", "unload HKU\\x", "pwd")
    assert code == 3 or code == 2
    assert out == ["\\"]
    for words in ("unknown command 'frob'", "only the roots", "usage: get", "not closed", "no hive is mounted"):
        assert words in told or words == "only the roots"


def test_watch_shows_what_happens(folder: Path) -> None:
    code, out, _ = shell(folder, "load HKU\\Ada NTUSER.DAT", "watch 0", "watch x", words=())
    assert code == 2
    assert out == ["inventory  \\REGISTRY\\USER\\Ada"]


def test_commands_on_the_command_line(folder: Path) -> None:
    ended = run("shell", "NTUSER.DAT", "-c", "cd Environment", "-c", "get temp", cwd=folder)
    assert ended.text == "TEMP  REG_EXPAND_SZ  %USERPROFILE%\\AppData\\Local\\Temp\n"
    assert run("shell", "missing", "-c", "ls", cwd=folder).code == 3
    assert run("shell", "--registry", "kept", "-c", "create HKCU\\Software\\Kept", cwd=folder).code == 0
    assert run("shell", "--registry", "kept", "-c", "cd HKCU\\Software\\Kept", "-c", "pwd", cwd=folder).code == 0


@pytest.mark.parametrize("line", ["create ''", "create", "delete ''", "delete", "create \\", "create /"])
def test_what_names_no_key_is_a_usage_error(folder: Path, line: str) -> None:
    code, _, told = shell(folder, "cd HKCU\\Software", "create Empty", "cd Empty", line, "pwd", "cd .")
    assert (code, "usage: " in told) == (2, True)


def test_where_no_key_can_be_made_it_says_what_to_do(folder: Path) -> None:
    code, _, told = shell(folder, "create HKLM\\New")
    assert code == 2
    assert told == (
        "hiveguard: \\REGISTRY\\MACHINE\\New: nothing that lasts can be made directly below \\REGISTRY\\MACHINE, "
        "there are only hives; load one, or make the key in one that is loaded\n"
    )


def test_a_number_that_is_not_given_is_a_usage_error(folder: Path) -> None:
    code, _, told = shell(folder, "cd HKCU\\Software", "set v -t dword", "get v")
    assert code == 2
    assert "no number for dword" in told
    assert "'v' is not there" in told


# The shell as the leader of a session of its own, with this terminal: else Ctrl-C would reach nobody. Who runs tests
# may have said nohup.
OWN_TERMINAL = (
    "import fcntl, os, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "signal.signal(signal.SIGHUP, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
)


class Typist:
    """Someone at a terminal: reads what it shows and waits for words, never for ever."""

    def __init__(self, leader: int) -> None:
        self.leader = leader
        self.seen = b""

    def type(self, keys: bytes) -> None:
        os.write(self.leader, keys)

    def sees(self, words: bytes, within: float) -> bool:
        """Read on until the words stand there; what follows them is kept for the next wait."""
        end = time.monotonic() + within
        while words not in self.seen:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.leader], [], [], left)[0]:
                return False
            self.seen += os.read(self.leader, 4096)
        self.seen = self.seen.split(words, 1)[1]
        return True

    def until(self, words: bytes) -> None:
        assert self.sees(words, within=30), f"no {words!r}; the terminal shows {self.seen!r}"


def at_terminal(folder: Path, *words: str, state: Path) -> tuple[subprocess.Popen[bytes], int]:
    """A shell at a terminal of its own, and our end of that."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", OWN_TERMINAL, *PROGRAM, "shell", *words],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        cwd=folder,
        env=environment(XDG_STATE_HOME=str(state), TERM="dumb", INPUTRC="/dev/null"),
        start_new_session=True,
    )
    os.close(follower)
    return process, leader


def test_a_terminal_has_a_prompt_completion_and_history(folder: Path) -> None:
    state = folder / "state"
    process, leader = at_terminal(folder, "NTUSER.DAT", state=state)
    typist = Typist(leader)
    typist.until(b"HKCU> ")
    typist.type(b"cd Soft\t\n")
    typist.until(b"HKCU\\Software> ")
    typist.type(b"half a line")
    typist.until(b"half a line")
    # Python's readline loses a signal that comes between its last look and its select() until the next
    # one comes; a person who sees no prompt presses again, and so do we.
    assert any(typist.type(b"\x03") or typist.sees(b"HKCU\\Software> ", within=0.5) for _ in range(60))
    for _ in range(200):  # at any moment, within the prompt or between two: it never leaves the shell
        typist.type(b"\x03")
        typist.sees(b"nothing of that kind", within=0.001 * random.random())
    typist.type(b"\n")
    typist.until(b"HKCU\\Software> ")
    typist.type(b"pwd\n")
    typist.until(b"\nHKCU\\Software\r\n")
    typist.type(b"exit\n")
    typist.until(b" in ")  # the trailer: who writes to a terminal waits until it is read
    assert process.wait(30) == 0
    os.close(leader)
    assert "cd Software" in (state / "hiveguard" / "history").read_text()


def test_a_change_is_in_the_file_when_the_terminal_is_closed(folder: Path) -> None:
    process, leader = at_terminal(folder, "--write", "NTUSER.DAT", state=folder / "state")
    typist = Typist(leader)
    typist.until(b"HKCU> ")
    typist.type(b"set precious 1\n")
    typist.until(b"HKCU> ")
    os.close(leader)
    assert process.wait(30) == 129
    with hiveguard.open(folder / "NTUSER.DAT") as hive:
        assert hive.root.value("precious").data == "1"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_a_word_is_completed_is_not_lost(folder: Path, number: signal.Signals) -> None:
    """readline drops whatever a completer raises; the signal comes while the key's lock is taken for it."""
    hook = (
        "import os, sys; from hiveguard.cli import shell_terminal; matches = shell_terminal.matches\n"
        f"def pressed(*words): os.kill(os.getpid(), {int(number)}); return matches(*words)\n"
        "shell_terminal.matches = pressed\n"
        "from hiveguard.cli.main import main; sys.exit(main())"
    )
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", hook, "shell", "NTUSER.DAT"],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        cwd=folder,
        env=environment(XDG_STATE_HOME=str(folder / "state"), TERM="dumb", INPUTRC="/dev/null"),
    )
    os.close(follower)
    typist = Typist(leader)
    typist.until(b"HKCU> ")
    typist.type(b"cd Soft\t")
    if number == signal.SIGINT:
        typist.until(b"HKCU> ")  # the line is given up, and the next one can be typed
        typist.type(b"exit\n")
    typist.until(b" in " if number == signal.SIGINT else b"ended by SIGTERM")
    assert process.wait(30) == (0 if number == signal.SIGINT else 143)
    os.close(leader)
