"""A seed by chance for each test, printed when the test fails; HIVEGUARD_SEED gives one."""

from __future__ import annotations

import os
from random import SystemRandom

import pytest


@pytest.fixture
def random_seed() -> int:
    seed = int(os.environ.get("HIVEGUARD_SEED") or SystemRandom().randrange(1 << 32))
    print(f"seed: {seed} (again: HIVEGUARD_SEED={seed})")
    return seed
