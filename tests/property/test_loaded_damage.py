"""A damaged hive tells the same whether it is read as a file or loaded: what is lost, and everything else."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hiveguard
from hiveguard.core.ending import Ending
from hiveguard.registry.hive_files import MemoryDisk
from tests.fuzz import mutate, seeds, target

SMALL = seeds.small()
#: Where the two may differ: a loaded hive has each key in one place, below the one that it names; and a walk over
#: a file has one bound for all its lists, a loaded hive one for each.
SHAPES = {"key-astray", "key-seen", "key-seen-again", "key-cycle", "root-listed", "limit-elements", "limit-data"}


@pytest.fixture(autouse=True, scope="module")
def _timed() -> None:
    target.bound_time()


def tell(keys: hiveguard.Walk[hiveguard.Key], strip: int) -> tuple[dict[str, list[object]], hiveguard.Verdict]:
    found: dict[str, list[object]] = {}
    for key in keys:
        path = "\\".join(key.parts[strip:]).casefold()
        found.setdefault(path, []).append([tuple(value[:3]) for value in key.values(on_incomplete="record")])
    assert keys.verdict is not None
    return found, keys.verdict


def as_file(data: bytes) -> tuple[dict[str, list[object]], hiveguard.Verdict]:
    with hiveguard.open(data) as hive:
        return tell(hive.walk(on_incomplete="record"), 0)


def as_loaded(data: bytes) -> tuple[dict[str, list[object]], hiveguard.Verdict]:
    with hiveguard.Registry(bare=True, lazy_flush=None) as registry:
        registry.load("HKU\\H", MemoryDisk(data))
        return tell(registry.walk("HKU\\H", on_incomplete="record"), 2)


def compare(data: bytes) -> None:
    try:
        loaded, told = as_loaded(data)
    except hiveguard.HiveError:
        return  # what cannot be loaded says so
    read, verdict = as_file(data)
    codes = {finding.code for finding in (*verdict.damage, *told.damage)}
    if codes & SHAPES or any("symbolic link" in reason for reason in told.reasons):  # what is below a link
        assert not told.is_complete or verdict.is_complete
        return
    assert loaded == read
    losses = sorted(each.code for each in told.damage if each.lost)
    if "list-contradicts" in losses:  # equal names: only the first can be reached by its name, so a loaded hive tells
        assert all("more than once" in each.cost for each in told.damage if each.code == "list-contradicts")
        assert told.ending is Ending.DAMAGED
        losses = [code for code in losses if code != "list-contradicts"]
    else:
        assert told.ending is verdict.ending
    assert losses == sorted(each.code for each in verdict.damage if each.lost)


@given(st.sampled_from(SMALL), st.randoms(use_true_random=False))
def test_mutants_tell_the_same(seed: tuple[str, bytes], chance: random.Random) -> None:
    compare(mutate.mutant(seed[1], chance))
