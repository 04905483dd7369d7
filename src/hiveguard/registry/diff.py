"""What differs between two walks: keys and values added, removed, changed.

Two keys are the same when their names are equal in any case (the second of equal names by its ordinal); so
are two values. Must not know: output. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from typing import NamedTuple

from ..regf.names import fold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    from ..regf.value import Value
    from .key import Key

    Place: TypeAlias = tuple[tuple[str, int], ...]

__all__ = ("Difference", "compare")

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


class Difference(NamedTuple):
    """One difference. ``change``: ``added``, ``removed`` or ``changed``; ``path`` of the key; ``before`` and
    ``after``: the two values, None where there is none; for a key both are None, and ``times`` holds its
    last-write times in ticks.
    """

    change: str
    path: str
    before: Value | None
    after: Value | None
    times: tuple[int | None, int | None]

    @property
    def is_key(self) -> bool:
        """Whether it is about a key, not a value."""
        return self.before is None and self.after is None


class _Held(NamedTuple):
    path: str
    last_write: int
    values: tuple[Value, ...]


def _placed(keys: Iterable[Key]) -> Iterator[tuple[Place, Key]]:
    """Each key of a walk with its place: the folded names from the top, each with its ordinal among equals."""
    # Of each ancestor: the key, its place, and how often each folded name was met below it.
    open_: list[tuple[Key, Place, dict[str, int]]] = []
    for key in keys:
        while open_ and open_[-1][0] is not key.parent:
            open_.pop()
        place: Place = ()
        if open_:
            _, above, met = open_[-1]
            name = fold(key.name)
            met[name] = met.get(name, 0) + 1
            place = (*above, (name, met[name]))
        open_.append((key, place, {}))
        yield place, key


def compare(before: Iterable[Key], after: Iterable[Key], *, times: bool = False) -> list[Difference]:
    """The differences between two walks, by path; with ``times`` also keys whose last-write time alone differs.

    The first walk is held in memory, the second is not.
    """
    held = {place: _Held(key.path, key.last_write, tuple(key.values())) for place, key in _placed(before)}
    found: list[tuple[Place, Difference]] = []
    for place, key in _placed(after):
        was = held.pop(place, None)
        if was is None:
            found.append((place, Difference(ADDED, key.path, None, None, (None, key.last_write))))
            found += ((place, Difference(ADDED, key.path, None, value, (None, None))) for value in key.values())
            continue
        if times and was.last_write != key.last_write:
            found.append((place, Difference(CHANGED, key.path, None, None, (was.last_write, key.last_write))))
        found += ((place, difference) for difference in _values(key.path, was.values, tuple(key.values())))
    for place, was in held.items():
        found.append((place, Difference(REMOVED, was.path, None, None, (was.last_write, None))))
        found += ((place, Difference(REMOVED, was.path, value, None, (None, None))) for value in was.values)
    found.sort(key=lambda one: one[0])
    return [difference for _, difference in found]


def _by_name(values: tuple[Value, ...]) -> dict[tuple[str | None, int], Value]:
    named: dict[tuple[str | None, int], Value] = {}
    met: dict[str | None, int] = {}
    for value in values:
        name = None if value.name is None else fold(value.name)
        met[name] = met.get(name, 0) + 1
        named[name, met[name]] = value
    return named


def _values(path: str, before: tuple[Value, ...], after: tuple[Value, ...]) -> Iterator[Difference]:
    if [value[:3] for value in before] == [value[:3] for value in after]:
        return
    was, now = _by_name(before), _by_name(after)
    for name, value in was.items():
        other = now.get(name)
        if other is None:
            yield Difference(REMOVED, path, value, None, (None, None))
        elif (value.type, value.raw) != (other.type, other.raw):
            yield Difference(CHANGED, path, value, other, (None, None))
    for name, value in now.items():
        if name not in was:
            yield Difference(ADDED, path, None, value, (None, None))
