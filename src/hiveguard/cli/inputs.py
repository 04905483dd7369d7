"""From what was typed to hives: files, folders, standard input, and where the key begins.

Must not know: output, verbs. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import os
import sys

from ..core.errors import HiveError, Unreadable
from ..regf.layout import REGF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ("LIVE", "Input", "exists", "expand", "split_inputs")

#: how a path begins that is spelled as in a live registry, in lower case; none can be read on this system
LIVE = (
    "hklm",
    "hkcu",
    "hkcr",
    "hku",
    "hkcc",
    "hkey_",
    "registry::",
    "microsoft.powershell.core\\registry::",
    "computer\\",
    "\\registry\\",
)


class Input:
    """One hive to read: ``path`` (``-`` for standard input), or the error that took its place."""

    __slots__ = ("error", "path")

    def __init__(self, path: str, error: HiveError | None = None) -> None:
        self.path = path
        self.error = error


def exists(typed: str) -> bool:
    try:
        return typed == "-" or os.path.exists(typed)
    except ValueError:  # a NUL in it
        return False


def split_inputs(typed: Sequence[str], key: str | None, rest: int) -> tuple[list[str], list[str]]:
    """Which words are hives, and the at most ``rest`` words behind them: the key, then a value's name.

    The first word is always a hive; so is each that follows it and exists as a file. With ``key`` given by
    its option one word fewer may follow.
    """
    count = 1
    while count < len(typed) and exists(typed[count]):
        count += 1
    words = list(typed[count:])
    if key is not None:
        words.insert(0, key)
    if len(words) > rest:
        raise Unreadable(f"{words[rest]}: there is no such file, and the key was given; check the path")
    return list(typed[:count]), words


def expand(paths: Sequence[str]) -> Iterator[Input]:
    """Each hive that is meant: a folder gives the hives in it and below, by their first bytes."""
    for path in paths:
        if path != "-" and os.path.isdir(path):
            yield from _in_folder(path)
        elif not exists(path) and path.lower().startswith(LIVE):
            why = "the live registry cannot be read on this system; name a hive file"
            yield Input(path, Unreadable(f"{path}: {why}"))
        else:
            yield Input(path)


def _in_folder(folder: str) -> Iterator[Input]:
    from ..registry.log_search import is_companion

    found = False
    failures: list[OSError] = []
    for where, folders, names in os.walk(folder, onerror=failures.append):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(where, name)
            if is_companion(name) or not os.path.isfile(path):
                continue
            try:
                with open(path, "rb") as file:
                    is_hive = file.read(len(REGF)) == REGF
            except OSError as error:
                failures.append(error)
                continue
            if is_hive:
                found = True
                yield Input(path)
    for failure in failures:
        why = f"{failure.strerror}; what is in it was not read"
        yield Input(str(failure.filename), Unreadable(f"{failure.filename}: {why}", failure.errno))
    if not found and not failures:
        yield Input(folder, Unreadable(f"{folder}: no hive is in this folder; name a hive file"))


def stdin() -> object:
    """Standard input as a binary file."""
    if sys.stdin is None:
        raise Unreadable("-: standard input is closed; name a file, or pipe a hive in")
    # Unbuffered: a signal is heeded between any two reads, and whoever reads here reads in large parts.
    return getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)
