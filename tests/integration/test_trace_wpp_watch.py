"""A driver's own WPP messages as a channel: events, and what is held about each hive.

The traces are made, so synthetic; the TMF is our own.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import pack
from typing import Any

import pytest

from hiveguard.core.ending import Ending
from hiveguard.core.errors import BadArgument, Unavailable
from hiveguard.core.hive_event import EventKind as E
from hiveguard.core.hive_event import HiveEvent
from hiveguard.core.liveness import Liveness, LivenessState
from hiveguard.core.verdict import Verdict
from hiveguard.testing import TraceBuilder
from hiveguard.trace import open_trace
from hiveguard.trace.tmf import Tmf
from hiveguard.trace.tmf_parser import read_tmf
from hiveguard.trace.wpp_message import WppMessage
from hiveguard.trace.wpp_messages import wpp_messages
from hiveguard.watch.observer import HiveStateObserver
from hiveguard.watch.watch import Watch
from hiveguard.watch.wpp import WppChannels
from hiveguard.watch.wpp_words import HiveWords, hive_words

GUID = "6f1d9b0c-5d7e-4b7a-9d55-0c8f3c1e2a90"
LOAD, UNLOAD, DIRTY, UNLOADING, OTHER, ODD = 10, 11, 12, 13, 14, 15
TMF = read_tmf(
    f"""{GUID} Keeper // SRC=keeper.c MJ= MN=
#typev keeper_c1 {LOAD} "%0HIVE_LOAD file=%10!s! mount=%11!s! status=%12!s!" //   LEVEL=INFO FLAGS=HIVES FUNC=Load
{{
&file, ItemPWString -- 10
&mount, ItemPWString -- 11
status, ItemNTSTATUS -- 12
}}
#typev keeper_c2 {UNLOAD} "%0HIVE_UNLOAD file=%10!s! status=%11!s!" //   LEVEL=INFO FLAGS=HIVES FUNC=Unload
{{
&file, ItemPWString -- 10
status, ItemNTSTATUS -- 11
}}
#typev keeper_c3 {DIRTY} "%0%!FUNC!: HIVE_DIRTY %10!s!" //   LEVEL=INFO FLAGS=HIVES FUNC=Write
{{
file, ItemWString -- 10
}}
#typev keeper_c4 {UNLOADING} "%0HIVE_UNLOADING %10!s!" //   LEVEL=INFO FLAGS=HIVES FUNC=Unload
{{
file, ItemWString -- 10
}}
#typev keeper_c5 {OTHER} "%0hello" //   LEVEL=INFO FLAGS=OTHER FUNC=Main
{{
}}
#typev keeper_c6 {ODD} "%0HIVE_LOAD %10!s!" //   LEVEL=INFO FLAGS=OTHER FUNC=Main
{{
x, ItemCharHidden -- 10
}}
""".encode()
)
FILE, MOUNT = r"C:\Users\ada\NTUSER.DAT", r"\REGISTRY\USER\S-1-5-21-1"
S = LivenessState


def counted(text: str) -> bytes:
    data = text.encode("utf-16-le")
    return pack("<H", len(data)) + data


def wide(text: str) -> bytes:
    return text.encode("utf-16-le") + b"\0\0"


class Recording:
    """A trace of the keeper's messages in the making."""

    def __init__(self, **how: Any) -> None:
        self.builder = TraceBuilder(**how)
        self._sequence: int | None = None

    def say(self, number: int, payload: bytes, **fields: Any) -> Recording:
        self.builder.message(number, payload, guid=GUID, pid=4, tid=8, **fields)
        return self

    def load(self, file: str = FILE, mount: str = MOUNT, status: int = 0, **fields: Any) -> Recording:
        return self.say(LOAD, counted(file) + counted(mount) + pack("<I", status), **fields)

    def unload(self, file: str = FILE, status: int = 0, **fields: Any) -> Recording:
        return self.say(UNLOAD, counted(file) + pack("<I", status), **fields)

    def dirty(self, file: str = FILE, **fields: Any) -> Recording:
        return self.say(DIRTY, wide(file), **fields)

    def watch(self, tmf: Tmf = TMF, on_incomplete: str = "record") -> tuple[list[Any], Verdict]:
        trace = open_trace(self.builder.build())
        with Watch(WppChannels(wpp_messages(trace, tmf, on_incomplete=on_incomplete), tmf)) as watched:
            items = list(watched)
        assert watched.verdict is not None
        return items, watched.verdict

    def events(self) -> list[tuple[E, str | None, str | None, int | None, str | None]]:
        return [
            (item.kind, item.file, item.mount, item.incarnation, item.status)
            for item in self.watch()[0]
            if isinstance(item, HiveEvent)
        ]

    def lives(self) -> list[tuple[LivenessState, int]]:
        return [(item.state, item.stars) for item in self.watch()[0] if isinstance(item, Liveness)]


def test_the_life_of_a_hive() -> None:
    recording = Recording().load().dirty().say(UNLOADING, wide(FILE)).unload()
    assert recording.events() == [
        (E.LOADED, FILE, MOUNT, 1, None),
        (E.DIRTY, FILE, MOUNT, 1, None),
        (E.UNLOAD_STARTED, FILE, MOUNT, 1, None),
        (E.UNLOADED, FILE, MOUNT, 1, None),
    ]
    items, verdict = recording.watch()
    assert [(item.state, item.stars) for item in items if isinstance(item, Liveness)] == [(S.ALIVE, 3), (S.UNLOADED, 3)]
    event = items[0]
    assert (event.channel, event.pid, event.tid, event.number, event.hive_type) == ("wpp", 4, 8, 1, "NTUSER")
    assert event.time > 0
    live = next(item for item in items if isinstance(item, Liveness))
    assert live.file == FILE
    assert live.reasons[0] == "poll: blind, messages cannot be asked"
    assert live.reasons[1].startswith("wpp: loaded, ")
    assert verdict.ending is Ending.COMPLETE
    assert verdict.count("messages") == 4


def test_an_observer_is_called_back() -> None:
    trace = open_trace(Recording().load().unload().builder.build())
    channels = WppChannels(wpp_messages(trace, TMF), TMF)
    told: list[object] = []
    observer = HiveStateObserver(Watch(channels))
    observer.on_event(lambda event: told.append(event.kind))
    observer.on_change(lambda live: told.append(live.state))
    observer.start()
    thread = observer._thread
    assert thread is not None
    thread.join(60)
    assert told == [E.LOADED, S.ALIVE, E.UNLOADED, S.UNLOADED]
    assert [live.state for live in channels.held()] == [S.UNLOADED]
    observer.close()
    assert observer.verdict is not None
    assert observer.verdict.is_complete


def test_calls_that_fail() -> None:
    recording = Recording().load(status=0xC000014C).load().unload(status=0xC0000121).unload(status=0xC0000001)
    assert recording.events() == [
        (E.LOAD_FAILED, FILE, MOUNT, None, "0xc000014c(STATUS_REGISTRY_CORRUPT)"),
        (E.LOADED, FILE, MOUNT, 1, None),
        (E.UNLOAD_REFUSED, FILE, MOUNT, 1, "0xc0000121(STATUS_CANNOT_DELETE)"),
        (E.UNLOAD_FAILED, FILE, MOUNT, 1, "0xc0000001(STATUS_UNSUCCESSFUL)"),
    ]
    assert recording.lives() == [(S.ALIVE, 3)]


def test_events_that_do_not_fit_say_what_was_missed() -> None:
    recording = Recording().dirty().load().load(file=FILE.lower()).unload().unload()
    assert recording.events() == [
        (E.DIRTY, FILE, None, 1, "its load was not seen"),
        (E.LOADED, FILE, MOUNT, 2, "the unload before it was not seen"),
        (E.LOADED, FILE, MOUNT, 3, "the unload before it was not seen"),
        (E.UNLOADED, FILE, MOUNT, 3, None),
        (E.UNLOADED, FILE, None, 3, "its load was not seen"),
    ]


def test_an_unload_of_what_was_never_seen() -> None:
    recording = Recording().unload()
    assert recording.events() == [(E.UNLOADED, FILE, None, None, "its load was not seen")]
    assert recording.lives() == []


# --- losses ----------------------------------------------------------------------------------


def test_a_hole_in_the_numbers_leaves_nothing_believed() -> None:
    recording = Recording(mode=0x8001).load(sequence=1).dirty(file="other", sequence=5)
    assert recording.lives() == [(S.ALIVE, 3), (S.UNKNOWN, 1), (S.ALIVE, 3)]
    verdict = recording.watch()[1]
    assert verdict.ending is Ending.LOST
    assert any("3 numbers of messages are missing" in reason for reason in verdict.reasons)


def test_a_message_that_stays_raw_may_have_been_an_unload() -> None:
    for number, payload in ((99, b"?"), (ODD, b"?"), (UNLOAD, counted(FILE)[:9])):
        recording = Recording().load().say(number, payload)
        assert recording.lives()[:2] == [(S.ALIVE, 3), (S.UNKNOWN, 1)]
        assert recording.watch()[1].ending >= Ending.LOST


def test_a_path_that_is_cut_is_no_path() -> None:
    recording = Recording().say(UNLOADING, wide(FILE)[:9])
    assert recording.events() == [(E.UNLOAD_STARTED, None, None, None, "of which hive is not told")]


def test_other_messages_do_no_harm() -> None:
    recording = Recording().load().say(OTHER, b"")
    recording.builder.message(10, b"x", guid="00000000-0000-0000-0000-000000000001").message(10, b"y", component=3)
    assert recording.lives() == [(S.ALIVE, 3)]
    assert recording.watch()[1].ending is Ending.COMPLETE


def test_events_that_the_session_lost() -> None:
    recording = Recording(events_lost=3).load()
    assert recording.lives() == [(S.ALIVE, 3), (S.UNKNOWN, 1)]
    for on_incomplete in ("record", "raise"):
        verdict = recording.watch(on_incomplete=on_incomplete)[1]
        assert verdict.ending is Ending.LOST
        assert verdict.reasons[0] == "3 events were lost, says the session"


def test_silence_proves_nothing() -> None:
    verdict = Recording().say(OTHER, b"").watch()[1]
    assert verdict.ending is Ending.UNPROVEN
    assert "nothing shows that any was logged" in verdict.reasons[-1]


def test_a_tmf_without_hives_is_refused() -> None:
    with pytest.raises(BadArgument, match="no message about hives"):
        WppChannels([], Tmf())


# --- other sources ---------------------------------------------------------------------------


def messages() -> list[WppMessage]:
    return list(wpp_messages(open_trace(Recording().load().unload().builder.build()), TMF))


def test_any_source_of_messages() -> None:
    with Watch(WppChannels(messages(), TMF)) as watched:
        kinds = [item.kind for item in watched if isinstance(item, HiveEvent)]
    assert kinds == [E.LOADED, E.UNLOADED]
    assert watched.verdict is not None
    assert watched.verdict.is_complete


def test_a_source_that_fails() -> None:
    def source() -> Iterator[WppMessage]:
        yield messages()[0]
        raise Unavailable("the session has gone")

    with Watch(WppChannels(source(), TMF)) as watched:
        states = [item.state for item in watched if isinstance(item, Liveness)]
    assert states == [S.ALIVE, S.UNKNOWN]
    assert watched.verdict is not None
    assert watched.verdict.ending is Ending.FAILED
    assert "the session has gone" in watched.verdict.reasons


def test_stopped_before_its_end() -> None:
    recording = Recording(buffer_size=65_536)
    for _ in range(2_000):
        recording.dirty()
    trace = open_trace(recording.builder.build())
    channels = WppChannels(wpp_messages(trace, TMF, on_incomplete="record"), TMF)
    assert channels.held() == ()
    watched = Watch(channels)
    assert watched.get(60) is not None
    watched.close()
    for _ in watched:
        pass
    assert watched.verdict is not None
    assert watched.verdict.ending in (Ending.STOPPED, Ending.COMPLETE)
    watched.close()


def test_more_hives_than_can_be_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hiveguard.watch.wpp.HIVES_KEPT", 1)
    items, verdict = Recording().load().load(file="other").watch()
    assert [item.file for item in items if isinstance(item, HiveEvent)] == [FILE, "other"]
    assert len([item for item in items if isinstance(item, Liveness)]) == 1
    assert verdict.ending is Ending.UNPROVEN


# --- words -----------------------------------------------------------------------------------


def words_of(format: str, *items: str) -> HiveWords | None:
    lines = "".join(f"x, {item} -- {number}\n" for number, item in enumerate(items, 10))
    (form,) = read_tmf(f'{GUID} K\n#typev k_c1 10 "{format}" // FUNC=f\n{{\n{lines}}}\n'.encode())
    return hive_words(form)


@pytest.mark.parametrize(
    "format, items, file, mount",
    [
        ("%0HIVE_LOAD %10!s!", ("ItemWString",), 0, None),
        ("%0HIVE_LOAD %10!s! %11!s!", ("ItemWString", "ItemString"), 0, 1),
        ("%0HIVE_LOAD mount=%10!s! file=%11!s!", ("ItemWString", "ItemString"), 1, 0),
        ("%0HIVE_LOAD %11!s! key: <%10!s!>", ("ItemWString", "ItemString"), 1, 0),
        ("%0[%!FUNC!] x=%10!d!: HIVE_LOAD, %11!s!", ("ItemLong", "ItemPWString"), 1, None),
        ("%0HIVE_LOAD", (), None, None),
    ],
)
def test_which_argument_is_what(format: str, items: tuple[str, ...], file: int | None, mount: int | None) -> None:
    found = words_of(format, *items)
    assert found is not None
    assert (found._file, found._mount, found.kind) == (file, mount, E.LOADED)


@pytest.mark.parametrize("format", ["%0hello", "%0HIVE_LOADER %10!s!", "%0hive_load", "%0MY_HIVE_LOAD"])
def test_words_that_are_none(format: str) -> None:
    assert words_of(format) is None
