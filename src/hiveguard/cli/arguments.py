"""Options that several verbs share, defined once, and the parser of one verb.

Must not know: what verbs do. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import os
from argparse import ArgumentParser, RawDescriptionHelpFormatter

from .output import FORMATS
from .verb_table import VERBS, load

__all__ = ("add_format", "add_hives", "add_key", "parser_for")

_LOGS = """how to treat the transaction logs of a dirty hive: auto replays those beside it, in memory (default);
ignore reads the file as it is; or name the log files"""


class Parser(ArgumentParser):
    """A parser that says in one line what is wrong, and suggests the nearest option."""

    def error(self, text: str) -> None:  # type: ignore[override]
        from difflib import get_close_matches

        from .exit_codes import USAGE
        from .output import message

        if text.startswith("unrecognized arguments: -"):
            typed = text.split()[2].split("=")[0]
            known = [option for action in self._actions for option in action.option_strings]
            near = get_close_matches(typed, known, 1)
            text = f"unknown option {typed}" + (f"; did you mean {near[0]}?" if near else "")
        message(f"{self.prog.removeprefix('hiveguard').strip()}: {text}; see `{self.prog} --help`")
        raise SystemExit(USAGE)


def add_hives(parser: ArgumentParser, *, many: bool = True) -> None:
    """The hives to read: files, folders, ``-`` for standard input."""
    parser.add_argument(
        "inputs",
        nargs="+" if many else None,
        metavar="HIVE",
        help="a hive file, a folder to look for hives in, or - for standard input",
    )
    add_reading(parser)


def add_reading(parser: ArgumentParser) -> None:
    """How hives are read."""
    parser.add_argument("--logs", nargs="+", default=["auto"], metavar="auto|ignore|FILE", help=_LOGS)


def add_key(parser: ArgumentParser, what: str = "KEY") -> None:
    """The hives, then the key: what does not exist as a file is the key."""
    parser.add_argument(
        "inputs",
        nargs="+",
        metavar="HIVE",
        help=f"a hive file or folder, or several; what follows them and is no file is the {what}",
    )
    parser.add_argument("-k", "--key", metavar="PATH", help="the key, where a file of that name exists too")
    add_reading(parser)


def add_format(parser: ArgumentParser, *kinds: str, default: str = "text") -> None:
    """The output's format and where it goes."""
    kinds = kinds or FORMATS
    parser.add_argument("--format", choices=kinds, default=default, help=f"default: {default}")
    parser.add_argument("-o", "--output", metavar="FILE", help="write to a file; it appears when it is whole")
    parser.add_argument("--force", action="store_true", help="overwrite the file of -o")


def add_color(parser: ArgumentParser) -> None:
    """Colour."""
    parser.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="default: auto, on a terminal only"
    )


def _formatter(prog: str) -> RawDescriptionHelpFormatter:
    """A formatter of a known width: left to itself argparse imports shutil, and with it every compressor."""
    try:
        columns = os.get_terminal_size().columns
    except (OSError, ValueError):
        columns = 80
    return RawDescriptionHelpFormatter(prog, width=max(columns - 2, 40))


def parser_for(verb: str) -> ArgumentParser:
    """The parser of one verb; no other verb's module is loaded."""
    module = load(verb)
    examples = "\n".join(f"  {example}" for example in module.EXAMPLES)
    parser = Parser(
        prog=f"hiveguard {verb}",
        description=VERBS[verb][0].upper() + VERBS[verb][1:] + ".",
        epilog=f"examples:\n{examples}",
        formatter_class=_formatter,
        allow_abbrev=False,
    )
    module.arguments(parser)
    defaults = {
        "format": "text",
        "output": None,
        "force": False,
        "color": "auto",
        "logs": ["auto"],
        "takes_folder": False,
        "at_once": False,
    }
    parser.set_defaults(**{name: value for name, value in defaults.items() if parser.get_default(name) is None})
    return parser
