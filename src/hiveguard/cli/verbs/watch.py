"""``hiveguard watch``: hives as they are loaded, changed, flushed and unloaded, until it is ended."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentTypeError

from ...core.ending import Ending
from ...core.errors import BadArgument
from ...core.hive_event import EventKind, HiveEvent
from ...core.verdict import Verdict
from ..arguments import add_color
from ..bounds import seconds
from ..output import message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from ...watch.watch import Watch
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


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "inputs", nargs="+", metavar="SOURCE", help="a folder of hives, a hive file, or one trace (.etl)"
    )
    parser.add_argument("--for", type=seconds, metavar="TIME", dest="for_", help="end after 10s, 5m, 2h")
    parser.add_argument("--until", choices=_KINDS, metavar="EVENT", help="end with the first such event")
    parser.add_argument("--exec", metavar="COMMAND", help="run it on events, told in HIVEGUARD_EVENT, HIVEGUARD_HIVE")
    parser.add_argument(
        "--on", action="append", choices=_KINDS, metavar="EVENT", default=[], help="run --exec on such events only"
    )
    parser.add_argument(
        "--interval", type=seconds, default=0.5, metavar="TIME", help="between two polls (default: 0.5s)"
    )
    parser.add_argument(
        "--speed", type=_speed, default=1.0, metavar="N", help="of a trace: N times; 0 at once (default: 1)"
    )
    parser.add_argument("--poll-only", action="store_true", help="ask only: no notices from the system")
    add_color(parser)
    parser.add_argument(
        "--format",
        choices=("text", "jsonl"),
        default="text" if sys.stdout is not None and sys.stdout.isatty() else "jsonl",
        help="default: text on a terminal, else jsonl",
    )


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
    is_over = False
    try:
        for note in watched.notes:
            message(note)
        command = EventCommand(options.exec, options.on) if options.exec else None
        with screen_for(session) as screen:
            _follow(session, watched, screen, command)
            watched.close()
            for item in watched:
                screen.take(item)
        is_over = True
    finally:
        watched.close("ended early", by="signal")
        for _ in watched:
            pass  # after a signal nobody reads them
        verdict = watched.verdict
        assert verdict is not None
        if command is not None:
            command.close(drop=not is_over)
            verdict &= _of_commands(command)
        session.conclude(verdict)


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
        screen.take(item)
        screen.tick()
        if isinstance(item, HiveEvent):
            if command is not None:
                command.take(item)
            if item.kind.value == options.until:
                return


def _of_commands(command: EventCommand) -> Verdict:
    reasons = []
    if command.failed:
        reasons.append(f"the command failed {command.failed:,} times of {command.runs:,}")
    if command.dropped:
        reasons.append(f"the command was not run for {command.dropped:,} events")
    return Verdict(Ending.FAILED if reasons else Ending.COMPLETE, tuple(reasons))
