"""The stream of a watch: an iterator of both kinds, whose every subscriber ends with the verdict of the watch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from threading import enumerate as threads

import pytest

import hiveguard
from hiveguard.core.ending import Ending
from hiveguard.core.hive_event import EventKind, HiveEvent
from hiveguard.core.liveness import Liveness
from hiveguard.core.subscription import Lost
from hiveguard.core.verdict import Verdict
from hiveguard.testing import HiveBuilder
from hiveguard.watch import embedded, files, limits
from hiveguard.watch.channels import Channels
from hiveguard.watch.observer import HiveStateObserver
from hiveguard.watch.watch import Watch, watch


def event(number: int) -> HiveEvent:
    return HiveEvent(EventKind.LOADED, number, number, file=f"{number}.DAT", channel="poll")


class Many(Channels):
    """A source that tells so many at its first look, and more when asked."""

    def __init__(self, first: int, verdict: Verdict | None = None) -> None:
        self.first = first
        self.went = Verdict.empty() if verdict is None else verdict

    def start(self, tell: Callable[[HiveEvent | Liveness], None], ended: Callable[[], None]) -> None:
        self.tell, self.ended = tell, ended
        for number in range(self.first):
            tell(event(number))

    def stop(self) -> None:
        """There is nothing to end."""

    def verdict(self) -> Verdict:
        return self.went


def test_next_and_anext() -> None:
    source = Many(3)
    watched = Watch(source)
    assert iter(watched) is watched
    assert isinstance(next(watched), HiveEvent)

    async def second() -> object:
        return await anext(watched)

    assert isinstance(asyncio.run(second()), HiveEvent)
    source.ended()
    assert len(list(watched)) == 1
    with pytest.raises(StopIteration):
        next(watched)
    with pytest.raises(StopAsyncIteration):
        asyncio.run(second())


def test_what_the_first_look_finds_is_never_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Many(1000)
    monkeypatch.setattr("hiveguard.watch.watch.QUEUE", 10)
    watched = Watch(source)
    for number in range(12):
        source.tell(event(1000 + number))
    source.ended()
    items = list(watched)
    assert sum(isinstance(item, HiveEvent) for item in items) == 1010
    assert [item.count for item in items if isinstance(item, Lost)] == [2]


def test_a_size_that_was_asked_for_holds_from_the_beginning() -> None:
    source = Many(1000)
    watched = Watch(source, size=10)
    source.ended()
    assert [type(item) for item in watched] == [HiveEvent] * 10 + [Lost]


def test_a_subscriber_s_verdict_is_that_of_the_watch() -> None:
    source = Many(0, Verdict(Ending.LOST, ("the queue of inotify was full",)))
    watched = Watch(source)
    other = watched.subscribe()
    source.tell(event(1))
    watched.close()
    assert len(list(other)) == 1
    assert other.verdict is not None
    assert other.verdict.ending is Ending.LOST
    assert other.verdict.reasons == ("the queue of inotify was full", "stopped as asked")
    assert other.verdict.stopped_by == "caller"
    list(watched)
    assert watched.verdict is not None
    assert watched.verdict.reasons == other.verdict.reasons


def test_an_observer_that_is_started_twice_has_one_thread(tmp_path: Path) -> None:
    observer = HiveStateObserver(Watch(Many(0)))
    observer.start()
    with observer:
        assert sum(thread.name == "hiveguard observer" for thread in threads()) == 1


def test_a_registry_that_was_closed_cannot_be_watched() -> None:
    registry = hiveguard.Registry()
    registry.close()
    with pytest.raises(hiveguard.HiveBusy, match="was closed"):
        watch(registry)


def test_a_busy_registry_does_not_hold_up_the_end_of_a_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "_BUSY", 0.01)
    with hiveguard.Registry() as registry:
        watched = watch(registry, interval=86_400)
        with registry.lock:
            closing = Thread(target=watched.close)
            closing.start()
            closing.join(20)
            assert not closing.is_alive()


def test_an_embedded_thread_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: object) -> None:
        raise RuntimeError("broken on purpose")

    with hiveguard.Registry() as registry:
        watched = watch(registry, interval=0.02)
        monkeypatch.setattr(embedded.EmbeddedChannels, "_look", broken)
        for _ in watched:
            pass
        assert watched.verdict is not None
        assert watched.verdict.ending is Ending.FAILED
        assert "broken on purpose" in watched.verdict.reasons[0]
        watched.close()


def test_what_is_beyond_the_limits_is_told_at_once_and_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hiveguard.watch.folder_poll.FILES_MOST", 3)
    for number in range(5):
        (tmp_path / f"{number}.DAT").write_bytes(HiveBuilder().build())
    watched = watch(tmp_path, events=False)
    assert any("more than 3 files" in note for note in watched.notes)
    watched.close()
    list(watched)
    assert watched.verdict is not None
    assert watched.verdict.stopped_by == "limit"
    assert any("more than 3 files" in reason for reason in watched.verdict.reasons)


def test_hives_of_subfolders_are_told_once_at_the_first_look(tmp_path: Path) -> None:
    for number in range(5):
        folder = tmp_path / f"folder {number}"
        folder.mkdir()
        (folder / "A.DAT").write_bytes(HiveBuilder().build())
    channels = files.FileChannels([str(tmp_path)], interval=limits.INTERVAL_MOST)
    with Watch(channels) as watched:
        items = [watched.get(0) for _ in range(20)]
        assert sum(item is not None for item in items) == 10
