"""What a watch looks like: a live table on a terminal, lines of text, or records.

Must not know: where hives are. Source: HiveGuard's own contract; the table is drawn by the library `rich`.
"""

from __future__ import annotations

import os
import sys
import time
from itertools import islice

from ..core.hive_event import HiveEvent
from ..core.liveness import Liveness, LivenessState
from ..watch.limits import GONE_KEPT
from ..watch.record import as_record, time_text
from .escape import visible
from .output import put_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

    from ..core.subscription import Lost
    from .output import Field
    from .session import Session

__all__ = ("Lines", "LiveTable", "Screen", "screen_for")

_TEXTS = ("mount", "file")
_STALE = 3.0  #: s after which a line of the table that nothing happened to is dimmed
_ROWS_LEFT = 6  #: lines of a terminal that the table leaves free
_PER_SECOND = 8
_OTHER_COLUMNS, _NAME_LEAST = 50, 16  # characters


class Screen:
    """Records, one a line, each handed over at once."""

    def __init__(self, session: Session) -> None:
        self._out = session.out

    def __enter__(self) -> Screen:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is held."""

    def take(self, item: HiveEvent | Liveness | Lost) -> None:
        """Show one item, now."""
        self.put(item)
        self._out.flush()

    def put(self, item: HiveEvent | Liveness | Lost) -> None:
        """Show one item, in good time."""
        record: dict[str, Field] = dict(as_record(item))
        for name in _TEXTS:
            if name in record:
                text = record[name]
                put_text(record, name, text if isinstance(text, str) else None)
        self._out.record(record)

    def tick(self) -> None:
        """Time goes by. Raises `ClosedPipe` when nobody reads any more."""
        self._out.look_for_reader()


class Lines(Screen):
    """A line of text for each item."""

    def put(self, item: HiveEvent | Liveness | Lost) -> None:
        if isinstance(item, HiveEvent):
            status = f"  ({item.status})" if item.status else ""
            line = f"{_clock(item.time)}  {item.kind.value:<14}  {_name(item)}  by {item.channel}{status}"
        elif isinstance(item, Liveness):
            line = f"{_clock(item.at.wall)}  {_held(item):<14}  {_name(item)}  {'; '.join(item.reasons)}"
        else:
            line = f"{_clock(item.last)}  lost            {item.count:,} events"
        self._out.line(line)


class LiveTable(Screen):
    """A table that is drawn again and again: hive, state, stars, last event, age."""

    def __init__(self, session: Session) -> None:
        from rich.console import Console
        from rich.live import Live

        super().__init__(session)
        self._console = Console(file=sys.stdout, highlight=False, no_color=not session.paints)
        self._live: Live = Live(console=self._console, auto_refresh=False, transient=False)
        self._rows: dict[str, _Row] = {}  # what moved last stands last
        self._gone: dict[str, None] = {}  # those that are unloaded, in that order
        self._forgotten = self._lost = 0
        self._drawn = 0.0
        self._is_new = True  # there is something to show that is not shown

    def __enter__(self) -> Screen:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._draw()
            self._live.stop()
        except OSError:
            return  # the terminal is gone: what ends the watch says more than that

    def take(self, item: HiveEvent | Liveness | Lost) -> None:
        self._is_new = True
        if not isinstance(item, (HiveEvent, Liveness)):
            self._lost += item.count
            return
        name = _name(item)
        row = self._rows.pop(name, None) or _Row()
        self._rows[name] = row
        row.moved = time.monotonic()
        if isinstance(item, HiveEvent):
            row.event = item.kind.value
            return
        row.state, row.stars = item.state.value, item.stars
        self._gone.pop(name, None)
        if item.state is LivenessState.UNLOADED:
            self._gone[name] = None
            if len(self._gone) > GONE_KEPT:  # as the watch itself
                oldest = next(iter(self._gone))
                del self._gone[oldest], self._rows[oldest]
                self._forgotten += 1

    def tick(self) -> None:
        super().tick()
        since = time.monotonic() - self._drawn
        if since >= (1 / _PER_SECOND if self._is_new else 1):  # ages are in whole seconds
            self._draw()

    def _draw(self) -> None:
        self._drawn, self._is_new = time.monotonic(), False
        self._live.update(self._table(), refresh=True)

    def _table(self) -> Table:
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, padding=(0, 2, 0, 0))
        for column in ("hive", "state", "stars", "last event", "age"):
            table.add_column(column, no_wrap=True, overflow="ellipsis")
        room = max(self._console.height - _ROWS_LEFT, 1)
        for name in sorted(islice(reversed(self._rows), room)):
            row = self._rows[name]
            age = time.monotonic() - row.moved
            cells = (
                _tail(visible(name), max(self._console.width - _OTHER_COLUMNS, _NAME_LEAST)),
                row.state,
                "★" * row.stars,
                row.event,
                f"{age:,.0f} s",
            )
            style = _STYLES.get(row.state, "")
            table.add_row(*(Text(cell) for cell in cells), style="dim" if age > _STALE else style)
        more = len(self._rows) + self._forgotten - room
        if more > 0:
            table.add_row(f"... and {more:,} more")
        if self._lost:
            table.add_row(f"{self._lost:,} events were lost", style="red")
        return table


class _Row:
    """A line of the table: what is held about a hive, its last event, and when any of it was told."""

    __slots__ = ("event", "moved", "stars", "state")

    def __init__(self) -> None:
        self.state = "?"
        self.stars = 0
        self.event = ""
        self.moved = 0.0


_STYLES = {"alive": "green", "unloaded": "red", "unknown": "yellow"}


def screen_for(session: Session) -> Screen:
    """What fits the output."""
    if session.out.kind != "text":
        return Screen(session)
    if session.out.is_terminal and os.environ.get("TERM") != "dumb":
        try:
            return LiveTable(session)
        except ImportError:
            pass  # a line for each item, as in a pipe
    return Lines(session)


def _tail(name: str, width: int) -> str:
    """The end of a long name: there stands which hive it is."""
    return name if len(name) <= width else "…" + name[1 - width :]


def _held(live: Liveness) -> str:
    return f"{live.state.value} {live.stars}/5"


def _name(item: HiveEvent | Liveness) -> str:
    return item.file or item.mount or "an unknown hive"


def _clock(wall: int | None) -> str:
    time = time_text(wall)
    return f"{time[:23]}Z" if time is not None else f"{'(no time)':<24}"
