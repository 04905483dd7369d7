"""A scan that could not ask says NOT SCANNED; one that found something fails."""

from __future__ import annotations

from typing import Any

import pytest

from tools import scan

SKIPPED = {"name": "a", "version": "1", "skip_reason": "not found"}
SOUND = {"name": "a", "version": "1", "vulns": []}
VULNERABLE = {"name": "a", "version": "1", "vulns": [{"id": "CVE-0"}]}


def answers(monkeypatch: pytest.MonkeyPatch, status: int, packages: list[dict[str, Any]]) -> None:
    monkeypatch.setattr(scan, "audit", lambda requirements, strict: (status, packages, "last line"))


def test_all_sound(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    answers(monkeypatch, 0, [SOUND])
    assert scan.main(["some.txt"]) == 0
    assert capsys.readouterr().out == "scan: some.txt: all 1 packages scanned, 0 vulnerable\n"


@pytest.mark.parametrize(("status", "packages"), [(1, []), (0, []), (1, [SKIPPED]), (0, [SOUND, SKIPPED])])
def test_silence_is_not_health(
    status: int,
    packages: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answers(monkeypatch, status, packages)
    assert scan.main(["some.txt"]) == 0
    assert "NOT SCANNED: some.txt" in capsys.readouterr().out


def test_vulnerability_fails(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    answers(monkeypatch, 1, [SOUND, VULNERABLE])
    assert scan.main(["some.txt"]) == 1
    assert "VULNERABLE: a 1: CVE-0" in capsys.readouterr().out


def test_scanner_that_prints_no_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(requirements: str, strict: bool) -> tuple[int, list[dict[str, Any]], str]:
        raise scan.NotAsked("no answer")

    monkeypatch.setattr(scan, "audit", refuse)
    assert scan.main(["some.txt"]) == 0
    assert "NOT SCANNED: some.txt: no answer" in capsys.readouterr().out
