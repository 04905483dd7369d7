"""A hive stays near its content however often keys come and go; `make soak` does the same with 100,000 keys."""

from __future__ import annotations

import random

import hiveguard
from hiveguard.regf.disk import Part
from tests.property.churn import EMPTY_MOST, FACTOR, Churn


def test_a_hive_stays_near_its_content() -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    churn = Churn(4_000, seed)
    assert max(churn.rounds(3)) <= FACTOR
    with hiveguard.open(bytes(churn.disk.parts[Part.PRIMARY])) as hive:
        walk = hive.walk(strict=True)
        assert sum(1 for _ in walk) == 4_101
        assert walk.verdict is not None
        assert walk.verdict.damage == ()
    assert churn.emptied() <= EMPTY_MOST
