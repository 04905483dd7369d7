"""A part of the proof of the write protocol, and the proof of the proof: each rule broken is noticed."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import count

import pytest

from hiveguard.core.errors import NotWritten
from hiveguard.regf import layout as L
from hiveguard.regf.disk import Part
from hiveguard.regf.journal import Journal
from hiveguard.regf.log_entry import log_entry
from hiveguard.regf.marvin import marvin32

from . import key_lives, page_lives, second_reader
from .broken import BREAKS, RARE, broken
from .cuts import cuts
from .lives import Totals
from .power_disk import PowerDisk
from .readings import SMALL_LOGS, hashes, read, small_logs


def test_a_page_hive_outlives_cuts(chain_seed: int) -> None:
    totals = Totals()
    with hashes(quick=True):
        for seed in range(chain_seed, chain_seed + 5):
            page_lives.chain(seed, totals, samples=2).live(6)
    assert totals.objections == []
    assert totals.states > 500


def test_changes_that_no_log_can_hold_outlive_cuts(chain_seed: int) -> None:
    totals = Totals()
    with hashes(quick=True), small_logs(SMALL_LOGS):
        page_lives.chain(chain_seed, totals, samples=2).live(6)
        key_lives.chain(chain_seed, totals, samples=2).live(6)
    assert totals.objections == []


def test_a_hive_as_windows_left_it_outlives_cuts(chain_seed: int) -> None:
    totals = Totals()
    with hashes(quick=False):
        page_lives.chain(chain_seed, totals, samples=1, windows=True).live(3)
    assert totals.objections == []


def test_keys_and_values_outlive_cuts(chain_seed: int) -> None:
    totals = Totals()
    with hashes(quick=True):
        for seed in range(chain_seed, chain_seed + 5):
            key_lives.chain(seed, totals, samples=2).live(6)
    assert totals.objections == []
    assert totals.acknowledged > 10


@pytest.mark.parametrize("name", [name for name in BREAKS if name not in RARE])
def test_a_broken_rule_is_noticed(name: str) -> None:
    totals = Totals()
    with hashes(quick=True):
        journal = broken(name)
        for seed in range(1, 60):
            page_lives.chain(seed, totals, samples=1, journal=journal).live(6)
            if totals.objections:
                return
    pytest.fail(f"not noticed in {totals}")


def test_two_hashes_agree(chain_seed: int) -> None:
    chance = random.Random(chain_seed)
    for words in range(64):
        data = chance.randbytes(4 * words)
        assert marvin32(data) == second_reader.marvin(data)
    assert second_reader.marvin(bytes(32)) == 0xDA91A06AC5359223


@pytest.mark.parametrize("failed", [False, True])
def test_what_a_log_held_before_is_no_entry(failed: bool) -> None:
    assert ghosts(Journal, failed=failed) == 0


def test_a_log_that_keeps_what_it_held_is_noticed() -> None:
    kept = broken("what a log held before is kept")
    assert ghosts(kept, failed=False) > 0
    assert ghosts(kept, failed=True) > 0


def ghosts(kind: type[Journal], *, failed: bool) -> int:
    """In how many states after a cut data are taken for the next entry: they look like it, at the place where it
    is looked for, and lay there in a former life of the log, or in an attempt that failed.
    """
    disk = PowerDisk(page_lives.first_files(random.Random(3)), random.Random(1))
    journal = kind(disk, "HIVE")
    journal.take_image()
    size = 8 * L.LOG_PAGE
    journal.commit({0: page_lives.page(0, 1)}, size)
    journal.reconcile()
    number = journal.header.seq2 + (1 if failed else 5)  # of the last commit below
    ghost = log_entry(number + 1, 0, size, {0: page_lives.page(0, 0xBAD)}, 8192)
    data = bytearray(page_lives.page(0, 2) + bytes(7 * L.LOG_PAGE))
    at = 8192 - L.LOG_PAGES_AT - L.LOG_REFERENCES - L.LOG_REFERENCE.size
    data[at : at + len(ghost)] = ghost
    pages = {at: bytes(data[at : at + L.LOG_PAGE]) for at in range(0, len(data), L.LOG_PAGE)}
    if failed:
        with pytest.MonkeyPatch.context() as patch, pytest.raises(NotWritten):
            patch.setattr(disk, "sync", refusing_the_second(disk.sync))
            journal.commit(pages, size)
    else:
        journal.commit(pages, size)
        journal.reconcile()
        journal.commit({0: page_lives.page(0, 3)}, size)
        journal.reconcile()
    found = 0

    def watch() -> None:
        nonlocal found
        found += sum(read(files)[: L.LOG_PAGE] == page_lives.page(0, 0xBAD) for files in cuts(disk, chance, 0))

    chance = random.Random(1)
    disk.watch = watch
    journal.commit({0: page_lives.page(0, 4)}, size)
    return found


def refusing_the_second(call: Callable[[Part], None]) -> Callable[[Part], None]:
    """The first is the one before the entry is written."""
    calls = count(1)

    def limited(part: Part) -> None:
        if next(calls) > 1:
            raise NotWritten("input/output error", 5)
        call(part)

    return limited


@pytest.fixture
def chain_seed() -> int:
    seed = random.randrange(10**9)
    print(f"seed: {seed}")
    return seed
