"""Patterns over key paths: what fits, what is quoted, where the pattern begins."""

from __future__ import annotations

import pytest

from hiveguard.registry.glob import Glob, is_glob


@pytest.mark.parametrize(
    "path, expected",
    [
        ("a\\b", False),
        ("a\\*", True),
        ("*", True),
        ('"*"', False),
        ('a\\"x*y"\\b', False),
        ('"a"\\*', True),
        ("", False),
    ],
)
def test_is_glob_unless_quoted(path: str, expected: bool) -> None:
    assert is_glob(path) is expected


FITS = [
    ("*", "a", True),
    ("*", "a\\b", False),
    ("*", "", False),
    ("**", "", True),
    ("**", "a\\b\\c", True),
    ("a\\**", "a", True),
    ("a\\**", "ab", False),
    ("a\\**\\d", "a\\d", True),
    ("a\\**\\d", "a\\b\\c\\d", True),
    ("a\\**\\d", "a\\b\\c\\d\\e", False),
    ("**\\d", "d", True),
    ("a*c", "abc", True),
    ("a*c", "ac", True),
    ("a*c", "a\\c", False),
    ("A\\*", "a\\B", True),
    ("straße\\*", "STRAßE\\x", True),
    ("a.c", "abc", False),
    ("[ab]", "a", False),
    ("[ab]*", "[ab]c", True),
    ("?", "a", False),
    ('"*"', "*", True),
    ('"*"', "a", False),
    ('"*"\\x*', "*\\xy", True),
    ('"a""b"\\*', 'a"b\\c', True),
    ("a/*", "a\\b", True),
    ("\\a\\*\\", "a\\b", True),
    ("a\\*", "a\\line\nend", True),
    ("a/*\\b", "a/x\\b", True),
]


@pytest.mark.parametrize("pattern, path, expected", FITS)
def test_fits(pattern: str, path: str, expected: bool) -> None:
    assert Glob(pattern).fits(path) is expected


@pytest.mark.parametrize(
    "pattern, prefix",
    [
        ("a\\b\\*\\c", ("a", "b")),
        ("*", ()),
        ("a\\**", ("a",)),
        ('"*"\\*', ("*",)),
        ("a\\b*\\c", ("a",)),
        ("a/b/*", ("a", "b")),
    ],
)
def test_prefix_is_what_is_no_pattern(pattern: str, prefix: tuple[str, ...]) -> None:
    assert Glob(pattern).prefix == prefix


def test_many_stars_take_no_exponential_time() -> None:
    assert not Glob("a*" * 12 + "b").fits("a" * 60)
    assert not Glob("\\".join(["**", "x"] * 4)).fits("\\".join(["y"] * 100))
