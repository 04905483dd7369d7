"""The shell: a place in a registry, and commands that look at it and change it.

The same commands from a terminal, a script or a pipe. Must not know: how lines are read. Source: HiveGuard's own
contract.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from signal import SIGINT

from ..core.errors import BadArgument, HiveError, NotFound
from ..core.hive_event import EventKind
from ..core.subscription import Lost
from ..embedded.change import Change
from ..regf.log_report import NOT_REPLAYED, PARTLY
from ..registry.path import split_path
from ..registry.roots import LONG_NAMES, SHORT_NAMES
from .output import message
from .shell_words import words_of
from .show import value_line
from .stop import Interrupted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..core.hive_event import HiveEvent
    from ..embedded.live_key import LiveKey
    from ..embedded.registry import Registry
    from .interrupts import Interrupts
    from .session import Session

__all__ = ("COMMANDS", "Shell")

_TOP = ("HKLM", "HKU", "HKCU", "HKCR", "HKCC")
#: how the status of a load begins to what is lost with the logs
_LOST = {f"logs {NOT_REPLAYED}": "what they held", f"logs {PARTLY}": "what else they held"}
#: commands that a signal may end in the middle: they change nothing
_LOOKING = frozenset({"ls", "tree", "get", "hives", "watch", "help"})
_TICK = 0.1  # seconds between two looks at the streams that are watched


class Shell:
    """``place``: the path where commands are; empty above the roots. ``ended``: whether the user wants to leave."""

    def __init__(self, registry: Registry, session: Session, interrupts: Interrupts) -> None:
        self.registry = registry
        self.interrupts = interrupts
        self.place = ""
        self.ended = False
        self._is_cut = False  # a signal ended the line that was run
        self._session = session
        self._events = registry.events(inventory=False)

    # --- lines ------------------------------------------------------------------------------

    def run(self, line: str) -> None:
        """Run one line; what goes wrong is told and remembered, and the next one can follow."""
        self._is_cut = False
        with self._going_on():
            self._run(line)
        with self._going_on(), self.interrupts:  # what reads it may be slow
            self._session.out.flush()
        if self._is_cut:  # told behind what was held back
            message("interrupted; what is shown is not all")
        self.tell_logs()

    def end_line(self) -> None:
        """Go on below the line that was being typed."""
        with self._going_on():
            self._session.out.line("")
            self._session.out.flush()

    @contextmanager
    def _going_on(self) -> Iterator[None]:
        try:
            yield
        except HiveError as error:
            self._session.fail(error)
        except Interrupted as interrupt:
            if not self.interrupts.are_over(interrupt):
                raise
            self._is_cut = True

    def _run(self, line: str) -> None:
        words = words_of(line)
        if not words:
            return
        command = COMMANDS.get(words[0].lower())
        if command is None:
            from difflib import get_close_matches

            near = get_close_matches(words[0], COMMANDS, 1)
            raise BadArgument(f"unknown command {words[0]!r}; " + (f"did you mean {near[0]}?" if near else "see help"))
        if words[0].lower() in _LOOKING:
            with self.interrupts.looking():
                command[0](self, words[1:])
        else:  # a change is never cut in the middle
            command[0](self, words[1:])

    def tell_logs(self) -> None:
        """Of each dirty hive file that was loaded since the last time: what became of its logs, a line each."""
        while (event := self._events.get(0)) is not None:
            if isinstance(event, Lost) or event.kind is not EventKind.LOADED or not event.file or not event.status:
                continue
            what = next((what for state, what in _LOST.items() if event.status.startswith(state)), None)
            message(f"{event.mount}: {event.status}" + (f"; {what} is lost from now on" if what else ""))

    def path(self, typed: str) -> str:
        """A path as typed, from where the shell is: ``..``, a root, or a way below this place."""
        names = [name for name, _ in split_path(typed)] if typed not in ("", "\\", "/") else []
        is_whole = typed.startswith("\\") or typed in ("\\", "/")
        if (
            names
            and SHORT_NAMES.get(names[0].rstrip(":").upper(), names[0].upper()) in LONG_NAMES
            and not self._is_here(names[0])
        ):
            is_whole = True
        way = [] if is_whole else [name for name, _ in split_path(self.place)]
        for name in names:
            if name == "..":
                way = way[:-1]
            elif name != ".":
                way.append(name)
        return ("\\" if is_whole and way[:1] == ["REGISTRY"] else "") + "\\".join(way)

    def _is_here(self, name: str) -> bool:
        """Whether a key of that name is right below the place: then it is meant, not the root."""
        if not self.place:
            return False
        try:
            self.registry.open((*self._names(self.place), name)).close()
        except HiveError:
            return False
        return True

    def _names(self, path: str) -> tuple[str, ...]:
        return tuple(name for name, _ in split_path(path))

    def key(self, typed: str, *, write: bool = False) -> LiveKey:
        """The key at a path as typed, opened."""
        path = self.path(typed)
        if not path:
            raise BadArgument("here are only the roots; go to one with cd HKCU")
        return self.registry.open(path, write=write)

    # --- looking ----------------------------------------------------------------------------

    def _show(self, text: str) -> None:
        """A line of what a look found. Here a signal ends the look: no lock is held, and it may wait for a reader."""
        with self.interrupts:
            self._session.out.line(text)

    def cd(self, words: list[str]) -> None:
        """Go to a key: cd [KEY]"""
        path = self.path(_one(words, "cd [KEY]", default="\\"))
        if path:
            self.registry.open(path).close()
        self.place = path

    def pwd(self, words: list[str]) -> None:
        """Say where you are"""
        self._session.out.line(self.place or "\\")

    def ls(self, words: list[str]) -> None:
        """List subkeys and values: ls [KEY]"""
        if not self.path(_one(words, "ls [KEY]", default=".")):
            for root in _TOP:
                self._show(f"[{root}]")
            return
        with self.key(_one(words, "ls [KEY]", default=".")) as key:
            subkeys = key.subkeys(on_incomplete="record")
            values = key.values(on_incomplete="record")
        for child in subkeys:
            self._show(f"{child.last_write_text or ''}  {child.name}\\")
        for value in values:
            self._show(value_line(value))
        self._session.conclude(subkeys.verdict & values.verdict)

    def get(self, words: list[str]) -> None:
        """Print a value: get NAME, or get KEY NAME; '' is the default value"""
        if not 1 <= len(words) <= 2:
            raise BadArgument("usage: get [KEY] NAME")
        with self.key(words[0] if len(words) == 2 else ".") as key:
            value = key.value(words[-1] or None)
            self._session.conclude(key.answered(values=1))
        self._show(value_line(value))

    def tree(self, words: list[str]) -> None:
        """Show the keys below a key: tree [KEY]"""
        typed = _one(words, "tree [KEY]", default=".")
        with self.key(typed) as key:
            start = key.without_handle()
        depth = len(start.parts)
        walk = start.walk(on_incomplete="record")
        for each in walk:
            self._show("  " * (len(each.parts) - depth) + each.name)
        assert walk.verdict is not None
        self._session.conclude(walk.verdict)

    # --- changing ---------------------------------------------------------------------------

    def set(self, words: list[str]) -> None:
        """Set a value of this key: set NAME [-t TYPE] DATA..."""
        from ..regf.encode import encode
        from ..registry.search import type_number
        from .verbs.set import data_of

        kind = "sz"
        if "-t" in words:
            at = words.index("-t")
            kind = words[at + 1] if at + 1 < len(words) else ""
            words = words[:at] + words[at + 2 :]
        if not words:
            raise BadArgument("usage: set NAME [-t TYPE] DATA...")
        number = type_number(kind)
        assert number is not None
        with self.key(".", write=True) as key:
            key.set_value(words[0] or None, encode(number, data_of(number, words[1:])), number)

    def create(self, words: list[str]) -> None:
        """Make a key, and those on the way: create KEY [--volatile]"""
        volatile = "--volatile" in words
        path = self._named([word for word in words if word != "--volatile"], "create KEY [--volatile]")
        self.registry.create(path, volatile=volatile).close()

    def delete(self, words: list[str]) -> None:
        """Delete a key (of a link the link): delete KEY [--tree]; a value of this key: delete -v NAME"""
        if words[:1] == ["-v"] and len(words) == 2:
            with self.key(".", write=True) as key:
                key.delete_value(words[1] or None)
            return
        tree = "--tree" in words
        path = self._named([word for word in words if word != "--tree"], "delete KEY [--tree] or delete -v NAME")
        self.registry.delete(path, tree=tree)

    def _named(self, words: list[str], usage: str) -> str:
        """The path of the one key that was named; an empty word names none, though a path may be empty."""
        path = self.path(words[0]) if len(words) == 1 and words[0] else ""
        if not path:
            raise BadArgument(f"usage: {usage}")
        return path

    # --- hives ------------------------------------------------------------------------------

    def load(self, words: list[str]) -> None:
        """Load a hive file: load HKU\\NAME FILE"""
        if len(words) != 2:
            raise BadArgument("usage: load HKU\\NAME FILE")
        self.registry.load(self.path(words[0]), words[1])

    def unload(self, words: list[str]) -> None:
        """Unload a hive, flushed first: unload HKU\\NAME [--force]"""
        force = "--force" in words
        path = self.path(_one([word for word in words if word != "--force"], "unload HKU\\NAME [--force]"))
        self.registry.unload(path, force=force)

    def flush(self, words: list[str]) -> None:
        """Make all changes outlive a power cut: flush [HKU\\NAME]"""
        self.registry.flush(self.path(words[0]) if words else None)

    def save(self, words: list[str]) -> None:
        """Write a key to a new hive file: save KEY FILE"""
        if len(words) != 2:
            raise BadArgument("usage: save KEY FILE")
        self.registry.save(self.path(words[0]), words[1])

    def hives(self, words: list[str]) -> None:
        """Show the hives and their states"""
        for mount, (file, state) in self.registry.hives().items():
            self._show(f"{mount}  {state.value}  {file or 'in memory'}")

    def watch(self, words: list[str]) -> None:
        """Show what happens, until Ctrl-C or for so many seconds: watch [SECONDS]"""
        try:
            seconds = float(_one(words, "watch [SECONDS]", default="inf"))
        except ValueError:
            raise BadArgument(f"{words[0]!r} is no number of seconds") from None
        if not seconds >= 0:
            raise BadArgument(f"{words[0]} is no time to watch; use 0 or more seconds")
        out = self._session.out
        end = time.monotonic() + seconds
        with self.registry.events() as events, self.registry.changes() as changes:
            try:
                while True:
                    left = end - time.monotonic()
                    item: HiveEvent | Change | Lost | None = events.get(0) or changes.get(max(min(_TICK, left), 0))
                    if item is not None:
                        self._show(_told(item))
                        continue
                    with self.interrupts:
                        out.flush()  # it is shown as it happens
                    if left <= 0:
                        break
            except Interrupted as interrupt:
                if interrupt.number != SIGINT:
                    raise
                out.line("")

    def help(self, words: list[str]) -> None:
        """Show the commands"""
        if words and words[0] not in COMMANDS:
            raise NotFound(f"{words[0]}: there is no such command; see help")
        for name in words or COMMANDS:
            self._show(f"  {name:<8} {COMMANDS[name][1]}")

    def leave(self, words: list[str]) -> None:
        """Leave the shell"""
        self.ended = True


def _one(words: list[str], usage: str, default: str | None = None) -> str:
    if len(words) > 1 or (not words and default is None):
        raise BadArgument(f"usage: {usage}")
    return words[0] if words else default or ""


def _told(item: HiveEvent | Change | Lost) -> str:
    if isinstance(item, Lost):
        return f"LOST {item.count:,} events"
    if isinstance(item, Change):
        name = f"  {item.value}" if item.value is not None else ""
        return f"{item.kind.value}  {item.path}{name}"
    status = f"  {item.status}" if item.status else ""
    return f"{item.kind.value}  {item.mount}{status}"


def _table(
    *commands: tuple[str, Callable[[Shell, list[str]], None]],
) -> dict[str, tuple[Callable[[Shell, list[str]], None], str]]:
    return {name: (do, (do.__doc__ or "").strip()) for name, do in commands}


#: command to what does it, and its line in the help
COMMANDS = _table(
    ("cd", Shell.cd),
    ("pwd", Shell.pwd),
    ("ls", Shell.ls),
    ("tree", Shell.tree),
    ("get", Shell.get),
    ("set", Shell.set),
    ("create", Shell.create),
    ("delete", Shell.delete),
    ("hives", Shell.hives),
    ("load", Shell.load),
    ("unload", Shell.unload),
    ("flush", Shell.flush),
    ("save", Shell.save),
    ("watch", Shell.watch),
    ("help", Shell.help),
    ("exit", Shell.leave),
    ("quit", Shell.leave),
)
