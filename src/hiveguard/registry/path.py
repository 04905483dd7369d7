"""Paths to keys, as text and as names.

A path is names joined by a backslash. A name may itself hold anything but a backslash (and, in a
damaged hive, even that), so a name can be quoted: in double quotes everything is literal, a double
quote is doubled, and ``"name"#2`` is the second of several keys of that name. A path without any
backslash outside quotes is split at slashes instead. Must not know: hives. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.errors import BadArgument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    #: one name, or a name with the ordinal among equal ones (1: the first)
    Step: TypeAlias = tuple[str, int]
    PathLike: TypeAlias = str | tuple[str | Step, ...] | list[str | Step]

__all__ = ("join_path", "quote_name", "readings", "split_path")

SEPARATOR = "\\"
OTHER_SEPARATOR = "/"


def readings(path: PathLike) -> Iterator[tuple[Step, ...]]:
    """The ways to read a path, in the order in which they are tried.

    Text is first taken literally, names between backslashes, so that every ``key.path`` leads back to
    its key even where a name holds a slash or a quotation mark; then by the rules above.
    """
    if not isinstance(path, str):
        yield split_path(path)
        return
    names = path.split(SEPARATOR) if path else []
    if "" in names:  # a damaged hive may have keys without a name
        yield tuple((name, 1) for name in names)
    literal = tuple((name, 1) for name in names if name)
    yield literal
    if OTHER_SEPARATOR in path or '"' in path:
        ruled = split_path(path)
        if ruled != literal:
            yield ruled


def split_path(path: PathLike) -> tuple[Step, ...]:
    """The steps of a path: from text by the rules above, or from names that are taken as they are."""
    if not isinstance(path, str):
        steps = tuple(path) if isinstance(path, (tuple, list)) else (path,)
        for step in steps:
            if not isinstance(step, str) and not (isinstance(step, tuple) and list(map(type, step)) == [str, int]):
                raise BadArgument(f"{path!r}: not a path; give text, or names and (name, ordinal) in a tuple")
        return tuple((step, 1) if isinstance(step, str) else step for step in steps)
    if '"' not in path:
        separator = SEPARATOR if SEPARATOR in path or OTHER_SEPARATOR not in path else OTHER_SEPARATOR
        return tuple((name, 1) for name in path.split(separator) if name)
    return _split_quoted(path)


def _split_quoted(path: str) -> tuple[Step, ...]:
    # (text, whether it was quoted) by character, so that the separator is chosen by what is not quoted.
    marked: list[tuple[str, bool]] = []
    quoted = False
    at = 0
    while at < len(path):
        character = path[at]
        if character == '"':
            if quoted and path[at + 1 : at + 2] == '"':
                marked.append(('"', True))
                at += 2
                continue
            quoted = not quoted
            marked.append(("", quoted))
        else:
            marked.append((character, quoted))
        at += 1
    if quoted:
        raise BadArgument(f"{path}: a quotation mark is not closed; double one that belongs to a name")
    plain = {character for character, literal in marked if not literal}
    separator = SEPARATOR if SEPARATOR in plain or OTHER_SEPARATOR not in plain else OTHER_SEPARATOR
    steps: list[Step] = []
    name = tail = ""
    was_quoted = False
    for character, literal in [*marked, (separator, False)]:
        if literal:
            was_quoted = True
            name += tail + character
            tail = ""
        elif character == separator:
            steps += _step(name, tail, was_quoted)
            name = tail = ""
            was_quoted = False
        else:
            tail += character
    return tuple(steps)


def _step(name: str, tail: str, was_quoted: bool) -> list[Step]:
    if not was_quoted:
        return [(tail, 1)] if tail else []
    if not tail:
        return [(name, 1)]
    if tail[0] == "#" and tail.isascii() and tail[1:].isdigit() and int(tail[1:]):
        return [(name, int(tail[1:]))]
    return [(name + tail, 1)]


def quote_name(name: str, ordinal: int = 1) -> str:
    """A name as `split_path` reads it back: quoted only where that is needed."""
    if ordinal == 1 and name and not any(mark in name for mark in '"\\/'):
        return name
    quoted = '"' + name.replace('"', '""') + '"'
    return quoted if ordinal == 1 else f"{quoted}#{ordinal}"


def join_path(names: tuple[str, ...]) -> str:
    """Names as a path that `split_path` reads back."""
    return SEPARATOR.join(quote_name(name) for name in names)
