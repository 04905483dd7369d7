"""Searching and comparing as a library; the command line's options are tested with its verbs."""

from __future__ import annotations

import pytest

import hiveguard
from hiveguard import BadArgument, Ending, Incomplete, Query
from hiveguard.testing import HiveBuilder


def builder() -> HiveBuilder:
    made = HiveBuilder()
    made.root.key("Software\\Straße").text("Path", "C:\\Tools")
    made.root.key("Software\\Other").dword("Count", 255)
    made.root.key("System").binary("Blob", b"xxMZ\x90xx")
    return made


def found(query: Query, path: str = "") -> list[tuple[str, str | None]]:
    with hiveguard.open(builder().build()) as hive:
        walk = hive.search(query, path)
        matches = [(match.key.path, match.value.name if match.value else None) for match in walk]
        assert walk.verdict
        return matches


@pytest.mark.parametrize(
    ("query", "matches"),
    [
        (Query("STRAßE"), [("Software\\Straße", None)]),
        (Query("strasse"), []),
        (Query("tools", data=True), [("Software\\Straße", "Path")]),
        (Query("tools", keys=True, names=True), []),
        (Query("^c:", regex=True), [("Software\\Straße", "Path")]),
        (Query("C:", case=True), [("Software\\Straße", "Path")]),
        (Query("c:", case=True), []),
        (Query("count", exact=True), [("Software\\Other", "Count")]),
        (Query("255", data=True), [("Software\\Other", "Count")]),
        (Query("0xff", data=True), [("Software\\Other", "Count")]),
        (Query(raw=b"MZ\x90"), [("System", "Blob")]),
        (Query(type=4), [("Software\\Other", "Count")]),
        (Query(min_size=7, max_size=7), [("System", "Blob")]),
        (Query(path="soft*\\**\\oth*"), [("Software\\Other", None)]),
        (Query("blob", path="Software\\**"), []),
    ],
)
def test_queries(query: Query, matches: list[tuple[str, str | None]]) -> None:
    assert found(query) == matches


def test_a_search_below_a_path() -> None:
    assert found(Query(min_size=1), "Software\\Other") == [("Software\\Other", "Count")]


def test_a_query_of_nothing_and_a_bad_pattern_are_refused() -> None:
    with pytest.raises(BadArgument, match="nothing to look for"):
        Query()
    with pytest.raises(BadArgument, match="regular expression"):
        Query("(", regex=True)


def test_a_search_in_a_damaged_hive_raises_at_its_end() -> None:
    image = builder().image()
    image.put(image.key("System"), 0, b"zz")
    with hiveguard.open(bytes(image)) as hive:
        walk = hive.search(Query("count"))
        assert next(walk).key.name == "Other"
        with pytest.raises(Incomplete):
            next(walk)
        assert walk.verdict is not None
        assert walk.verdict.ending is Ending.DAMAGED


def test_differences_by_path() -> None:
    after = builder()
    after.root.key("Software\\OTHER").dword("count", 256)
    after.root.key("New").text(None, "x")
    with hiveguard.open(builder().build()) as one, hiveguard.open(after.build()) as other:
        found = one.diff(other)
        assert [(d.change, d.path, d.is_key) for d in found] == [
            ("added", "New", True),
            ("added", "New", False),
            ("changed", "Software\\Other", False),
        ]
        assert found.verdict
        assert not one.diff(one)
        assert [(d.change, d.path) for d in other.diff(one) if d.is_key] == [("removed", "New")]


def test_a_difference_to_a_damaged_hive_is_not_complete() -> None:
    image = builder().image()
    image.put(image.key("System"), 0, b"zz")
    with hiveguard.open(builder().build()) as one, hiveguard.open(bytes(image)) as other:
        with pytest.raises(Incomplete) as raised:
            one.diff(other)
        assert len(raised.value.items) == 2
        assert not one.diff(other, on_incomplete="record").verdict
