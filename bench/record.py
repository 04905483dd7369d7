"""Keeps what was measured: one JSON file for each kind of measurement, under build/bench/."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent.parent / "build" / "bench"


def write(name: str, facts: dict[str, Any]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.json").write_text(json.dumps(facts, indent=1) + "\n")


def read(name: str) -> dict[str, Any] | None:
    """What was measured last, or None if it never was."""
    path = FOLDER / f"{name}.json"
    if not path.exists():
        return None
    facts: dict[str, Any] = json.loads(path.read_text())
    return facts


def table(rows: list[list[str]]) -> str:
    """Rows as lines of aligned columns; the first row is the heading."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)
