"""Signals in the shell: one press ends one thing that may be ended, and nothing else."""

from __future__ import annotations

import builtins
import signal
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

import pytest

from hiveguard.cli import shell_terminal
from hiveguard.cli.interrupts import Interrupts
from hiveguard.cli.shell import Shell
from hiveguard.cli.stop import Interrupted


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def installed(*, at_prompt: bool) -> Interrupts:
    interrupts = Interrupts(at_prompt=at_prompt)
    interrupts.install()
    return interrupts


@pytest.mark.parametrize("at_prompt", [True, False])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_within_it_a_signal_is_raised_once(at_prompt: bool, number: signal.Signals) -> None:
    interrupts = installed(at_prompt=at_prompt)
    with pytest.raises(Interrupted) as raised, interrupts:
        signal.raise_signal(number)
    assert raised.value.number == number
    assert interrupts.are_over(raised.value) == (at_prompt and number == signal.SIGINT)
    with interrupts:
        pass


@pytest.mark.parametrize(("at_prompt", "number"), [(False, signal.SIGINT), (False, signal.SIGTERM), (True, 15)])
def test_elsewhere_it_waits(at_prompt: bool, number: int) -> None:
    interrupts = installed(at_prompt=at_prompt)
    signal.raise_signal(number)
    with pytest.raises(Interrupted), interrupts:
        pytest.fail("it was owed")


def test_at_a_prompt_a_press_that_nothing_could_take_is_forgotten() -> None:
    interrupts = installed(at_prompt=True)
    signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGINT)
    with interrupts:
        pass


def test_presses_at_any_moment_do_not_leave_the_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between a line that was interrupted and the next prompt, too."""
    shell = cast(Shell, SimpleNamespace(interrupts=installed(at_prompt=True), ended=False, place="HKCU"))
    typed = iter(["press", "press", "ls"])

    def asked(prompt: str) -> str:
        line = next(typed, None)
        if line is None:
            raise EOFError
        if line == "press":
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
        return line

    monkeypatch.setattr(shell_terminal, "_prepare", lambda shell: lambda: None)
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(builtins, "input", asked)
    monkeypatch.setattr(builtins, "print", lambda: signal.raise_signal(signal.SIGINT))
    assert list(shell_terminal.lines(shell)) == ["ls"]
