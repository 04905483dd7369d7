"""Whatever a builder is told comes back: any kinds of record, any payloads, on any processors. All synthetic."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from hiveguard.testing import TraceBuilder
from hiveguard.trace import open_trace
from hiveguard.trace.kernel_groups import CLASS_GUIDS

GUIDS = st.binary(min_size=16, max_size=16).filter(any)
U16 = st.integers(0, 0xFFFF)
U32 = st.integers(0, 0xFFFFFFFF)
#: hook ids but those of the group masks, whose payload means something to the reader
HOOKS = U16.filter(lambda hook: hook not in (0x0005, 0x0020))
KINDS = ("event", "system", "compact", "perfinfo", "full", "instance", "message")

Told = tuple[str, int, int, int, int | None, int | None, bytes, bytes]


@st.composite
def plans(draw: st.DrawFn) -> tuple[TraceBuilder, list[Told]]:
    """A builder that was told records, and what it was told."""
    builder = TraceBuilder(
        pointer_size=draw(st.sampled_from([4, 8])),
        clock=draw(st.sampled_from([1, 2, 3])),
        frequency=draw(st.sampled_from([10_000_000, 2_337_949])),
        compressed=draw(st.booleans()),
        buffer_size=draw(st.sampled_from([1_024, 8_192, 65_536])),
    )
    told: list[Told] = []
    at = builder.origin
    for _ in range(draw(st.integers(0, 40))):
        at += draw(st.integers(0, 1 << 40))
        kind, cpu, width = draw(st.sampled_from(KINDS)), draw(st.integers(0, 5)), draw(st.sampled_from([4, 8]))
        payload, pid, tid = draw(st.binary(max_size=300)), draw(U32), draw(U32)
        guid = draw(GUIDS)
        if kind == "event":
            items = draw(st.lists(st.tuples(U16, st.binary(max_size=40)), max_size=3))
            builder.event(guid, draw(U16), payload, at=at, cpu=cpu, pointer_size=width, pid=pid, tid=tid, items=items)
        elif kind == "full":
            builder.classic(
                guid, draw(st.integers(0, 255)), payload, at=at, cpu=cpu, pointer_size=width, pid=pid, tid=tid
            )
        elif kind == "instance":
            builder.instance(guid, 1, payload, at=at, cpu=cpu, pointer_size=width, pid=pid, tid=tid)
        elif kind == "message":
            builder.message(draw(U16), payload, at=at, cpu=cpu, guid=guid, pid=pid, tid=tid, pointer_size=width)
        else:
            hook = draw(HOOKS)
            guid = CLASS_GUIDS[hook >> 8]
            if kind == "perfinfo":
                counters = range(draw(st.integers(0, 7)))
                builder.perfinfo(hook, payload, at=at, cpu=cpu, pointer_size=width, counters=counters)
            elif kind == "system":
                builder.system(hook, payload, at=at, cpu=cpu, pointer_size=width, pid=pid, tid=tid)
            else:
                builder.compact(hook, payload, at=at, cpu=cpu, pointer_size=width, pid=pid, tid=tid)
        who = (None, None) if kind == "perfinfo" else (pid, tid)
        told.append((kind, at, cpu, width, *who, guid, payload))
    return builder, told


@given(plans(), st.sampled_from(["file", "time"]))
def test_what_was_told_comes_back(plan: tuple[TraceBuilder, list[Told]], order: str) -> None:
    builder, told = plan
    trace = open_trace(builder.build())
    walk = trace.records(order)
    got: list[Told] = []
    for record in list(walk)[1:]:
        assert record.ticks is not None
        assert record.time == trace.session.clock.utc(record.ticks)
        assert record.pointer_size is not None
        got.append(
            (
                record.kind,
                record.ticks,
                record.cpu,
                record.pointer_size,
                record.pid,
                record.tid,
                record.provider,
                record.payload,
            )
        )
    assert walk.verdict is not None
    assert walk.verdict.is_complete
    assert Counter(got) == Counter(told)
    if order == "time":  # those of one time and processor stand as they were told, for sorting is stable
        assert got == sorted(told, key=lambda one: (one[1], one[2]))
