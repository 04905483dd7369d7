"""A hive of pages that say which page they are and when they were written: any mixture shows."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from struct import pack

from hiveguard.regf import layout as L
from hiveguard.regf.base_block import BaseBlock
from hiveguard.regf.disk import Disk, Part
from hiveguard.regf.journal import Journal
from hiveguard.regf.new_hive import new_hive
from hiveguard.regf.replay import sealed
from hiveguard.testing import DirtyHive

from .lives import Chain, Totals
from .power_disk import Files

PAGE = L.LOG_PAGE
PAGES_MOST = 15  # with the base block 64 KiB
TIME = 132_000_000_000_000_000


def page(index: int, generation: int) -> bytes:
    """A page that begins like a bin and is filled with its number and its generation."""
    return L.BIN.pack(L.HBIN, index * PAGE, PAGE, 0, TIME if not index else 0, 0) + pack("<II", index, generation) * 508


class PageSession:
    """Changes some pages at once, and the hive's length."""

    def __init__(self, disk: Disk, journal: type[Journal]) -> None:
        self._journal = journal(disk, "HIVE")
        self._bins = self._journal.take_image()[L.BASE_BLOCK_SIZE :]
        self._unwritten: set[int] = set()

    @property
    def state(self) -> bytes:
        return bytes(self._bins)

    def settle(self) -> None:
        self._journal.settle()

    def step(self, random: Random, tried: Callable[[], None]) -> bool:
        if random.random() < 0.2:
            self._journal.reconcile()
            return False
        generation = random.getrandbits(32)
        pages = len(self._bins) // PAGE
        kind = random.random()
        if kind < 0.15:
            pages = random.randrange(1, pages + 1)
            del self._bins[pages * PAGE :]
        elif kind < 0.35:
            longer = random.randrange(pages, PAGES_MOST + 1)
            self._unwritten.update(range(pages, longer))
            self._bins += bytes((longer - pages) * PAGE)
            pages = longer
        self._unwritten.update(random.sample(range(pages), min(pages, random.randrange(1, 5))))
        changed = [index for index in sorted(self._unwritten) if index < pages]
        for index in changed:
            self._bins[index * PAGE : (index + 1) * PAGE] = page(index, generation)
        tried()
        given = {index * PAGE: bytes(self._bins[index * PAGE : (index + 1) * PAGE]) for index in changed}
        self._journal.commit(given, len(self._bins))
        self._unwritten.clear()
        return True

    def examine(self, files: Files, bins: bytes) -> str:
        """A primary that is shorter than it says is refused by readers that know no logs."""
        primary = BaseBlock(files[Part.PRIMARY][: L.BASE_BLOCK_SIZE])
        is_short = primary.checksum_ok and len(files[Part.PRIMARY]) < L.BASE_BLOCK_SIZE + primary.bins_size
        return "the primary is shorter than it says" if is_short else ""


def windows_files(random: Random) -> Files:
    """A hive as Windows leaves it, dirty, with logs of either format. Their hashes are Marvin's."""
    dirty = DirtyHive()
    if random.random() < 0.5:
        return dirty.old_primary(), dirty.old_log().build(), b""
    return dirty.primary(), dirty.log(2).build(), dirty.log(*random.choice(((3, 4, 5), (4, 5), (3, 5)))).build()


def first_files(random: Random) -> Files:
    """A hive to begin with: its numbers anywhere or about to carry over, perhaps longer than it says."""
    hive = new_hive("1.5", "ROOT", TIME)
    head = hive[: L.HEADER_SIZE]
    pages = random.randrange(1, 9)
    high = random.choice((2**32, random.randrange(2**24) << 8, random.randrange(2**16) << 16))
    number = random.choice((random.randrange(2**32), (high - random.randrange(1, 20)) % 2**32))
    for at, value in ((L.HEADER_SEQ1, number), (L.HEADER_SEQ2, number), (L.HEADER_BINS_SIZE, pages * PAGE)):
        head[at : at + 4] = value.to_bytes(4, "little")
    bins = b"".join(page(index, 1) for index in range(pages))
    tail = bytes(random.choice((0, 0, 8192, 262_144 - (pages + 1) * PAGE)))
    return sealed(head) + bytes(hive[L.HEADER_SIZE : L.BASE_BLOCK_SIZE]) + bins + tail, b"", b""


def chain(seed: int, totals: Totals, *, samples: int, windows: bool = False, journal: type[Journal] = Journal) -> Chain:
    """A hive's lives. ``windows``: it begins as Windows left it."""
    files = (windows_files if windows else first_files)(Random(seed))
    return Chain(files, lambda disk: PageSession(disk, journal), seed, totals, samples=samples)
