"""Full walk by python-registry: every key name, value name, type and raw data.

Its raw_data() decodes a little more than the others do. Prints what was touched.
"""

import sys

from Registry import Registry


def main() -> None:
    keys = values = characters = size = 0
    waiting = [Registry.Registry(sys.argv[1]).root()]
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
