"""Holes in the numbers of messages, waited for within bounds."""

from __future__ import annotations

from hiveguard.trace import limits
from hiveguard.trace.wpp_holes import WppHoles

MOST = limits.WPP_LATE_MAX


def test_a_hole_is_none_any_more_when_all_its_numbers_have_come() -> None:
    holes = WppHoles()
    assert (holes.count, holes.lost_at) == (0, -1)
    holes.open(5, 10, 2)  # 8 and 9
    assert (holes.count, holes.lost_at) == (1, 5)
    assert not holes.fill(7)
    assert not holes.fill(9)
    assert not holes.fill(9)  # the same number twice fills one place
    assert (holes.count, holes.lost_at) == (1, 5)
    assert holes.fill(8)
    assert (holes.count, holes.lost_at) == (0, -1)


def test_other_losses_and_holes_stay() -> None:
    holes = WppHoles()
    holes.open(1, 3, 1)
    holes.lose(2)
    holes.open(3, 5, 1)
    holes.open(4, 7, 1)
    assert holes.fill(6)
    assert (holes.count, holes.lost_at) == (2, 3)
    assert holes.fill(4)
    assert (holes.count, holes.lost_at) == (1, 2)
    assert holes.fill(2)
    assert (holes.count, holes.lost_at) == (0, 2)


def test_numbers_begin_again_at_32_bits() -> None:
    holes = WppHoles()
    holes.open(1, 1, 3)
    assert not holes.fill(0xFFFF_FFFE)
    assert not holes.fill(0xFFFF_FFFF)
    assert holes.fill(0)


def test_a_large_hole_is_not_waited_for() -> None:
    holes = WppHoles()
    holes.open(1, MOST + 1, MOST)
    assert not any(holes.fill(number) for number in range(1, MOST))
    assert holes.fill(MOST)
    holes.open(2, 1_000, MOST + 1)
    assert not any(holes.fill(number) for number in range(1_000))
    assert (holes.count, holes.lost_at) == (1, 2)


def test_of_many_holes_the_newest_are_waited_for() -> None:
    holes = WppHoles()
    for at in range(MOST + 1):
        holes.open(at, 2 * at + 2, 1)
    assert not holes.fill(1)  # the first one
    assert all(holes.fill(2 * at + 1) for at in range(1, MOST + 1))
    assert (holes.count, holes.lost_at) == (1, 0)


def test_a_loss_outlasts_what_is_older_by_its_number() -> None:
    holes = WppHoles()
    holes.open(1, 5, 2)  # 3 and 4
    assert not holes.outlast(4, 7)
    assert holes.lost_at == 1
    assert holes.outlast(3, 8)
    assert holes.lost_at == 8
    assert not holes.fill(4)
    assert not holes.outlast(3, 9)
    holes.lose(10, 6)
    assert not holes.outlast(6, 11)
    assert holes.outlast(0xFFFF_FFFF, 12)
    assert (holes.lost_at, holes.count) == (12, 1)


def test_a_hole_that_nobody_waits_for_outlasts_too() -> None:
    holes = WppHoles()
    holes.open(1, 1_000, MOST + 1)
    assert holes.outlast(998, 2)
    assert not holes.outlast(999, 3)
    for at in range(MOST + 1):
        holes.open(at + 3, 2_002 + 2 * at, 1)
    assert holes.outlast(2_000, 500)  # the first of them, that is given up by now, is number 2,001
    assert holes.lost_at == 500
