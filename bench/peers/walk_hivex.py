"""Full walk by hivex: every key name, value name, type and raw data. Prints what was touched."""

import sys

import hivex


def main() -> None:
    hive = hivex.Hivex(sys.argv[1])
    keys = values = characters = size = 0
    waiting = [hive.root()]
    while waiting:
        node = waiting.pop()
        keys += 1
        characters += len(hive.node_name(node))
        for value in hive.node_values(node):
            values += 1
            characters += len(hive.value_key(value))
            kind, raw = hive.value_value(value)
            size += len(raw)
        waiting += hive.node_children(node)
    print(keys, values, characters, size)


main()
