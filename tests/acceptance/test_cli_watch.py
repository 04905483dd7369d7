"""`hiveguard watch` and `hiveguard trace` as a script and a person see them."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

from hiveguard.testing import HiveBuilder
from tests.acceptance.program import PROGRAM, environment, run
from tests.acceptance.test_cli_terminal import on_terminal
from tests.unit.trace.test_hive_events import FILE, MOUNT, Recording

HIVE = HiveBuilder().build()
SECONDS = 30


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "NTUSER.DAT").write_bytes(HIVE)
    return tmp_path


class Running:
    """A watch in a process of its own, its records read as they come."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.process = subprocess.Popen(
            [*PROGRAM, "watch", *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=environment(),
        )
        assert self.process.stdout is not None
        self.out = self.process.stdout
        self.records: list[dict[str, object]] = []

    def until(self, event: str) -> None:
        end = time.monotonic() + SECONDS
        while not any(record.get("event") == event for record in self.records):
            assert select.select([self.out], [], [], max(end - time.monotonic(), 0))[0], self.records
            line = self.out.readline()
            assert line, self.records
            self.records.append(json.loads(line))

    def until_there(self, path: Path) -> None:
        end = time.monotonic() + SECONDS
        while not path.exists():
            assert self.process.poll() is None, f"it ended without {path}"
            assert time.monotonic() < end, f"no {path}"
            select.select([], [], [], 0.01)

    def ended(self, number: int) -> tuple[int, dict[str, object], str]:
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=SECONDS)
        lines = out.splitlines()
        return self.process.returncode, json.loads(lines[-1]), err.decode()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_with_its_verdict(folder: Path, number: int, code: int) -> None:
    watching = Running(folder, ".")
    watching.until("inventory")
    ended, last, told = watching.ended(number)
    assert ended == code, told
    assert last["kind"] == "end"
    assert last["stopped_by"] == "signal"
    assert "Traceback" not in told


def test_records_come_as_things_happen(folder: Path) -> None:
    watching = Running(folder, "--interval", "0.1", ".")
    watching.until("inventory")
    (folder / "NEW.DAT").write_bytes(HIVE)
    watching.until("loaded")
    (folder / "NEW.DAT").unlink()
    watching.until("unloaded")
    watching.ended(signal.SIGINT)
    assert {record["v"] for record in watching.records} == {1}
    assert watching.records[0]["hive_type"] == "NTUSER"


def test_it_ends_as_it_was_asked_to(folder: Path) -> None:
    ended = run("watch", "--for", "0.2", ".", cwd=folder)
    assert ended.code == 0
    assert ended.records[-1]["stopped_by"] == "caller"
    ended = run("watch", "--until", "inventory", "--format", "text", "NTUSER.DAT", cwd=folder)
    assert ended.code == 0
    assert "inventory" in ended.text
    assert ended.told.startswith("stopped as asked: ")


def test_a_command_is_told_in_its_environment_and_a_name_is_never_a_command(folder: Path) -> None:
    odd = "$(touch pwned); `touch pwned`\n'.DAT"
    (folder / odd).write_bytes(HIVE)
    command = 'printf "%s|" "$HIVEGUARD_EVENT" "$HIVEGUARD_HIVE" >>told; printf "%s\\n" "$HIVEGUARD_RECORD" >>records'
    ended = run("watch", "--for", "0.5", "--exec", command, "--on", "inventory", ".", cwd=folder)
    assert ended.code == 0, ended.told
    told = (folder / "told").read_text().split("|")[:-1]
    assert set(told[1::2]) == {str(folder / "NTUSER.DAT"), str(folder / odd)}
    assert set(told[::2]) == {"inventory"}
    assert not (folder / "pwned").exists()
    assert {json.loads(line)["event"] for line in (folder / "records").read_text().splitlines()} == {"inventory"}


def test_a_command_that_fails_is_in_the_verdict(folder: Path) -> None:
    ended = run("watch", "--for", "0.3", "--exec", "exit 7", "--format", "text", ".", cwd=folder)
    assert ended.code == 9
    assert "exit code 7" in ended.told
    assert "the command failed 1 times of 1" in ended.told


def test_what_is_drained_at_the_end_reaches_the_command_too(folder: Path) -> None:
    for name in ("A.DAT", "B.DAT"):
        (folder / name).write_bytes(HIVE)
    words = ("--until", "inventory", "--on", "inventory", "--exec", "echo x >>ran")
    ended = run("watch", *words, ".", cwd=folder)
    assert ended.code == 0, ended.told
    assert sum(record.get("event") == "inventory" for record in ended.records) == 3
    assert (folder / "ran").read_text() == "x\n" * 3


# A command that hangs: a shell and its child, both deaf to SIGTERM, so that only SIGKILL to the whole group ends them.
DEAF = """trap '' TERM; echo $$ >shell; sh -c 'trap "" TERM; echo $$ >child; while :; do sleep 600; done'; :"""
HANGS = "echo $$ >shell; sleep 600 & echo $! >child; wait"


def is_running(number: Path) -> bool:
    try:
        state = Path("/proc", number.read_text().strip(), "stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def reasons(record: dict[str, object]) -> str:
    told = record["reasons"]
    assert isinstance(told, list)
    return "; ".join(told)


@pytest.mark.parametrize("command", [HANGS, DEAF])
def test_a_signal_ends_the_command_that_runs_and_those_that_wait_are_counted(folder: Path, command: str) -> None:
    for name in ("A.DAT", "B.DAT"):
        (folder / name).write_bytes(HIVE)
    watching = Running(folder, "--on", "inventory", "--exec", command, ".")
    while sum(record.get("event") == "inventory" for record in watching.records) < 3:
        watching.records.append(json.loads(watching.out.readline()))
    watching.until_there(folder / "child")
    code, last, told = watching.ended(signal.SIGINT)
    assert code == 130, told
    assert last["kind"] == "end"
    assert last["stopped_by"] == "signal"
    assert "the command was ended with the watch" in reasons(last)
    assert "the command was not run for 2 events" in reasons(last)
    assert "left behind" not in reasons(last)
    assert not is_running(folder / "shell")
    assert not is_running(folder / "child")


def test_a_signal_while_the_end_waits_for_a_command_gives_the_verdict(folder: Path) -> None:
    watching = Running(folder, "--until", "inventory", "--on", "inventory", "--exec", HANGS, ".")
    watching.until_there(folder / "child")
    code, last, told = watching.ended(signal.SIGTERM)
    assert code == 143, told
    assert "the command was ended with the watch" in reasons(last)
    assert not is_running(folder / "child")


def test_a_command_that_takes_too_long_is_ended_and_told_and_the_next_one_is_run(folder: Path) -> None:
    (folder / "A.DAT").write_bytes(HIVE)
    command = f'echo x >>ran; if [ "$(wc -l <ran)" = 1 ]; then {HANGS}; fi'
    words = ("--for", "0.3", "--on", "inventory", "--exec-timeout", "0.5s", "--exec", command)
    ended = run("watch", *words, ".", cwd=folder)
    assert ended.code == 9, ended.told
    assert "ended after 0.5 s" in ended.told
    assert "the command was ended 1 times of 2: it took longer than 0.5 s" in reasons(ended.records[-1])
    assert (folder / "ran").read_text() == "x\n" * 2
    assert not is_running(folder / "child")


@pytest.mark.parametrize("name", ["nowhere/NTUSER.DAT", "empty.etl", "missing.etl", "no.etl"])
def test_where_nothing_could_be_begun_the_last_record_does_not_say_complete(folder: Path, name: str) -> None:
    (folder / "empty.etl").touch()
    (folder / "no.etl").write_bytes(b"no trace" * 999)
    ended = run("watch", "--format", "jsonl", name, cwd=folder)
    assert ended.code == 3
    last = ended.records[-1]
    assert (last["kind"], last["ending"], last["exit_code"]) == ("end", "UNAVAILABLE", 3)
    assert name.partition("/")[0] in reasons(last)
    ended = run("watch", "--format", "jsonl", "a.etl", "b.etl", cwd=folder)
    assert (ended.records[-1]["ending"], ended.records[-1]["exit_code"]) == ("FAILED", 2)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("nowhere/x",), 3),
        (("--interval", "99999999999h", "."), 2),
        (("--interval", "25h", "."), 2),
        (("--interval", "9" * 400, "."), 2),
        (("--for", "99999999999h", "."), 2),
        (("--for", "3654d", "."), 2),
        (("--for", "9" * 400, "."), 2),
        (("--exec-timeout", "0", "--exec", "true", "."), 2),
        (("--exec-timeout", "366d", "--exec", "true", "."), 2),
        (("--until", "frobbed", "."), 2),
        (("--for", "soon", "."), 2),
        (("--interval", "0", "."), 2),
        (("--speed", "-1", "."), 2),
        ((), 2),
        (("a.etl", "b.etl"), 2),
    ],
)
def test_what_cannot_be_watched(folder: Path, words: tuple[str, ...], code: int) -> None:
    ended = run("watch", "--format", "text", *words, cwd=folder)
    assert ended.code == code
    assert ended.told.startswith("hiveguard: ")


def test_the_longest_times_that_can_be_asked_for(folder: Path) -> None:
    words = ("--for", "3650d", "--interval", "1d", "--exec-timeout", "365d", "--exec", "true", "--until", "inventory")
    ended = run("watch", *words, ".", cwd=folder)
    assert ended.code == 0, ended.told


def test_by_the_poll_alone(folder: Path) -> None:
    ended = run("watch", "--poll-only", "--for", "0.3", ".", cwd=folder)
    assert ended.code == 0
    assert [record["stars"] for record in ended.records if record["kind"] == "liveness"] == [4]
    assert "one channel only" in ended.told


@pytest.mark.parametrize("terminal", ["xterm-256color", "dumb"])
def test_on_a_terminal(folder: Path, terminal: str) -> None:
    code, shown = on_terminal("watch", "--for", "0.5", ".", cwd=folder, TERM=terminal, COLUMNS="100", LINES="24")
    assert code == 0
    assert b"NTUSER.DAT" in shown
    assert ("★★★★★".encode() in shown) is (terminal != "dumb")
    assert (b"\x1b[" in shown) is (terminal != "dumb")
    assert b"stopped as asked" in shown


# --- traces, which are made, so synthetic -----------------------------------------------------


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    recording = Recording().manifest(37, SourceFile=FILE, Flags=0).manifest(38, StatusCode=0)
    recording.manifest(20, HiveFilePath=FILE, HiveMountPoint=MOUNT).manifest(21, StatusCode=0xC0000121)
    recording.manifest(12, KeyObject=1, Status=0, KeyName="K").kernel(35, CurrentControlSet=1)
    recording.builder.system(0x0921, b"raw", version=2)
    (tmp_path / "made.etl").write_bytes(recording.builder.build())
    return tmp_path


def test_a_trace_gives_what_happened_to_hives(trace: Path) -> None:
    ended = run("trace", "--format", "jsonl", "made.etl", cwd=trace)
    assert ended.code == 0
    kinds = [record.get("event", record["kind"]) for record in ended.records]
    assert kinds == ["load-started", "loaded", "unload-started", "unload-refused", "raw", "end"]
    assert ended.records[3]["status"] == "0xc0000121 (STATUS_CANNOT_DELETE)"
    assert ended.records[2]["mount"] == MOUNT
    assert ended.records[4]["payload"] == b"raw".hex()
    ended = run("trace", "--format", "text", "--keys", "made.etl", cwd=trace)
    assert "FlushKey" in ended.text
    assert ended.told.startswith("complete: 4 events")


def test_a_trace_s_session_and_the_records_of_one_provider(trace: Path) -> None:
    assert "pointer_size   8" in run("trace", "--info", "--format", "text", "made.etl", cwd=trace).text
    ended = run(
        "trace", "--format", "jsonl", "--provider", "70EB4F03-C1DE-4F73-A051-33D13D5413BD", "made.etl", cwd=trace
    )
    assert [record["id"] for record in ended.records if record["kind"] == "record"] == [37, 38, 20, 21, 12]
    assert run("trace", "--provider", "nobody", "made.etl", cwd=trace).code == 2


def test_traces_that_say_nothing_or_are_none(trace: Path) -> None:
    (trace / "silent.etl").write_bytes(Recording().builder.build())
    ended = run("trace", "--format", "text", "silent.etl", cwd=trace)
    assert ended.code == 5
    assert "nothing tells whether any were recorded" in ended.told
    (trace / "no.etl").write_bytes(b"no trace" * 999)
    for name in ("no.etl", "missing.etl", "."):
        ended = run("trace", "--format", "text", name, cwd=trace)
        assert ended.code == 3, name
        assert name in ended.told
    ended = run("trace", "--format", "text", "missing.etl", "made.etl", cwd=trace)
    assert ended.code == 3
    assert "loaded" in ended.text


def test_a_trace_is_replayed(trace: Path) -> None:
    ended = run("watch", "--speed", "0", "made.etl", cwd=trace)
    assert ended.code == 0
    assert [record["state"] for record in ended.records if record["kind"] == "liveness"] == ["alive"]
    assert ended.records[-1]["ending"] == "COMPLETE"


# --- who reads it goes away --------------------------------------------------------------------


@pytest.mark.parametrize("form", ["jsonl", "text"])
def test_it_ends_when_its_reader_has_gone(folder: Path, form: str) -> None:
    """As below ``head -1``; nothing more happens to the hive that it could fail to write."""
    watching = Running(folder, "--format", form, "NTUSER.DAT")
    assert watching.out.readline()
    watching.out.close()
    assert watching.process.stderr is not None
    assert watching.process.wait(SECONDS) == 0
    assert watching.process.stderr.read() == b""
    watching.process.stderr.close()


def test_it_ends_when_its_terminal_has_gone(folder: Path) -> None:
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        ["sh", "-c", "trap '' HUP; exec \"$@\"", "sh", *PROGRAM, "watch", "NTUSER.DAT"],
        stdin=subprocess.DEVNULL,
        stdout=follower,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment(TERM="xterm"),
        start_new_session=True,
    )
    os.close(follower)
    seen = b""
    while b"alive" not in seen:
        assert select.select([leader], [], [], SECONDS)[0], seen
        seen += os.read(leader, 4096)
    os.close(leader)
    _, told = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert b"Traceback" not in told
