"""The drop-in beside what the real module answered to the same questions, recorded under Wine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROBE = "experiments/windows/winreg_probe.py"
RECORDED = "experiments/windows/winreg_probe.cpython-3.13.2.wine-8.0.json"
#: what differs, and why
DIFFERS = {
    "answers QueryReflectionKey": "Wine lacks it; Windows answers",
    "answers SaveKey": "a drive letter is part of a file name here",
    "types __loader__": "no built-in module",
}
SOURCE = Path(__file__).resolve().parents[3] / "src"


def plain(answer: object) -> str:
    """An answer without what is Windows' wording or a machine's address."""
    text = re.sub(r" args=.*", "", str(answer))
    # Since 3.12 the type is called with its module's name.
    text = text.replace("winreg.PyHKEY", "PyHKEY").replace("builtins.PyHKEY", "PyHKEY")
    return re.sub(r"0x[0-9a-fA-F]{6,}", "0x", text)


def flat(section: str, answers: object) -> dict[str, str]:
    """Every answer by the question that it answers."""
    if not isinstance(answers, dict):
        return {section: plain(answers)}
    found: dict[str, str] = {}
    for question, answer in answers.items():
        question = "memoryview" if "memory at" in question else question
        found |= flat(f"{section} {question}", answer)
    return found


@pytest.fixture(scope="module")
def both(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, object], dict[str, object]]:
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    run = subprocess.run(
        [sys.executable, shared / PROBE, "hiveguard.winreg"],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path_factory.mktemp("probe"),
        check=True,
    )
    return json.loads((shared / RECORDED).read_text()), json.loads(run.stdout)


@pytest.mark.parametrize("section", ["constants", "types", "set_then_query", "answers"])
def test_answers_are_those_of_the_real_module(section: str, both: tuple[dict[str, object], dict[str, object]]) -> None:
    theirs, ours = (flat(section, each[section]) for each in both)
    assert {name: (answer, ours.get(name)) for name, answer in theirs.items() if answer != ours.get(name)}.keys() <= (
        DIFFERS.keys()
    )


def test_functions_are_those_of_the_real_module(both: tuple[dict[str, object], dict[str, object]]) -> None:
    theirs, ours = (set(each["functions"]) for each in both)
    assert ours - theirs == {"DeleteTree", "install", "use"}
    assert theirs <= ours


def test_audit_events_are_those_of_the_real_module(both: tuple[dict[str, object], dict[str, object]]) -> None:
    def told(events: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(name, re.sub(r"\b\d{3}\b(?=,)", "handle", text)) for name, text in events]  # numbers differ

    theirs, ours = (told(each["audit"]) for each in both)
    assert ours[: len(theirs)] == theirs
