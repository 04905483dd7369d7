"""Full walk by HiveGuard: every key name, value name, type and raw data, and the verdict at the end.

Walks the file as it is, unless the second argument is `logs`. Prints what was touched, and on
stderr how the walk ended.
"""

import sys

import hiveguard


def main() -> None:
    hive = hiveguard.open(sys.argv[1], logs="auto" if sys.argv[2:] == ["logs"] else "ignore")
    keys = values = characters = size = 0
    walk = hive.walk(on_incomplete="record")
    for key in walk:
        keys += 1
        characters += len(key.name)
        for value in key.values():
            values += 1
            name = value.name
            if name is not None:
                characters += len(name)
            kind = value.type
            size += len(value.raw)
    verdict = walk.verdict
    print(keys, values, characters, size)
    print(verdict, file=sys.stderr)


main()
