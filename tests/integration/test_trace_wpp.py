"""Real WPP traces with real TMF files: the texts that the WDK's tracefmt prints, and every public TMF file at hand."""

from __future__ import annotations

import csv
import lzma
from collections import Counter
from pathlib import Path

import pytest

from hiveguard.core.ending import Ending
from hiveguard.trace import open_trace
from hiveguard.trace.tmf import Tmf
from hiveguard.trace.tmf_files import load_tmf
from hiveguard.trace.tmf_parser import read_tmf
from hiveguard.trace.wpp_items import ITEMS
from hiveguard.trace.wpp_message import WppMessage
from hiveguard.trace.wpp_messages import wpp_messages
from tools import shared_folder


def expected() -> list[dict[str, str]]:
    folder = shared_folder.find()
    if folder is None:
        return [{"file": "absent", "message_number": "0", "occurrence": "1"}]
    path = folder / "data" / "etl" / "wpp-expected.tsv"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def unpacked(shared: Path, name: str) -> bytes:
    return lzma.decompress((shared / "data" / "etl" / f"{name}.xz").read_bytes())


@pytest.fixture(scope="module")
def tmf(shared: Path) -> Tmf:
    return load_tmf(shared / "data" / "tmf")


def messages(data: bytes, tmf: Tmf) -> list[WppMessage]:
    return list(wpp_messages(open_trace(data), tmf))


@pytest.mark.parametrize(
    "row", expected(), ids=lambda row: f"{row['file']} {row['message_number']} {row['occurrence']}"
)
def test_text_of_a_recorded_message(shared: Path, tmf: Tmf, row: dict[str, str]) -> None:
    found = [
        message
        for message in messages(unpacked(shared, row["file"]), tmf)
        if (message.guid, message.number) == (row["message_guid"], int(row["message_number"]))
    ]
    word = row["occurrence"].split(" of ")[0]  # "1", "first", "28th", "2nd"
    place = int("".join(filter(str.isdigit, word)) or 1)
    message = found[place - 1]
    assert message.text == row["text"]
    assert not message.reason
    assert " of " not in row["occurrence"] or len(found) == int(row["occurrence"].rpartition(" ")[2])


def test_every_line_of_every_public_file_is_understood(shared: Path, tmf: Tmf) -> None:
    with (shared / "data" / "tmf" / "MANIFEST.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(rows) == tmf.files == 38
    for row in rows:
        found = read_tmf((shared / "data" / "tmf" / row["file"]).read_bytes(), row["file"])
        differ = [finding for finding in found.findings if finding.code == "differs"]
        assert len(differ) == len(found.findings), found.findings  # nothing else, no line is left over
        assert len(found) == int(row["distinct_message_numbers"])
        assert len(found) + found.repeated + len(differ) == int(row["typev_blocks"])
        assert {f"{guid.guid_text}.tmf" for guid in found} == {row["file"]}
        counted = Counter(argument.item for message in found for argument in message.arguments)
        told = {name: int(count) for name, _, count in (part.partition("=") for part in row["item_types"].split())}
        assert counted.keys() == told.keys()
        assert all(counted[name] <= count for name, count in told.items())  # the manifest counts repeated ones, too
        assert all(message.function and message.level and not message.problem for message in found)


def test_the_same_message_in_another_funclet_is_told(tmf: Tmf) -> None:
    """Two of 123 repeated messages differ: the same line, compiled once in its function and once in its clean-up."""
    assert tmf.repeated == 121
    assert [finding.code for finding in tmf.findings] == ["differs", "differs"]
    found = next(message for message in tmf if message.tag == "Dmf_Pdo_c391")
    assert found.function == "Pdo_DeviceWdmIrpPnPPowerPreprocess"


def test_every_public_item_type_is_in_the_table(tmf: Tmf) -> None:
    used = {argument.item.lower() for message in tmf for argument in message.arguments}
    assert used <= ITEMS.keys()
    assert len(used) == 35


def test_verdict_of_a_trace_whose_tmf_is_not_there(shared: Path, tmf: Tmf) -> None:
    data = unpacked(shared, "fn-wppemitter-sample.etl")
    walk = wpp_messages(open_trace(data), Tmf())
    found = list(walk)
    assert {message.reason for message in found} == {"no TMF for GUID 9b93a332-c452-3e71-64f7-55130c7de2e4"}
    assert all(message.is_raw and message.payload for message in found)
    assert walk.verdict is not None
    assert walk.verdict.ending is Ending.COMPLETE
    assert dict(walk.verdict.counts) == {"messages": 45, "formatted": 0, "raw": 45}
    assert walk.verdict.reasons == ("no TMF for GUID 9b93a332-c452-3e71-64f7-55130c7de2e4: 45 messages",)
    assert [finding.lost for finding in walk.verdict.damage] == [False]
    assert all(message.text for message in messages(data, tmf))


def test_every_cut_of_every_recorded_payload_is_told(shared: Path, tmf: Tmf) -> None:
    """What was recorded, cut at each byte: formatted as far as it goes, marked, never as if it were whole."""
    from hiveguard.trace.wpp_plan import CUT_MARK, WppPlan

    cut = 0
    for name in sorted({row["file"] for row in expected()}):
        for message in messages(unpacked(shared, name), tmf):
            assert message.form is not None
            plan = WppPlan(message.form)
            for size in range(len(message.payload)):
                reading = plan.read(message.payload[:size], 8)
                text, is_whole = plan.text(reading, {}, 8)
                assert reading.is_cut
                assert is_whole
                assert CUT_MARK in text
                cut += 1
    assert cut == 684
