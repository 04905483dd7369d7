"""Paths as text and as names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiveguard import BadArgument
from hiveguard.registry.path import join_path, quote_name, readings, split_path


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("", ()),
        ("\\", ()),
        ("a\\b", (("a", 1), ("b", 1))),
        ("a/b", (("a", 1), ("b", 1))),
        ("\\a\\\\b\\", (("a", 1), ("b", 1))),
        ("Content Type\\text/html", (("Content Type", 1), ("text/html", 1))),
        ('"text/html"', (("text/html", 1),)),
        ('a/"b/c"', (("a", 1), ("b/c", 1))),
        ('a\\"b\\c"', (("a", 1), ("b\\c", 1))),
        ('"a""b"', (('a"b', 1),)),
        ('"Beta"#2\\x', (("Beta", 2), ("x", 1))),
        ("Beta#2", (("Beta#2", 1),)),
        ('""', (("", 1),)),
        ('"a"#0', (("a#0", 1),)),
        ('"a"#²', (("a#²", 1),)),
    ],
)
def test_splitting(path: str, steps: tuple[tuple[str, int], ...]) -> None:
    assert split_path(path) == steps


def test_names_are_taken_as_they_are() -> None:
    assert split_path(("a\\b", ("c", 2), '"')) == (("a\\b", 1), ("c", 2), ('"', 1))


def test_an_open_quotation_mark_is_refused() -> None:
    with pytest.raises(BadArgument, match="not closed"):
        split_path('a\\"b')


names = st.text(st.characters(codec=None), min_size=1, max_size=8)


@given(st.lists(names, max_size=4).map(tuple))
def test_what_is_joined_is_split(parts: tuple[str, ...]) -> None:
    if len(parts) == 1 and "#" in parts[0]:
        return  # only a quoted name is followed by an ordinal
    assert tuple(name for name, _ in split_path(join_path(parts))) == parts


def test_ordinals_are_quoted() -> None:
    assert quote_name("Beta", 2) == '"Beta"#2'
    assert split_path(quote_name("a/b", 3)) == (("a/b", 3),)


def test_text_is_first_read_literally() -> None:
    assert list(readings("a/b")) == [(("a/b", 1),), (("a", 1), ("b", 1))]
    assert list(readings("a\\b")) == [(("a", 1), ("b", 1))]
