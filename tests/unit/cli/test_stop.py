from __future__ import annotations

import os
import signal

import pytest

from hiveguard.cli.stop import Interrupted, Stop

NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def handlers() -> object:
    before = {number: signal.getsignal(number) for number in NUMBERS}
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests may have said nohup
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signal_is_raised_at_once_outside_a_write(number: signal.Signals) -> None:
    Stop().install()
    with pytest.raises(Interrupted) as caught:
        signal.raise_signal(number)
    assert caught.value.number == number


def test_signal_within_a_write_is_raised_behind_it_and_only_once() -> None:
    stop = Stop()
    stop.install()
    reached = False
    with pytest.raises(Interrupted), stop:
        with stop:
            signal.raise_signal(signal.SIGINT)
        reached = True
    assert reached
    with stop:  # what is written for the trailer
        pass


def test_signal_that_was_raised_is_not_raised_again_by_the_trailer() -> None:
    stop = Stop()
    stop.install()
    with pytest.raises(Interrupted):
        signal.raise_signal(signal.SIGTERM)
    with stop:
        pass


def test_second_signal_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ended(Exception):
        pass

    def end(code: int) -> None:
        raise Ended(code)

    monkeypatch.setattr(os, "_exit", end)
    stop = Stop()
    stop.install()
    with pytest.raises(Interrupted):
        signal.raise_signal(signal.SIGINT)
    with pytest.raises(Ended) as ended, stop:
        signal.raise_signal(signal.SIGINT)
    assert ended.value.args == (130,)


def test_a_terminal_that_closes_tells_it_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "_exit", pytest.fail)
    stop = Stop()
    stop.install()
    with pytest.raises(Interrupted):
        signal.raise_signal(signal.SIGHUP)
    signal.raise_signal(signal.SIGHUP)


def test_under_nohup_a_terminal_that_closes_ends_nothing() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    Stop().install()
    signal.raise_signal(signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def test_a_system_without_that_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(signal, "SIGHUP")
    Stop().install()
    with pytest.raises(Interrupted):
        signal.raise_signal(signal.SIGINT)
