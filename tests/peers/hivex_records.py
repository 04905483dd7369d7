"""Prints what hivex reads from hives, as JSON lines. Runs in Debian's own Python (python3-hivex).

A hive is ["hive", file], a key is ["key", [names]], a value is ["value", [names], name or null, type, raw in hex].
"""

from __future__ import annotations

import json
import sys

import hivex


def main(path: str) -> None:
    hive = hivex.Hivex(path)
    waiting = [(hive.root(), [])]
    while waiting:
        node, names = waiting.pop()
        print(json.dumps(["key", names]))
        for value in hive.node_values(node):
            kind, raw = hive.value_value(value)
            print(json.dumps(["value", names, hive.value_key(value) or None, kind & 0xFFFFFFFF, raw.hex()]))
        below = [(child, [*names, hive.node_name(child)]) for child in hive.node_children(node)]
        waiting.extend(reversed(below))


for argument in sys.argv[1:]:
    print(json.dumps(["hive", argument]))
    main(argument)
