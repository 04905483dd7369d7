"""The made part of docs/states.md: the diagram and the table of a hive's life, from its one table in code.

For: `tools.interface`, which writes and checks the page. The prose around the made part is written by hand and stays.
"""

from __future__ import annotations

from pathlib import Path

from hiveguard.embedded.states import BEFORE, TABLE, Answer, On, Row, State

PAGE = Path(__file__).resolve().parents[1] / "docs" / "states.md"
BEGIN = "<!-- made by tools/states.py: begin -->"
END = "<!-- made by tools/states.py: end -->"
#: what stands for "as before" in the diagram: every state that it can be
_BACK = {BEFORE.LOAD: (State.ABSENT, State.REGISTERED), BEFORE.UNLOAD: (State.CLEAN, State.DIRTY)}


def diagram() -> str:
    """The transitions that change the state, as mermaid draws them."""
    arrows: dict[tuple[State, State], list[str]] = {}
    for (state, on), row in TABLE.items():
        for target in _targets(row):
            arrows.setdefault((state, target), []).append(on.value)
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {State.ABSENT.name}"]
    lines += [f"    {source.name} --> {target.name}: {' / '.join(ons)}" for (source, target), ons in arrows.items()]
    return "\n".join([*lines, "```"])


def _targets(row: Row) -> tuple[State, ...]:
    if row.to is None:
        return ()
    return (row.to,) if isinstance(row.to, State) else _BACK[row.to]


def table() -> str:
    """Every line: states, what happens, where it leads, what is emitted, what whoever asked is to do."""
    lines: dict[tuple[On, Row], list[State]] = {}
    for (state, on), row in TABLE.items():
        same = next((key for key in lines if key[0] is on and _equal(key[1], row)), (on, row))
        lines.setdefault(same, []).append(state)
    cells = [("state", "on", "goes to", "emits", "answer"), ("---",) * 5]
    for (on, row), states in lines.items():
        emits = ", ".join(kind.value for kind in row.emits)
        answer = "" if row.answer is Answer.GO else row.answer.value
        cells.append((", ".join(state.name for state in states), on.value, _to(row), emits, answer))
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |").replace("|  |", "| |") for line in cells)


def _equal(one: Row, other: Row) -> bool:
    return (one.to, one.emits, one.answer) == (other.to, other.emits, other.answer)


def _to(row: Row) -> str:
    if row.to is None:
        return "same"
    return row.to.name if isinstance(row.to, State) else row.to.value


def made(text: str) -> str:
    """The page with its made part made again; raises `ValueError` when its marks are gone."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name}: its marks are gone; put back {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{diagram()}\n\n{table()}\n\n{END}{after}"


def page() -> str:
    """The whole page as it should be."""
    return made(PAGE.read_text(encoding="utf-8"))
