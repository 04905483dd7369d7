"""``hiveguard trace --tmf``: messages as lines or records, the trailer, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from struct import pack

import pytest

from hiveguard.testing import TraceBuilder

GUID = "6f1d9b0c-5d7e-4b7a-9d55-0c8f3c1e2a90"
TMF = f"""{GUID} Keeper // SRC=keeper.c MJ= MN=
#typev keeper_c1 10 "%0count %10!d! of %11!s!" //   LEVEL=INFO FUNC=Load
{{
count, ItemLong -- 10
name, ItemWString -- 11
}}
"""
HELLO = pack("<i", 3) + "SYSTEM".encode("utf-16-le") + b"\0\0"
OPEN = (0xD800).to_bytes(2, "little")  # half a character


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tmf").mkdir()
    (tmp_path / "tmf" / f"{GUID}.tmf").write_text(TMF)
    builder = TraceBuilder()
    builder.message(10, HELLO, guid=GUID, pid=0xABC, tid=1)
    builder.message(10, pack("<i", 4) + OPEN + b"\x1b\0\0\0", guid=GUID)
    builder.message(77, b"\1\2", guid=GUID)
    (tmp_path / "a.etl").write_bytes(builder.build())
    return tmp_path


def hiveguard(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hiveguard", "trace", *words], cwd=folder, capture_output=True, text=True, check=False
    )


def test_lines(folder: Path) -> None:
    done = hiveguard(folder, "a.etl", "--tmf", "tmf", "--format", "text")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("[0]0ABC.0001::")
    assert lines[0].endswith("Z [Keeper]count 3 of SYSTEM")
    assert "\x1b" not in done.stdout
    assert lines[2].endswith(f"[{GUID}]#77 raw, 2 bytes: the TMF of its GUID has no message 77")
    assert len(lines) == 3
    assert done.returncode == 0
    assert done.stderr.startswith("complete (1 irregularity; message 77 of ")
    assert "2 formatted, 3 messages, 1 raw" in done.stderr


def test_records(folder: Path) -> None:
    done = hiveguard(folder, "a.etl", "--tmf", f"tmf/{GUID}.tmf", "--format", "jsonl")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [record["kind"] for record in records] == ["message"] * 3 + ["end"]
    assert records[0]["text"] == "count 3 of SYSTEM"
    assert records[1]["text"] == "count 4 of \ufffd\x1b"
    assert bytes.fromhex(records[1]["text_utf16"]).endswith(OPEN + b"\x1b\0")
    assert records[1]["arguments"][1]["value_utf16"] == (OPEN + b"\x1b\0").hex()
    assert records[2]["payload"] == "0102"
    assert (records[3]["ending"], records[3]["messages"], records[3]["raw"]) == ("COMPLETE", 3, 1)


def test_endings(folder: Path) -> None:
    builder = TraceBuilder(mode=0x8001)
    builder.message(10, HELLO, guid=GUID, sequence=1).message(10, HELLO, guid=GUID, sequence=4)
    (folder / "lost.etl").write_bytes(builder.build())
    done = hiveguard(folder, "lost.etl", "--tmf", "tmf", "--format", "text")
    assert done.returncode == 5
    assert done.stderr.startswith("INCOMPLETE (lost): ")
    (folder / "cut.etl").write_bytes(TraceBuilder().message(10, HELLO[:5], guid=GUID).build())
    done = hiveguard(folder, "cut.etl", "--tmf", "tmf", "--format", "text")
    assert done.returncode == 4
    assert "count 3 of <cut>" in done.stdout
    done = hiveguard(folder, "lost.etl", "cut.etl", "a.etl", "--tmf", "tmf", "--format", "jsonl")
    assert done.returncode == 4


def test_what_is_odd_about_a_tmf_file_is_told(folder: Path) -> None:
    (folder / "tmf" / "odd.tmf").write_text("what is this\n" * 20)
    done = hiveguard(folder, "a.etl", "--tmf", "tmf", "--format", "text")
    told = [line for line in done.stderr.splitlines() if line.startswith("hiveguard: ")]
    assert "odd.tmf:1: a line that is no part of the grammar" in told[0]
    assert told[10] == "hiveguard: 10 more findings about TMF files"
    assert done.returncode == 0


def test_formats_that_cannot_be_had(folder: Path) -> None:
    done = hiveguard(folder, "a.etl", "--tmf", "absent", "--format", "jsonl")
    assert done.returncode == 3
    assert json.loads(done.stdout.splitlines()[-1])["ending"] == "UNAVAILABLE"
    assert hiveguard(folder, "a.etl", "--tmf", "tmf", "--keys").returncode == 2
    assert hiveguard(folder, "a.etl", "--tmf", "tmf", "--info").returncode == 0
