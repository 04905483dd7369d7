"""A thread that is waited for, also when somebody interrupts the waiting."""

from __future__ import annotations

import signal
import sys
from threading import Event, Timer

import pytest

from hiveguard.watch.worker import Worker


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_an_interrupted_wait_does_not_count_it_as_ended() -> None:
    go = Event()

    def wait() -> None:
        go.wait()

    worker = Worker(wait, "waits")
    before = signal.signal(signal.SIGALRM, lambda number, frame: (_ for _ in ()).throw(KeyboardInterrupt()))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        with pytest.raises(KeyboardInterrupt):
            worker.join(20)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert not worker.join(0)
    Timer(0, go.set).start()
    assert worker.join(20)
