"""What of a walk a .reg file can hold: only what an import makes again at the same place, with the same content.

A hive may hold names that no line can, and several keys or values of one name, of which a look-up finds the first;
an import would put keys together, and leave the last value. Must not know: output, how lines are written.
Source: HiveGuard's own contract (of equal names the first in stored order is the one that is found).
"""

from __future__ import annotations

from ..regf.names import fold
from .reg_text import unfit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..regf.value import Value
    from .key import Key

__all__ = ("RegFit",)

_LINE_END = "a NUL or a line end in a name"
_SEPARATOR = "a backslash in a key's name"
_NO_NAME = "a key without a name"
_SECOND_KEY = "a second key of one name"
_SECOND_VALUE = "a second value of one name"
_BELOW = "what is below such a key"


class _Level:
    """A key of the way to where the walk is. ``names``: the folded names of its subkeys so far."""

    __slots__ = ("fits", "key", "names")

    def __init__(self, key: Key, *, fits: bool) -> None:
        self.key = key
        self.fits = fits
        self.names: set[str] = set()


class RegFit:
    """Asked of each key of one walk, depth first, in its order."""

    def __init__(self) -> None:
        self._way: list[_Level] = []

    def key(self, key: Key) -> str | None:
        """What a .reg file would have to hold for this key and cannot; None: it can hold it."""
        way = self._way
        while way and way[-1].key is not key.parent:
            way.pop()
        if way:
            why = None if way[-1].fits else _BELOW
            folded = fold(key.name)
            if why is None:
                why = _unfit_key(key.name) or (_SECOND_KEY if folded in way[-1].names else None)
            way[-1].names.add(folded)
        else:  # where the walk begins: its whole path stands in each line
            why = next(filter(None, map(_unfit_key, key.parts)), None)
        way.append(_Level(key, fits=why is None))
        return why

    def values(self, key: Key) -> tuple[list[Value], list[tuple[Value, str]]]:
        """The values of a key that it can hold, and those that it cannot, each with why."""
        fit: list[Value] = []
        left_out: list[tuple[Value, str]] = []
        names: set[str] = set()
        for value in key.values():
            folded = fold(value.name) if value.name else ""
            if unfit(value.name):
                left_out.append((value, _LINE_END))
            elif folded in names:
                left_out.append((value, _SECOND_VALUE))
            else:
                names.add(folded)
                fit.append(value)
        return fit, left_out


def _unfit_key(name: str) -> str | None:
    if not name:
        return _NO_NAME
    if "\\" in name:
        return _SEPARATOR
    return _LINE_END if unfit(name) else None
