"""The states that a power cut can leave: all of them where they are few, and a sample where they are many."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from random import Random

from hiveguard.regf.disk import Part

from .power_disk import SECTOR, Change, Files, PowerDisk

SUBSETS_MOST = 5  # changes pending of which every subset is tried


def cuts(disk: PowerDisk, random: Random, samples: int) -> Iterator[Files]:
    """What can be on the disk now. ``samples``: how many of the states that are not all tried."""
    pending = disk.pending
    if not pending:
        yield disk.left([])
        return
    if len(pending) <= SUBSETS_MOST:
        for chosen in product((False, True), repeat=len(pending)):
            yield disk.left([change for change, taken in zip(pending, chosen) if taken])
    else:
        for length in range(len(pending) + 1):
            yield disk.left(pending[:length])
    yield from _torn(disk, random)
    for _ in range(samples):
        yield disk.left(_scattered(pending, random))


def _torn(disk: PowerDisk, random: Random) -> Iterator[Files]:
    """The last change torn within each of its sectors; a header at every byte that makes a difference."""
    *before, last = disk.pending
    if last.data is None:
        return
    old = disk.left(before)[last.part][last.at : last.at + len(last.data)].ljust(len(last.data), b"\0")
    for start in range(0, len(last.data), SECTOR):
        differing = [at + 1 for at in range(start, start + SECTOR) if old[at] != last.data[at]]
        lengths = differing if len(last.data) == SECTOR else random.sample(differing, min(len(differing), 1))
        for length in lengths:
            yield disk.left([*before, Change(last.part, last.at, last.data[:length])])


def _scattered(pending: list[Change], random: Random) -> Iterator[Change]:
    """Any sectors of what is pending, some of them torn or full of garbage (but never the hive's first sector)."""
    chance = random.choice((0.1, 0.5, 0.9))
    for change in pending:
        for piece in change.sectors():
            if random.random() >= chance:
                continue
            if piece.data is not None and random.random() < 0.1:
                if random.random() < 0.5:
                    piece = Change(piece.part, piece.at, piece.data[: random.randrange(1, SECTOR)])
                elif (piece.part, piece.at) != (Part.PRIMARY, 0):
                    piece = Change(piece.part, piece.at, random.randbytes(SECTOR))
            yield piece
