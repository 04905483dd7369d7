"""WPP messages from anywhere: whatever ends them is the verdict, and a time that they do not have is none."""

from __future__ import annotations

from collections.abc import Iterator

from hiveguard.core.ending import Ending
from hiveguard.core.hive_event import HiveEvent
from hiveguard.core.liveness import Liveness, LivenessState
from hiveguard.trace import open_trace
from hiveguard.trace.wpp_message import WppMessage
from hiveguard.trace.wpp_messages import wpp_messages
from hiveguard.watch.watch import Watch
from hiveguard.watch.wpp import WppChannels
from tests.integration.test_trace_wpp_watch import TMF, Recording


def messages(recording: Recording) -> Iterator[WppMessage]:
    with open_trace(recording.builder.build()) as trace:
        yield from wpp_messages(trace, TMF, on_incomplete="record")


def test_whatever_a_source_of_messages_raises_is_the_verdict() -> None:
    def broken() -> Iterator[WppMessage]:
        yield from messages(Recording().load())
        raise OverflowError("too large")

    with Watch(WppChannels(broken(), TMF)) as watched:
        items = list(watched)
    lives = [item.state for item in items if isinstance(item, Liveness)]
    assert lives == [LivenessState.ALIVE, LivenessState.UNKNOWN]
    assert watched.verdict is not None
    assert watched.verdict.ending is Ending.FAILED
    assert "OverflowError: too large" in watched.verdict.reasons[0]


def test_without_a_clock_s_frequency_no_time_is_told() -> None:
    with Watch(WppChannels(messages(Recording(frequency=0).load().unload()), TMF)) as watched:
        times = [item.time for item in watched if isinstance(item, HiveEvent)]
    assert times == [None, None]
