"""Traces that are mutated: built ones of every kind of record, clock and width, and small real ones if there are any.

Must not know: how they are mutated.
"""

from __future__ import annotations

import lzma

from hiveguard.testing import TraceBuilder
from hiveguard.trace.layout import MODE_CIRCULAR, MODE_NEW_FILE
from tools import shared_folder

SMALL = 24 * 1024
_PROVIDER = "70eb4f03-c1de-4f73-a051-33d13d5413bd"
_CLASS = "ae53722e-c863-11d2-8659-00c04fa321a1"


def _built(*, pointer_size: int, clock: int, compressed: bool, mode: int) -> bytes:
    builder = TraceBuilder(
        pointer_size=pointer_size, clock=clock, compressed=compressed, mode=mode, buffer_size=1_024, processors=3
    )
    builder.group_masks((0,)).group_masks((0x00020000, 0, 0x01000000), perfinfo=True)
    for number in range(6):
        cpu = number % 3
        builder.event(_PROVIDER, 16 + number, b"payload" * number, cpu=cpu)
        builder.event(_PROVIDER, 37, b"", items=[(1, bytes(16)), (0xB, b"schema")], cpu=cpu)
        builder.system(0x0924, bytes(number), cpu=cpu).compact(0x0925, b"abc", cpu=cpu)
        builder.perfinfo(0x0926, b"abcd", counters=range(number % 3), cpu=cpu)
        builder.classic(_CLASS, 36, b"classic", cpu=cpu).instance(_CLASS, 37, b"instance", cpu=cpu)
        builder.message(10, b"arguments", guid=_PROVIDER, pid=4, cpu=cpu)
        builder.message(11, b"", timed=False, sequence=number, component=7, cpu=cpu).raw(13, b"raw", cpu=cpu)
    return builder.build()


def built() -> list[tuple[str, bytes]]:
    """Traces that the builder makes."""
    found = []
    for pointer_size in (4, 8):
        for compressed in (False, True):
            for clock, mode in ((1, 1), (2, MODE_CIRCULAR), (3, MODE_NEW_FILE)):
                name = f"built {pointer_size * 8} bit, clock {clock}, mode {mode}{', compressed' if compressed else ''}"
                data = _built(pointer_size=pointer_size, clock=clock, compressed=compressed, mode=mode)
                found.append((name, data))
    return found


def real() -> list[tuple[str, bytes]]:
    """The real traces of up to `SMALL` bytes; none where the shared folder is absent."""
    folder = shared_folder.find()
    found: list[tuple[str, bytes]] = []
    for path in sorted((folder / "data" / "etl").glob("*.etl.xz")) if folder is not None else ():
        if path.stat().st_size < SMALL and len(data := lzma.decompress(path.read_bytes())) <= SMALL:
            found.append((path.name, data))
    return found


def all_seeds() -> list[tuple[str, bytes]]:
    """Both."""
    return [*built(), *real()]
