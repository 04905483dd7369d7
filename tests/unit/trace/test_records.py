"""Every kind of record, as a synthetic trace has it, comes back with every field."""

from __future__ import annotations

import pickle
from uuid import UUID

import pytest

from hiveguard.testing import TraceBuilder
from hiveguard.trace import Record, open_trace
from hiveguard.trace.kernel_groups import guid_bytes, guid_text

REGISTRY = "70eb4f03-c1de-4f73-a051-33d13d5413bd"
CLASS = "ae53722e-c863-11d2-8659-00c04fa321a1"
ACTIVITY = UUID("00112233-4455-6677-8899-aabbccddeeff")


def read(builder: TraceBuilder, order: str = "file") -> list[Record]:
    """All records but the header record."""
    with open_trace(builder.build()) as trace:
        walk = trace.records(order)
        records = list(walk)
    assert walk.verdict is not None
    assert walk.verdict.is_complete
    assert records[0].hook == 0
    return records[1:]


@pytest.mark.parametrize("pointer_size", [4, 8])
def test_synthetic_event(pointer_size: int) -> None:
    builder = TraceBuilder(pointer_size=pointer_size)
    builder.event(
        REGISTRY,
        37,
        b"payload",
        at=builder.origin + 5,
        version=1,
        channel=17,
        level=4,
        opcode=1,
        task=5,
        keyword=1 << 63,
        property=8,
        pid=1234,
        tid=5678,
        activity=ACTIVITY,
    )
    [record] = read(builder)
    assert record.kind == "event"
    assert record.pointer_size == pointer_size
    assert record.provider == guid_bytes(REGISTRY)
    assert record.provider_text == REGISTRY
    assert (record.id, record.version, record.channel, record.level) == (37, 1, 17, 4)
    assert (record.opcode, record.task, record.keyword) == (1, 5, 1 << 63)
    assert (record.flags, record.properties) == (0, 8)
    assert (record.pid, record.tid, record.cpu) == (1234, 5678, 0)
    assert record.ticks == record.place == builder.origin + 5
    assert record.time == builder.start_time + 5
    assert record.payload == b"payload"
    assert record.activity == ACTIVITY.bytes_le
    assert record.items == ()
    assert (record.related, record.hook, record.instance, record.sequence, record.component) == (None,) * 5


def test_synthetic_event_with_extended_items() -> None:
    related = bytes(range(16))
    items = [(2, b"sid"), (1, related), (0xB, b"schema of eleven bytes"), (0x77, b"")]
    builder = TraceBuilder().event(REGISTRY, 1, b"the payload", items=items)
    [record] = read(builder)
    assert record.payload == b"the payload"
    assert [(item.type, item.data) for item in record.items] == items
    assert [item.name for item in record.items] == ["sid", "related-activity", "schema", "type-0x77"]
    assert record.related == related
    assert record.flags == 1


@pytest.mark.parametrize("pointer_size", [4, 8])
@pytest.mark.parametrize("kind", ["system", "compact"])
def test_synthetic_kernel_record_with_thread(kind: str, pointer_size: int) -> None:
    builder = TraceBuilder(pointer_size=pointer_size)
    make = builder.system if kind == "system" else builder.compact
    make(0x0924, b"payload", version=2, pid=7, tid=9)
    [record] = read(builder)
    assert record.kind == kind
    assert (record.hook, record.opcode, record.version) == (0x0924, 0x24, 2)
    assert (record.pid, record.tid, record.pointer_size) == (7, 9, pointer_size)
    assert record.provider_text == CLASS
    assert record.payload == b"payload"
    assert (record.id, record.level, record.keyword, record.flags, record.activity) == (None,) * 5


@pytest.mark.parametrize("pointer_size", [4, 8])
def test_synthetic_perfinfo_record_has_neither_process_nor_thread(pointer_size: int) -> None:
    builder = TraceBuilder(pointer_size=pointer_size).perfinfo(0x0925, b"payload", version=3)
    [record] = read(builder)
    assert record.kind == "perfinfo"
    assert (record.hook, record.opcode, record.version, record.pointer_size) == (0x0925, 0x25, 3, pointer_size)
    assert (record.pid, record.tid) == (None, None)
    assert record.provider_text == CLASS
    assert record.payload == b"payload"


@pytest.mark.parametrize(("pebs", "counters"), [(1, ()), (None, (1,)), (5, (1, 2, 3, 4, 5, 6, 7))])
def test_synthetic_perfinfo_header_lengthened_by_counters(pebs: int | None, counters: tuple[int, ...]) -> None:
    builder = TraceBuilder().perfinfo(0x0524, b"payload", version=4, pebs=pebs, counters=counters)
    [record] = read(builder)
    assert record.payload == b"payload"
    assert record.version == 4
    assert len(record.head) == 16 + 8 * (len(counters) + (pebs is not None))


@pytest.mark.parametrize("pointer_size", [4, 8])
def test_synthetic_classic_event(pointer_size: int) -> None:
    builder = TraceBuilder(pointer_size=pointer_size)
    builder.classic(CLASS, 36, b"payload", version=2, level=5, pid=1, tid=2)
    [record] = read(builder)
    assert record.kind == "full"
    assert (record.opcode, record.version, record.level, record.pointer_size) == (36, 2, 5, pointer_size)
    assert (record.pid, record.tid, record.provider_text, record.payload) == (1, 2, CLASS, b"payload")


@pytest.mark.parametrize("pointer_size", [4, 8])
def test_synthetic_instance(pointer_size: int) -> None:
    builder = TraceBuilder(pointer_size=pointer_size)
    builder.instance(CLASS, 3, b"payload", instance=77, parent=66, parent_guid=REGISTRY)
    [record] = read(builder)
    assert record.kind == "instance"
    assert record.instance == (77, 66)
    assert record.related == guid_bytes(REGISTRY)
    assert (record.opcode, record.pointer_size, record.payload) == (3, pointer_size, b"payload")


@pytest.mark.parametrize("sequence", [None, 9])
@pytest.mark.parametrize("guid", [None, REGISTRY])
@pytest.mark.parametrize("component", [None, 12])
@pytest.mark.parametrize("timed", [False, True])
@pytest.mark.parametrize("pid", [None, 44])
@pytest.mark.parametrize("performance", [False, True])
def test_synthetic_message_with_any_parts(
    sequence: int | None, guid: str | None, component: int | None, timed: bool, pid: int | None, performance: bool
) -> None:
    builder = TraceBuilder().event(REGISTRY, 1, at=2_000_000_000)
    builder.message(
        17,
        b"arguments",
        at=2_000_000_500,
        timed=timed,
        sequence=sequence,
        guid=guid,
        component=component,
        pid=pid,
        tid=55,
        performance=performance,
    )
    record = read(builder)[1]
    assert record.kind == "message"
    assert record.id == 17
    assert record.payload == b"arguments"
    assert record.sequence == sequence
    assert record.component == component
    assert record.provider_text == (guid if component is None else None)
    assert (record.pid, record.tid) == ((44, 55) if pid is not None else (None, None))
    assert record.place == (2_000_000_500 if timed else 2_000_000_000), "without a time it stands at its neighbour's"
    assert record.ticks == (2_000_000_500 if timed else None)
    assert (record.time is not None) == timed
    assert (record.level, record.opcode, record.version, record.keyword) == (None,) * 4


@pytest.mark.parametrize("pointer_size", [4, 8, None])
def test_synthetic_message_tells_the_pointer_size_by_its_flags(pointer_size: int | None) -> None:
    [record] = read(TraceBuilder().message(10, guid=REGISTRY, pointer_size=pointer_size))
    assert record.pointer_size == pointer_size


@pytest.mark.parametrize("kind", [12, 13, 14])
def test_synthetic_record_of_unknown_layout_is_passed_on_raw(kind: int) -> None:
    [record] = read(TraceBuilder().raw(kind, b"content"))
    assert (record.kind, record.type, record.payload) == ("raw", kind, b"content")
    assert (record.ticks, record.time, record.pid, record.provider_text, record.pointer_size) == (None,) * 5


def test_payload_sizes_of_all_residues_and_empty_ones() -> None:
    builder = TraceBuilder(buffer_size=65_536)
    for size in [*range(20), 0, 20_000]:
        builder.event(REGISTRY, size, bytes(size))
    assert [len(record.payload) for record in read(builder)] == [*range(20), 0, 20_000]


def test_longest_record() -> None:
    builder = TraceBuilder(buffer_size=128 * 1024).event(REGISTRY, 1, b"x" * (65_535 - 80))
    [record] = read(builder)
    assert len(record.payload) == 65_455


def test_record_is_a_value() -> None:
    [record] = read(TraceBuilder().event(REGISTRY, 3, b"abc"))
    assert pickle.loads(pickle.dumps(record)) == record
    assert "id 3" in repr(record)
    assert REGISTRY in repr(record)


def test_providers_filter_passes_over_the_rest() -> None:
    builder = TraceBuilder()
    for number in range(10):
        builder.event(REGISTRY, number).system(0x0924).system(0x0301).classic(CLASS, number)
        builder.message(number, guid=CLASS).raw(13, b"")
    with open_trace(builder.build()) as trace:
        for order in ("file", "time"):
            kinds = [record.kind for record in trace.records(order, providers=[guid_bytes(CLASS)])]
            assert kinds == ["system", "full", "message"] * 10
            assert [record.id for record in trace.records(order, providers=[guid_bytes(REGISTRY)])] == [*range(10)]


def test_guid_text_and_bytes() -> None:
    for text in (REGISTRY, CLASS, str(ACTIVITY)):
        assert guid_bytes(text) == UUID(text).bytes_le
        assert guid_text(guid_bytes("{" + text.upper() + "}")) == text
