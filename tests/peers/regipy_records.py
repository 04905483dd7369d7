"""Prints what regipy reads from hives, as JSON lines. Runs in .peers/regipy.

A hive is ["hive", file], a key is ["key", [names]], a value is ["value", [names], name or null, type, raw in hex].
regipy gives decoded values: they are encoded back, so only strings with one final NUL come out as they were.
"""

from __future__ import annotations

import json
import sys

from regipy.registry import RegistryHive

_TYPES = {"REG_SZ": 1, "REG_EXPAND_SZ": 2, "REG_EXPAND": 2, "REG_BINARY": 3, "REG_DWORD": 4}
_TYPES |= {"REG_MULTI_SZ": 7, "REG_QWORD": 11}


def _raw(kind: int, value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, int):
        return value.to_bytes(8 if kind == _TYPES["REG_QWORD"] else 4, "little")
    if isinstance(value, list):
        return "".join(text + "\0" for text in [*value, ""]).encode("utf-16-le")
    return (str(value) + "\0").encode("utf-16-le")


def main(path: str) -> None:
    hive = RegistryHive(path)
    waiting = [(hive.root, [])]
    while waiting:
        key, names = waiting.pop()
        print(json.dumps(["key", names]))
        for value in key.iter_values(trim_values=False):
            kind = _TYPES[value.value_type]
            name = None if value.name == "(default)" else value.name
            print(json.dumps(["value", names, name, kind, _raw(kind, value.value).hex()]))
        if key.subkey_count:
            below = [(child, [*names, child.name]) for child in key.iter_subkeys()]
            waiting.extend(reversed(below))


for argument in sys.argv[1:]:
    print(json.dumps(["hive", argument]))
    main(argument)
