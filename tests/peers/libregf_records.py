"""Prints what libregf reads from hives, as JSON lines. Runs in .peers/libregf.

A hive is ["hive", file], a key is ["key", [names]], a value is ["value", [names], name or null, type, raw in hex].
"""

from __future__ import annotations

import json
import sys

import pyregf


def main(path: str) -> None:
    hive = pyregf.file()
    hive.open(path)
    waiting = [(hive.root_key, [])]
    while waiting:
        key, names = waiting.pop()
        print(json.dumps(["key", names]))
        for value in key.values:
            raw = value.data or b""
            print(json.dumps(["value", names, value.name or None, value.type, raw.hex()]))
        waiting.extend(reversed([(child, [*names, child.name]) for child in key.sub_keys]))
    hive.close()


for argument in sys.argv[1:]:
    print(json.dumps(["hive", argument]))
    main(argument)
