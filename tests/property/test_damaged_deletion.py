"""Whatever is wrong with the lists below a key: it can be deleted or that is refused, and nothing else goes."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import hiveguard
from hiveguard.cli.own_keys import OwnKeys
from hiveguard.cli.tree_deletion import delete_tree
from hiveguard.registry.hive_files import MemoryDisk
from tests.fuzz import mutate, seeds, target

SMALL = seeds.small()


@pytest.fixture(autouse=True, scope="module")
def _timed() -> None:
    target.bound_time()


def paths(root: hiveguard.Key) -> tuple[set[tuple[str, ...]], bool]:
    """The keys, and whether one of them is in a cell that is marked free: any change may need its room."""
    above = len(root.parts)
    walk = root.walk(on_incomplete="record")
    found = {tuple(name.casefold() for name in key.parts[above:]) for key in walk}
    assert walk.verdict is not None
    return found, any(damage.code == "cell-free" for damage in walk.verdict.damage)


def delete_one(data: bytes, number: int) -> None:
    with hiveguard.Registry(bare=True, lazy_flush=None) as registry:
        try:
            registry.load("HKU\\H", MemoryDisk(data))
        except hiveguard.HiveError:
            return
        with registry.open("HKU\\H", write=True, link=True) as root:
            before, has_free = paths(root)
            names = sorted(before - {()})
            if not names:
                return
            gone = names[number % len(names)]
            keys = OwnKeys(root)
            try:
                delete_tree(keys, gone, "h", anyway=True)
            except hiveguard.HiveError:
                return  # refused: what is above it is damaged, or a cell of it is another one's
            with registry.open("HKU\\H", write=True, link=True) as again:
                after, _ = paths(again)
            below = {path for path in before if path[: len(gone)] == gone}
            assert has_free or before - after <= below
            assert after <= before


@given(st.sampled_from(SMALL), st.randoms(use_true_random=False), st.integers(0, 1000))
def test_a_mutants_key_goes(seed: tuple[str, bytes], chance: random.Random, number: int) -> None:
    delete_one(mutate.mutant(seed[1], chance), number)
