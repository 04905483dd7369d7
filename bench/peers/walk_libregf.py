"""Full walk by libregf: every key name, value name, type and raw data. Prints what was touched."""

import sys

import pyregf


def main() -> None:
    hive = pyregf.file()
    hive.open(sys.argv[1])
    keys = values = characters = size = 0
    waiting = [hive.get_root_key()]
    while waiting:
        key = waiting.pop()
        keys += 1
        characters += len(key.name or "")
        for value in key.values:
            values += 1
            characters += len(value.name or "")
            kind = value.type
            size += len(value.data or b"")
        waiting += key.sub_keys
    print(keys, values, characters, size)


main()
