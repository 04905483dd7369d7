"""Whatever bytes a hive has, changing it makes the change or says why not; the long run is `make fuzz`."""

from __future__ import annotations

import random

import pytest

from tests.fuzz.changes import change_everything
from tests.fuzz.mutate import mutant
from tests.fuzz.seeds import small
from tests.fuzz.target import bound_time

HIVES = small()
ROUNDS = 60


@pytest.mark.parametrize("part", range(8))
def test_mutants_are_changed_or_refused(part: int) -> None:
    bound_time()
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    for number in range(ROUNDS):
        chance = random.Random(f"{seed} {number}")
        change_everything(mutant(chance.choice(HIVES)[1], chance), chance)


def test_a_count_of_references_does_not_wrap() -> None:
    number, seed = 1465, 1  # found by a fuzzing run
    chance = random.Random(f"{seed} {number}")
    change_everything(mutant(chance.choice([data for _, data in HIVES]), chance), chance)
