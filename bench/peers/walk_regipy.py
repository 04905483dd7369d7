"""Full walk by regipy: every key name, value name, type and value. It has no raw data: decoded, untrimmed.

Prints what was touched; the last number counts only values that come as text or bytes.
"""

import logging
import sys

from regipy.registry import RegistryHive


def main() -> None:
    logging.disable(logging.CRITICAL)
    keys = values = characters = size = 0
    waiting = [RegistryHive(sys.argv[1]).root]
    while waiting:
        key = waiting.pop()
        keys += 1
        characters += len(key.name)
        for value in key.iter_values(trim_values=False):
            values += 1
            characters += len(value.name)
            kind = value.value_type
            if isinstance(value.value, (str, bytes)):
                size += len(value.value)
        if key.subkey_count:
            waiting += key.iter_subkeys()
    print(keys, values, characters, size)


main()
