"""A line of the shell as words: a backslash is a backslash, quotation marks of either kind hold blanks together.

Must not know: commands. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.errors import BadArgument

__all__ = ("quoted", "words_of")

_QUOTES = "\"'"


def words_of(line: str) -> list[str]:
    """The words of a line; ``#`` at the beginning of one begins a comment. Raises `BadArgument` for an open quote."""
    words: list[str] = []
    word: str | None = None
    quote = ""
    for character in line:
        if quote:
            if character == quote:
                quote = ""
            else:
                word = (word or "") + character
        elif character in _QUOTES:
            quote = character
            word = word or ""
        elif character in " \t\r\n":
            if word is not None:
                words.append(word)
            word = None
        elif character == "#" and word is None:
            break
        else:
            word = (word or "") + character
    if quote:
        raise BadArgument(f"{line.strip()}: a quotation mark is not closed; close it")
    return [*words, word] if word is not None else words


def quoted(name: str) -> str:
    """A word that `words_of` reads back."""
    if name and not any(character in " \t\r\n#\"'" for character in name):
        return name
    return f"'{name}'" if '"' in name else f'"{name}"'
