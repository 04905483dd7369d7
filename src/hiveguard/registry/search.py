"""Finding keys and values by name, data, type or size.

Text is compared as a look-up compares names: in Windows' upper case, unless case is asked for.
Must not know: output, how a walk is made. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from ..core.errors import BadArgument
from ..regf.names import fold
from ..regf.value_types import TYPE_NAMES
from .glob import Glob

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ..regf.value import Value
    from .key import Key

    Matches = Callable[[str], bool]

__all__ = ("Match", "Query", "type_number")

_SHORT_TYPES = {name.removeprefix("REG_").lower(): number for number, name in enumerate(TYPE_NAMES)}


class Match(NamedTuple):
    """A find: a key, or (``value`` is not None) a value of that key."""

    key: Key
    value: Value | None


class Query:
    """What is looked for, compiled once. Raises `BadArgument` for what cannot be a pattern.

    ``text``: anywhere in a name or in data (``regex``: a regular expression; ``exact``: all of it; ``case``: upper
    and lower case differ); ``keys``, ``names``, ``data``: where to look for it (none of them: in all). ``raw``: bytes
    in the data; ``type``: the exact number; ``min_size`` and ``max_size``: bytes of data; ``base64``: string data
    that are all base64; ``path``: a glob that the key's path must fit.
    """

    def __init__(
        self,
        text: str | None = None,
        *,
        regex: bool = False,
        exact: bool = False,
        case: bool = False,
        keys: bool = False,
        names: bool = False,
        data: bool = False,
        raw: bytes | None = None,
        type: int | None = None,  # the field's word
        min_size: int | None = None,
        max_size: int | None = None,
        base64: bool = False,
        path: str | None = None,
    ) -> None:
        anywhere = not (keys or names or data)
        self._text = _text_matcher(text, regex=regex, exact=exact, case=case)
        self._in_keys = keys or anywhere
        self._in_names = names or anywhere
        self._in_data = data or anywhere
        self._raw = raw
        self._type = type
        self._least = 0 if min_size is None else min_size
        self._most = max_size
        self._base64 = base64
        self._fits = Glob(path).fits if path is not None else None
        self._about_values = base64 or any(given is not None for given in (raw, type, min_size, max_size))
        if self._text is None and not self._about_values and path is None:
            raise BadArgument("nothing to look for; give a text, bytes, a type, a size or a path")

    def matches(self, keys: Iterable[Key]) -> Iterator[Match]:
        """The finds among some keys and their values."""
        for key in keys:
            if self._fits is not None and not self._fits(key.path):
                continue
            if self._takes_key(key):
                yield Match(key, None)
            for value in key.values():
                if self._takes_value(value):
                    yield Match(key, value)

    def _takes_key(self, key: Key) -> bool:
        if self._about_values:
            return False
        if self._text is None:
            return self._fits is not None
        return self._in_keys and self._text(key.name)

    def _takes_value(self, value: Value) -> bool:
        raw = value.raw
        if self._type is not None and value.type != self._type:
            return False
        if len(raw) < self._least or (self._most is not None and len(raw) > self._most):
            return False
        if (self._raw is not None and self._raw not in raw) or (self._base64 and not _is_base64(value)):
            return False
        if self._text is None:
            return self._about_values
        if self._in_names and self._text(value.name or ""):
            return True
        return self._in_data and any(map(self._text, _strings(value)))


def _text_matcher(text: str | None, *, regex: bool, exact: bool, case: bool) -> Matches | None:
    if text is None:
        return None
    if regex:
        try:
            pattern = re.compile(text, 0 if case else re.IGNORECASE)
        except re.error as error:
            raise BadArgument(f"{text!r} is no regular expression: {error}; see the help of Python's re") from None
        search = pattern.fullmatch if exact else pattern.search
        return lambda name: search(name) is not None
    wanted = text if case else fold(text)
    if exact:
        return (lambda name: name == wanted) if case else (lambda name: fold(name) == wanted)
    return (lambda name: wanted in name) if case else (lambda name: wanted in fold(name))


def type_number(text: str | None) -> int | None:
    """The number of a type as people write it; raises `BadArgument` for what is none."""
    if text is None:
        return None
    short = text.lower().removeprefix("reg_")
    if short in _SHORT_TYPES:
        return _SHORT_TYPES[short]
    try:
        return int(text, 0)
    except ValueError:
        raise BadArgument(f"{text!r} is no type; use REG_SZ, dword, 7 or 0xffff0012") from None


def _strings(value: Value) -> list[str]:
    """The data as the strings that are searched: text as it is, numbers in decimal and hexadecimal."""
    data = value.data
    if isinstance(data, str):
        return [data]
    if isinstance(data, list):
        return data
    if isinstance(data, int):
        return [str(data), hex(data)]
    raw = value.raw
    return [raw.decode("latin-1"), raw[: len(raw) & ~1].decode("utf-16-le", "replace")]


def _is_base64(value: Value) -> bool:
    from binascii import Error, a2b_base64

    data = value.data
    if not isinstance(data, str) or len(data) < 16 or len(data) % 4:
        return False
    try:
        a2b_base64(data, strict_mode=True)
    except (Error, ValueError):
        return False
    return True
