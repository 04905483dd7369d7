"""The header record: every field of both forms, as a synthetic trace has it."""

from __future__ import annotations

import pytest

from hiveguard.testing import TraceBuilder
from hiveguard.trace import open_trace
from hiveguard.trace.layout import MODE_CIRCULAR, MODE_NEW_FILE, MODE_RELOGGED


@pytest.mark.parametrize("pointer_size", [4, 8])
def test_every_field(pointer_size: int) -> None:
    builder = TraceBuilder(
        pointer_size=pointer_size,
        clock=3,
        frequency=3_117_777,
        megahertz=3_400,
        origin=77_000,
        start_time=133_485_408_000_000_000,
        end_time=133_485_409_000_000_000,
        buffer_size=16_384,
        processors=12,
        mode=0x11002009,
        windows=(6, 3),
        build_number=9_600,
        events_lost=41,
        buffers_lost=3,
        logger="Größe \U0001f600",
        file="C:\\trace.etl",
        bias=-60,
    )
    session = open_trace(builder.event(bytes(16), 1).build()).session
    assert session.pointer_size == pointer_size
    assert (session.buffer_size, session.buffers_written, session.processors) == (16_384, 2, 12)
    assert (session.windows, session.build, session.version) == ((6, 3), 9_600, (1, 5))
    assert (session.start_time, session.end_time) == (133_485_408_000_000_000, 133_485_409_000_000_000)
    assert session.boot_time == session.start_time - 1
    assert (session.timer_resolution, session.maximum_file_size) == (156_250, 0)
    assert (session.events_lost, session.buffers_lost, session.bias) == (41, 3, -60)
    assert (session.frequency, session.megahertz) == (3_117_777, 3_400)
    assert (session.logger, session.file) == ("Größe \U0001f600", "C:\\trace.etl")
    assert (session.clock.kind, session.clock.name, session.clock.origin) == (3, "processor cycles", 77_000)
    assert session.modes == ("sequential", "new-file")
    assert (session.compression, session.unsupported, session.closed) == (None, "", True)


def test_modes() -> None:
    def of(mode: int) -> tuple[bool, bool, bool]:
        session = open_trace(TraceBuilder(mode=mode).build()).session
        return session.circular, session.series, session.relogged

    assert of(1) == (False, False, False)
    assert of(MODE_CIRCULAR) == (True, False, False)
    assert of(MODE_NEW_FILE | 1) == (False, True, False)
    assert of(MODE_RELOGGED | 1) == (False, False, True)


def test_open_session_has_neither_end_nor_count() -> None:
    session = open_trace(TraceBuilder(closed=False).build()).session
    assert (session.closed, session.end_time, session.buffers_written) == (False, 0, 0)


def test_names_that_nothing_ends() -> None:
    data = TraceBuilder(logger="a", file="b").image()
    size = 32 + 280 + 8
    for length in range(size - 8, size):
        data.put(72 + 4, length.to_bytes(2, "little"))
        session = open_trace(bytes(data)).session
        assert "a".startswith(session.logger[:1])


def test_lone_surrogates_in_a_name_are_kept() -> None:
    builder = TraceBuilder(logger="xy", file="f")
    data = builder.image()
    data.put(72 + 32 + 280, b"\x00\xd8")
    assert open_trace(bytes(data)).session.logger == "\ud800y"


def test_session_is_a_value() -> None:
    one, two = (open_trace(TraceBuilder().build()).session for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)
    with pytest.raises(AttributeError):
        one.build = 5  # type: ignore[misc]
