"""Damaged, cut and unsupported traces: what is bad is found and skipped, the rest is delivered. All synthetic."""

from __future__ import annotations

from pathlib import Path
from struct import pack

import pytest

from hiveguard.core.ending import Ending
from hiveguard.core.errors import BadArgument, HiveError, Unreadable
from hiveguard.core.verdict import Verdict
from hiveguard.testing import TraceBuilder
from hiveguard.trace import NotATrace, open_trace
from hiveguard.trace.damage import CODES, Findings
from hiveguard.trace.layout import BUFFER_FLAG, BUFFER_OFFSET, BUFFER_SIZE, BUFFER_TYPE, FLAG_COMPRESSED

ID = bytes(range(16))


def read(data: bytes, order: str = "file") -> tuple[list[int | None], Verdict]:
    """The ids of the events, and the verdict; both orders give the same ids."""
    found = []
    for way in ("file", "time"):
        walk = open_trace(data).records(way, on_incomplete="record")
        found.append(([record.id for record in walk if record.kind == "event"], walk.verdict))
    assert sorted(found[0][0], key=lambda n: n or 0) == sorted(found[1][0], key=lambda n: n or 0)
    ids, verdict = found[order == "time"]
    assert verdict is not None
    return ids, verdict


def codes(verdict: Verdict) -> list[str]:
    return [found.code for found in verdict.damage]


def three_buffers(*, compressed: bool = False, records: int = 4) -> TraceBuilder:
    builder = TraceBuilder(compressed=compressed)
    for number in range(3):
        for event in range(records):
            builder.event(ID, 10 * number + event, b"payload of an event")
        builder.flush()
    return builder


@pytest.mark.parametrize("field", [2, 3])
def test_record_of_unknown_type_costs_the_rest_of_its_buffer(field: int) -> None:
    image = three_buffers().image().put_in_record(2, 1, field, b"\x3f")
    ids, verdict = read(bytes(image))
    assert ids == [0, 1, 2, 3, 10, 20, 21, 22, 23]
    assert verdict.ending is Ending.DAMAGED
    assert codes(verdict) == ["record"]
    buffer = image.buffers[2]
    assert verdict.damage[0].offset == buffer.offset + buffer.records[1]
    assert "1 loss at" in verdict.reasons[0]


@pytest.mark.parametrize("size", [0, 7, 79, 0xFFFF])
def test_record_of_an_impossible_size(size: int) -> None:
    image = three_buffers().image().put_in_record(1, 2, 0, pack("<H", size))
    ids, verdict = read(bytes(image))
    assert ids == [0, 1, 10, 11, 12, 13, 20, 21, 22, 23]
    assert codes(verdict) == ["record"]


def test_every_kind_of_record_with_a_size_below_its_header() -> None:
    def made(kind: str) -> TraceBuilder:
        builder = TraceBuilder()
        match kind:
            case "system":
                builder.system(0x0301)
            case "compact":
                builder.compact(0x0301)
            case "perfinfo":
                builder.perfinfo(0x0301)
            case "counters":
                builder.perfinfo(0x0301, counters=(1, 2))
            case "full":
                builder.classic(ID, 1)
            case "instance":
                builder.instance(ID, 1)
            case "message":
                builder.message(1, guid=ID, pid=1)
            case "odd message":
                builder.message(1, sequence=1)
            case "raw":
                builder.raw(12, b"")
        return builder

    for kind in ("system", "compact", "perfinfo", "counters", "full", "instance", "message", "odd message", "raw"):
        field = 4 if kind in ("system", "compact", "perfinfo", "counters") else 0
        image = made(kind).image()
        size = int.from_bytes(image.data[image.buffers[1].offset + 72 + field :][:2], "little")
        for wrong in (size - 1, 0, 3, 0xFFFF):
            _, verdict = read(bytes(image.put_in_record(1, 0, field, pack("<H", wrong))))
            assert codes(verdict) == ["record"], (kind, wrong)


def test_marker_that_ends_a_buffer() -> None:
    image = three_buffers().image().put_in_record(2, 2, 0, b"\xff\xff\xff\xff")
    ids, verdict = read(bytes(image))
    assert ids == [0, 1, 2, 3, 10, 11, 20, 21, 22, 23]
    assert verdict.is_complete


def test_extended_items_that_leave_their_event() -> None:
    builder = TraceBuilder().event(ID, 1, b"payload", items=[(1, bytes(16))]).event(ID, 2)
    for wrong in (pack("<H", 0xFFF8), pack("<H", 0), pack("<HHHH", 24, 1, 1, 16)):
        image = builder.image().put_in_record(1, 0, 80, wrong)
        walk = open_trace(bytes(image)).records(on_incomplete="record")
        records = list(walk)[1:]
        assert [record.id for record in records] == [1, 2]
        assert walk.verdict is not None
        assert walk.verdict.is_complete
        assert codes(walk.verdict) == ["items"]
        assert len(records[0].payload) == 24 + 7
        assert records[0].items == ()


@pytest.mark.parametrize("compressed", [False, True])
def test_buffer_with_a_garbage_header_is_skipped(compressed: bool) -> None:
    image = three_buffers(compressed=compressed).image().put_in_buffer(2, 0, b"\xee" * 72)
    ids, verdict = read(bytes(image))
    assert ids == [0, 1, 2, 3, 20, 21, 22, 23]
    assert verdict.ending is Ending.DAMAGED
    assert codes(verdict)[0] == "buffer-header"
    assert "1 buffer missing: sequence 2" in verdict.reasons


@pytest.mark.parametrize("compressed", [False, True])
def test_buffer_of_a_wrong_size_leads_to_the_next_all_the_same(compressed: bool) -> None:
    image = three_buffers(compressed=compressed, records=30).image()
    image.put_in_buffer(2, BUFFER_SIZE, pack("<I", 99))
    ids, verdict = read(bytes(image))
    assert ids == [10 * number + event for number in range(3) for event in range(30)]
    if compressed:  # it cannot be told from a damaged buffer behind this one
        assert (codes(verdict), verdict.ending) == (["buffer-header"], Ending.DAMAGED)
    else:
        assert (codes(verdict), verdict.ending) == (["buffer-size"], Ending.COMPLETE)


def test_compressed_buffer_whose_size_leads_into_the_next_but_one() -> None:
    image = three_buffers(compressed=True).image()
    image.put_in_buffer(1, BUFFER_SIZE, pack("<I", image.buffers[1].size + 30))
    ids, verdict = read(bytes(image))
    assert len(ids) == 12
    assert (codes(verdict), verdict.ending) == (["buffer-size"], Ending.COMPLETE)


@pytest.mark.parametrize("end", [0, 71, 8_193, 0xFFFFFFFF])
def test_buffer_that_claims_more_or_less_than_it_can_hold(end: int) -> None:
    image = three_buffers().image().put_in_buffer(2, BUFFER_OFFSET, pack("<I", end))
    ids, verdict = read(bytes(image))
    assert ids == [0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23]
    assert codes(verdict) == ["buffer-end"]
    assert verdict.ending is Ending.DAMAGED


@pytest.mark.parametrize("compressed", [False, True])
def test_file_cut_at_every_step_delivers_what_stands_before(compressed: bool) -> None:
    data = three_buffers(compressed=compressed).build()
    whole = [10 * number + event for number in range(3) for event in range(4)]
    for size in range(0, len(data), 97 if not compressed else 13):
        try:
            ids, verdict = read(data[:size])
        except NotATrace:
            assert size < 1024
            continue
        assert ids == whole[: len(ids)]
        assert verdict.ending is Ending.DAMAGED
        assert set(codes(verdict)) <= {"cut", "short", "record", "compressed"}


def test_file_cut_between_two_buffers_is_short() -> None:
    data = three_buffers().build()
    ids, verdict = read(data[:-8_192])
    assert ids == [0, 1, 2, 3, 10, 11, 12, 13]
    assert codes(verdict) == ["short"]


def test_room_that_was_never_used() -> None:
    ids, verdict = read(three_buffers().build() + bytes(5 * 8_192))
    assert len(ids) == 12
    assert verdict.is_complete
    assert codes(verdict) == ["buffer-unused"]


def test_zeros_between_two_buffers_are_damage() -> None:
    image = three_buffers().image()
    image.put_in_buffer(2, 0, bytes(8_192))
    ids, verdict = read(bytes(image))
    assert ids == [0, 1, 2, 3, 20, 21, 22, 23]
    assert codes(verdict)[0] == "buffer-header"
    gap = bytes(image)[:16_384] + bytes(20 * 8_192) + bytes(image)[16_384:]
    assert read(gap)[0] == ids


def test_zeros_between_two_compressed_buffers_are_damage() -> None:
    image = three_buffers(compressed=True).image()
    place = image.buffers[2].offset
    data = bytes(image)[:place] + bytes(3_000) + bytes(image)[place:]
    ids, verdict = read(data)
    assert len(ids) == 12
    assert codes(verdict)[0] == "buffer-header"
    assert not verdict.is_complete


def test_nothing_found_behind_a_damaged_buffer() -> None:
    image = three_buffers(compressed=True).image()
    ids, verdict = read(bytes(image)[: image.buffers[3].offset] + b"\xee" * 500)
    assert len(ids) == 8
    assert codes(verdict)[0] == "chain-lost"


def test_second_buffer_that_calls_itself_the_first() -> None:
    image = three_buffers().image().put_in_buffer(1, BUFFER_TYPE, pack("<H", 4))
    ids, verdict = read(bytes(image))
    assert len(ids) == 12
    assert (verdict.ending, codes(verdict)) == (Ending.COMPLETE, ["buffer-type"])


def test_compressed_buffer_that_does_not_decompress() -> None:
    image = three_buffers(compressed=True).image()
    image.put_in_buffer(2, 72, b"\xff" * 20)
    ids, verdict = read(bytes(image))
    assert ids == [0, 1, 2, 3, 20, 21, 22, 23]
    assert codes(verdict) == ["compressed"]


def test_compressed_buffer_in_a_trace_that_is_not_compressed() -> None:
    image = three_buffers().image().put_in_buffer(2, BUFFER_FLAG, pack("<H", 0x20 | FLAG_COMPRESSED))
    ids, verdict = read(bytes(image))
    assert ids[:4] == [0, 1, 2, 3]
    assert ids[-4:] == [20, 21, 22, 23]
    assert not verdict.is_complete


@pytest.mark.parametrize(("compression", "name"), [(2, "LZNT1"), (4, "XPRESS Huffman"), (9, "unknown")])
def test_unsupported_compression_ends_with_a_verdict(compression: int, name: str) -> None:
    trace = open_trace(TraceBuilder(compressed=True, compression=compression).event(ID, 1).build())
    walk = trace.records(on_incomplete="record")
    assert list(walk) == []
    assert walk.verdict is not None
    assert walk.verdict.ending is Ending.FAILED
    assert walk.verdict.reasons[0].startswith(f"unsupported compression {compression} ({name})")
    assert trace.session.logger == "HiveGuard synthetic", "the header can be read all the same"


@pytest.mark.parametrize("version", [(1, 0), (1, 2), (1, 3), (3, 0)])
def test_unsupported_version_ends_with_a_verdict(version: tuple[int, int]) -> None:
    walk = open_trace(TraceBuilder(version=version).event(ID, 1).build()).records(on_incomplete="record")
    assert list(walk) == []
    assert walk.verdict is not None
    assert walk.verdict.ending is Ending.FAILED
    assert f"unsupported version {version[0]}.{version[1]}" in walk.verdict.reasons[0]


def test_buffers_that_decompress_to_more_than_the_file_can_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hiveguard.trace.buffer_bodies.EXPANSION_FLOOR", 20_000)
    monkeypatch.setattr("hiveguard.trace.buffer_bodies.EXPANSION_MAX", 1)
    builder = TraceBuilder(compressed=True)
    for number in range(300):
        builder.event(ID, number, bytes(100))
    ids, verdict = read(builder.build())
    assert 0 < len(ids) < 300
    assert "limit-expansion" in codes(verdict)
    assert not verdict.is_complete


@pytest.mark.parametrize(
    "data",
    [b"", b"regf" + bytes(5_000), bytes(4_096), b"\xff" * 4_096, three_buffers().build()[:300]],
    ids=["empty", "a hive", "zeros", "ones", "cut"],
)
def test_what_is_no_trace(data: bytes) -> None:
    with pytest.raises(NotATrace, match="not a recorded trace"):
        open_trace(data)


def test_impossible_buffer_size_in_the_header_record() -> None:
    for size in (0, 71, 1 << 30):
        image = three_buffers().image().put(72 + 32, pack("<I", size))
        with pytest.raises(NotATrace, match="is not possible"):
            open_trace(bytes(image))


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "a.etl"
    path.write_bytes(three_buffers().build())
    with open_trace(path) as trace:
        assert sum(1 for _ in trace.records()) == 13
        assert str(path) in repr(trace)
    with pytest.raises(Unreadable, match="was closed"):
        list(trace.records())
    with pytest.raises(Unreadable, match="cannot be opened"):
        open_trace(tmp_path / "missing")
    with pytest.raises(HiveError):
        open_trace(tmp_path)
    with pytest.raises(HiveError):
        open_trace("nul\0inside")
    with pytest.raises(BadArgument):
        open_trace(5)  # type: ignore[arg-type]
    with pytest.raises(BadArgument):
        open_trace(bytearray(path.read_bytes())).records("backwards")
    with pytest.raises(BadArgument):
        open_trace(memoryview(path.read_bytes())).records(on_incomplete="never")


def test_file_that_changes_while_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.etl"
    data = three_buffers().build()
    path.write_bytes(data)
    with open_trace(path) as trace:
        walk = trace.records("file", on_incomplete="record")
        next(walk)
        path.write_bytes(data + data[-8_192:])
        assert sum(1 for _ in walk) == 12
    assert walk.verdict is not None
    assert walk.verdict.ending is Ending.CHANGED


def test_findings_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    findings = Findings()
    for number in range(20_000):
        findings.add("record", number, "x" * 500)
    findings.add("cut", None)
    assert len(findings.damage) == 10_000 - len(CODES) + 1
    assert findings.more == (("record", 20_000 - 10_000 + len(CODES)),)
    assert len(findings.damage[0].cost) < 300
    assert findings.loss.startswith(f"{len(findings.damage):,} losses, the first at 0x0")
