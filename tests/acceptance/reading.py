"""Reads a whole hive the way an application would, and keeps what a test asks about."""

from __future__ import annotations

from dataclasses import dataclass

import hiveguard
from hiveguard.regf.damage import CODES
from hiveguard.testing import HiveImage


@dataclass(frozen=True)
class Reading:
    """Everything one walk delivered, and how it ended."""

    paths: list[str]
    names: list[str]
    values: dict[str, list[tuple[str | None, int, bytes]]]  #: of the first key of each path
    verdict: hiveguard.Verdict

    @property
    def codes(self) -> set[str]:
        """The codes of all findings, also of those that were too many to keep."""
        counted = {code for code, _ in self.verdict.more_damage}
        return {damage.code for damage in self.verdict.damage} | counted

    @property
    def lost(self) -> set[str]:
        """The codes of the findings by which something was lost."""
        counted = {code for code, _ in self.verdict.more_damage if CODES[code][0]}
        return {damage.code for damage in self.verdict.damage if damage.lost} | counted

    def raw(self, path: str, name: str | None) -> bytes:
        """The data of a value."""
        return next(raw for found, _, raw in self.values[path] if found == name)


def read(hive: HiveImage | bytes, *, strict: bool = False) -> Reading:
    """Walk a hive to its end."""
    paths: list[str] = []
    names: list[str] = []
    values: dict[str, list[tuple[str | None, int, bytes]]] = {}
    with hiveguard.open(bytes(hive), logs="ignore") as opened:
        walk = opened.walk(on_incomplete="record", strict=strict)
        for key in walk:
            paths.append(key.path)
            names.append(key.name)
            values.setdefault(key.path, [(value.name, value.type, value.raw) for value in key.values()])
    verdict = walk.verdict
    assert verdict is not None
    reading = Reading(paths, names, values, verdict)
    if verdict.ending in (hiveguard.Ending.COMPLETE, hiveguard.Ending.DAMAGED):
        assert (verdict.ending is hiveguard.Ending.DAMAGED) == bool(reading.lost)
    return reading


def found(hive: HiveImage | bytes, path: str | tuple[str, ...]) -> bool:
    """Whether a look-up finds the key."""
    with hiveguard.open(bytes(hive), logs="ignore") as opened:
        try:
            opened.key(path)
        except hiveguard.NotFound:
            return False
        return True
