"""Patterns over key paths: ``*`` for any part of one name, ``**`` for any number of names.

A name in double quotes is taken as it is, so that keys really called ``*`` can be told from the pattern;
without quotes they fit it too. Upper and lower case are one, as in every look-up.
Must not know: output. Source: HiveGuard's own contract; the form is that of other tools' file patterns.
"""

from __future__ import annotations

import re

from ..regf.names import fold

__all__ = ("Glob", "is_glob")

_PIECE = re.compile(r'"(?:[^"]|"")*"|\*\*?|[^"*]+|"')


def is_glob(path: str) -> bool:
    """Whether a path has a ``*`` outside quotation marks."""
    return "*" in path and any(piece.startswith("*") for piece in _PIECE.findall(path))


class Glob:
    """A pattern. ``prefix``: the names before the first that is a pattern; only below them can a key fit."""

    def __init__(self, text: str) -> None:
        pieces = _PIECE.findall(text)
        plain = "".join(piece for piece in pieces if not piece.startswith('"'))
        separator = "\\" if "\\" in plain or "/" not in plain else "/"
        # Each name as pieces: text that is taken as it is, or None for any part of a name.
        names: list[list[str | None]] = [[]]
        for piece in pieces:
            if len(piece) > 1 and piece.startswith('"'):
                names[-1].append(piece[1:-1].replace('""', '"'))
            elif piece.startswith("*"):
                names[-1] += [None] * len(piece)
            else:
                first, *others = piece.split(separator)
                names[-1].append(first)
                names += [[other] for other in others]
        steps = [step for step in ([part for part in name if part != ""] for name in names) if step]
        self.prefix = tuple(_leading(steps))
        self._pattern = re.compile(_expression(steps), re.DOTALL)

    def fits(self, path: str) -> bool:
        """Whether the path of a key fits."""
        return self._pattern.fullmatch(f"{fold(path)}\\" if path else "") is not None


def _leading(steps: list[list[str | None]]) -> list[str]:
    names = []
    for step in steps:
        if None in step:
            break
        names.append("".join(part for part in step if part is not None))
    return names


def _expression(steps: list[list[str | None]]) -> str:
    # Between two of `**` the first place that fits is as good as any other, so none is tried again: the
    # groups are atomic, and no pattern takes more than the length of the path times its own.
    groups: list[str] = [""]
    for step in steps:
        if step == [None, None]:
            groups.append("")
        else:
            groups[-1] += _name(step)
    return _anchored(groups, r"(?:[^\\]+\\)*")


def _name(step: list[str | None]) -> str:
    pieces = [""]
    for part in step:
        if part is None:
            pieces.append("")
        else:
            pieces[-1] += re.escape(fold(part))
    return _anchored(pieces, r"[^\\]*") + r"\\"


def _anchored(pieces: list[str], between: str) -> str:
    """The pieces with anything in between; the first stands at the start, the last at the end."""
    first, *others = pieces
    if not others:
        return first
    *middle, last = others
    return first + "".join(f"(?>{between}?{piece})" for piece in middle if piece) + between + last
