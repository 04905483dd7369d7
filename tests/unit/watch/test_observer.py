"""An observer whose callbacks raise: what was raised is kept, and the verdict is there once it is closed."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import pytest

from hiveguard.core.ending import Ending
from hiveguard.core.hive_event import EventKind, HiveEvent
from hiveguard.core.verdict import Verdict
from hiveguard.watch.channels import Channels
from hiveguard.watch.observer import HiveStateObserver
from hiveguard.watch.watch import Watch

SECONDS = 20


class Three(Channels):
    """Tells three events at once, and no more."""

    label = "three"

    def __init__(self) -> None:
        self._judge = None

    def start(self, tell: Callable[[HiveEvent], None], ended: Callable[[], None]) -> None:
        for number in range(1, 4):
            tell(HiveEvent(EventKind.LOADED, number=number, time=number, channel="made", file="A"))

    def stop(self) -> None:
        """It has no thread."""

    def verdict(self) -> Verdict:
        return Verdict()


@pytest.mark.parametrize("raised", [ValueError("mine"), SystemExit(7), KeyboardInterrupt()])
def test_what_a_callback_raised_is_kept_and_the_verdict_is_there_after_close(raised: BaseException) -> None:
    observer = HiveStateObserver(Watch(Three()))
    failed = Event()

    @observer.on_event
    def event(what: HiveEvent) -> None:
        failed.set()
        raise raised

    observer.start()
    assert failed.wait(SECONDS)
    with pytest.raises(type(raised)) as caught:
        observer.close()
    assert caught.value is raised
    verdict = observer.verdict
    assert verdict is not None
    assert verdict.ending is Ending.FAILED
    assert "2 items behind it were told to nobody" in "; ".join(verdict.reasons)
    observer.close()  # it is raised once


def test_an_observer_that_was_never_started_has_its_verdict_after_close() -> None:
    observer = HiveStateObserver(Watch(Three()))
    observer.close()
    assert observer.verdict is not None
    assert observer.verdict.ending is Ending.STOPPED


def test_a_callback_that_closes_and_then_raises_leaves_the_rest_to_close() -> None:
    observer = HiveStateObserver(Watch(Three()))
    failed = Event()

    @observer.on_event
    def event(what: HiveEvent) -> None:
        observer.close()
        failed.set()
        raise ValueError("mine")

    observer.start()
    assert failed.wait(SECONDS)
    with pytest.raises(ValueError, match="mine"):
        observer.close()
    assert observer.verdict is not None


def test_a_callback_that_closes_is_told_the_rest() -> None:
    observer = HiveStateObserver(Watch(Three()))
    seen: list[int] = []
    done = Event()

    @observer.on_event
    def event(what: HiveEvent) -> None:
        observer.close()
        seen.append(what.number)
        if len(seen) == 3:
            done.set()

    observer.start()
    assert done.wait(SECONDS)
    observer.close()
    assert seen == [1, 2, 3]
    assert observer.verdict is not None
    assert observer.verdict.ending is Ending.STOPPED
