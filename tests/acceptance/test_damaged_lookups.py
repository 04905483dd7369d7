"""Looking one thing up in a list that is damaged: what is there is found, and absence is not claimed."""

from __future__ import annotations

import pytest

import hiveguard
from hiveguard.regf.layout import LIST_ELEMENTS, NK_SUBKEYS
from tests.acceptance.trap_hive import base


def damaged_list() -> bytes:
    """The root's list names itself where Alpha was."""
    image = base().image()
    image.put_u32(image.leaves("")[0], LIST_ELEMENTS, image.leaves("")[0])
    return bytes(image)


def damaged_values() -> bytes:
    """The record of Alpha's first value is no record."""
    image = base().image()
    image.put(image.value("Alpha", "one"), 0, b"zz")
    return bytes(image)


def test_key_beside_the_damage_is_found() -> None:
    with hiveguard.open(damaged_list()) as hive:
        assert [hive.key(name).name for name in ("BETA", "gamma")] == ["Beta", "Gamma"]
        assert [key.path for key in hive.walk("Beta")] == ["Beta"]


@pytest.mark.parametrize("name", ["Alpha", "Never there"])
def test_absence_in_a_damaged_list_is_not_claimed(name: str) -> None:
    with hiveguard.open(damaged_list()) as hive, pytest.raises(hiveguard.Incomplete) as told:
        hive.key(name)
    assert told.value.verdict.ending is hiveguard.Ending.DAMAGED


def test_listing_of_a_damaged_list_raises_with_what_there_is() -> None:
    with hiveguard.open(damaged_list()) as hive:
        with pytest.raises(hiveguard.Incomplete) as told:
            hive.key("").subkeys()
        assert [key.name for key in told.value.items if isinstance(key, hiveguard.Key)] == ["Beta", "Gamma"]
        listing = hive.key("").subkeys(on_incomplete="record")
        assert [key.name for key in listing] == ["Beta", "Gamma"]
        assert not listing.verdict


def test_walk_delivers_everything_before_it_raises() -> None:
    delivered = []
    with hiveguard.open(damaged_list()) as hive, pytest.raises(hiveguard.Incomplete):
        for key in hive.walk():
            delivered.append(key.path)
    assert delivered == ["", "Beta", "Gamma"]


def test_value_beside_the_damage_is_found() -> None:
    with hiveguard.open(damaged_values()) as hive:
        assert hive.key("Alpha").value("TWO").data == 2


@pytest.mark.parametrize("name", ["one", "never there", None])
def test_absence_among_damaged_values_is_not_claimed(name: str | None) -> None:
    with hiveguard.open(damaged_values()) as hive, pytest.raises(hiveguard.Incomplete):
        hive.key("Alpha").value(name)


def test_absence_in_a_sound_list_is_absence() -> None:
    with hiveguard.open(base().build()) as hive:
        with pytest.raises(hiveguard.NotFound):
            hive.key("Never there")
        with pytest.raises(hiveguard.NotFound):
            hive.key("Alpha").value("never there")


def test_count_above_the_list_leaves_absence_open() -> None:
    image = base().image()
    image.put_u32(image.key(""), NK_SUBKEYS, 9)
    with hiveguard.open(bytes(image)) as hive:
        assert hive.key("Gamma").name == "Gamma"
        with pytest.raises(hiveguard.Incomplete):
            hive.key("Never there")


def test_later_of_two_equal_names_is_reached_by_its_ordinal() -> None:
    builder = base()
    builder.root.another_key("BETA").dword("second", 2)
    with hiveguard.open(builder.build()) as hive:
        assert hive.key((("beta", 2),)).value("second").data == 2
        with pytest.raises(hiveguard.NotFound):
            hive.key((("beta", 3),))
