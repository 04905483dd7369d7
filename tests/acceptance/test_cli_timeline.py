"""``timeline``: order, bounds, and the formats that other tools read."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hiveguard.core.filetime import from_unix_ns
from hiveguard.testing import HiveBuilder
from tests.acceptance.program import run


@pytest.fixture(scope="module")
def times(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hive with keys of 2020 to 2023, of yesterday, of no time, and with `|` in a name."""
    folder = tmp_path_factory.mktemp("times")
    builder = HiveBuilder(minor=5)
    for year in (2023, 2021, 2020, 2022):
        moment = datetime(year, 6, 1, 12, 0, 0, tzinfo=UTC)
        builder.root.another_key(f"Year {year}").last_write = from_unix_ns(int(moment.timestamp()) * 10**9) + 1234567
    builder.root.another_key("a|b%c\nd").last_write = from_unix_ns(1_600_000_000 * 10**9)
    builder.root.another_key("Never").last_write = 0
    yesterday = datetime.now(UTC) - timedelta(days=1)
    builder.root.another_key("Recent").last_write = from_unix_ns(int(yesterday.timestamp()) * 10**9)
    (folder / "NTUSER.DAT").write_bytes(builder.build())
    return folder


def listed(folder: Path, *words: str) -> list[str]:
    ended = run("timeline", "NTUSER.DAT", *words, cwd=folder)
    assert ended.code == 0, ended.told
    return [line.split("  ", 1)[1] for line in ended.text.splitlines()]


def test_timeline_is_in_order_of_time(times: Path) -> None:
    assert listed(times) == ["Year 2020", "a|b%c\\nd", "Year 2021", "Year 2022", "Year 2023", "\\", "Recent"]
    ended = run("timeline", "NTUSER.DAT", cwd=times)
    assert ended.text.startswith("2020-06-01T12:00:00.1234567Z  Year 2020\n")
    assert "1 keys without a time left out" in ended.told or "1 key without a time left out" in ended.told


def test_timeline_between(times: Path) -> None:
    assert listed(times, "--since", "2021-06-01", "--until", "2022-06-01") == ["Year 2021"]
    assert listed(times, "--since", "2021-06-01T12:00:01Z", "--until", "2022-06-01T12:00:01+00:00") == ["Year 2022"]
    assert listed(times, "--since", "2022-06-01T14:00:00+02:00", "--until", "2022-06-01T14:00:01+02:00") == [
        "Year 2022"
    ]
    assert listed(times, "--since", "3d") == ["Recent"]
    assert listed(times, "--since", "2h") == []
    assert "Recent" not in listed(times, "--until", "12h")[:-1]
    assert "Recent" not in listed(times, "--until", "2d")
    assert "keys outside the time asked for" in run("timeline", "--since", "2h", "NTUSER.DAT", cwd=times).told


def test_timeline_for_machines(times: Path) -> None:
    records = run("timeline", "--format", "jsonl", "NTUSER.DAT", cwd=times).records
    assert records[0] == {
        "kind": "time",
        "hive": "NTUSER.DAT",
        "time": "2020-06-01T12:00:00.1234567Z",
        "path": "Year 2020",
        "deleted": False,
    }
    lines = run("timeline", "--format", "csv", "NTUSER.DAT", cwd=times).text.splitlines()
    assert lines[:2] == [
        "kind,hive,time,path,deleted,path_utf16",
        "time,NTUSER.DAT,2020-06-01T12:00:00.1234567Z,Year 2020,false,",
    ]


def test_bodyfile_has_the_time_in_the_ninth_field(times: Path) -> None:
    lines = run("timeline", "--format", "bodyfile", "NTUSER.DAT", cwd=times).text.splitlines()
    assert lines[0] == "0|[Registry NTUSER.DAT] Year 2020|0||0|0|0|-1|1591012800|-1|-1"
    assert lines[1] == "0|[Registry NTUSER.DAT] a%7Cb%25c%250Ad|0||0|0|0|-1|1600000000|-1|-1"
    assert all(line.count("|") == 10 for line in lines)
    zero = run("timeline", "--format", "bodyfile", "--zero-times", "NTUSER.DAT", cwd=times).text.splitlines()
    assert zero[0].endswith("|0|1591012800|0|0")


def test_mactime_reads_the_bodyfile(times: Path) -> None:
    if shutil.which("mactime") is None:
        pytest.skip("mactime (sleuthkit) is not installed")
    body = run("timeline", "--format", "bodyfile", "NTUSER.DAT", cwd=times)
    (times / "body").write_bytes(body.out)
    done = subprocess.run(
        ["mactime", "-y", "-d", "-b", "body", "-z", "UTC"], cwd=times, capture_output=True, check=True
    )
    rows = done.stdout.decode().splitlines()[1:]
    assert len(rows) == len(body.out.splitlines())
    assert any("2020-06-01T12:00:00Z" in row and "m..." in row and "Year 2020" in row for row in rows)
    assert any("a|b%c%0Ad" in row for row in rows)


def test_tln_has_five_fields(times: Path) -> None:
    lines = run("timeline", "--format", "tln", "NTUSER.DAT", cwd=times).text.splitlines()
    assert lines[0] == "1591012800|REG|||NTUSER.DAT key last written: Year 2020"
    assert all(line.count("|") == 4 for line in lines)


def test_times_before_1970_are_left_out_where_they_cannot_be_told(tmp_path: Path) -> None:
    builder = HiveBuilder(minor=5)
    second = 10**7
    for name, seconds in (("Old", -86_400 * 365), ("Just before", -1), ("At", 0), ("After", 1)):
        builder.root.another_key(name).last_write = from_unix_ns(0) + seconds * second
    builder.root.last_write = from_unix_ns(10**18)
    (tmp_path / "HIVE").write_bytes(builder.build())
    body = run("timeline", "--format", "bodyfile", "HIVE", cwd=tmp_path)
    assert [line.split("|")[8] for line in body.text.splitlines()] == ["1", "1000000000"]
    assert "3 keys left out whose times bodyfile cannot tell" in body.told
    assert body.code == 0
    tln = run("timeline", "--format", "tln", "HIVE", cwd=tmp_path)
    assert [line.split("|")[0] for line in tln.text.splitlines()] == ["0", "1", "1000000000"]
    assert "2 keys left out whose times tln cannot tell" in tln.told
    text = run("timeline", "HIVE", cwd=tmp_path)
    assert len(text.text.splitlines()) == 5
    assert text.text.startswith("1969-01-01T00:00:00.0000000Z  Old\n")
