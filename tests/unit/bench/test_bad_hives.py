"""The bad inputs of the peers' table are what their names say."""

from __future__ import annotations

from pathlib import Path

from bench import bad_hives
from hiveguard.testing import HiveBuilder, ListStyle


def builder(lists: ListStyle | None = None) -> HiveBuilder:
    made = HiveBuilder(lists=lists)
    for name in ("first", "second", "third"):
        made.root.key(name)
    return made


def first_reference(data: bytes, entries: int) -> int:
    return int.from_bytes(data[entries + 8 : entries + 12], "little")


def test_cycle_leads_to_the_root() -> None:
    image = builder().image()
    changed = bad_hives.cyclic(bytes(image))
    assert first_reference(changed, image.file_offset(image.subkey_list(""))) == image.key("")


def test_cycle_is_made_below_an_index_root() -> None:
    image = builder(ListStyle(limit=2)).image()
    changed = bad_hives.cyclic(bytes(image))
    assert first_reference(changed, image.file_offset(image.leaves("")[0])) == image.key("")


def test_shapes(tmp_path: Path) -> None:
    good = tmp_path / "good"
    good.write_bytes(builder().build())
    shapes = bad_hives.make(good, tmp_path)
    assert shapes.cut.stat().st_size == good.stat().st_size // 2
    assert not shapes.missing.exists()
    assert shapes.not_a_hive.read_bytes()[:4] != b"regf"
    assert shapes.good.read_bytes() == good.read_bytes()
