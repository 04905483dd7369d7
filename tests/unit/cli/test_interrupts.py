"""Signals in the shell: one press ends one thing that may be ended, and nothing else."""

from __future__ import annotations

import builtins
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator
from threading import Condition
from types import SimpleNamespace
from typing import cast

import pytest

from hiveguard.cli import shell_terminal
from hiveguard.cli.interrupts import Interrupts
from hiveguard.cli.output import Output
from hiveguard.cli.session import Session
from hiveguard.cli.shell import Shell
from hiveguard.cli.stop import Interrupted, Stop
from hiveguard.core.errors import HiveError, NotFound
from hiveguard.embedded.registry import Registry


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
    before = {number: signal.getsignal(number) for number in numbers}
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests may have said nohup
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number, handler in before.items():
        signal.signal(number, handler)


def installed(*, at_prompt: bool) -> Interrupts:
    interrupts = Interrupts(at_prompt=at_prompt)
    interrupts.install()
    return interrupts


@pytest.mark.parametrize("at_prompt", [True, False])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_within_it_a_signal_is_raised_once(at_prompt: bool, number: signal.Signals) -> None:
    interrupts = installed(at_prompt=at_prompt)
    with pytest.raises(Interrupted) as raised, interrupts:
        signal.raise_signal(number)
    assert raised.value.number == number
    assert interrupts.are_over(raised.value) == (at_prompt and number == signal.SIGINT)
    with interrupts:
        pass


@pytest.mark.parametrize(
    ("at_prompt", "number"), [(False, signal.SIGINT), (False, signal.SIGTERM), (True, 15), (True, 1)]
)
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

    def press() -> None:
        signal.raise_signal(signal.SIGINT)

    parts = SimpleNamespace(interrupts=installed(at_prompt=True), ended=False, place="HKCU", end_line=press)
    shell = cast(Shell, parts)
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
    assert list(shell_terminal.lines(shell)) == ["ls"]


def test_a_second_end_that_must_wait_ends_the_process_but_no_terminal_that_closes_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Ended(Exception):
        pass

    def end(code: int) -> None:
        raise Ended(code)

    monkeypatch.setattr(os, "_exit", end)
    interrupts = installed(at_prompt=True)
    signal.raise_signal(signal.SIGTERM)
    signal.raise_signal(signal.SIGHUP)
    signal.raise_signal(signal.SIGHUP)
    with pytest.raises(Ended) as ended:
        signal.raise_signal(signal.SIGTERM)
    assert ended.value.args == (143,)
    with pytest.raises(Interrupted), interrupts:
        pytest.fail("it was owed")


CUT = "interrupted; what is shown is not all"

# --- looks ----------------------------------------------------------------------------------


class Looks:
    """A shell at a prompt over a registry; what it shows in the order in which it is shown, and what it tells."""

    def __init__(self, registry: Registry, patch: pytest.MonkeyPatch) -> None:
        self.happened: list[str] = []
        patch.setattr("hiveguard.cli.shell.message", self.happened.append)
        self.out = Output("text", None, Stop())
        patch.setattr(self.out, "_put", lambda data: self.happened.append(data.decode()))
        session = SimpleNamespace(out=self.out, conclude=lambda verdict: None, fail=self._fail)
        self.shell = Shell(registry, cast(Session, session), installed(at_prompt=True))

    def _fail(self, error: HiveError) -> None:
        self.happened.append(str(error))


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Looks]:
    with Registry(lazy_flush=None) as registry:
        registry.create("HKCU\\Software\\Below").close()
        yield Looks(registry, monkeypatch)


def patched_lock(monkeypatch: pytest.MonkeyPatch, name: str, press: Callable[[], None]) -> None:
    """Condition's own enter or exit, both code of Python, with a signal in the middle."""

    def entered(self: Condition) -> bool:
        result = self._lock.__enter__()  # type: ignore[attr-defined]
        press()
        return bool(result)

    def left(self: Condition, *what: object) -> None:
        press()
        self._lock.__exit__(*what)  # type: ignore[attr-defined]

    monkeypatch.setattr(Condition, name, entered if name == "__enter__" else left)


@pytest.mark.parametrize("name", ["__enter__", "__exit__"])
@pytest.mark.parametrize("line", ["ls HKCU", "tree HKCU", "hives", "watch"])
def test_a_press_right_behind_a_lock_leaves_none_locked(
    looks: Looks, monkeypatch: pytest.MonkeyPatch, name: str, line: str
) -> None:
    with monkeypatch.context() as patch:
        patched_lock(patch, name, lambda: signal.raise_signal(signal.SIGINT))
        looks.shell.run(line)
    assert not looks.shell.registry.lock._is_owned()  # type: ignore[attr-defined]
    assert looks.happened == (["\n"] if line == "watch" else [CUT])
    looks.shell.run("pwd")
    assert looks.happened[1:] == ["\\\n"]


def test_a_press_in_a_look_that_showed_all_is_forgotten(looks: Looks, monkeypatch: pytest.MonkeyPatch) -> None:
    def key(typed: str) -> None:
        signal.raise_signal(signal.SIGINT)
        raise NotFound("it is not there")

    monkeypatch.setattr(looks.shell, "key", key)
    looks.shell.run("tree HKCU")
    assert looks.happened == ["it is not there"]


def test_what_was_held_back_is_shown_before_it_is_said_that_it_is_not_all(
    looks: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def line(text: str) -> None:
        looks.out.write(text + "\n")
        if text == "  Software":
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(looks.out, "line", line)
    looks.shell.run("tree HKCU")
    assert looks.happened[0].endswith("\n  Software\n")
    assert looks.happened[1:] == [CUT]


def test_a_watch_shows_what_happens_before_it_waits_again(looks: Looks, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = looks.shell.registry.changes()
    waits = iter(range(3))

    def get(timeout: float | None = None) -> None:
        if next(waits) == 1:
            assert looks.happened == ["inventory  \\REGISTRY\\USER\\S-1-5-21-0-0-0-1000\n"]
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(stream, "get", get)
    monkeypatch.setattr(looks.shell.registry, "changes", lambda: stream)
    looks.shell.run("watch 600")
    assert next(waits) == 2


# --- what is called back --------------------------------------------------------------------


def called_back(interrupts: Interrupts, number: int) -> Callable[[], None]:
    """A completer: what it raises is dropped, as readline does."""

    def complete() -> None:
        signal.raise_signal(number)

    interrupts.completer = complete.__code__

    def readline() -> None:
        try:
            complete()
        except KeyboardInterrupt:
            pytest.fail("it would be lost")

    return readline


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_a_completer_is_raised_behind_it(number: signal.Signals) -> None:
    interrupts = installed(at_prompt=True)
    with pytest.raises(Interrupted) as raised, interrupts:
        called_back(interrupts, number)()
        assert interrupts.are_owed
        while True:
            signal.pause()  # as long as it takes
    assert raised.value.number == number
    assert not interrupts.are_owed
    with interrupts:
        pass
    with pytest.raises(Interrupted), interrupts:  # it is not deaf
        signal.raise_signal(signal.SIGINT)


def test_a_press_in_a_completer_behind_which_a_line_came_is_forgotten() -> None:
    interrupts = installed(at_prompt=True)
    with interrupts:
        called_back(interrupts, signal.SIGINT)()
    with interrupts:
        pass
    signal.raise_signal(signal.SIGALRM)  # who comes too late finds nothing
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)


def test_a_signal_in_a_finalizer_is_raised_behind_it() -> None:
    class Finalized:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGTERM)

    interrupts = installed(at_prompt=True)
    with pytest.raises(Interrupted), interrupts:
        Finalized()
        gc.collect()
        while True:
            signal.pause()


def test_behind_a_press_the_system_forgets_the_next_ones_until_the_next_line() -> None:
    """CPython would call a handler of Python once more with the first one's exception set, and fail."""
    interrupts = installed(at_prompt=True)
    with pytest.raises(Interrupted), interrupts:
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGTERM) is not signal.SIG_IGN
    with pytest.raises(Interrupted), interrupts:
        signal.raise_signal(signal.SIGINT)


def test_without_a_prompt_no_signal_is_forgotten() -> None:
    interrupts = installed(at_prompt=False)
    with pytest.raises(Interrupted), interrupts:
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is not signal.SIG_IGN
