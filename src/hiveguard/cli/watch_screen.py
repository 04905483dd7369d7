"""What a watch looks like: a live table on a terminal, lines of text, or records.

Must not know: where hives are. Source: HiveGuard's own contract; the table is drawn by the library `rich`.
"""

from __future__ import annotations

import os
import sys
import time

from ..core.hive_event import HiveEvent
from ..core.liveness import Liveness
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
        """Time goes by."""


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
        self._held: dict[str, Liveness] = {}
        self._last: dict[str, HiveEvent] = {}
        self._moved: dict[str, float] = {}
        self._lost = 0
        self._drawn = 0.0

    def __enter__(self) -> Screen:
        self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._draw()
        self._live.stop()

    def take(self, item: HiveEvent | Liveness | Lost) -> None:
        if isinstance(item, HiveEvent):
            self._last[_name(item)] = item
        elif isinstance(item, Liveness):
            self._held[_name(item)] = item
        else:
            self._lost += item.count
            return
        self._moved[_name(item)] = time.monotonic()

    def tick(self) -> None:
        if time.monotonic() - self._drawn >= 1 / _PER_SECOND:
            self._draw()

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        self._live.update(self._table(), refresh=True)

    def _table(self) -> Table:
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, padding=(0, 2, 0, 0))
        for column in ("hive", "state", "stars", "last event", "age"):
            table.add_column(column, no_wrap=True, overflow="ellipsis")
        newest = sorted(self._moved, key=lambda name: (-self._moved[name], name))
        room = max(self._console.height - _ROWS_LEFT, 1)
        for name in sorted(newest[:room]):
            live, event = self._held.get(name), self._last.get(name)
            age = time.monotonic() - self._moved[name]
            cells = (
                _tail(visible(name), max(self._console.width - _OTHER_COLUMNS, _NAME_LEAST)),
                live.state.value if live else "?",
                "★" * live.stars if live else "",
                event.kind.value if event else "",
                f"{age:,.0f} s",
            )
            style = _STYLES.get(cells[1], "")
            table.add_row(*(Text(cell) for cell in cells), style="dim" if age > _STALE else style)
        if len(newest) > room:
            table.add_row(f"... and {len(newest) - room:,} more")
        if self._lost:
            table.add_row(f"{self._lost:,} events were lost", style="red")
        return table


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
