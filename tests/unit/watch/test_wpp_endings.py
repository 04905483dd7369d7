"""A watch of WPP messages: whatever ends its source, and what is not known is neither told nor held.

The traces are made, so synthetic; the TMF is that of tests/integration/test_trace_wpp_watch.py and our own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from struct import pack
from typing import Any

import pytest

from hiveguard.core.ending import Ending
from hiveguard.core.hive_event import EventKind as E
from hiveguard.core.hive_event import HiveEvent
from hiveguard.core.liveness import Liveness
from hiveguard.core.liveness import LivenessState as S
from hiveguard.core.verdict import Verdict
from hiveguard.trace import open_trace
from hiveguard.trace.tmf import Tmf
from hiveguard.trace.tmf_parser import read_tmf
from hiveguard.trace.wpp_message import WppMessage
from hiveguard.trace.wpp_messages import WppWalk, wpp_messages
from hiveguard.watch.watch import Watch
from hiveguard.watch.wpp import WppChannels
from hiveguard.watch.wpp_words import hive_words
from tests.integration.test_trace_wpp_watch import (
    FILE,
    GUID,
    LOAD,
    MOUNT,
    OTHER,
    TMF,
    UNLOAD,
    UNLOADING,
    Recording,
    counted,
    wide,
)

LOCAL, GLOBAL = 0x8001, 0x4001
OK = bytes(4)
NO_MOUNT, REASON, STATUS_FIRST = 20, 21, 22
WORDS = TMF | read_tmf(
    f"""{GUID} Keeper // SRC=keeper.c MJ= MN=
#typev keeper_c7 {NO_MOUNT} "%0HIVE_LOAD process=%10!s! file=%11!s!" //   LEVEL=INFO FUNC=Load
{{
p, ItemWString -- 10
file, ItemWString -- 11
}}
#typev keeper_c8 {REASON} "%0HIVE_LOAD reason: '%10!s!'" //   LEVEL=INFO FUNC=Load
{{
p, ItemWString -- 10
}}
#typev keeper_c9 {STATUS_FIRST} "%0HIVE_LOAD %10!s! file=%11!s! mount=%12!s!" //   LEVEL=INFO FUNC=Load
{{
status, ItemNTSTATUS -- 10
file, ItemWString -- 11
mount, ItemWString -- 12
}}
""".encode()
)


def watch(source: Iterable[WppMessage], tmf: Tmf = WORDS) -> tuple[list[Any], Verdict]:
    with Watch(WppChannels(source, tmf)) as watched:
        items = list(watched)
    assert watched.verdict is not None
    return items, watched.verdict


def walk(recording: Recording) -> WppWalk:
    return wpp_messages(open_trace(recording.builder.build()), WORDS, on_incomplete="record")


def events(items: list[Any]) -> list[tuple[E, str | None, str | None]]:
    return [(item.kind, item.file, item.mount) for item in items if isinstance(item, HiveEvent)]


def lives(items: list[Any]) -> list[S]:
    return [item.state for item in items if isinstance(item, Liveness)]


# --- what ends a source ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "error, told",
    [
        (SystemExit(3), "SystemExit: 3"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (GeneratorExit(), "GeneratorExit"),
        (MemoryError(), "MemoryError"),
        (ValueError("boom"), "ValueError: boom"),
    ],
)
def test_a_source_that_ends_by_whatever_it_is_has_failed(
    error: BaseException, told: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    printed: list[object] = []
    monkeypatch.setattr(threading, "excepthook", printed.append)

    def source() -> Iterator[WppMessage]:
        yield from walk(Recording().load())
        raise error

    items, verdict = watch(source())
    assert lives(items) == [S.ALIVE, S.UNKNOWN]
    assert verdict.ending is Ending.FAILED
    assert f"the watch ended by {told}" in verdict.reasons
    assert not printed
    assert capfd.readouterr() == ("", "")


def test_a_walk_that_fails_leaves_nothing_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    source = walk(Recording().load().unload())
    monkeypatch.setattr("hiveguard.watch.wpp.WppChannels._happened", _failing(2))
    items, verdict = watch(source)
    assert verdict.ending is Ending.FAILED
    assert lives(items) == [S.ALIVE, S.UNKNOWN]


def test_an_end_that_fails_itself_is_the_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise SystemExit("no more")

    monkeypatch.setattr("hiveguard.watch.wpp.WppChannels._disbelieve", fail)
    _, verdict = watch(walk(Recording(closed=False).load()))
    assert verdict.ending is Ending.FAILED
    assert verdict.reasons == ("the watch ended by SystemExit: no more",)


def _failing(number: int) -> Any:
    happened = WppChannels._happened
    calls = iter(range(1, number + 1))

    def fail(*arguments: Any) -> None:
        if next(calls) == number:
            raise SystemExit("no more")
        happened(*arguments)

    return fail


def test_messages_of_any_source_are_counted() -> None:
    messages = list(walk(Recording().load().dirty().say(OTHER, b"").unload()))
    for source in (messages, iter(messages), walk(Recording().load().dirty().say(OTHER, b"").unload())):
        assert watch(source)[1].count("messages") == 4
    assert watch([])[1].count("messages") == 0


# --- a status that is cut --------------------------------------------------------------------


def test_an_unload_whose_status_is_cut_is_not_told_and_may_have_been_one() -> None:
    recording = Recording().load().say(UNLOAD, counted(FILE) + b"\x21\x01")
    for source in (walk(recording), list(walk(recording))):
        items, verdict = watch(source)
        assert events(items) == [(E.LOADED, FILE, MOUNT)]
        assert lives(items) == [S.ALIVE, S.UNKNOWN]
        assert verdict.ending is Ending.DAMAGED
        assert "the end of one call is not told: the status is cut" in verdict.reasons
        assert not any("missing" in reason for reason in verdict.reasons)


@pytest.mark.parametrize("left", [b"", b"\x22", OK[:3]])
def test_a_load_whose_status_is_cut_is_not_told(left: bytes) -> None:
    recording = Recording().load(file="other").say(LOAD, counted(FILE) + counted(MOUNT) + left)
    items, verdict = watch(walk(recording))
    assert events(items) == [(E.LOADED, "other", MOUNT)]
    assert lives(items) == [S.ALIVE, S.UNKNOWN]
    assert verdict.ending is Ending.DAMAGED


def test_a_message_of_another_kind_has_no_end_that_its_status_tells() -> None:
    tmf = read_tmf(
        f'{GUID} K\n#typev k_c1 10 "%0HIVE_DIRTY %10!s! %11!s!" // FUNC=f\n'
        "{\nf, ItemWString -- 10\ns, ItemNTSTATUS -- 11\n}\n".encode()
    )
    source = wpp_messages(open_trace(Recording().say(10, wide(FILE)).builder.build()), tmf, on_incomplete="record")
    assert events(watch(source, tmf)[0]) == [(E.DIRTY, FILE, None)]


# --- numbers ---------------------------------------------------------------------------------


def test_numbers_in_another_order_lose_nothing_in_the_end() -> None:
    recording = Recording(mode=LOCAL).load(sequence=1).say(OTHER, b"", sequence=3).say(OTHER, b"", sequence=2)
    recording.dirty(sequence=4)
    for source in (walk(recording), list(walk(recording))):
        items, verdict = watch(source)
        assert verdict.ending is Ending.COMPLETE
        assert lives(items) == [S.ALIVE, S.UNKNOWN, S.ALIVE]  # until the late one has come, it may have been an unload
        assert items[-2].reasons[1].startswith("wpp: loaded, ")


def test_a_late_number_that_is_an_unload_is_one() -> None:
    recording = Recording(mode=LOCAL).load(sequence=1).say(OTHER, b"", sequence=3).unload(sequence=2)
    items, verdict = watch(walk(recording))
    assert lives(items) == [S.ALIVE, S.UNKNOWN, S.UNLOADED]
    assert verdict.is_complete


def test_a_late_number_that_nobody_can_read_may_be_an_unload() -> None:
    recording = Recording(mode=LOCAL).load(sequence=1).say(OTHER, b"", sequence=3).say(99, b"?", sequence=2)
    items, verdict = watch(walk(recording))
    assert lives(items) == [S.ALIVE, S.UNKNOWN]
    assert verdict.ending is Ending.LOST


def test_a_hole_that_is_filled_in_part_is_one() -> None:
    recording = Recording(mode=LOCAL).load(sequence=1).say(OTHER, b"", sequence=4).say(OTHER, b"", sequence=2)
    for source, told in ((walk(recording), "1 numbers of messages are missing"), (list(walk(recording)), "one place")):
        items, verdict = watch(source)
        assert lives(items) == [S.ALIVE, S.UNKNOWN]
        assert verdict.ending is Ending.LOST
        assert told in verdict.reasons[0]


def test_a_hole_that_is_filled_takes_no_other_loss_back() -> None:
    recording = Recording(mode=LOCAL).load(sequence=1).say(99, b"?", sequence=2).say(OTHER, b"", sequence=4)
    recording.say(OTHER, b"", sequence=3)
    items, verdict = watch(walk(recording))
    assert lives(items) == [S.ALIVE, S.UNKNOWN]
    assert verdict.ending is Ending.LOST


def test_holes_in_the_numbers_of_all_sessions_may_be_another_s() -> None:
    recording = Recording(mode=GLOBAL).load(sequence=1).say(OTHER, b"", sequence=3).dirty(sequence=9)
    items, verdict = watch(walk(recording))
    assert verdict.ending is Ending.UNPROVEN
    assert lives(items) == [S.ALIVE, S.UNKNOWN, S.ALIVE]  # and may have hidden an unload
    assert not any("missing at" in reason for reason in verdict.reasons)


def test_a_session_that_was_not_closed_is_unproven() -> None:
    items, verdict = watch(walk(Recording(closed=False).load()))
    assert lives(items) == [S.ALIVE, S.UNKNOWN]
    assert verdict.ending is Ending.UNPROVEN
    assert verdict.reasons == ("the session was not closed: what its last buffers held may not be in the file",)


def test_a_source_that_only_says_how_many_are_missing() -> None:
    (message,) = walk(Recording().load())
    gap = WppMessage(OTHER, GUID, b"", time=message.time, missing=2, form=WORDS.find(bytes(16), 1), text="hello")
    _, verdict = watch([message, gap])
    assert verdict.ending is Ending.LOST


# --- labels ----------------------------------------------------------------------------------


def test_an_argument_with_another_label_is_neither_hive_nor_mount() -> None:
    items, verdict = watch(walk(Recording().say(NO_MOUNT, wide("svchost.exe") + wide(FILE))))
    assert events(items) == [(E.LOADED, FILE, None)]
    assert verdict.is_complete
    items, verdict = watch(walk(Recording().say(REASON, wide("access denied"))))
    assert events(items) == [(E.LOADED, None, None)]
    assert lives(items) == []
    assert verdict.ending is Ending.LOST


@pytest.mark.parametrize(
    "format, file, mount",
    [
        ("HIVE_LOAD %10!s! %11!s!", 0, 1),
        ("HIVE_LOAD: %10!s! by=%11!s!", 0, None),
        ("HIVE_LOAD by = <%10!s!> %11!s!", 1, None),
        ('HIVE_LOAD name: "%10!s!" hive: (%11!s!)', 1, None),
        ("HIVE_LOAD by=%10!s! reason=%11!s!", None, None),
        ("HIVE_LOAD of the hive %11!s! at %10!s!", 1, 0),
        ("%!FUNC!: %10!s! at %11!s!: HIVE_LOAD", 0, 1),
        ("HIVE_LOAD by=%10!s!, file=%10!s!, %11!s!", 0, 1),
        ("HIVE_LOAD FILE=%11!s! Mount=%10!s!", 1, 0),
    ],
)
def test_labels(format: str, file: int | None, mount: int | None) -> None:
    lines = "a, ItemWString -- 10\nb, ItemWString -- 11\n"
    (form,) = read_tmf(f'{GUID} K\n#typev k_c1 10 "%0{format}" // FUNC=f\n{{\n{lines}}}\n'.encode())
    found = hive_words(form)
    assert found is not None
    assert (found._file, found._mount) == (file, mount)


# --- mounts ----------------------------------------------------------------------------------


def test_an_unload_ends_what_is_known_of_the_mount() -> None:
    recording = Recording().load().unload().say(NO_MOUNT, wide("p") + wide(FILE)).dirty().unload()
    assert events(watch(walk(recording))[0]) == [
        (E.LOADED, FILE, MOUNT),
        (E.UNLOADED, FILE, MOUNT),
        (E.LOADED, FILE, None),
        (E.DIRTY, FILE, None),
        (E.UNLOADED, FILE, None),
    ]


def test_a_mount_that_is_cut_is_not_that_of_the_load_before() -> None:
    cut = OK + wide(FILE) + wide(MOUNT)[:6]
    for recording in (Recording().load().unload().say(STATUS_FIRST, cut), Recording().load().say(STATUS_FIRST, cut)):
        assert events(watch(walk(recording.dirty()))[0])[-2:] == [(E.LOADED, FILE, None), (E.DIRTY, FILE, None)]


def test_where_a_load_failed_is_not_where_the_hive_is() -> None:
    recording = Recording().load().load(mount="elsewhere", status=0xC0000022).dirty().unload()
    assert [mount for _, _, mount in events(watch(walk(recording))[0])] == [MOUNT, "elsewhere", MOUNT, MOUNT]


# --- what shows that a hive is there ---------------------------------------------------------

DENIED, CANNOT_DELETE = 0xC0000022, 0xC0000121


@pytest.mark.parametrize(
    "what, after_loss, after_unload",
    [
        (lambda r: r.load(status=DENIED), [], []),
        (lambda r: r.say(UNLOADING, wide(FILE)), [], []),
        (lambda r: r.unload(status=DENIED), [], []),
        (lambda r: r.unload(status=CANNOT_DELETE), [S.ALIVE], [S.RELOADED]),
        (lambda r: r.dirty(), [S.ALIVE], [S.RELOADED]),
        (lambda r: r.load(), [S.ALIVE], [S.RELOADED]),
    ],
    ids=["load-failed", "unload-started", "unload-failed", "unload-refused", "dirty", "loaded"],
)
def test_a_call_that_begins_or_fails_shows_nothing(what: Any, after_loss: list[S], after_unload: list[S]) -> None:
    lost = lives(watch(walk(what(Recording().load().say(99, b"?"))))[0])
    assert lost[:2] == [S.ALIVE, S.UNKNOWN]
    assert lost[2:] == after_loss
    gone = lives(watch(walk(what(Recording().load().unload())))[0])
    assert gone[:2] == [S.ALIVE, S.UNLOADED]
    assert [S.RELOADED if state is S.ALIVE else state for state in gone[2:]] == after_unload


def test_a_hive_that_is_met_by_a_refused_unload_is_there() -> None:
    items, verdict = watch(walk(Recording().unload(status=CANNOT_DELETE)))
    assert events(items) == [(E.UNLOAD_REFUSED, FILE, None)]
    assert lives(items) == [S.ALIVE]
    assert verdict.is_complete
    for other in (DENIED, 0xC0000034):
        assert lives(watch(walk(Recording().unload(status=other)))[0]) == []


def test_a_status_behind_a_path_that_is_odd_is_told_all_the_same() -> None:
    odd = pack("<H", 9) + FILE.encode("utf-16-le")[:9]
    items, verdict = watch(walk(Recording().load().say(UNLOAD, odd + OK)))
    assert events(items)[1:] == [(E.UNLOADED, None, None)]
    assert lives(items) == [S.ALIVE, S.UNKNOWN]
    assert verdict.ending is Ending.DAMAGED
