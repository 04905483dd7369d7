"""The programs of the peers' table, ours among them: how each is asked to read a hive and one key.

A program's `read` and `key` are templates: {hive}, {key}, {out} (a file in a scratch folder). The
absent key is "No such key".
"""

from __future__ import annotations

from typing import NamedTuple

ABSENT_KEY = "No such key"
WALKS = "bench/peers/walk_{}.py"


class Tool(NamedTuple):
    """One row of the table. `key` is None where the program cannot be asked for one key."""

    name: str
    read: tuple[str, ...]
    key: tuple[str, ...] | None = None
    says_in_data: bool = False  # how it ended is its last record, on stdout
    reads_a_part: bool = False  # so that damage elsewhere in the hive is not its business


PEERS = (
    Tool("reglookup", ("reglookup", "{hive}"), ("reglookup", "-p", "/{key}", "{hive}")),
    Tool(
        "reged -x",
        ("reged", "-x", "{hive}", "HKEY_CURRENT_USER", "\\", "{out}"),
        ("reged", "-x", "{hive}", "HKEY_CURRENT_USER", "\\{key}", "{out}"),
    ),
    Tool("hivexml", ("hivexml", "{hive}")),
    Tool(
        "hivexregedit --export",
        ("hivexregedit", "--export", "{hive}", "\\"),
        ("hivexregedit", "--export", "{hive}", "\\{key}"),
    ),
    Tool("regfexport", ("regfexport", "{hive}"), ("regfexport", "-K", "{key}", "{hive}")),
    Tool("regfinfo", ("regfinfo", "{hive}")),
    Tool("regripper -p run", ("regripper", "-r", "{hive}", "-p", "run")),
    Tool(
        "regipy-dump",
        (".peers/regipy/bin/regipy-dump", "{hive}", "-o", "{out}"),
        (".peers/regipy/bin/regipy-dump", "{hive}", "-o", "{out}", "-p", "\\{key}"),
    ),
    Tool("regipy-parse-header", (".peers/regipy/bin/regipy-parse-header", "{hive}")),
    Tool(
        "python-registry, a loop",
        (".peers/python-registry/bin/python", WALKS.format("python_registry"), "{hive}"),
    ),
    Tool("dissect.regf, a loop", (".peers/dissect-regf/bin/python", WALKS.format("dissect_regf"), "{hive}")),
    Tool("regipy, a loop", (".peers/regipy/bin/python", WALKS.format("regipy"), "{hive}")),
    Tool("hivex, a loop", ("/usr/bin/python3", WALKS.format("hivex"), "{hive}")),
)

HIVEGUARD = ".venv/bin/hiveguard"
OURS = (
    Tool("hiveguard ls", (HIVEGUARD, "ls", "{hive}"), (HIVEGUARD, "ls", "{hive}", "{key}"), reads_a_part=True),
    Tool("hiveguard tree", (HIVEGUARD, "tree", "{hive}"), (HIVEGUARD, "tree", "{hive}", "{key}")),
    Tool(
        "hiveguard get",
        (HIVEGUARD, "get", "{hive}", "Environment"),
        (HIVEGUARD, "get", "{hive}", "{key}"),
        reads_a_part=True,
    ),
    Tool(
        "hiveguard dump",
        (HIVEGUARD, "dump", "--format", "jsonl", "{hive}"),
        (HIVEGUARD, "dump", "--format", "jsonl", "--under", "{key}", "{hive}"),
        says_in_data=True,
    ),
    Tool("hiveguard info", (HIVEGUARD, "info", "{hive}"), reads_a_part=True),
    Tool("hiveguard search", (HIVEGUARD, "search", "-f", "a", "{hive}")),
    Tool("hiveguard check", (HIVEGUARD, "check", "{hive}")),
    Tool(
        "hiveguard export",
        (HIVEGUARD, "export", "--format", "reg", "--prefix", "HKEY_CURRENT_USER", "{hive}"),
    ),
    Tool("hiveguard timeline", (HIVEGUARD, "timeline", "{hive}")),
    Tool("hiveguard map", (HIVEGUARD, "map", "{hive}")),
)
