"""Whole processes are measured in turn, and one that fails has no numbers."""

from __future__ import annotations

import sys

import pytest

from bench import measure

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the launcher counts as Linux does")
PYTHON = sys.executable
BALLAST = 64 << 20


def test_cpu_and_peak_are_the_childs() -> None:
    idle = measure.run([PYTHON, "-S", "-c", "pass"])
    busy = measure.run([PYTHON, "-S", "-c", f"x = b'x' * {BALLAST}; sum(range(3_000_000)); print('done')"])
    assert busy.output == "done"
    assert busy.cpu > idle.cpu
    assert busy.peak - idle.peak > BALLAST * 0.9


def test_failure_has_no_numbers() -> None:
    with pytest.raises(measure.Failed, match="ended with 3: last words"):
        measure.run([PYTHON, "-S", "-c", "import sys; sys.stderr.write('last words'); sys.exit(3)"])


def test_an_ending_that_is_expected_is_measured() -> None:
    assert measure.run([PYTHON, "-S", "-c", "raise SystemExit(4)"], may_end_with=(0, 4)).status == 4


def test_commands_take_turns(tmp_path: object) -> None:
    log = f"{tmp_path}/log"
    commands = {name: [PYTHON, "-S", "-c", f"open({log!r}, 'a').write({name!r})"] for name in ("a", "b", "c")}
    series = measure.in_turn(commands, rounds=2, warm_up=1)
    with open(log) as file:
        assert file.read() == "abcabcabc"
    assert [len(one.cpu) for one in series.values()] == [2, 2, 2]


def test_ratio_is_of_neighbours() -> None:
    ours = measure.Series((2.0, 30.0, 4.0), 0, "")
    base = measure.Series((1.0, 10.0, 1.0), 0, "")
    assert measure.ratio(ours, base) == (3.0, 2.0, 4.0)
    assert str(measure.ratio(ours, base)) == "3.00 (2.00..4.00)"


def test_environment_of_the_caller_does_not_change_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    seen = measure.run([PYTHON, "-S", "-c", "import sys; print(sys.dont_write_bytecode)"])
    assert seen.output == "False"
