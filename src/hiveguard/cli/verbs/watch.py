"""``hiveguard watch``: hives as they are loaded, changed, flushed and unloaded, until it is ended."""

from __future__ import annotations

import time
from argparse import ArgumentTypeError

from ...core.errors import BadArgument
from ...core.hive_event import EventKind, HiveEvent
from ..arguments import add_color, add_live_format
from ..bounds import seconds
from ..output import message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable

    from ...watch.watch import Item, Watch
    from ..event_command import EventCommand
    from ..session import Session
    from ..watch_screen import Screen

EXAMPLES = (
    "hiveguard watch C/Users",
    "hiveguard watch --for 10s NTUSER.DAT",
    "hiveguard watch --until unloaded --format jsonl C/Windows/System32/config",
    "hiveguard watch --speed 10 boot.etl",
    "hiveguard watch --on loaded --exec 'hiveguard export --format hive \"$HIVEGUARD_HIVE\" -o copies/' drop-box",
)
_KINDS = tuple(kind.value for kind in EventKind)
_TRACE = ".etl"
_TICK = 0.1  # s between two looks at the time
_DAY = 86_400  # s
_FOR_MOST, _INTERVAL_MOST, _EXEC_MOST = 3_653 * _DAY, _DAY, 365 * _DAY  #: s: the clocks' and waits' own bounds are far


def _time(most: int) -> Callable[[str], float]:
    """A length of time up to a bound (s)."""

    def bounded(text: str) -> float:
        length = seconds(text)
        if length > most:
            raise ArgumentTypeError(f"{text:.40} is too long; {most // _DAY:,}d at most")
        return length

    return bounded


def _exec_time(text: str) -> float:
    length = _time(_EXEC_MOST)(text)
    if not length:
        raise ArgumentTypeError("no command ends in no time; use 10s, 5m or 2h")
    return length


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "inputs", nargs="+", metavar="SOURCE", help="a folder of hives, a hive file, or one trace (.etl)"
    )
    parser.add_argument("--for", type=_time(_FOR_MOST), metavar="TIME", dest="for_", help="end after 10s, 5m, 2h")
    parser.add_argument("--until", choices=_KINDS, metavar="EVENT", help="end with the first such event")
    parser.add_argument("--exec", metavar="COMMAND", help="run it on events, told in HIVEGUARD_EVENT, HIVEGUARD_HIVE")
    parser.add_argument(
        "--on", action="append", choices=_KINDS, metavar="EVENT", default=[], help="run --exec on such events only"
    )
    parser.add_argument(
        "--exec-timeout", type=_exec_time, default=60.0, metavar="TIME", help="end a run of --exec then (default: 60s)"
    )
    parser.add_argument(
        "--interval",
        type=_time(_INTERVAL_MOST),
        default=0.5,
        metavar="TIME",
        help="between two polls (default: 0.5s)",
    )
    parser.add_argument(
        "--speed", type=_speed, default=1.0, metavar="N", help="of a trace: N times; 0 at once (default: 1)"
    )
    parser.add_argument("--poll-only", action="store_true", help="ask only: no notices from the system")
    add_color(parser)
    add_live_format(parser)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = -1.0
    if not 0 <= speed < float("inf"):
        raise ArgumentTypeError(f"{text!r} is no speed; use 1, 10, 0.5, or 0 for at once")
    return speed


def run(session: Session) -> None:
    from ...watch.watch import watch
    from ..event_command import EventCommand
    from ..watch_screen import screen_for

    options = session.options
    if any(path.lower().endswith(_TRACE) for path in options.inputs):
        from ...watch.traces import TraceChannels

        if len(options.inputs) > 1:
            raise BadArgument("a recorded trace is replayed by itself; name one")
        watched = watch(TraceChannels(options.inputs[0], speed=options.speed))
    else:
        watched = watch(*options.inputs, interval=options.interval, events=not options.poll_only)
    command: EventCommand | None = None
    try:
        for note in watched.notes:
            message(note)
        if options.exec:
            command = EventCommand(options.exec, options.on, timeout=options.exec_timeout)
        with screen_for(session) as screen:
            _follow(session, watched, screen, command)
            watched.close()
            for item in watched:
                _take(item, screen, command)
        if command is not None:
            command.finish()
    finally:
        if command is not None:
            command.stop()  # first of all: it may hold whatever else is closed
        watched.close("ended early", by="signal")
        for item in watched:  # after a signal nobody reads them; for which the command was not run is told
            if command is not None and isinstance(item, HiveEvent):
                command.take(item)
        verdict = watched.verdict
        assert verdict is not None
        session.conclude(verdict if command is None else verdict & command.verdict)


def _take(item: Item, screen: Screen, command: EventCommand | None) -> None:
    if command is not None and isinstance(item, HiveEvent):
        command.take(item)  # before it is shown: a signal while it is written must not lose it between both
    screen.take(item)


def _follow(session: Session, watched: Watch, screen: Screen, command: EventCommand | None) -> None:
    options = session.options
    end = None if options.for_ is None else time.monotonic() + options.for_
    while True:
        left = _TICK if end is None else end - time.monotonic()
        if left <= 0:
            return
        item = watched.get(min(left, _TICK))
        if item is None:
            if watched.verdict is not None:
                return  # the source has no more
            screen.tick()
            continue
        _take(item, screen, command)
        screen.tick()
        if isinstance(item, HiveEvent) and item.kind.value == options.until:
            return
