"""The table of liveness: every cell as designed, and what must hold over the whole of it."""

from __future__ import annotations

from itertools import product

import pytest

from hiveguard.core.liveness import TABLE, Fused, LivenessState, Order, Polled, Said, fuse

S = LivenessState
# The table as people read it. A cell: the state, its stars, "!" where the two contradict; "e|p" where it matters
# whether the event or the poll is the newer one.
DESIGNED = """
poll   active                  loaded                unloaded              quiet       lost       off
moved  alive5                  alive5                unloaded4!|reloaded3! alive5      alive4     alive4
same   alive5                  alive5                unloaded4!|reloaded3! alive5      alive4     alive4
other  reloaded4               reloaded5|reloaded4   unloaded4!|reloaded4  reloaded4!  reloaded4  reloaded4
gone   reloading3!|unloaded3!  loading3!|unloaded3!  unloaded5             unloaded4!  unloaded4  unloaded4
blind  alive3                  alive3                unloaded3|unknown2    unknown2    unknown1   unknown1
"""
EVERY = list(product(Polled, Said, Order))


def cell(text: str) -> Fused:
    word = text.rstrip("!")
    return Fused(S(word[:-1]), int(word[-1]), text.endswith("!"))


def test_every_cell_is_as_designed() -> None:
    head, *rows = (line.split() for line in DESIGNED.strip().splitlines())
    told = 0
    for name, *cells in rows:
        for said, text in zip(head[1:], cells, strict=True):
            event, _, poll = text.partition("|")
            assert fuse(Polled(name), Said(said), Order.EVENT) == cell(event)
            assert fuse(Polled(name), Said(said), Order.POLL) == cell(poll or event)
            told += 1
    assert told == len(TABLE) == len(Polled) * len(Said)


def test_a_load_before_a_poll_that_found_nothing_is_no_sign_of_life() -> None:
    assert fuse(Polled.BLIND, Said.LOADED, Order.POLL, last_was_gone=True) == Fused(S.UNKNOWN, 2)
    for polled, said, newer in EVERY:
        if (polled, said, newer) != (Polled.BLIND, Said.LOADED, Order.POLL):
            assert fuse(polled, said, newer, last_was_gone=True) == fuse(polled, said, newer)


@pytest.mark.parametrize(("polled", "said", "newer"), EVERY)
def test_silence_alone_never_unloads(polled: Polled, said: Said, newer: Order) -> None:
    if polled is not Polled.GONE and said is not Said.UNLOADED:
        assert fuse(polled, said, newer).state is not S.UNLOADED


@pytest.mark.parametrize(("polled", "said", "newer"), EVERY)
def test_losing_a_channel_never_adds_a_star_unless_the_two_contradicted(
    polled: Polled, said: Said, newer: Order
) -> None:
    both = fuse(polled, said, newer)
    for without in (
        fuse(polled, Said.OFF, newer),
        fuse(polled, Said.LOST, newer),
        fuse(Polled.BLIND, said, newer),
        fuse(Polled.BLIND, Said.OFF, newer),
    ):
        assert without.stars <= both.stars or both.contradict


@pytest.mark.parametrize(("polled", "said", "newer"), EVERY)
def test_agreement_never_gives_fewer_stars_than_one_channel_alone(polled: Polled, said: Said, newer: Order) -> None:
    both = fuse(polled, said, newer)
    alone = (fuse(polled, Said.OFF, newer), fuse(Polled.BLIND, said, newer))
    if not both.contradict and all(one.state is both.state for one in alone):
        assert both.stars >= max(one.stars for one in alone)


@pytest.mark.parametrize(("polled", "said", "newer"), EVERY)
def test_five_stars_take_two_channels(polled: Polled, said: Said, newer: Order) -> None:
    if polled is Polled.BLIND or said in (Said.LOST, Said.OFF):
        assert fuse(polled, said, newer).stars < 5
    assert 1 <= fuse(polled, said, newer).stars <= 5


def test_the_rows_of_the_article() -> None:
    assert fuse(Polled.MOVED, Said.ACTIVE, Order.EVENT) == Fused(S.ALIVE, 5)  # it gives four stars
    assert fuse(Polled.GONE, Said.QUIET, Order.POLL) == Fused(S.UNLOADED, 4, True)  # right only when the poll says so
    assert fuse(Polled.GONE, Said.ACTIVE, Order.EVENT) == Fused(S.RELOADING, 3, True)
