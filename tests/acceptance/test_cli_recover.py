"""``hiveguard recover``: where each find comes from, and a hive whose base block is destroyed."""

from __future__ import annotations

from pathlib import Path

from hiveguard.testing import DirtyHive, HiveBuilder
from tests.acceptance.program import run


def test_recover_marks_where_each_find_comes_from(tmp_path: Path) -> None:
    builder = HiveBuilder(minor=5)
    gone = builder.root.key("Gone")
    gone.text("was", "here")
    builder.root.key("Stays").text("v", "1")
    image = builder.image()
    image.free_cell(image.key("Gone"))
    image.free_cell(image.value("Gone", "was"))
    image.put_u32(image.subkey_list(""), 4, image.key("Stays"))
    image.put_u32(image.subkey_list(""), 12, image.key("Stays"))
    image.put_u16(image.subkey_list(""), 2, 1)
    image.put_u32(image.key(""), 20, 1)
    (tmp_path / "hive").write_bytes(bytes(image))
    ended = run("recover", "hive", cwd=tmp_path)
    assert "Gone\\" in ended.text
    assert "[free, trust " in ended.text
    assert "Stays" not in ended.text
    assert "none of it live" in ended.told
    records = run("recover", "--format", "jsonl", "hive", cwd=tmp_path).records
    key = next(record for record in records if record["kind"] == "deleted-key")
    assert (key["path"], key["source"], key["path_known"]) == ("Gone", "free", True)
    assert key["trust"] in ("high", "medium", "low")
    assert b"Gone" not in run("dump", "hive", cwd=tmp_path).out
    assert b"Gone  (deleted)" in run("timeline", "--deleted", "hive", cwd=tmp_path).out
    assert b"deleted" not in run("timeline", "hive", cwd=tmp_path).out


def test_recover_takes_a_logs_copy_of_a_destroyed_base_block(tmp_path: Path) -> None:
    hive = DirtyHive()
    (tmp_path / "hive").write_bytes(bytes(512) + hive.primary()[512:])
    assert run("recover", "hive", cwd=tmp_path).code == 3
    (tmp_path / "hive.LOG1").write_bytes(hive.log(2, 3).build())
    ended = run("recover", "hive", cwd=tmp_path)
    assert ended.code == 0
    assert "base block taken from hive.LOG1 (the hive's own is gone: it begins with zeros)" in ended.told
    assert run("ls", "hive", cwd=tmp_path).code == 3
