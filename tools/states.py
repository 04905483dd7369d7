"""docs/states.md, made from the table in `hiveguard.embedded.states`: the diagram, the table, and the prose around.

For: `make interface`, which writes it, and `make docs-check`, which sees that it is up to date.
"""

from __future__ import annotations

from hiveguard.embedded.states import BEFORE, TABLE, Answer, State

PROSE = """# The life of a hive

Made by `make interface` from the table in `src/hiveguard/embedded/states.py`; not written by hand.

A hive in an embedded registry is always in one of these states, and what happens to it is one of the lines below.
What is not in the table cannot happen: it raises `InvalidTransition`, and the state stays.

- **absent**: no such hive. **registered**: its mount and its file are known, nothing is read; whoever first asks for
  something in it loads it.
- **loading**: its file is read, its logs are replayed and written back. Several that ask at once share one load. A
  load that fails leaves nothing behind: the hive is what it was before.
- **clean**: everything is in the log or in the primary. **dirty**: there are changes that a power cut would lose.
- **flushing**: changes go to the log; reading and writing go on, and what is written meanwhile makes it dirty again.
- **flushing out**: the last flush before an unload. Reads are served; writing, opening and loading answer "hive busy",
  so that nothing that was accepted is lost. If it fails, the hive is loaded and dirty as before.
- **unloading**: every handle into the hive is dead, and can only be closed; the file and the memory are given back.

With handles open an unload is refused: access denied. Forced, it goes on, and every later use of those handles raises
`HiveUnloaded`. A dirty hive is flushed first either way. Volatile keys never make a hive dirty. An application
hive is unloaded when its last handle is closed.

## Diagram

"""


def _to(state: State, to: State | BEFORE | None) -> list[State]:
    """Where a line leads; "as before" may be one of two."""
    if to is BEFORE.LOAD:
        return [State.ABSENT, State.REGISTERED]
    if to is BEFORE.UNLOAD:
        return [State.CLEAN, State.DIRTY]
    return [to] if isinstance(to, State) else [state]


def _id(state: State) -> str:
    return state.name


def diagram() -> str:
    """The changes of state as a mermaid diagram; what leaves the state as it is stands in the table only."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> ABSENT"]
    lines += [f"    {_id(state)}: {state.value}" for state in State]
    arrows: dict[tuple[State, State], list[str]] = {}
    for (state, on), row in TABLE.items():
        for to in _to(state, row.to):
            if to is not state:
                arrows.setdefault((state, to), []).append(on.value)
    for (state, to), happenings in arrows.items():
        lines.append(f"    {_id(state)} --> {_id(to)}: {' / '.join(happenings)}")
    return "\n".join([*lines, "```"])


def table() -> str:
    """Every line of the table."""
    lines = ["| state | on | goes to | emits | whoever asked |", "| --- | --- | --- | --- | --- |"]
    for (state, on), row in TABLE.items():
        to = row.to.value if row.to is not None else "same"
        emits = ", ".join(kind.value for kind in row.emits)
        answer = "goes on" if row.answer is Answer.GO else row.answer.value
        lines.append(f"| {state.value} | {on.value} | {to} | {emits} | {answer} |")
    return "\n".join(lines)


def page() -> str:
    """The whole page."""
    return f"{PROSE}{diagram()}\n\n## Table\n\n{table()}\n"
