"""Full walk by regipy-rs: every key name, value name, type and value. It has no raw data: decoded, untrimmed.

Prints what was touched; the last number counts only values that come as text or bytes.
"""

import sys

import regipy_rs


def main() -> None:
    keys = values = characters = size = 0
    waiting = [regipy_rs.RegistryHive(sys.argv[1]).root()]
    while waiting:
        key = waiting.pop()
        keys += 1
        characters += len(key.name)
        found, _error = key.values(as_json=False, trim_values=False, max_len=1 << 30)
        for name, _kind, value, *_flags in found:
            values += 1
            characters += len(name)
            if isinstance(value, (str, bytes)):
                size += len(value)
        waiting += key.subkeys()
    print(keys, values, characters, size)


main()
