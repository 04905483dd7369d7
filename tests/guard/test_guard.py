"""The quick part of the proof: no listing is untrue, and a guard with any one rule broken is found out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hiveguard import Ending
from hiveguard.registry.listing import Guard

from . import model
from .__main__ import prove
from .history import History
from .mutants import MUTANTS, Break
from .proof import Stage, Totals, ask_guard, ask_loop
from .stages import KINDS, stage
from .threads import Turmoil
from .world import MS, SECOND, Interleaved, World, WorldClock

PROVABLE = [kind for kind, (offers, _) in KINDS.items() if not {"remote", "miscounts"} & {*offers}]
ENOUGH = 3_000  # stages in which a broken rule shows: the rarest takes some 150


def test_no_listing_is_untrue(random_seed: int) -> None:
    results = prove(20_000, random_seed, loops=False)
    assert [each for totals in results.values() for each in totals.objections] == []
    assert results["stamp"].endings["COMPLETE"] > results["stamp"].listings / 2
    assert results["generation"].endings["COMPLETE"] > results["generation"].listings * 0.9


def test_the_loop_is_wrong_in_the_same_worlds(random_seed: int) -> None:
    totals = Totals()
    for number in range(300):
        ask_loop(stage("stamp", random_seed + number), totals)
    assert totals.ended_wrong > totals.count_wrong > totals.stamp_wrong > 0, f"seed {random_seed}"


@pytest.mark.parametrize("mutant, kind, make", MUTANTS, ids=[mutant[0].__name__ for mutant in MUTANTS])
def test_a_broken_rule_is_found_out(
    mutant: Break, kind: str, make: Callable[[str, int], Stage], monkeypatch: pytest.MonkeyPatch, random_seed: int
) -> None:
    mutant(monkeypatch)
    totals = Totals()
    for number in range(ENOUGH):
        ask_guard(make(kind, random_seed + number), random_seed + number, totals)
        if totals.objections:
            return
    pytest.fail(f"{totals.listings:,} listings, and nothing was noticed (seed {random_seed})")


def test_real_threads_on_the_embedded_registry(random_seed: int) -> None:
    turmoil = Turmoil(random_seed, 1_500)
    turmoil.run()
    assert turmoil.objections() == []
    assert turmoil.done["unloaded by force"]


def test_one_seed_is_one_interleaving() -> None:
    one, two = Totals(), Totals()
    for totals in (one, two):
        for number in range(50):
            ask_guard(stage("stamp+tripwire", number), number, totals)
    assert (one.endings, one.attempts) == (two.endings, two.attempts)


@pytest.mark.parametrize(
    "kind", [kind for kind, (offers, _) in KINDS.items() if not {"remote", "miscounts"} & {*offers}]
)
@pytest.mark.parametrize("tick", [15_625_000, MS, 100])
@pytest.mark.parametrize("age", [0, 10 * MS, 60 * MS, SECOND, -5 * MS, -50 * MS, -3_600 * SECOND])
def test_a_quiet_key_is_complete_within_the_promised_waits(kind: str, tick: int, age: int, random_seed: int) -> None:
    world, history = World(random_seed), History()
    world.tick = tick
    registry = model.FakeRegistry(world, history, sorted_names=True, names=30)
    world.advance(SECOND)
    registry.written = world.system_time() - age
    source = Interleaved(model.FakeSource(registry, **KINDS[kind][0]), world)
    start = world.now
    verdict = Guard(WorldClock(world)).list(source, on_incomplete="record").verdict
    assert (verdict.ending, verdict.attempts) == (Ending.COMPLETE, 1), f"seed {random_seed}"
    # Once for the clock to be seen, once for the last write to be far: by its tick and by what may be unseen.
    assert world.now - start < (51 + 2 * 67 + 2 * 16) * MS
