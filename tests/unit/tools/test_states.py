"""docs/states.md has the table that the code has; its prose is left alone."""

from __future__ import annotations

import re

import pytest

from hiveguard.embedded.states import TABLE, State
from tools import states


def test_the_page_is_up_to_date() -> None:
    assert states.PAGE.read_text(encoding="utf-8") == states.page(), "run `make interface`"


def test_prose_stays() -> None:
    text = f"mine\n{states.BEGIN}\nold\n{states.END}\nmine too\n"
    made = states.made(text)
    assert made.startswith("mine\n")
    assert made.endswith(f"{states.END}\nmine too\n")
    assert "old" not in made
    assert states.made(made) == made


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="marks are gone"):
        states.made("no marks")


def test_every_pair_is_told_once() -> None:
    told = [
        (name, line.split(" | ")[1])
        for line in states.table().splitlines()[2:]
        for name in line.removeprefix("| ").split(" | ")[0].split(", ")
    ]
    assert sorted(told) == sorted((state.name, on.value) for state, on in TABLE)


def test_the_diagram_has_every_state() -> None:
    drawn = set(re.findall(r"--> (\w+)", states.diagram()))
    assert drawn == {state.name for state in State}
