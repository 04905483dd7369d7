"""The picture of a hive: in letters, as SVG, as records."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from hiveguard.testing import HiveBuilder
from tests import example_hives
from tests.acceptance.program import run
from tests.conftest import Corpus

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hives")
    example_hives.write(folder)
    return folder


def rows(text: str) -> str:
    return "".join(re.findall(r"^ +0x[0-9a-f]+  (\S+)$", text, re.MULTILINE))


def test_letters_cover_the_file(folder: Path) -> None:
    ended = run("map", "NTUSER.DAT", cwd=folder)
    size = len(example_hives.ntuser())
    assert (ended.code, ended.told[:11]) == (0, "complete: 2")
    assert ended.text.startswith(f"NTUSER.DAT: {size:,} bytes, 2 bins; one tile is 8 bytes\n")
    letters = rows(ended.text)
    assert len(letters) == size // 8
    assert letters.startswith("H" * 512 + "bbbbK")
    legend = re.findall(r"^ (\S)  .*? +([\d,]+) +(<?[\d.]+)%", ended.text, re.MULTILINE)
    assert sum(int(count.replace(",", "")) for _, count, _ in legend) == size
    for letter, count, _ in legend:
        assert letters.count(letter) * 8 == int(count.replace(",", "")), letter


def test_tile_can_be_chosen(folder: Path) -> None:
    ended = run("map", "--tile", "4k", "NTUSER.DAT", cwd=folder)
    assert "one tile is 4,096 bytes" in ended.text
    assert len(rows(ended.text)) == len(example_hives.ntuser()) // 4096


def test_damaged_hive_is_drawn_with_what_is_missing(folder: Path) -> None:
    ended = run("map", "CUT.DAT", cwd=folder)
    assert ended.code == 4
    assert "INCOMPLETE (damaged)" in ended.told
    assert "missing: cut off" in ended.text
    assert rows(ended.text).endswith("x" * 512)


def test_records_are_runs_and_a_sum(folder: Path) -> None:
    ended = run("map", "--format", "jsonl", "NTUSER.DAT", cwd=folder)
    *runs, total, end = ended.records
    assert (total["kind"], end["kind"], end["ending"]) == ("map", "end", "COMPLETE")
    assert runs[0] == {"kind": "run", "offset": 0, "length": 4096, "what": "base-block"}
    for before, after in zip(runs, runs[1:]):
        assert before["offset"] + before["length"] == after["offset"]
        assert before["what"] != after["what"]
    assert sum(run["length"] for run in runs) == total["size"] == sum(total["bytes"].values())


def test_recovered_records_are_marked_unless_not_wanted(tmp_path: Path) -> None:
    builder = HiveBuilder(minor=5)
    builder.root.key("Gone").text("was", "here")
    image = builder.image()
    image.free_cell(image.key("Gone"))
    image.free_cell(image.value("Gone", "was"))
    image.put_u32(image.key(""), 20, 0)
    (tmp_path / "hive").write_bytes(bytes(image))
    assert "recovered" in run("map", "hive", cwd=tmp_path).text
    assert "recovered" not in run("map", "--no-recovered", "hive", cwd=tmp_path).text


def drawing(data: bytes) -> ElementTree.Element:
    text = data.decode()
    root = ElementTree.fromstring(text)
    assert root.tag == f"{SVG}svg"
    # Self-contained: nothing is fetched, nothing runs.
    assert "href" not in text
    assert "<script" not in text
    assert "<image" not in text
    assert re.findall(r"https?://[^\"]*", text) == ["http://www.w3.org/2000/svg"]
    return root


def test_svg_is_well_made(folder: Path, tmp_path: Path) -> None:
    ended = run("map", "--format", "svg", "NTUSER.DAT", cwd=folder)
    assert ended.code == 0
    root = drawing(ended.out)
    assert root.findtext(f"{SVG}title") == "NTUSER.DAT: what each part of the hive file is"
    told = [title.text or "" for title in root.iter(f"{SVG}title")]
    assert "0x0 to 0x3ff (1,024 bytes): base block 100.0%" in told
    words = [text.text or "" for text in root.iter(f"{SVG}text")]
    for expected in ("base block", "keys", "values", "data", "lists", "security", "free"):
        assert expected in words
    assert any(word.startswith("complete: ") for word in words)
    to_file = run("map", "--format", "svg", "-o", tmp_path / "a.svg", "NTUSER.DAT", cwd=folder)
    assert to_file.code == 0
    assert (tmp_path / "a.svg").read_bytes() == ended.out
    damaged = drawing(run("map", "--format", "svg", "CUT.DAT", cwd=folder).out)
    assert any((text.text or "").startswith("damaged (") for text in damaged.iter(f"{SVG}text"))


def test_svg_rectangles_cover_each_tile_once(folder: Path) -> None:
    root = drawing(run("map", "--format", "svg", "NTUSER.DAT", cwd=folder).out)
    spans = []
    for title in root.iter(f"{SVG}title"):
        found = re.match(r"(0x[0-9a-f]+) to (0x[0-9a-f]+) \(", title.text or "")
        if found:
            spans.append((int(found[1], 16), int(found[2], 16) + 1))
    grid = sorted(set(spans))
    assert grid[0][0] == 0
    assert grid[-1][1] == len(example_hives.ntuser())
    assert all(before[1] == after[0] for before, after in zip(grid, grid[1:]))


def test_svg_escapes_the_name(folder: Path, tmp_path: Path) -> None:
    name = 'a<b>&"c"\x1b\u202e]]>.dat'
    (tmp_path / name).write_bytes(example_hives.ntuser())
    root = drawing(run("map", "--format", "svg", name, cwd=tmp_path).out)
    shown = 'a<b>&"c"\\e\\u202e]]>.dat'
    assert root.findtext(f"{SVG}title") == f"{shown}: what each part of the hive file is"
    assert next(text.text for text in root.iter(f"{SVG}text")) == shown


@pytest.mark.corpus
@pytest.mark.parametrize("name", ["ntuser-win7/NTUSER.DAT", "system-corrupted/SYSTEM", "big/big-26.hive"])
def test_picture_of_a_real_hive_is_bounded(corpus: Corpus, name: str) -> None:
    ended = run("map", "--format", "svg", "--no-recovered", corpus(name))
    assert ended.code == (4 if "corrupted" in name else 0)
    assert len(list(drawing(ended.out).iter())) < 20_000
    assert len(ended.out) < 1_500_000
