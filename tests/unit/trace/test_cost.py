"""What the room costs: modules at import, and memory that does not grow with the file."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from hiveguard.testing import TraceBuilder
from hiveguard.trace import open_trace

DEAR = {
    "argparse",
    "contextlib",
    "ctypes",
    "dataclasses",
    "datetime",
    "inspect",
    "json",
    "pathlib",
    "re",
    "typing",
    "uuid",
}


def loaded(code: str) -> set[str]:
    """The modules that a piece of code loads."""
    script = f"import sys; before = set(sys.modules)\n{code}\nprint(*(set(sys.modules) - before))"
    run = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{script}"],
        capture_output=True,
        check=True,
        text=True,
    )
    return set(run.stdout.split())


def test_importing_the_room_loads_nothing_else() -> None:
    assert loaded("import hiveguard.trace") == {"hiveguard", "hiveguard.trace"}


def test_reading_a_trace_loads_nothing_dear(tmp_path: Path) -> None:
    path = tmp_path / "a.etl"
    path.write_bytes(TraceBuilder(compressed=True).event(bytes(16), 1, items=[(1, b"")]).build())
    code = f"from hiveguard.trace import open_trace\nfor record in open_trace({str(path)!r}).records(): record.items"
    modules = loaded(code)
    assert "hiveguard.trace.lz77" in modules
    assert modules & DEAR == set()
    assert not {
        name for name in modules if name.startswith(("hiveguard.regf", "hiveguard.registry", "hiveguard.testing"))
    }


def test_face() -> None:
    import hiveguard.trace as room

    for name in room.__all__:
        assert name in dir(room)
        assert getattr(room, name).__name__ == name
    with pytest.raises(AttributeError):
        room.Nothing  # noqa: B018


@pytest.mark.parametrize("order", ["file", "time"])
def test_memory_is_a_buffer_of_each_processor_whatever_the_size(tmp_path: Path, order: str) -> None:
    def peak(buffers: int) -> int:
        builder = TraceBuilder(buffer_size=4_096)
        for number in range(buffers * 8):
            builder.event(bytes(16), number & 0xFFFF, bytes(900), cpu=number % 4)
        path = tmp_path / f"{buffers}.etl"
        path.write_bytes(builder.build())
        del builder
        with open_trace(path) as trace:
            tracemalloc.start()
            for _ in trace.records(order):
                pass
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        return most

    small, large = peak(100), peak(2_000)
    assert large - small < 2_000 * 2 * 16 * 1.5 + 20_000
