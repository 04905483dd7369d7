"""How each kind of cell looks: its letter, its colour, its words. One table for the terminal and for SVG.

The colours are those that Okabe and Ito chose to be told apart by colour-blind people too; what is not live
is grey. Damage and deleted records are marked by form besides.
Must not know: hives. Source: M. Okabe, K. Ito, "Color Universal Design".
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ("LOOKS", "Look", "look_of", "totals_by_look")


class Look(NamedTuple):
    """``kinds``: of the map; ``letter`` and ``ansi`` (a colour of 256) for a terminal; ``fill`` for SVG."""

    words: str
    kinds: tuple[str, ...]
    letter: str
    fill: str
    ansi: int


#: in the order of the legend
LOOKS = (
    Look("base block", ("base-block",), "H", "#222222", 16),
    Look("bin headers", ("bin-header",), "b", "#4d4d4d", 239),
    Look("keys", ("key",), "K", "#0072b2", 25),
    Look("values", ("value",), "V", "#56b4e9", 74),
    Look("data", ("data",), "D", "#009e73", 36),
    Look("lists", ("subkey-list", "value-list"), "L", "#f0e442", 227),
    Look("security", ("security",), "S", "#cc79a7", 175),
    Look("class names", ("class",), "C", "#8e5ea2", 97),
    Look("slack of cells in use", ("slack",), "s", "#c9c9c9", 251),
    Look("free", ("free",), ".", "#ececec", 255),
    Look("unreferenced", ("unreferenced",), "u", "#a08c6c", 137),
    Look("recovered", ("recovered",), "r", "#e69f00", 214),
    Look("damaged", ("damaged",), "!", "#d55e00", 166),
    Look("in no cell", ("unknown",), "?", "#8c8c8c", 245),
    Look("missing: cut off", ("missing",), "x", "#f7d4c4", 223),
    Look("behind the bins", ("tail",), "t", "#b8c4cf", 152),
)
_BY_KIND = {kind: look for look in LOOKS for kind in look.kinds}


def look_of(kind: str) -> Look:
    """The look of a kind."""
    return _BY_KIND[kind]


def totals_by_look(totals: dict[str, int]) -> list[tuple[Look, int]]:
    """Bytes of each look that occurs, in the order of the legend."""
    summed = ((look, sum(totals.get(kind, 0) for kind in look.kinds)) for look in LOOKS)
    return [(look, count) for look, count in summed if count]
