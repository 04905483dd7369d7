"""The verbs: one table. Each is one module with its options, its examples and what it does.

Must not know: what a verb does. Source: HiveGuard's own contract.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Literal, Protocol

    from .session import Session

    def cast(kind: Literal["Verb"], module: object) -> Verb: ...

    class Verb(Protocol):
        """What a verb's module holds."""

        EXAMPLES: tuple[str, ...]

        def arguments(self, parser: ArgumentParser) -> None:
            """Add the verb's own options."""

        def run(self, session: Session) -> None:
            """Do it."""


else:

    def cast(kind, module):
        return module


__all__ = ("VERBS", "load")

#: verb to what it does, in one line
VERBS = {
    "ls": "list a key: its subkeys and values",
    "tree": "show the keys below a key as a tree",
    "get": "print a value, or all values of a key",
    "dump": "write every key and value, depth first in stored order",
    "search": "find keys and values by name, data, type or size",
    "info": "what the base block and the logs say",
    "check": "the verdict on one or many hives, with all damage",
    "export": "write a .reg file, JSON, CSV, or a clean copy with logs applied",
    "diff": "what differs between two hives",
    "timeline": "keys by their last-write times",
    "recover": "deleted keys and values",
    "map": "a picture of the file: bins, cells, free, damaged",
    "watch": "hives as they are loaded, changed, flushed and unloaded",
    "trace": "what happened to hives, out of a recorded trace (.etl)",
    "import": "a .reg file into a hive",
    "set": "make a key or set a value, in a new file or in place",
    "delete": "delete a value or a key, in a new file or in place",
    "shell": "an interactive shell over hives, also for scripts",
    "completion": "print the shell completion for bash, zsh or fish",
}


def load(name: str) -> Verb:
    """The module of a verb."""
    name = f"{name}_" if name == "import" else name  # a word of Python's own
    module = __import__(f"hiveguard.cli.verbs.{name}", fromlist=("run",))
    return cast("Verb", module)
