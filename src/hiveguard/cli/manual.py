"""The manual: hiveguard(1) in roff, and the reference page in Markdown, from the verbs' own options.

Must not know: hives, files. Sources: man-pages(7), groff_man(7), mandoc's man(7).
"""

from __future__ import annotations

from textwrap import wrap

from .environment import VARIABLES
from .exit_codes import MEANINGS
from .help_text import flags_text, help_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .describe import Operand, Option, VerbText

__all__ = ("man_page", "reference_page")

#: the day on which the command line last changed for its users; written by hand, so that a page can be made again
_DATE = "2026-11-24"

_PATHS = (
    "Names in a path to a key are joined by backslashes; a path without any may have slashes instead. Upper and "
    "lower case are one. A name in double quotes is taken as it is, a double quote in it is doubled, and "
    '"name"#2 is the second of several keys of that name. Quote a path for your shell: single quotes in sh, '
    "double quotes in cmd, single quotes in PowerShell.",
    "ls and search --path take patterns: * is any part of one name, ** any number of names.",
    "CurrentControlSet in a SYSTEM hive that has no such key is the control set that Select\\Current names; "
    "a line on standard error says so. So it does where a path begins as in a running registry (HKCU:\\Software, "
    "HKLM\\SYSTEM\\Select, Registry::HKEY_LOCAL_MACHINE): the root is taken off, and with it where a hive of that file "
    "name is mounted.",
    "set, delete and import go by these rules too. No key is deleted by the name CurrentControlSet, and what it is is "
    "settled before anything is changed; where Select\\Current is no number or cannot be read, a change below that "
    "name is refused. A symbolic link is taken as the file has it: the link itself, with its own values and subkeys, "
    "never what it leads to.",
)
_OUTPUT = (
    "What was read goes to standard output. How it ended goes to standard error as the last line (text, csv, json) or "
    'is the last record (jsonl: "kind":"end"), and into the exit code. Output without such an end was cut off.',
    "In text, what would control a terminal is escaped. In jsonl, json and csv nothing is shortened, times are ISO "
    "8601 in UTC with seven digits, raw bytes are in hexadecimal; a name that is not valid Unicode has its exact "
    "UTF-16 units beside it, in name_utf16 or path_utf16; in csv so has every name or path that holds what is escaped "
    "there, so that an empty cell beside it means that it is shown exactly.",
    "With several hives, or a folder, every record names its hive, a bad hive does not stop the others, and the exit "
    "code is the gravest.",
    "Only import, set, delete and shell write a hive, where they are told to; the other verbs write none, and make "
    "nothing beside it.",
    "A hive that is damaged, or dirty with logs that are missing or cannot be replayed whole, is changed only with "
    "--anyway: what the logs held would be lost for good. What became of logs and damage is said on standard error; "
    "shell asks for no --anyway, it only says so. With --anyway delete --tree, and [-KEY] in a .reg file, take along "
    "what is damaged below a key, and name it.",
    "export leaves out, by name and with exit code 5, what a .reg file cannot hold: NUL and line ends in names, a "
    "backslash in a key's name, keys without a name, and all but the first of several keys or values of one name.",
)
_TIMES = (
    "--since and --until take 2024-05-01, 2024-05-01T10:00:00+02:00, or 2h, 3d, 2w for so long ago. "
    "Without a zone a time is UTC.",
)


def man_page(verbs: Sequence[VerbText], version: str) -> str:
    """hiveguard(1)."""
    lines = [
        f'.TH HIVEGUARD 1 "{_DATE}" "HiveGuard {version}" "User Commands"',
        ".SH NAME",
        "hiveguard \\- read Windows registry hives, and say of every read how it ended",
        ".SH SYNOPSIS",
        ".B hiveguard",
        "\\fIVERB\\fR [\\fIoptions\\fR] \\fIHIVE\\fR ...",
        ".br",
        ".B hiveguard",
        "\\fIVERB\\fR \\fB\\-\\-help\\fR",
        ".SH DESCRIPTION",
        *_paragraphs(_OUTPUT),
        ".SH PATHS",
        *_paragraphs(_PATHS),
        ".SH TIMES",
        *_paragraphs(_TIMES),
        ".SH VERBS",
    ]
    for verb in verbs:
        lines += [f".SS {_roff(verb.name)} [options] {_roff(verb.usage)}"]
        lines += _filled(f"{verb.summary[0].upper()}{verb.summary[1:]}.")
        lines += _entries((operand.word, operand) for operand in verb.operands)
        lines += _entries((flags_text(option), option) for option in verb.options if "--help" not in option.flags)
    lines += [".SH EXIT STATUS", *_table({str(code): meaning for code, meaning in MEANINGS.items()})]
    lines += [".SH ENVIRONMENT", *_table(VARIABLES), ".SH EXAMPLES"]
    for verb in verbs:
        lines += [".EX", *(_line(example) for example in verb.examples), ".EE", ".PP"]
    del lines[-1]
    lines += [".SH SEE ALSO", ".BR mactime (1),", ".BR jq (1)"]
    return "\n".join(lines) + "\n"


def _roff(text: str) -> str:
    return text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")


def _line(text: str) -> str:
    """A line of text, which must not be taken for a request."""
    escaped = _roff(text)
    return f"\\&{escaped}" if escaped.startswith((".", "\\(aq")) else escaped


def _filled(text: str) -> Iterator[str]:
    """Running text in lines of which none is too long, nor taken for a request."""
    return map(_line, wrap(" ".join(text.split()), 70, break_on_hyphens=False, break_long_words=False))


def _paragraphs(texts: Iterable[str]) -> Iterator[str]:
    for number, text in enumerate(texts):
        if number:
            yield ".PP"
        yield from _filled(text)


def _entries(entries: Iterable[tuple[str, Option | Operand]]) -> Iterator[str]:
    for name, what in entries:
        yield from (".TP", f"\\fB{_roff(name)}\\fR", *_filled(what.help))


def _table(rows: dict[str, str]) -> Iterator[str]:
    for name, meaning in rows.items():
        yield from (".TP", f"\\fB{_roff(name)}\\fR", *_filled(meaning))


def reference_page(verbs: Sequence[VerbText]) -> str:
    """docs/cli.md: what every verb's ``--help`` prints, and what holds for all of them."""
    lines = [
        "# Command line",
        "",
        "Made from the verbs' own options by `make interface`; do not edit.",
        "",
        "## Verbs",
        "",
        *(f"- [`{verb.name}`](#{verb.name}): {verb.summary}" for verb in verbs),
        "",
        *_chapter("Output", _OUTPUT),
        *_chapter("Paths", _PATHS),
        *_chapter("Times", _TIMES),
        "## Exit codes",
        "",
        "| code | means |",
        "| --- | --- |",
        *(f"| {code} | {meaning} |" for code, meaning in MEANINGS.items()),
        "",
        "## Environment",
        "",
        "| variable | does |",
        "| --- | --- |",
        *(f"| `{name}` | {what} |" for name, what in VARIABLES.items()),
    ]
    for verb in verbs:
        lines += ["", f"## {verb.name}", "", "```text", help_text(verb).rstrip("\n"), "```"]
    return "\n".join(lines) + "\n"


def _chapter(title: str, texts: Iterable[str]) -> Iterator[str]:
    yield from (f"## {title}", "")
    for text in texts:
        yield from (_markdown(text), "")


def _markdown(text: str) -> str:
    return text.replace("\\", "\\\\").replace("*", "\\*").replace("_", "\\_")
