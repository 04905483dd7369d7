"""Full walk by regrs: every key name, value name, type and raw data (which comes with padding).

Prints what was touched.
"""

import sys

import regrs


def main() -> None:
    keys = values = characters = size = 0
    waiting = [regrs.Hive.open(sys.argv[1]).root_key()]
    while waiting:
        key = waiting.pop()
        keys += 1
        characters += len(key.name())
        for value in key.values():
            values += 1
            characters += len(value.name())
            kind = value.value_type()
            size += len(value.raw_data())
        waiting += key.subkeys()
    print(keys, values, characters, size)


main()
