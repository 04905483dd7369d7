"""The tables of payloads beside the recorded ones, and beside the table of facts."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from hiveguard.trace.payload_fields import decode
from hiveguard.trace.registry_payloads import KERNEL, MANIFEST, layout_of

KINDS = {"utf16z": "z", "hex32": "u32"}


def rows(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_every_event_with_a_known_layout_is_in_the_tables(shared: Path) -> None:
    events: dict[tuple[str, int, int], tuple[str, list[str]]] = {}
    for row in rows(shared / "data/hive_events.tsv"):
        if row["family"] not in ("manifest", "kernel") or row["version"] == "?":
            continue
        key = (row["family"], int(row["id"]), int(row["version"]))
        if row["field_index"] == "0":
            events[key] = (row["name"], [])
            continue
        kind = KINDS.get(row["type"], row["type"])
        if kind == "bytes":
            kind = f"bytes:{row['notes'].rpartition('= ')[2]}"
        events[key][1].append(f"{row['field']}:{kind}")
    assert len(events) == len(MANIFEST) + len(KERNEL)
    for (family, number, version), (name, fields) in events.items():
        ours = MANIFEST[number] if family == "manifest" else KERNEL[number, version]
        if (family, number, version) == ("kernel", 22, 1):  # called RunDown before Vista
            ours = (name, ours[1])
        assert ours == (name, " ".join(fields)), (family, number, version)


def test_recorded_payloads_give_the_fields_that_others_found(shared: Path) -> None:
    seen = 0
    for row in rows(shared / "data/etl/registry-payload-vectors.tsv"):
        name, fields = KERNEL[int(row["opcode"]), int(row["version"])]
        found = decode(layout_of(fields), bytes.fromhex(row["payload_hex"]), int(row["pointer_bits"]) // 8)
        assert not found.is_short, name
        for wanted in row["fields"].split(";"):
            field, _, value = wanted.partition("=")
            assert str(found.fields[field]) == value, (name, field)
        seen += 1
    assert seen == 21


@pytest.mark.parametrize("name", ["Status:ptr", "KeyHandle:ptr"])
def test_before_vista_a_status_has_a_pointer_s_width(name: str) -> None:
    assert all(name in KERNEL[opcode, version][1] for opcode in range(10, 22) for version in (0, 1))
