"""The picture's facts: they cover the file, once, and say of each piece what it is."""

from __future__ import annotations

import hiveguard
from hiveguard.cli.cell_looks import LOOKS, look_of, totals_by_look
from hiveguard.cli.cell_picture import ALL_KINDS, CellPicture
from hiveguard.testing import HiveBuilder
from tests import example_hives


def picture_of(data: bytes) -> CellPicture:
    with hiveguard.open(data) as hive:
        walk = hive.walk(on_incomplete="record")
        for _ in walk:
            pass
        picture = CellPicture(hive.snapshot())
        assert walk.verdict is not None
        picture.mark_damage(walk.verdict.damage)
        found = hive.recover()
        picture.mark_recovered(found.keys)
        picture.mark_recovered(found.values)
        return picture


def test_every_kind_has_a_look_of_its_own() -> None:
    assert sorted(kind for look in LOOKS for kind in look.kinds) == sorted(ALL_KINDS)
    for field in ("words", "letter", "fill", "ansi"):
        assert len({getattr(look, field) for look in LOOKS}) == len(LOOKS)


def test_totals_runs_and_tiles_tell_the_same() -> None:
    for data in (example_hives.ntuser(), example_hives.ntuser()[:8192], example_hives.ntuser() + b"tail!" * 5):
        picture = picture_of(data)
        totals = picture.totals()
        assert sum(totals.values()) == picture.extent
        assert sum(count for _, count in totals_by_look(totals)) == picture.extent
        runs = list(picture.runs())
        assert runs[0][0] == 0
        assert runs[-1][1] == picture.extent
        assert all(before[1] == after[0] and before[2] != after[2] for before, after in zip(runs, runs[1:]))
        by_run = dict.fromkeys(totals, 0)
        for start, end, kind in runs:
            by_run[kind] += end - start
        assert by_run == totals
        for size in (8, 64, 4096):
            tiles = list(picture.tiles(size))
            assert sum(count for tile in tiles for count in tile.shares.values()) == picture.extent
            assert all(sum(tile.shares.values()) == tile.end - tile.start for tile in tiles)


def test_kinds_are_where_the_builder_put_them() -> None:
    builder = HiveBuilder(minor=5)
    key = builder.root.key("Key", class_name="class")
    key.binary("v", bytes(100))
    image = builder.image()
    runs = list(picture_of(bytes(image)).runs())

    def kind_at(position: int) -> str:
        return next(kind for start, end, kind in runs if start <= position < end)

    at = image.file_offset
    assert kind_at(0) == "base-block"
    assert kind_at(4096) == "bin-header"
    assert kind_at(at(image.key("Key"))) == "key"
    assert kind_at(at(image.value("Key", "v"))) == "value"
    assert kind_at(at(image.data_cell("Key", "v"))) == "data"
    assert kind_at(at(image.subkey_list(""))) == "subkey-list"
    assert kind_at(at(image.value_list("Key"))) == "value-list"
    assert kind_at(at(image.security("Key"))) == "security"
    assert kind_at(at(image.class_cell("Key"))) == "class"
    assert kind_at(len(bytes(image)) - 8) == "free"


def test_lost_cell_is_marked_as_far_as_it_goes() -> None:
    builder = HiveBuilder(minor=5)
    builder.root.key("A").binary("v", bytes(100))
    image = builder.image()
    broken = image.value("A", "v")
    image.put(broken, 0, b"xx")
    picture = picture_of(bytes(image))
    assert picture.totals().get("damaged", 0) > 0


def test_what_was_cut_off_is_missing() -> None:
    whole = example_hives.ntuser()
    picture = picture_of(whole[:8192])
    assert picture.totals()["missing"] == len(whole) - 8192
    assert (picture.size, picture.extent) == (8192, len(whole))


def test_absurd_claim_is_not_drawn() -> None:
    image = HiveBuilder(minor=5).image()
    image.put_header_u32(40, 0xFFFFF000)
    image.seal()
    picture = picture_of(bytes(image))
    assert "missing" not in picture.totals()
    assert picture.extent == picture.size


def test_tile_size_is_a_power_of_two_that_fits() -> None:
    picture = picture_of(example_hives.ntuser())
    assert picture.tile_size(10**9) == 8
    for most in (1, 7, 100, 1000):
        size = picture.tile_size(most)
        assert size & (size - 1) == 0
        assert -(-picture.extent // size) <= most
        assert size == 8 or -(-picture.extent // (size // 2)) > most


def test_damage_and_finds_are_never_lost_in_a_tile() -> None:
    picture = picture_of(example_hives.ntuser())
    picture._fill(5000, 5001, ALL_KINDS.index("damaged"))
    (tile,) = (tile for tile in picture.tiles(4096) if tile.start == 4096)
    assert tile.has_damage
    assert tile.kind != "damaged"
    assert look_of(tile.kind).words != "damaged"
