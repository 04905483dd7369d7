"""Full walk by dissect.regf: every key name, value name, type and data as its public calls give it.

The public `data` of a REG_BINARY is its bytes, of other types sometimes a decoded one. Prints what
was touched.
"""

import sys

from dissect.regf.regf import RegistryHive


def main() -> None:
    keys = values = characters = size = 0
    with open(sys.argv[1], "rb") as file:
        waiting = [RegistryHive(file).root()]
        while waiting:
            key = waiting.pop()
            keys += 1
            characters += len(key.name)
            for value in key.values():
                values += 1
                characters += len(value.name)
                kind = value.type
                size += len(value.data)
            waiting += key.subkeys()
    print(keys, values, characters, size)


main()
