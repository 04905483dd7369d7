"""Both channels by hand: what is told, what is held, and when the judge asks again."""

from __future__ import annotations

import pytest

from hiveguard.core.hive_event import HiveEvent
from hiveguard.core.liveness import Liveness, LivenessState, Polled, Said
from hiveguard.watch.judge import Judge
from hiveguard.watch.sightings import Answer, Face, Notice, NoticeKind, Round

S = LivenessState
MS = 1_000_000
INTERVAL = 500 * MS
H = "/d/NTUSER.DAT"


class Bench:
    """A judge and a clock that is moved by hand."""

    def __init__(self, *, healthy: bool = True) -> None:
        self.now = 0
        self.told: list[HiveEvent | Liveness] = []
        self.judge = Judge(self.told.append, INTERVAL)
        self.judge.take_health(0, 0, "" if healthy else "there is none")

    def face(self, inode: int = 1, sequence: int = 1, *, dirty: bool = False, stamp: object = None) -> Face:
        return Face((1, inode), stamp or (inode, sequence, dirty), self.now, sequence=sequence, is_dirty=dirty)

    def round(self, *answers: Answer, ask: bool = False) -> None:
        self.now += 0 if ask else INTERVAL
        again, self.judge.again = self.judge.again, set()
        asked = frozenset(again) if ask else None
        self.judge.take_round(Round(answers, self.now, self.now + MS, self.now, asked))
        self.now += MS

    def there(self, **how: object) -> None:
        self.now += INTERVAL
        face = self.face(**how)  # type: ignore[arg-type]
        self.now -= INTERVAL
        self.round(Answer(H, face))

    def gone(self, *, ask: bool = False) -> None:
        self.round(Answer(H, None), ask=ask)

    def notice(self, kind: NoticeKind, face: Face | None = None) -> None:
        self.now += MS
        self.judge.take_notice(Notice(kind, H, self.now, self.now, face))
        self.now += MS

    @property
    def held(self) -> tuple[LivenessState, int, Polled, Said]:
        (hive,) = self.judge.hives
        live = self.judge.liveness(hive, self.now, self.now)
        return live.state, live.stars, live.polled, live.said

    @property
    def events(self) -> list[str]:
        return [told.kind.value for told in self.told if isinstance(told, HiveEvent)]

    @property
    def lives(self) -> list[tuple[str, int]]:
        return [(told.state.value, told.stars) for told in self.told if isinstance(told, Liveness)]


def test_what_is_there_at_first_is_inventory_and_alive() -> None:
    bench = Bench()
    bench.there()
    assert bench.held == (S.ALIVE, 5, Polled.SAME, Said.QUIET)
    assert bench.events == ["inventory"]
    for _ in range(10):
        bench.round()
    assert bench.events == ["inventory"]
    assert bench.lives == [("alive", 5)]  # a quiet hive is alive, and nothing is told again


def test_five_stars_take_the_event_channel() -> None:
    bench = Bench(healthy=False)
    bench.there()
    assert bench.held[:2] == (S.ALIVE, 4)
    bench.gone()
    assert bench.held[:2] == (S.UNLOADED, 4)
    assert bench.events == ["inventory", "unloaded"]
    bench.there(inode=2)
    assert bench.events == ["inventory", "unloaded", "loaded"]
    assert bench.held[:3] == (S.ALIVE, 4, Polled.SAME)


def test_gone_without_an_event_is_asked_again_and_then_told() -> None:
    bench = Bench()
    bench.there()
    bench.gone()
    assert bench.held[:2] == (S.UNLOADED, 4)
    assert bench.judge.again == {H}
    assert bench.events == ["inventory"]
    bench.gone(ask=True)
    assert bench.events == ["inventory", "unloaded"]
    assert not bench.judge.again  # never again for the same pair


def test_gone_for_one_poll_only_is_no_unload() -> None:
    bench = Bench()
    bench.there()
    bench.gone()
    bench.round(Answer(H, bench.face()), ask=True)
    assert bench.held == (S.ALIVE, 5, Polled.SAME, Said.QUIET)
    assert bench.events == ["inventory"]


def test_the_event_channel_tells_first_and_the_poll_confirms() -> None:
    bench = Bench()
    bench.there()
    bench.notice(NoticeKind.VANISHED)
    assert bench.held == (S.UNLOADED, 4, Polled.SAME, Said.UNLOADED)
    assert bench.judge.again == {H}
    bench.gone(ask=True)
    assert bench.held == (S.UNLOADED, 5, Polled.GONE, Said.UNLOADED)
    assert bench.events == ["inventory", "unloaded"]


def test_an_unload_that_two_newer_polls_contradict_is_set_aside() -> None:
    bench = Bench()
    bench.there()
    bench.notice(NoticeKind.VANISHED)  # a false one
    bench.round(ask=True)
    assert bench.held[:2] == (S.RELOADED, 3)
    bench.round(ask=True)
    assert bench.held[0] is S.ALIVE
    assert bench.held[3] in (Said.ACTIVE, Said.QUIET)


def test_another_file_in_its_place_is_a_reload() -> None:
    bench = Bench()
    bench.there(inode=1)
    bench.there(inode=2)
    assert bench.held[:3] == (S.RELOADED, 4, Polled.OTHER)
    assert bench.events == ["inventory", "unloaded", "loaded"]
    bench.round(ask=True)
    assert bench.held[:2] == (S.ALIVE, 5)  # from the next answer on, that incarnation is the known one


def test_one_inode_again_with_a_lower_number_is_another_hive() -> None:
    bench = Bench()
    bench.there(sequence=7)
    bench.there(sequence=8, stamp="changed in place")
    assert bench.events == ["inventory"]
    bench.there(sequence=1)
    assert bench.events == ["inventory", "unloaded", "loaded"]


def test_sequence_numbers_tell_dirty_and_flushed_once() -> None:
    bench = Bench()
    bench.there(dirty=False)
    bench.notice(NoticeKind.APPEARED, bench.face(sequence=2, dirty=True))
    bench.there(sequence=2, dirty=True)
    assert bench.held[0] is S.ALIVE
    bench.there(sequence=3, dirty=False)
    assert bench.events == ["inventory", "dirty", "flushed"]
    assert [told.channel for told in bench.told if isinstance(told, HiveEvent)] == ["poll", "events", "poll"]


def test_losses_take_a_star_for_two_polls() -> None:
    bench = Bench()
    bench.there()
    bench.judge.take_loss(bench.now + MS, 0)
    assert bench.held == (S.ALIVE, 4, Polled.SAME, Said.LOST)
    for _ in range(3):
        bench.round()
    assert bench.held[:2] == (S.ALIVE, 5)


def test_a_poll_that_stands_still_is_blind_and_silence_is_not_down() -> None:
    bench = Bench()
    bench.there()
    bench.judge.take_time(bench.now + 2 * INTERVAL, 0)
    assert bench.held[:2] == (S.ALIVE, 5)
    bench.judge.take_time(bench.now + 4 * INTERVAL, 0)
    assert bench.held == (S.UNKNOWN, 2, Polled.BLIND, Said.QUIET)
    bench.notice(NoticeKind.TRAFFIC)
    assert bench.held == (S.ALIVE, 3, Polled.BLIND, Said.ACTIVE)
    bench.round()
    assert bench.held[:2] == (S.ALIVE, 5)


def test_a_hive_that_came_while_the_poll_stood_still_is_met() -> None:
    bench = Bench()
    bench.there()
    bench.judge.take_time(bench.now + 4 * INTERVAL, 0)
    bench.now += 4 * INTERVAL
    bench.round(Answer("/d/NEW.DAT", bench.face(inode=9)))
    assert {hive.name for hive in bench.judge.hives} == {H, "/d/NEW.DAT"}
    assert bench.events == ["inventory", "loaded"]


def test_what_cannot_be_asked_is_blind() -> None:
    bench = Bench()
    bench.there()
    bench.round(Answer(H, None, "Permission denied"))
    assert bench.held == (S.UNKNOWN, 2, Polled.BLIND, Said.QUIET)
    assert bench.events == ["inventory"]


def test_an_older_look_than_the_last_one_says_nothing() -> None:
    bench = Bench()
    bench.there(sequence=5)
    old = bench.face(sequence=5)
    bench.now += 10 * MS
    bench.notice(NoticeKind.APPEARED, bench.face(sequence=6))
    bench.round(Answer(H, old))
    assert bench.events == ["inventory"]
    assert H in bench.judge.again


def test_a_hive_that_comes_between_two_polls() -> None:
    bench = Bench()
    bench.there()
    bench.notice(NoticeKind.VANISHED)
    bench.notice(NoticeKind.APPEARED, bench.face(inode=2))
    assert bench.events == ["inventory", "unloaded", "loaded"]
    bench.there(inode=2)
    assert bench.events == ["inventory", "unloaded", "loaded"]
    assert bench.held[0] is S.RELOADED
    bench.round()
    assert bench.held == (S.ALIVE, 5, Polled.SAME, Said.LOADED)


@pytest.mark.parametrize("healthy", [True, False])
def test_every_event_has_a_number_and_a_place(healthy: bool) -> None:
    bench = Bench(healthy=healthy)
    bench.there()
    bench.gone()
    bench.gone()
    events = [told for told in bench.told if isinstance(told, HiveEvent)]
    assert [event.number for event in events] == [1, 2]
    assert {event.file for event in events} == {H}
    assert [event.incarnation for event in events] == [1, 1]


def test_an_older_look_does_not_bring_back_what_vanished() -> None:
    bench = Bench()
    bench.there()
    old = bench.face()
    bench.now += 10 * MS
    bench.notice(NoticeKind.VANISHED)
    bench.round(Answer(H, old))
    assert bench.events == ["inventory", "unloaded"]
    assert H in bench.judge.again


def test_rounds_that_take_longer_than_an_interval_are_no_blindness() -> None:
    bench = Bench()
    bench.there()
    bench.now += INTERVAL
    bench.judge.take_round(Round((), bench.now, bench.now + 5 * INTERVAL, 0))
    bench.judge.take_time(bench.now + 5 * INTERVAL + 14 * INTERVAL, 0)
    assert bench.held[:2] == (S.ALIVE, 5)
    bench.judge.take_time(bench.now + 5 * INTERVAL + 16 * INTERVAL, 0)
    assert bench.held[2] is Polled.BLIND


def test_hives_that_come_and_go_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hiveguard.watch.judge.GONE_KEPT", 10)
    bench = Bench(healthy=False)
    for number in range(50):
        bench.round(Answer(f"/d/{number}", Face(number, 0, bench.now)))
        bench.round(Answer(f"/d/{number}", None))
    assert len(bench.judge.hives) == 10
    assert bench.judge.forgotten == 40
    assert bench.events.count("unloaded") == 50
