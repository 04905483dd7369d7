"""A thread that is waited for, also when somebody interrupts the waiting."""

from __future__ import annotations

import os
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


def test_who_is_in_it_does_not_wait_for_it() -> None:
    found: list[bool] = []
    made, over = Event(), Event()

    def work() -> None:
        made.wait()
        found.append(worker.join())
        over.set()

    worker = Worker(work, "itself")
    made.set()
    assert over.wait(20)
    assert found == [False]
    assert worker.join(20)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_fork_has_none() -> None:
    go = Event()

    def wait() -> None:
        go.wait()

    worker = Worker(wait, "waits")
    child = os.fork()
    if not child:
        os._exit(0 if worker.join() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    go.set()
    assert worker.join(20)
