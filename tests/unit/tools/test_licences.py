"""Licences are accepted from a list only; unknown and forbidden ones are named."""

from __future__ import annotations

from typing import Any

import pytest

from tools import licences


def component(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"name": "thing", "version": "1", "licenses": list(entries)}


@pytest.mark.parametrize(
    "name",
    [
        "MIT",
        "Apache-2.0",
        "MIT OR AGPL-3.0-or-later",
        "(MIT AND BSD-3-Clause) OR GPL-3.0-only",
        "MIT License",
        "License :: OSI Approved :: MIT License",
    ],
)
def test_accepted(name: str) -> None:
    assert licences.is_accepted(name)


@pytest.mark.parametrize("name", ["AGPL-3.0-or-later", "GPL-3.0-only", "MIT AND AGPL-3.0-only", "Proprietary", ""])
def test_not_accepted(name: str) -> None:
    assert not licences.is_accepted(name)


def test_component_without_licence_is_a_problem() -> None:
    assert licences.problems({"components": [component()]}) == ["thing 1 declares no licence"]


def test_licence_text_in_place_of_a_name_is_a_problem() -> None:
    text = {"license": {"name": "Permission is granted\nto anyone"}}
    assert licences.problems({"components": [component(text)]}) == ["thing 1 declares no licence"]


def test_forbidden_licence_is_named() -> None:
    [problem] = licences.problems({"components": [component({"license": {"id": "AGPL-3.0-only"}})]})
    assert "thing 1" in problem
    assert "AGPL-3.0-only" in problem


def test_expression_is_read() -> None:
    assert licences.problems({"components": [component({"expression": "MIT OR Apache-2.0"})]}) == []


def test_subject_of_the_bill_is_checked_too() -> None:
    bill = {"metadata": {"component": component({"license": {"id": "GPL-2.0-only"}})}}
    assert len(licences.problems(bill)) == 1
