"""Writes docs/bench.md from what was measured last (build/bench/*.json).

python -m bench.report
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from bench import record

PAGE = Path(__file__).resolve().parent.parent / "docs" / "bench.md"
HEAD = """# Speed and memory

Made by `make bench`; not written by hand. Every number is of a whole process, start of Python
included, measured in turn with what it is compared with (A B A B). CPU time is user plus system, a
ratio is the median of the rounds' ratios, with the least and the greatest in brackets. The hives are
those of the corpus, by their name there; absolute times are of one small shared machine, so read the
ratios.
"""


def mega(number: int) -> str:
    return f"{number / 1e6:.1f}"


def table(rows: list[list[str]]) -> str:
    """Rows as a table in Markdown; the first row is the heading."""
    head, *body = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([head, "|" + " --- |" * len(rows[0]), *body])


def walk(facts: dict[str, Any]) -> str:
    hives = facts["hives"]
    rows = [["reader", *(f"{name}, {mega(one['size'])} MB" for name, one in hives.items())]]
    readers = list(dict.fromkeys(name for one in hives.values() for name in one["readers"]))
    skipped = []
    for reader in readers:
        version = facts["versions"].get(reader, "")
        row = [f"{reader} {version}".strip()]
        for hive, one in hives.items():
            cell = one["readers"].get(reader, {"not_run": "not asked for"})
            if "not_run" in cell:
                row.append("not run")
                skipped.append(f"- {reader} on {hive}: {cell['not_run']}")
            else:
                row.append(f"{cell['text']}, {mega(cell['peak'])} MB")
        rows.append(row)
    base = ["hivex " + facts["versions"].get("hivex", "")]
    for one in hives.values():
        peaks = [cell["base_peak"] for cell in one["readers"].values() if "base_peak" in cell]
        base.append(f"1, {mega(max(peaks))} MB" if peaks else "not run")
    rows.insert(1, base)
    text = f"""## The full walk

Every key name, every value's name, type and raw data: CPU time as a ratio to hivex, and the peak of
resident memory. Python {facts["python"]} (the system's interpreter, in which hivex runs; the others
in environments made from it), {facts["machine"]}. HiveGuard is pure Python and gives objects, damage
and a verdict. regipy and regipy-rs have no raw data: their decoded values are timed. regrs gives raw
data with padding, libregf cuts some data, python-registry changes some; see each reader's own notes.

{table(rows)}
"""
    return text + ("\nNot run:\n\n" + "\n".join(skipped) + "\n" if skipped else "")


def lookup(facts: dict[str, Any]) -> str:
    rows = [["hive", "key", "value", "bare start, ms", "library / bare", "`hiveguard get` / bare"]]
    for hive, one in facts["hives"].items():
        measured = [f"{one['bare_ms']:.1f}", one["library_text"], one["get_text"]] if "library" in one else None
        rows.append([hive, f"`{one['key']}`", one["value"], *(measured or ["not run", one["not_run"], ""])])
    bounds = facts["bounds"]
    hooks = ", ".join(facts["pth_files"]) or "none"
    cached = "cached" if facts["bytecode_cached"] else "NOT cached"
    return f"""## One cold look-up

What one value costs from nothing, as a ratio to the start of Python with an empty script; {facts["rounds"]}
rounds. The bounds are {bounds["library"]:g} for the library and {bounds["get"]:g} for the whole command.
Python {facts["python"]}, {facts["modules_at_start"]} modules loaded at a bare start, start-up hooks (.pth):
{hooks}, bytecode {cached}; {facts["machine"]}.

{table(rows)}
"""


def memory(facts: dict[str, Any]) -> str:
    rows = [["what", "hive", "file, MB", "peak, MB", "peak less the file, MB"]]
    for one in facts["runs"]:
        measured = [mega(one["peak"]), mega(one["over"])] if "peak" in one else ["not run", one["not_run"]]
        rows.append([one["what"], one["hive"], mega(one["size"]), *measured])
    return f"""## Memory

Peak of resident memory of the whole process, less the hive's size; the bound is {mega(facts["bound"])}
MB over the file. A bare start of this Python ({facts["python"]}) has {mega(facts["bare"])} MB. MB are
1,000,000 bytes.

{table(rows)}
"""


def guard(facts: dict[str, Any]) -> str:
    rows = [["source", "loop, ms", "guard, ms", "guard / loop"]]
    for one in facts["rows"]:
        rows.append([one["name"], f"{one['loop'] * 1e3:.2f}", f"{one['guarded'] * 1e3:.2f}", f"{one['ratio']:.2f}"])
    return f"""## The guarded listing

A quiet key of {facts["subkeys"]:,} subkeys through the guard and by a plain loop over the same source, in one
process, in turn; the bound is {facts["bound"]:g}. The first two sources are lists in memory that cost next to
nothing, so that what the guard adds shows.

{table(rows)}
"""


def writing(facts: dict[str, Any]) -> str:
    rows = [["what", "ratio", "bound", "seconds", "beside"]]
    for one in facts["rows"]:
        measured = [one["text"], one["bound"], f"{one['ours']:.2f}", f"{one['theirs']:.2f}"] if "text" in one else None
        rows.append([one["what"], *(measured or ["not run", "", "", one["not_run"]])])
    return f"""## Loading and writing

Loading {facts["hive"]} is reading it into the embedded registry, beside reading its bytes. The writes are
{facts["values"]:,} new values of four bytes in {facts["keys"]:,} keys of a new hive file: through the embedded
registry, with a handle, a lock, an event's price and an order kept, then one flush by the whole protocol (log,
fsync at each barrier, primary); hivex sets the same values and commits, keeping no log and no order. The last row
is `SetValueEx` of the drop-in beside fake-winreg's, without a flush. Wall time of that part alone, processes in turn.

{table(rows)}

fake-winreg is faster, and will stay so: it puts the Python object into a dictionary. What the drop-in does in the
same call is look the handle up, convert, take the lock, compare with the data that are there, allocate cells in a
hive's bytes, keep counts, times and generations, and tell who watches. Five times as fast as a store into a
dictionary no Python can do that.
"""


def main() -> int:
    parts = [HEAD]
    for name, write in (("walk", walk), ("lookup", lookup), ("memory", memory), ("guard", guard), ("writing", writing)):
        facts = record.read(name)
        if facts is None:
            print(f"bench: {name} was not measured yet: left out of {PAGE.name}", file=sys.stderr)
        else:
            parts.append(write(facts))
    PAGE.write_text("\n".join(parts))
    print(f"bench: wrote docs/{PAGE.name}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
