"""A watch of WPP messages whose numbers stand in another order: the newest number counts, not the last to arrive.

The traces are made, so synthetic; the TMF is that of tests/integration/test_trace_wpp_watch.py.
"""

from __future__ import annotations

from typing import Any

import pytest

from hiveguard.core.ending import Ending
from hiveguard.core.hive_event import EventKind as E
from hiveguard.core.hive_event import HiveEvent
from hiveguard.core.liveness import Liveness
from hiveguard.core.liveness import LivenessState as S
from hiveguard.core.verdict import Verdict
from hiveguard.trace import open_trace
from hiveguard.trace.limits import WPP_LATE_MAX
from hiveguard.trace.wpp_holes import WppHoles
from hiveguard.trace.wpp_messages import wpp_messages
from hiveguard.watch.watch import Watch
from hiveguard.watch.wpp import WppChannels
from tests.integration.test_trace_wpp_watch import FILE, MOUNT, OTHER, TMF, UNLOADING, Recording, wide

LOCAL = 0x8001
LATE = "its number is older than that of the one before: it came late"
LAST = 0xFFFF_FFFF
CANNOT_DELETE = 0xC0000121


def recording() -> Recording:
    return Recording(mode=LOCAL)


class Seen:
    """What a watch of a recording told, and what it holds in the end: from the walk, and from a list of messages."""

    def __init__(self, made: Recording) -> None:
        self.both = [self._watch(made, as_list=as_list) for as_list in (False, True)]
        assert self.events == self._events(self.both[1][0])
        assert self.held == self.both[1][1]
        assert self.lives == [item.state for item in self.both[1][0] if isinstance(item, Liveness)]

    @staticmethod
    def _watch(made: Recording, *, as_list: bool) -> tuple[list[Any], list[tuple[S, int]], Verdict]:
        walk = wpp_messages(open_trace(made.builder.build()), TMF, on_incomplete="record")
        with Watch(WppChannels(list(walk) if as_list else walk, TMF)) as watched:
            items = list(watched)
            held = [(live.state, live.stars) for live in watched.now()]
        assert watched.verdict is not None
        return items, held, watched.verdict

    @staticmethod
    def _events(items: list[Any]) -> list[tuple[E, str | None]]:
        return [(item.kind, item.status) for item in items if isinstance(item, HiveEvent)]

    @property
    def items(self) -> list[Any]:
        return self.both[0][0]

    @property
    def events(self) -> list[tuple[E, str | None]]:
        return self._events(self.items)

    @property
    def lives(self) -> list[S]:
        return [item.state for item in self.items if isinstance(item, Liveness)]

    @property
    def held(self) -> list[tuple[S, int]]:
        return self.both[0][1]

    @property
    def verdict(self) -> Verdict:
        return self.both[0][2]


# --- a hole below the first number -----------------------------------------------------------


def test_a_hole_below_the_first_number_leaves_nothing_believed() -> None:
    seen = Seen(recording().load(sequence=100).say(OTHER, b"", sequence=60))
    assert seen.held == [(S.UNKNOWN, 1)]
    assert seen.lives == [S.ALIVE, S.UNKNOWN]
    assert [verdict.ending for _, _, verdict in seen.both] == [Ending.LOST, Ending.LOST]


def test_a_hole_below_the_first_number_that_is_filled_is_none() -> None:
    made = recording().load(sequence=2)
    for number in (LAST, 1, 0):
        made.say(OTHER, b"", sequence=number)
    seen = Seen(made)
    assert seen.lives == [S.ALIVE, S.UNKNOWN, S.ALIVE]
    assert all(verdict.is_complete for _, _, verdict in seen.both)


def test_the_number_directly_below_the_first_opens_no_hole() -> None:
    seen = Seen(recording().load(sequence=0).say(OTHER, b"", sequence=LAST).say(OTHER, b"", sequence=1))
    assert seen.lives == [S.ALIVE]
    assert seen.verdict.is_complete


def test_how_far_below_the_first_a_number_may_come_late() -> None:
    for below, missing in ((1, 0), (2, 1), (WPP_LATE_MAX, WPP_LATE_MAX - 1), (WPP_LATE_MAX + 1, 0)):
        holes = WppHoles()
        assert holes.behind(1_000, 0) == 0
        assert holes.behind(1_000 - below, 0) == missing
        assert holes.behind(1_001, 0) == 0
    holes = WppHoles()
    assert holes.behind(1_000, 10) == 0  # its own hole begins at 990
    assert holes.behind(995, 0) == 0
    assert holes.behind(988, 0) == 1
    assert holes.behind(985, 0) == 2  # the lowest by now is 988


# --- the newest number counts ----------------------------------------------------------------


def test_a_load_that_comes_after_its_unload_by_number_only_is_late() -> None:
    seen = Seen(recording().say(OTHER, b"", sequence=1).unload(sequence=3).load(sequence=2))
    assert seen.events == [(E.UNLOADED, "its load was not seen"), (E.LOADED, LATE)]
    assert seen.lives == [S.UNLOADED]
    assert seen.held == [(S.UNLOADED, 3)]
    assert seen.verdict.is_complete


def test_an_unload_whose_load_is_late_is_not_believed_against_a_newer_loss() -> None:
    made = recording().say(OTHER, b"", sequence=1).unload(sequence=3).say(99, b"?", sequence=4).load(sequence=2)
    assert Seen(made).held == [(S.UNKNOWN, 1)]


def test_a_late_unload_does_not_end_the_load_behind_it() -> None:
    seen = Seen(recording().load(sequence=1).load(sequence=3).unload(sequence=2))
    assert [kind for kind, _ in seen.events] == [E.LOADED, E.LOADED, E.UNLOADED]
    assert seen.events[-1] == (E.UNLOADED, LATE)
    assert seen.held == [(S.ALIVE, 3)]
    assert seen.verdict.is_complete
    assert [item.incarnation for item in seen.items if isinstance(item, HiveEvent)] == [1, 2, None]


@pytest.mark.parametrize(
    "newer",
    [
        lambda r, n: r.load(sequence=n),
        lambda r, n: r.dirty(sequence=n),
        lambda r, n: r.unload(status=CANNOT_DELETE, sequence=n),
    ],
    ids=["loaded", "dirty", "unload-refused"],
)
@pytest.mark.parametrize("first", [1, LAST - 1, LAST])
def test_what_shows_that_a_hive_is_there_is_newer_than_a_late_unload(newer: Any, first: int) -> None:
    made = recording().load(sequence=first)
    newer(made, (first + 2) % (LAST + 1))
    seen = Seen(made.unload(sequence=(first + 1) % (LAST + 1)))
    assert seen.events[-1] == (E.UNLOADED, LATE)
    assert seen.held == [(S.ALIVE, 3)]
    assert seen.verdict.is_complete


@pytest.mark.parametrize(
    "late",
    [lambda r: r.load(sequence=2), lambda r: r.dirty(sequence=2), lambda r: r.unload(status=CANNOT_DELETE, sequence=2)],
    ids=["loaded", "dirty", "unload-refused"],
)
def test_a_late_sign_of_life_is_older_than_the_unload(late: Any) -> None:
    made = recording().load(sequence=1).unload(sequence=3)
    late(made)
    seen = Seen(made)
    assert (seen.events[-1][1] or "").endswith(LATE)
    assert seen.held == [(S.UNLOADED, 3)]
    assert seen.verdict.is_complete


def test_a_failure_that_comes_late_tells_both() -> None:
    seen = Seen(recording().load(sequence=1).dirty(sequence=3).unload(status=CANNOT_DELETE, sequence=2))
    assert seen.events[-1] == (E.UNLOAD_REFUSED, f"0xc0000121(STATUS_CANNOT_DELETE); {LATE}")


def test_a_late_message_changes_no_mount() -> None:
    made = recording().load(sequence=1, mount="old").load(sequence=3).load(sequence=2, mount="between")
    seen = Seen(made.dirty(sequence=4))
    mounts = [item.mount for item in seen.items if isinstance(item, HiveEvent)]
    assert mounts == ["old", MOUNT, "between", MOUNT]


def test_the_number_of_a_call_that_shows_nothing_does_not_count() -> None:
    made = recording().load(sequence=1).say(UNLOADING, wide(FILE), sequence=3).unload(sequence=2)
    seen = Seen(made)
    assert seen.events[-1] == (E.UNLOADED, None)
    assert seen.held == [(S.UNLOADED, 3)]


def test_another_hive_s_number_says_nothing() -> None:
    seen = Seen(recording().load(sequence=1).load(file="other", sequence=3).unload(sequence=2))
    assert seen.events[-1] == (E.UNLOADED, None)
    assert {state for state, _ in seen.held} == {S.UNLOADED, S.ALIVE}


def test_of_a_number_that_is_far_behind_nobody_knows_which_was_last() -> None:
    """It may be that of another session, behind the first one in the same source."""
    made = recording().load(sequence=1_000).unload(sequence=1_001)
    seen = Seen(made.load(sequence=5))
    assert seen.events[-1] == (E.LOADED, "its number is far behind: what was last is not known")
    assert seen.held == [(S.UNKNOWN, 1)]
    seen = Seen(made.dirty(sequence=6))
    assert seen.events[-1] == (E.DIRTY, None)
    assert seen.held == [(S.ALIVE, 3)]


@pytest.mark.parametrize(
    "sign",
    [lambda r, n: r.load(sequence=n), lambda r, n: r.dirty(sequence=n)],
    ids=["loaded", "dirty"],
)
def test_a_late_sign_of_life_says_nothing_of_a_hole_behind_it(sign: Any) -> None:
    made = recording().load(sequence=1).say(OTHER, b"", sequence=4)
    sign(made, 2)  # 3 may be an unload
    seen = Seen(made)
    assert seen.held == [(S.UNKNOWN, 1)]
    seen = Seen(made.say(OTHER, b"", sequence=6).say(OTHER, b"", sequence=5))  # one of two holes is filled
    assert seen.held == [(S.UNKNOWN, 1)]
    seen = Seen(made.say(OTHER, b"", sequence=3))
    assert seen.held == [(S.ALIVE, 3)]
    assert seen.verdict.is_complete


def test_a_late_sign_of_life_says_nothing_of_a_loss_behind_it() -> None:
    made = recording().load(sequence=1).say(OTHER, b"", sequence=3).say(99, b"?", sequence=4).dirty(sequence=2)
    assert Seen(made).held == [(S.UNKNOWN, 1)]
    assert Seen(made.dirty(sequence=5)).held == [(S.ALIVE, 3)]


def test_a_late_sign_of_life_is_one_where_the_loss_was_before_it() -> None:
    made = recording().load(sequence=1).say(99, b"?", sequence=2).say(OTHER, b"", sequence=4).dirty(sequence=3)
    assert Seen(made).held == [(S.ALIVE, 3)]


# --- an unload that failed -------------------------------------------------------------------


@pytest.mark.parametrize("status", [0xC0000034, 0xC0000022, 0xC0000001])
def test_an_unload_that_failed_shows_nothing(status: int) -> None:
    """That the name is not found is what an unload that was lost before it would leave behind."""
    made = recording().load(sequence=1).unload(status=status, sequence=3)
    walk = wpp_messages(open_trace(made.builder.build()), TMF, on_incomplete="record")
    with Watch(WppChannels(walk, TMF)) as watched:
        items = list(watched)
        held = [(live.state, live.stars) for live in watched.now()]
    assert [item.kind for item in items if isinstance(item, HiveEvent)] == [E.LOADED, E.UNLOAD_FAILED]
    assert held == [(S.UNKNOWN, 1)]
    assert Seen(recording().load(sequence=1).unload(status=status, sequence=2)).held == [(S.ALIVE, 3)]
    assert Seen(recording().load(sequence=1).unload(status=CANNOT_DELETE, sequence=3)).held == [(S.ALIVE, 3)]
