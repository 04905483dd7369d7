"""Prints what dissect.regf reads from hives, as JSON lines. Runs in .peers/dissect.

A hive is ["hive", file], a key is ["key", [names]], a value is ["value", [names], name or null, type, raw in hex].
"""

from __future__ import annotations

import json
import sys

from dissect.regf import RegistryHive


def main(path: str) -> None:
    with open(path, "rb") as file:
        hive = RegistryHive(file)
        waiting = [(hive.root(), [])]
        while waiting:
            key, names = waiting.pop()
            print(json.dumps(["key", names]))
            for value in key.values():
                # dissect calls the default value "(Default)": only the cell tells it from a real one.
                cell = value.kv.cell if hasattr(value, "kv") else value.cell
                name = value.name if cell.NameLength else None
                print(json.dumps(["value", names, name, int(cell.Type), bytes(value.data).hex()]))
            waiting.extend(reversed([(child, [*names, child.name]) for child in key.subkeys()]))


for argument in sys.argv[1:]:
    print(json.dumps(["hive", argument]))
    main(argument)
