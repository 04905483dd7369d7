"""The invariant of traces: any bytes give records and a verdict, or `HiveError`, in bounded time and memory.

Must not know: where the bytes come from.
"""

from __future__ import annotations

import signal

from hiveguard.core.ending import Ending
from hiveguard.core.errors import HiveError
from hiveguard.trace import Record, Trace, open_trace
from hiveguard.trace.group_masks import REGISTRY_HIVE
from hiveguard.trace.kernel_groups import guid_bytes
from tests.fuzz.target import SECONDS

PROVIDER = guid_bytes("70eb4f03-c1de-4f73-a051-33d13d5413bd")


def read_trace(data: bytes, choice: int) -> str:
    """Read bytes in every way that the room has (some ways only for some choices); returns the ending."""
    signal.alarm(SECONDS)
    try:
        return _read(data, choice)
    finally:
        signal.alarm(0)


def _read(data: bytes, choice: int) -> str:
    try:
        trace = open_trace(data)
    except HiveError:
        return "refused"
    ending, delivered = _walk(trace, "file" if choice % 2 else "time", choice)
    if choice % 8 == 5:
        again, count = _walk(trace, "time", choice)
        limited = "limit-expansion"  # which buffers come first decides which are still allowed
        assert count == delivered or limited in ending[1] + again[1], (count, delivered)
    return ending[0]


def _walk(trace: Trace, order: str, choice: int) -> tuple[tuple[str, str], int]:
    wanted = [PROVIDER] if choice % 16 == 7 else None
    walk = trace.records(order, providers=wanted, on_incomplete="record")
    count = 0
    size = 0
    for record in walk:
        count += 1
        size += len(record.payload)
        if choice % 4 == 0:
            touch(record)
    verdict = walk.verdict
    assert verdict is not None
    assert verdict.is_complete == (verdict.ending is Ending.COMPLETE)
    assert verdict.count("records") == count
    assert not verdict.is_complete or not any(found.lost for found in verdict.damage)
    assert verdict.is_complete or verdict.reasons
    walk.masks.recorded(REGISTRY_HIVE)
    assert trace.session.clock.utc(5) is None or trace.session.clock.known
    return (verdict.ending.name, " ".join(found.code for found in verdict.damage)), count


def touch(record: Record) -> None:
    """Ask a record for all it has."""
    for name in (
        "kind", "type", "pointer_size", "ticks", "tid", "pid", "provider_text", "hook", "id", "opcode", "version",
        "level", "channel", "task", "keyword", "flags", "properties", "activity", "items", "related", "instance",
        "sequence", "component",
    ):  # fmt: skip
        getattr(record, name)
    repr(record)
