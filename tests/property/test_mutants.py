"""Any bytes give keys plus a verdict, or HiveError: a short run of what `make fuzz` does at length."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz import mutate, seeds, target

SMALL = seeds.small()


@pytest.fixture(autouse=True, scope="module")
def _timed() -> None:
    target.bound_time()


@given(st.sampled_from(SMALL), st.randoms(use_true_random=False), st.integers(0, 7))
def test_mutants_of_small_hives(seed: tuple[str, bytes], chance: random.Random, choice: int) -> None:
    target.read_everything(mutate.mutant(seed[1], chance), choice)


@given(st.binary(max_size=64), st.integers(0, 7))
def test_bytes_behind_a_base_block(tail: bytes, choice: int) -> None:
    target.read_everything(SMALL[0][1][:4096] + tail * 256, choice)


@given(st.sampled_from(SMALL), st.sampled_from(SMALL), st.randoms(use_true_random=False))
def test_mutants_beside_any_log(hive: tuple[str, bytes], log: tuple[str, bytes], chance: random.Random) -> None:
    """A log that is another hive's bytes with a log's type: it applies or it does not, and that is told."""
    data = bytearray(mutate.mutant(hive[1], chance))
    if len(data) > 12:
        data[4:12] = b"\2\0\0\0\1\0\0\0"
    data_log = bytearray(mutate.mutant(log[1], chance))
    data_log[28:32] = chance.choice((b"\1\0\0\0", b"\6\0\0\0"))
    data_log[512:516] = chance.choice((b"DIRT", b"HvLE"))
    target.read_everything(bytes(data), 0, (mutate.sealed(bytes(data_log)),))
