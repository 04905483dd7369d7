"""Lines for the shell: from a terminal with completion and history, or from a script or a pipe.

Must not know: what commands do. Source: HiveGuard's own contract; XDG Base Directory Specification (history).
"""

from __future__ import annotations

import os
import sys

from ..core.errors import HiveError
from .shell import COMMANDS
from .shell_words import quoted
from .stop import Interrupted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .shell import Shell

__all__ = ("lines", "matches")

_HISTORY_MOST = 1000
#: commands whose words are values of the present key, not keys
_OF_VALUES = ("get", "set")


def lines(shell: Shell) -> Iterator[str]:
    """What is typed, line by line, until the end of the input or until the shell is left."""
    if sys.stdin is None:  # closed before we began
        return
    if not shell.interrupts.at_prompt:
        yield from _from_pipe(shell)
        return
    save = _prepare(shell)
    try:
        while not shell.ended:
            try:
                with shell.interrupts:
                    line = input(f"{shell.place or 'hiveguard'}> ")
            except Interrupted as interrupt:
                if not shell.interrupts.are_over(interrupt):
                    raise
                shell.end_line()
            except EOFError:
                shell.end_line()
                return
            else:
                yield line
    finally:
        save()


def _from_pipe(shell: Shell) -> Iterator[str]:
    while not shell.ended:
        with shell.interrupts:
            line = sys.stdin.readline()
        if not line:
            return
        yield line


class _NoHistory:
    def __call__(self) -> None:
        """There is nothing to save."""


def _prepare(shell: Shell) -> _NoHistory | _History:
    try:
        import readline
    except ImportError:  # Windows has none
        return _NoHistory()
    readline.set_completer_delims(" \t\n")
    found: list[str] = []

    def complete(text: str, state: int) -> str | None:
        if not state:
            found[:] = matches(shell, readline.get_line_buffer()[: readline.get_endidx()], text)
        if shell.interrupts.are_owed:  # nobody wants them any more
            return None
        return found[state] if state < len(found) else None

    shell.interrupts.completer = complete.__code__
    readline.set_completer(complete)
    readline.parse_and_bind("tab: complete")
    return _History()


class _History:
    """The lines of earlier shells, kept in the user's state folder."""

    def __init__(self) -> None:
        import readline

        state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
        self._path = os.path.join(state, "hiveguard", "history")
        try:
            readline.read_history_file(self._path)
        except OSError:
            return  # the first time

    def __call__(self) -> None:
        import readline

        try:
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            readline.set_history_length(_HISTORY_MOST)
            readline.write_history_file(self._path)
        except OSError:
            return  # a history that cannot be kept is no reason to fail


def matches(shell: Shell, before: str, text: str) -> list[str]:
    """What the word that is being typed may become: a command, a value's name, a key."""
    words = before.split()
    if not words or (len(words) == 1 and not before.endswith(" ")):
        return [f"{name} " for name in COMMANDS if name.startswith(text)]
    try:
        if words[0] in _OF_VALUES:
            with shell.key(".") as key:
                names = [value.name or "" for value in key.values(on_incomplete="record")]
            return [quoted(name) for name in names if name.lower().startswith(text.lower())]
        start, separator, part = text.rpartition("\\")
        with shell.key(start or ".") as key:
            below = [child.name for child in key.subkeys(on_incomplete="record")]
        return [f"{start}{separator}{name}" for name in below if name.lower().startswith(part.lower())]
    except HiveError:
        return []
