"""`hiveguard trace` that is interrupted, and with several traces: what is told is of the right one."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from hiveguard.cli.main import main
from hiveguard.cli.stop import Interrupted
from hiveguard.cli.verbs import trace as verb
from tests.unit.trace.test_hive_events import FILE, Recording


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    recording = Recording()
    for _ in range(50):
        recording.manifest(37, SourceFile=FILE, Flags=0).manifest(38, StatusCode=0)
    (tmp_path / "made.etl").write_bytes(recording.builder.build())
    return tmp_path / "made.etl"


@pytest.mark.parametrize(
    ("words", "shows"), [((), "_event"), (("--provider", "70eb4f03-c1de-4f73-a051-33d13d5413bd"), "_record")]
)
def test_a_signal_is_what_ended_it(
    made: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], shows: str
) -> None:
    shown = 0
    show = getattr(verb, shows)

    def interrupted(*given: object) -> None:
        nonlocal shown
        show(*given)
        shown += 1
        if shown == 3:
            raise Interrupted(signal.SIGINT)

    monkeypatch.setattr(verb, shows, interrupted)
    assert main(["trace", "--format", "jsonl", *words, str(made)]) == 130
    last = json.loads(capfd.readouterr().out.splitlines()[-1])
    assert (last["ending"], last["stopped_by"], last["reasons"]) == ("STOPPED", "signal", ["ended by SIGINT"])


def test_of_several_traces_what_is_wrong_is_told_of_its_own(made: Path, capfd: pytest.CaptureFixture[str]) -> None:
    cut = made.with_name("cut.etl")
    cut.write_bytes(made.read_bytes()[:-100])
    main(["trace", "--format", "jsonl", str(made), str(cut)])
    last = json.loads(capfd.readouterr().out.splitlines()[-1])
    assert last["reasons"]
    assert all(reason.startswith(f"{cut}: ") for reason in last["reasons"])
