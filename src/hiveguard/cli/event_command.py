"""A command of the user's that is run on events, one after the other, beside the watch.

What happened is told to it in its environment, never in its words: a hive's name cannot become a command. Each run has
its time, so that whoever waits for the last one waits for a bounded time. Must not know: watches. Source: HiveGuard's
own contract.
"""

from __future__ import annotations

import json  # noqa: F401  # here, not when the thread first needs it: a signal in the main thread could cut that short
import os
import signal
import subprocess
import sys
import time
from collections import deque
from threading import TIMEOUT_MAX, Condition, Thread

from ..core.ending import Ending
from ..core.hive_event import HiveEvent
from ..core.verdict import Verdict
from ..watch.record import as_record
from .output import json_text, message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from .output import Field

__all__ = ("EventCommand",)

_WAITING = 1_024  #: events that wait for the command before them
_GRACE = 2.0  #: s between SIGTERM and SIGKILL, and s that a killed command is given to be gone
_LOOK_FIRST, _LOOK_LAST = 0.001, 0.05  #: s between two looks at whether a command has ended


class EventCommand:
    """Runs a shell command for each event of the kinds that are wanted (none named: all).

    Its output goes to our standard error: ours is data. ``timeout``: s after which a run of it is ended, with all the
    processes that it began. ``verdict`` tells how often it failed, was ended, or was not run.
    """

    def __init__(self, command: str, kinds: Collection[str], *, timeout: float) -> None:
        self._command = command
        self._kinds = frozenset(kinds)
        self._timeout = timeout
        self._changed = Condition()  # of everything below; it is waited for, not the thread: see `_wait`
        self._waiting: deque[HiveEvent] = deque()
        self._is_last = self._is_halted = self._is_over = False
        self._runs = self._failed = self._late = self._cut = 0
        self._too_many = self._left = 0  # not run: the queue was full; the watch was stopped
        self._stuck = ""
        Thread(target=self._run, name="hiveguard exec", daemon=True).start()

    def take(self, event: HiveEvent) -> None:
        """Run it for an event, if that is of a kind that is wanted; never waits. After `stop` it is counted only."""
        if self._kinds and event.kind.value not in self._kinds:
            return
        with self._changed:
            if self._is_last or self._is_halted:
                self._left += 1
            elif len(self._waiting) >= _WAITING:
                self._too_many += 1
            else:
                self._waiting.append(event)
                self._changed.notify_all()

    def finish(self) -> None:
        """Wait until it was run for every event that was taken. Each run has its time, so this ends."""
        with self._changed:
            self._is_last = True
            self._changed.notify_all()
            # A run that could not be ended is the one thing that reaches this bound: `stop` then tells of it.
            self._wait(min((len(self._waiting) + 1) * (self._timeout + 3 * _GRACE), TIMEOUT_MAX))

    def stop(self) -> None:
        """End the run that goes on, and run it for no event more. After `finish` this does nothing."""
        with self._changed:
            self._is_halted = True
            self._left += len(self._waiting)
            self._waiting.clear()
            self._changed.notify_all()
            if not self._wait(3 * _GRACE) and not self._stuck:
                self._stuck = "it does not end, though it was killed"

    def _wait(self, most: float) -> bool:
        """Wait for the thread, through the condition: a signal in `Thread.join` would make it count as ended."""
        return self._changed.wait_for(lambda: self._is_over, most)

    @property
    def verdict(self) -> Verdict:
        """How it went. What was not run because the watch was stopped is STOPPED; all else that went wrong FAILED."""
        with self._changed:
            runs = f"{self._runs:,}"
            failed = []
            if self._failed:
                failed.append(f"the command failed {self._failed:,} times of {runs}")
            if self._late:
                late = f"it took longer than {self._timeout:g} s"
                failed.append(f"the command was ended {self._late:,} times of {runs}: {late}")
            if self._stuck:
                failed.append(f"the command was left behind: {self._stuck}")
            if self._too_many:
                failed.append(f"the command was not run for {self._too_many:,} events: too many waited")
            stopped = ["the command was ended with the watch"] if self._cut else []
            if self._left:
                stopped.append(f"the command was not run for {self._left:,} events")
        ending = Ending.FAILED if failed else Ending.STOPPED if stopped else Ending.COMPLETE
        return Verdict(ending, (*stopped, *failed))

    # --- in the thread ----------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while (event := self._next()) is not None:
                try:
                    self._run_for(event)
                except (OSError, ValueError) as error:
                    self._tell(event, str(error))
        finally:
            with self._changed:
                self._is_over = True
                self._changed.notify_all()

    def _next(self) -> HiveEvent | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_last or self._is_halted)
            if not self._waiting:
                return None
            self._runs += 1
            return self._waiting.popleft()

    def _run_for(self, event: HiveEvent) -> None:
        process = subprocess.Popen(
            self._command,
            shell=True,
            stdin=subprocess.DEVNULL,
            stdout=2,
            env=_environment(event),
            start_new_session=True,  # a group of its own: what it began can be ended with it
        )
        end = time.monotonic() + self._timeout
        pause = _LOOK_FIRST
        while process.poll() is None:
            with self._changed:
                is_halted = self._changed.wait_for(lambda: self._is_halted, pause)
            if is_halted or time.monotonic() >= end:
                self._end(event, process, is_halted=is_halted)
                return
            pause = min(2 * pause, _LOOK_LAST)
        if process.returncode:
            self._tell(event, f"exit code {process.returncode}")

    def _end(self, event: HiveEvent, process: subprocess.Popen[bytes], *, is_halted: bool) -> None:
        with self._changed:
            if is_halted:
                self._cut += 1
            else:
                self._late += 1
        why = "ended with the watch" if is_halted else f"ended after {self._timeout:g} s"
        if not _end_group(process):
            why += "; it was killed, and is still there"
            with self._changed:
                self._stuck = f"process {process.pid} is still there, though it was killed"
        _say(event, why)

    def _tell(self, event: HiveEvent, why: str) -> None:
        with self._changed:
            self._failed += 1
        _say(event, why)


def _say(event: HiveEvent, why: str) -> None:
    message(f"--exec on {event.kind.value} of {event.file or event.mount}: {why}")


def _end_group(process: subprocess.Popen[bytes]) -> bool:
    """End a process and those that it began: asked first, killed where that does not help. Whether it is gone."""
    _signal(process, is_last=False)
    end = time.monotonic() + _GRACE
    while _is_there(process):
        if time.monotonic() >= end:
            _signal(process, is_last=True)
            break
        time.sleep(_LOOK_LAST)
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        return False
    return True  # nor is its group there: a child may still be seen only where nobody buries the dead


def _signal(process: subprocess.Popen[bytes], *, is_last: bool) -> None:
    if sys.platform == "win32":  # it has no groups that could be ended
        process.kill() if is_last else process.terminate()
        return
    try:
        os.killpg(process.pid, signal.SIGKILL if is_last else signal.SIGTERM)
    except (ProcessLookupError, PermissionError):  # macOS says the latter of the dead
        return  # they were faster; if not, whoever waits for them tells


def _is_there(process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is None:
        return True
    if sys.platform == "win32":
        return False
    try:
        os.killpg(process.pid, 0)  # those that it began may outlive it
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _environment(event: HiveEvent) -> dict[str, str]:
    record: dict[str, Field] = dict(as_record(event))
    told = {
        "HIVEGUARD_EVENT": event.kind.value,
        "HIVEGUARD_HIVE": event.file or "",
        "HIVEGUARD_MOUNT": event.mount or "",
        "HIVEGUARD_RECORD": json_text(record),
    }
    return {**os.environ, **{name: text.replace("\0", "") for name, text in told.items()}}
