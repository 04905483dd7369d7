"""The small hive that most traps are set in, and what is asked of its reading."""

from __future__ import annotations

import hiveguard
from hiveguard.testing import HiveBuilder, ListStyle
from tests.acceptance.reading import Reading

COMPLETE, DAMAGED = hiveguard.Ending.COMPLETE, hiveguard.Ending.DAMAGED

#: the keys of the hive that most traps are set in
PATHS = ["", "Alpha", "Alpha\\Inner", "Beta", "Gamma"]
VALUES = ["one", "two", "three"]
TWELVE = b"twelve bytes"


def base(minor: int = 5, lists: ListStyle | None = None) -> HiveBuilder:
    builder = HiveBuilder(minor, lists=lists)
    alpha = builder.root.key("Alpha")
    alpha.text("one", "1")
    alpha.dword("two", 2)
    alpha.binary("three", TWELVE)
    alpha.key("Inner").dword("x", 1)
    builder.root.key("Beta").dword("b", 1)
    builder.root.key("Gamma").dword("g", 1)
    return builder


def check(reading: Reading, paths: list[str], ending: hiveguard.Ending, *codes: str) -> None:
    """The keys, the ending, and exactly these codes."""
    assert reading.paths == paths
    assert reading.codes == set(codes)
    assert reading.verdict.ending is ending
    assert bool(reading.verdict) is (ending is COMPLETE)


def value_names(reading: Reading, path: str = "Alpha") -> list[str | None]:
    return [name for name, _, _ in reading.values[path]]
