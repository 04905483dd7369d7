"""The verbs and their options as data, read off the parsers: for the help, the manual, the completions.

Must not know: shells, roff. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from argparse import SUPPRESS
from typing import NamedTuple

from .arguments import parser_for
from .verb_table import VERBS, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Action, ArgumentParser

__all__ = ("Operand", "Option", "VerbText", "all_verbs", "operands_of", "options_of", "verb_text")

#: what a word is called that names a file
_FILES = frozenset(("HIVE", "BEFORE", "AFTER", "FILE", "FILE.reg", "FOLDER", "auto|ignore|FILE"))


class Option(NamedTuple):
    """One option. ``flags``: as typed, short first; ``word``: what its argument is called, ``""`` if it takes none;
    ``choices``: the words it takes, if they are few; ``is_file``: whether its argument may name a file.
    """

    flags: tuple[str, ...]
    word: str
    choices: tuple[str, ...]
    is_file: bool
    help: str


class Operand(NamedTuple):
    """A word that is no option; as in `Option`. ``repeats``: several may be given; ``lacks``: none need be."""

    word: str
    choices: tuple[str, ...]
    is_file: bool
    repeats: bool
    lacks: bool
    help: str


class VerbText(NamedTuple):
    """All that is to be told of a verb. ``usage``: its operands on one line."""

    name: str
    summary: str
    usage: str
    operands: tuple[Operand, ...]
    options: tuple[Option, ...]
    examples: tuple[str, ...]


def _choices(action: Action) -> tuple[str, ...]:
    if action.choices is not None:
        return tuple(map(str, action.choices))
    metavar = action.metavar if isinstance(action.metavar, str) else ""
    return tuple(word for word in metavar.split("|") if word.islower())


def _word(action: Action) -> str:
    if isinstance(action.metavar, str):
        return action.metavar
    return "|".join(map(str, action.choices)) if action.choices is not None else action.dest.upper()


def _help(action: Action) -> str:
    return (action.help or "").replace("%%", "%")


def options_of(parser: ArgumentParser) -> tuple[Option, ...]:
    """The parser's options in the order in which the help tells them; ``--help`` is the last."""
    found = []
    for action in parser._actions:
        if action.option_strings and action.help != SUPPRESS:
            word = "" if action.nargs == 0 else _word(action)
            flags = tuple(sorted(action.option_strings, key=len))
            found.append(Option(flags, word, _choices(action) if word else (), word in _FILES, _help(action)))
    return tuple(sorted(found, key=lambda option: "--help" in option.flags))


def operands_of(parser: ArgumentParser) -> tuple[Operand, ...]:
    """The parser's operands in order."""
    return tuple(
        Operand(
            _word(action),
            _choices(action),
            _word(action) in _FILES,
            action.nargs in ("+", "*"),
            action.nargs in ("?", "*"),
            _help(action),
        )
        for action in parser._actions
        if not action.option_strings
    )


def verb_text(name: str) -> VerbText:
    """One verb's text."""
    parser = parser_for(name)
    operands = operands_of(parser)
    words = [operand.word + (" ..." if operand.repeats else "") for operand in operands]
    words = [f"[{word}]" if operand.lacks else word for word, operand in zip(words, operands)]
    behind = parser.get_default("behind")
    usage = " ".join((*words, behind) if behind else words)
    return VerbText(name, VERBS[name], usage, operands, options_of(parser), load(name).EXAMPLES)


def all_verbs() -> tuple[VerbText, ...]:
    """Every verb's text, in the table's order."""
    return tuple(map(verb_text, VERBS))
