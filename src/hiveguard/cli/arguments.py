"""Options that several verbs share, defined once, and the parser of one verb.

Must not know: what verbs do. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import argparse
import sys
from argparse import SUPPRESS, ArgumentParser, HelpFormatter

from .output import FORMATS
from .verb_table import load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from typing import NoReturn

__all__ = ("add_format", "add_hives", "add_key", "add_live_format", "parser_for")

_LOGS = """how to treat the transaction logs of a dirty hive: auto replays those beside it, in memory (default);
ignore reads the file as it is; or the log files, behind the hive or each as --logs=FILE"""


#: stands for `--`: an option that nobody can type, since a NUL is in it; it ends the words of --logs
_END = "--\0"


class Parser(ArgumentParser):
    """A parser that says in one line what is wrong, and suggests the nearest option.

    Options and operands may be mixed: ``ls HIVE --keys Software``.
    """

    _has_logs = False

    def read(self, words: Sequence[str]) -> Namespace:
        """The options of a command line. Ends the program after ``--help`` or a usage error."""
        before, after = list(words), []
        self._has_logs = "--logs" in before
        if "--" in before:
            at = before.index("--")
            before, after = before[:at], before[at + 1 :]
        # What stands behind `--` goes through argparse under a name that no argument can have (a NUL is in it).
        masked = {f"\0{number}": word for number, word in enumerate(after)}
        options = self.parse_intermixed_args([*_joined(before), *((_END, *masked) if masked else ())])
        for name, value in vars(options).items():
            if isinstance(value, str):
                setattr(options, name, masked.get(value, value))
            elif isinstance(value, list):
                setattr(options, name, [masked.get(word, word) for word in value])
        return options

    def format_help(self) -> str:
        from shutil import get_terminal_size

        from .describe import verb_text
        from .help_text import help_text

        return help_text(verb_text(self.prog.split()[-1]), min(max(get_terminal_size().columns, 60), 100))

    def print_help(self, file: object = None) -> None:
        from .output import print_text

        raise SystemExit(print_text(self.format_help()))

    def error(self, text: str) -> NoReturn:
        from .exit_codes import USAGE
        from .output import message

        if text.startswith("unrecognized arguments: -"):
            text = self._unknown(text.split()[2].split("=")[0])
        elif text.startswith("the following arguments are required:"):
            may_lack = {str(action.metavar) for action in self._actions if action.nargs in ("*", "?")}
            missing = ", ".join(name for name in text.partition(": ")[2].split(", ") if name not in may_lack)
            text = f"no {missing} was named"
            if "HIVE" in missing and self._has_logs:
                text += "; --logs takes every word behind it, so name the hive first, or write --logs=FILE"
        message(f"{self.prog.removeprefix('hiveguard').strip()}: {text}; see `{self.prog} --help`")
        raise SystemExit(USAGE)

    def _unknown(self, typed: str) -> str:
        from difflib import get_close_matches

        known = [option for action in self._actions for option in action.option_strings]
        near = get_close_matches(typed, known, 1)
        return f"unknown option {typed}" + (f"; did you mean {near[0]}?" if near else "")


def _joined(words: Sequence[str]) -> list[str]:
    """The words with ``--logs auto`` as ``--logs=auto``, so that the hive behind it is not taken for a log."""
    joined: list[str] = []
    for word in words:
        if word in ("auto", "ignore") and joined and joined[-1] == "--logs":
            joined[-1] = f"--logs={word}"
        else:
            joined.append(word)
    return joined


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
    parser.add_argument("--logs", nargs="+", action="extend", metavar="auto|ignore|FILE", help=_LOGS)


def add_key(parser: ArgumentParser, what: str = "KEY", behind: str = "[KEY]") -> None:
    """The hives, then the key: what does not exist as a file is the key. ``behind``: that, for the usage line."""
    parser.set_defaults(behind=behind)
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


def add_live_format(parser: ArgumentParser) -> None:
    """The format of what goes on: lines for a person, records for a program."""
    parser.add_argument(
        "--format",
        choices=("text", "jsonl"),
        default="text" if sys.stdout is not None and sys.stdout.isatty() else "jsonl",
        help="default: text on a terminal, else jsonl",
    )


def add_color(parser: ArgumentParser) -> None:
    """Colour."""
    parser.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="default: auto, on a terminal only"
    )


def _formatter(prog: str) -> HelpFormatter:
    """A formatter of a known width: left to itself argparse imports shutil, and with it every compressor."""
    return HelpFormatter(prog, width=80)


def parser_for(verb: str) -> Parser:
    """The parser of one verb; no other verb's module is loaded."""
    name = f"hiveguard {verb}"
    # Two headings that are never shown would be looked up in message catalogues, and `locale` be imported for
    # that: a quarter of a start of Python.
    translate, argparse.__dict__["_"] = argparse.__dict__.get("_"), str
    try:
        parser = Parser(prog=name, usage=name, formatter_class=_formatter, allow_abbrev=False, add_help=False)
    finally:
        argparse.__dict__["_"] = translate
    load(verb).arguments(parser)
    parser.add_argument("-h", "--help", action="help", help="this text")
    parser.add_argument(_END, action="store_true", dest="ends", help=SUPPRESS)
    defaults = {
        "format": "text",
        "output": None,
        "force": False,
        "color": "auto",
        "logs": None,
        "behind": "",
        "takes_folder": False,
        "rebuild": False,
        "at_once": False,
    }
    parser.set_defaults(**{name: value for name, value in defaults.items() if parser.get_default(name) is None})
    return parser
