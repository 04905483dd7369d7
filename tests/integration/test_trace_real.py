"""Real traces: counts, times, losses and order of every one that is recorded in the shared folder's manifest."""

from __future__ import annotations

import csv
import hashlib
import lzma
from collections import Counter
from pathlib import Path

import pytest

from hiveguard.core.ending import Ending
from hiveguard.testing import TraceBuilder
from hiveguard.trace import open_trace
from hiveguard.trace.group_masks import REGISTRY, REGISTRY_HIVE
from hiveguard.trace.kernel_groups import guid_bytes
from hiveguard.trace.layout import FLAG_EVENTS_LOST
from tools import shared_folder

REGISTRY_PROVIDER = guid_bytes("70eb4f03-c1de-4f73-a051-33d13d5413bd")
REGISTRY_CLASS = guid_bytes("ae53722e-c863-11d2-8659-00c04fa321a1")
CLOCKS = {"QPC": 1}
TYPES = {
    "SYSTEM32": 1,
    "SYSTEM64": 2,
    "FULL32": 10,
    "PERFINFO64": 17,
    "EVENT32": 18,
    "EVENT64": 19,
    "FULL64": 20,
    "MESSAGE": 0,
}


def rows() -> list[dict[str, str]]:
    folder = shared_folder.find()
    if folder is None:
        return [{"file": "absent"}]
    with (folder / "data" / "etl" / "MANIFEST.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def unpacked(shared: Path, row: dict[str, str]) -> bytes:
    data = lzma.decompress((shared / "data" / "etl" / row["xz_file"]).read_bytes())
    assert hashlib.sha256(data).hexdigest() == row["sha256"]
    return data


def counted(text: str) -> dict[str, int]:
    return {name: int(count) for name, _, count in (part.partition("=") for part in text.split())}


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["file"])
def test_every_row_of_the_manifest(shared: Path, row: dict[str, str]) -> None:
    data = unpacked(shared, row)
    trace = open_trace(data)
    session = trace.session
    assert session.pointer_size == int(row["pointer_size"])
    assert session.clock.kind == CLOCKS[row["clock"]]
    assert session.frequency == int(row["perf_freq"])
    assert row["os_version_build"] == f"{session.windows[0]}.{session.windows[1]} build {session.build}"
    assert row["trace_format"] == f"{session.version[0]}.{session.version[1]}"
    assert session.mode == int(row["log_file_mode"], 16)
    assert session.processors == int(row["cpus_in_header"])
    assert session.events_lost == int(row["lost_events_header"])
    assert session.buffers_lost == int(row["lost_buffers_header"])
    assert session.start_time == int(row["start_utc_filetime"])
    assert session.closed

    walk = trace.records("file", on_incomplete="record")
    in_file = list(walk)
    verdict = walk.verdict
    assert verdict is not None
    assert len(in_file) == verdict.count("records") == int(row["records"]) == int(row["dissect.etl_3.14_records"])
    assert verdict.count("buffers") == int(row["buffers"]) == session.buffers_written
    types = counted(row["record_types"])
    assert Counter(record.type for record in in_file) == {TYPES[name]: count for name, count in types.items()}
    assert verdict.damage == ()
    lost = session.events_lost or session.buffers_lost
    assert verdict.ending is (Ending.LOST if lost else Ending.COMPLETE)
    assert walk.losses.events_flagged == int(row["events_lost_flag_buffers"])
    flags = Counter(int(part.partition("=")[0], 16) & FLAG_EVENTS_LOST for part in row["buffer_flags"].split())
    assert flags.keys() == {0}

    items = Counter(item.type for record in in_file for item in record.items)
    assert items == {int(name, 16): count for name, count in counted(row["extended_items"]).items()}
    messages = Counter(record.flags for record in in_file if record.kind == "message")
    assert messages == {int(name, 16): count for name, count in counted(row["wpp_message_flags"]).items()}

    for record in in_file:
        assert record.time is not None
        assert record.time >= session.start_time
        assert record.ticks is not None
        assert record.time == session.clock.utc(record.ticks)
        assert len(record.head) + len(record.payload) <= 0xFFFF
    assert max(record.time for record in in_file) - session.end_time < 3 * 10_000_000


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["file"])
def test_time_order_has_the_same_records(shared: Path, row: dict[str, str]) -> None:
    trace = open_trace(unpacked(shared, row))
    in_file = list(trace.records("file", on_incomplete="record"))
    walk = trace.records("time", on_incomplete="record")
    in_time = list(walk)
    assert walk.verdict is not None
    assert walk.verdict.damage == ()
    assert [record.place for record in in_time] == sorted(record.place for record in in_file)
    assert Counter(in_time) == Counter(in_file)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["file"])
def test_no_registry_record_and_what_that_means(shared: Path, row: dict[str, str]) -> None:
    """No public trace has one; the masks tell whether there could have been any."""
    walk = open_trace(unpacked(shared, row)).records(
        providers=[REGISTRY_PROVIDER, REGISTRY_CLASS], on_incomplete="record"
    )
    assert len(list(walk)) == int(row["manifest_registry_events"]) + int(row["kernel_registry_events"]) == 0
    told = {"net.4.5.2.x86.etl", "diaghub.kernel.1.etl", "ep-ShutdownPerfDiagLogger.etl"}
    for group in (REGISTRY, REGISTRY_HIVE):
        assert walk.masks.recorded(group).answer == ("no" if row["file"] in told else "unknown")


def test_kernel_groups_of_a_real_session_that_recorded_them(shared: Path) -> None:
    row = next(row for row in rows() if row["file"] == "net.4.5.2.x86.etl")
    walk = open_trace(unpacked(shared, row)).records(providers=(), on_incomplete="record")
    assert list(walk) == []
    assert {masks[0] for _, masks in walk.masks.changes} == {0, 0x0001270F}
    answer = walk.masks.recorded(0x0001)
    assert answer.answer == "partly"
    assert len(answer.spans) == 1


def test_pointer_size_of_a_record_is_its_own(shared: Path) -> None:
    row = next(row for row in rows() if row["file"] == "net.4.5.2.x86.etl")
    trace = open_trace(unpacked(shared, row))
    assert trace.session.pointer_size == 8
    events = Counter(record.pointer_size for record in trace.records("file") if record.kind == "event")
    assert events == {4: 39_425, 8: 1_073}


def test_real_trace_cut_in_its_last_buffer(shared: Path) -> None:
    for name in ("pv-smallEtlFile.etl", "kr-powershell.etl", "pv-SelfDescribingSingleEvent.etl"):
        row = next(row for row in rows() if row["file"] == name)
        data = unpacked(shared, row)
        whole = list(open_trace(data).records("file"))
        walk = open_trace(data[:-40]).records("file", on_incomplete="record")
        found = list(walk)
        assert found == whole[: len(found)]
        assert walk.verdict is not None
        assert walk.verdict.ending is Ending.DAMAGED
        assert walk.verdict.damage[0].code == "cut"


def vectors(shared: Path) -> list[dict[str, str]]:
    path = shared / "data" / "etl" / "registry-payload-vectors.tsv"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_recorded_registry_payloads_in_every_synthetic_frame(shared: Path) -> None:
    """The payloads are real, the frames are made: no public trace has the two together."""
    found = vectors(shared)
    assert len(found) == 21
    for compressed in (False, True):
        builder = TraceBuilder(compressed=compressed)
        frames = ("system", "compact", "perfinfo", "full", "instance")
        for row in found:
            payload, opcode = bytes.fromhex(row["payload_hex"]), int(row["opcode"])
            assert len(payload) == int(row["bytes"])
            width, version = int(row["pointer_bits"]) // 8, int(row["version"])
            for make in (builder.system, builder.compact, builder.perfinfo):
                make(0x0900 | opcode, payload, pointer_size=width, version=version)
            for make_classic in (builder.classic, builder.instance):
                make_classic(REGISTRY_CLASS, opcode, payload, pointer_size=width, version=version)
        records = iter(list(open_trace(builder.build()).records(providers=[REGISTRY_CLASS])))
        for row in found:
            for kind in frames:
                record = next(records)
                assert record.kind == kind
                assert record.payload.hex() == row["payload_hex"]
                assert (record.opcode, record.version) == (int(row["opcode"]), int(row["version"]))
                assert record.pointer_size == int(row["pointer_bits"]) // 8
        assert next(records, None) is None
