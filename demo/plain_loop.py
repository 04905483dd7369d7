"""The loop that people write: follow the offsets, decode, go on where something is odd. It never says how it ended.

This is the trap, not an example: it believes every count and offset, and takes an exception for "no more".
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

PATIENCE = 50_000  #: keys after which we, not it, end the loop


def plain_loop(hive: bytes) -> Iterator[tuple[str, str]]:
    """Each key's path with the default value of the key, as a loop of twenty lines finds them."""
    (root,) = struct.unpack_from("<I", hive, 36)
    stack = [(root, "")]
    while stack:
        offset, path = stack.pop()
        try:
            node = 4096 + offset + 4
            subkeys, listing = struct.unpack_from("<I4xI", hive, node + 20)
            length = struct.unpack_from("<H", hive, node + 72)[0]
            name = hive[node + 76 : node + 76 + length].decode("latin-1")
            here = f"{path}\\{name}" if path else name
            yield here, _default(hive, node)
            if subkeys:
                elements = 4096 + listing + 4
                count = struct.unpack_from("<H", hive, elements + 2)[0]
                for number in reversed(range(count)):
                    stack.append((struct.unpack_from("<I", hive, elements + 4 + 8 * number)[0], here))
        except (struct.error, UnicodeDecodeError):
            continue  # "one odd key must not end the loop"


def _default(hive: bytes, node: int) -> str:
    count, listing = struct.unpack_from("<II", hive, node + 36)
    for number in range(count):
        value = 4096 + struct.unpack_from("<I", hive, 4096 + listing + 4 + 4 * number)[0] + 4
        length, size, where = struct.unpack_from("<HII", hive, value + 2)
        if not length and size < 0x80000000:
            return hive[4096 + where + 4 : 4096 + where + 4 + size].decode("utf-16-le").rstrip("\0")
    return ""
