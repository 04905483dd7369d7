"""A command of the user's that is run on events, one after the other, beside the watch.

What happened is told to it in its environment, never in its words: a hive's name cannot become a command. Must not
know: watches. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import os
import subprocess
from queue import Empty, Full, Queue
from threading import Thread

from ..core.hive_event import HiveEvent
from ..watch.record import as_record
from .output import json_text, message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from .output import Field

__all__ = ("EventCommand",)

_WAITING = 1_024  #: events that wait for the command before them
_END = object()


class EventCommand:
    """Runs a shell command for each event of the kinds that are wanted (none named: all).

    Its output goes to our standard error: ours is data. ``dropped``: events for which it was not run, because too
    many waited; ``failed``: how often it ended with an error.
    """

    def __init__(self, command: str, kinds: Collection[str]) -> None:
        self._command = command
        self._kinds = frozenset(kinds)
        self._queue: Queue[object] = Queue(_WAITING)
        self.dropped = self.failed = self.runs = 0
        self._thread = Thread(target=self._run, name="hiveguard exec", daemon=True)
        self._thread.start()

    def take(self, event: HiveEvent) -> None:
        """Run it for an event, if that is of a kind that is wanted; never waits."""
        if self._kinds and event.kind.value not in self._kinds:
            return
        try:
            self._queue.put_nowait(event)
        except Full:
            self.dropped += 1

    def close(self, *, drop: bool) -> None:
        """Wait until it was run for every event; with ``drop`` only for the one that it runs for now."""
        while drop:
            try:
                self._queue.get_nowait()
            except Empty:
                break
            self.dropped += 1
        self._queue.put(_END)
        self._thread.join()

    def _run(self) -> None:
        while isinstance(event := self._queue.get(), HiveEvent):
            self.runs += 1
            try:
                ended = subprocess.run(
                    self._command, shell=True, stdin=subprocess.DEVNULL, stdout=2, env=_environment(event), check=False
                )
            except (OSError, ValueError) as error:
                self._tell(event, str(error))
                continue
            if ended.returncode:
                self._tell(event, f"exit code {ended.returncode}")

    def _tell(self, event: HiveEvent, why: str) -> None:
        self.failed += 1
        message(f"--exec on {event.kind.value} of {event.file or event.mount}: {why}")


def _environment(event: HiveEvent) -> dict[str, str]:
    record: dict[str, Field] = dict(as_record(event))
    told = {
        "HIVEGUARD_EVENT": event.kind.value,
        "HIVEGUARD_HIVE": event.file or "",
        "HIVEGUARD_MOUNT": event.mount or "",
        "HIVEGUARD_RECORD": json_text(record),
    }
    return {**os.environ, **{name: text.replace("\0", "") for name, text in told.items()}}
