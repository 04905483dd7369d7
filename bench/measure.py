"""Measures commands as whole processes, in turn: A B A B, never all A and then all B.

CPU time is user plus system, from the kernel's account of the ended process (wait4); so a busy
neighbour disturbs it less than the wall clock. Whatever is compared is compared within one series.
Must not know: what the commands are.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

LAUNCHER = Path(__file__).with_name("launch.py")
LAUNCHER_PYTHON = "/usr/bin/python3"
MEBIBYTE = 1 << 20
# Environment variables that change what a start of Python costs are not handed on.
DROPPED = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONDONTWRITEBYTECODE", "PYTHONDEVMODE")


class Run(NamedTuple):
    """One ended process: CPU seconds, peak of resident memory in bytes, exit status, what it printed."""

    cpu: float
    peak: int
    status: int
    output: str
    errors: str


class Failed(Exception):
    """A measured command did not end as expected; its numbers mean nothing."""


def run(command: Sequence[str], *, keep_output: bool = True, may_end_with: Sequence[int] = (0,)) -> Run:
    """Run once. Raises Failed for an exit status that is not among `may_end_with`."""
    environment = {name: value for name, value in os.environ.items() if name not in DROPPED}
    with tempfile.TemporaryDirectory() as folder:
        out = f"{folder}/out" if keep_output else os.devnull
        err = f"{folder}/err"
        launch = [LAUNCHER_PYTHON, "-I", "-S", str(LAUNCHER), out, err, *command]
        done = subprocess.run(launch, capture_output=True, text=True, check=True, env=environment)
        user, system, peak, status = done.stdout.split()
        printed = Path(out).read_text(errors="replace") if keep_output else ""
        errors = Path(err).read_text(errors="replace")
    if int(status) not in may_end_with:
        last = (errors.strip().splitlines() or ["nothing on stderr"])[-1]
        program = " ".join(Path(word).name for word in command[:2])
        raise Failed(f"{program} ended with {status}: {last}")
    return Run(float(user) + float(system), int(peak) * 1024, int(status), printed.strip(), errors.strip())


class Series(NamedTuple):
    """What one command cost in all counted rounds of a comparison."""

    cpu: tuple[float, ...]
    peak: int
    output: str

    @property
    def middle(self) -> float:
        return median(self.cpu)


def in_turn(
    commands: Mapping[str, Sequence[str]],
    *,
    rounds: int,
    warm_up: int = 1,
    keep_output: bool = True,
    may_end_with: Sequence[int] = (0,),
) -> dict[str, Series]:
    """Run all commands once per round, in order; the first `warm_up` rounds are not counted."""
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(warm_up + rounds):
        for name, command in commands.items():
            done = run(command, keep_output=keep_output, may_end_with=may_end_with)
            if number >= warm_up:
                runs[name].append(done)
    return {
        name: Series(tuple(r.cpu for r in done), max(r.peak for r in done), done[-1].output)
        for name, done in runs.items()
    }


class Ratio(NamedTuple):
    """CPU time of one series over another's, round by round: median, least, greatest."""

    middle: float
    least: float
    greatest: float

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.least:.2f}..{self.greatest:.2f})"


def ratio(ours: Series, base: Series) -> Ratio:
    """Each round's ratio is of neighbours in time; the median of them is what is quoted."""
    rounds = [a / b for a, b in zip(ours.cpu, base.cpu, strict=True)]
    return Ratio(median(rounds), min(rounds), max(rounds))
