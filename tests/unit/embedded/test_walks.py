"""Walks over a registry that changes under them: never two hives in one, never in circles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import hiveguard
from hiveguard.regf import layout as L
from hiveguard.testing import HiveBuilder
from tests.unit.embedded.faulty_disk import FaultyDisk

MOUNT = r"HKU\Test"


@pytest.fixture
def registry() -> Iterator[hiveguard.Registry]:
    with hiveguard.Registry(bare=True, lazy_flush=None) as made:
        made.load(MOUNT, FaultyDisk(hive(1)))
        yield made


def hive(number: int) -> bytes:
    builder = HiveBuilder()
    for name in ("A", "B", "C"):
        builder.root.key(name).dword("v", number)
    return builder.build()


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("delivered", [1, 2])
def test_a_walk_ends_with_the_hive_that_it_began_in(registry: hiveguard.Registry, again: bool, delivered: int) -> None:
    walk = registry.walk(MOUNT, on_incomplete="record")
    keys = [next(walk) for _ in range(delivered)]
    registry.unload(MOUNT)
    if again:
        registry.load(MOUNT, FaultyDisk(hive(2)))
    keys += walk
    assert {value.data for key in keys[1:] for value in key.values()} <= {1}
    assert walk.verdict is not None
    assert walk.verdict.ending is hiveguard.Ending.HIVE_UNLOADED


def test_a_listed_key_belongs_to_its_load(registry: hiveguard.Registry) -> None:
    with registry.open(MOUNT) as root:
        listed = root.subkeys()[0]
    assert listed.value("v").data == 1
    registry.unload(MOUNT)
    registry.load(MOUNT, FaultyDisk(hive(2)))
    for use in (lambda: listed.value("v"), lambda: listed.set_value("v", 3), lambda: listed.security):
        with pytest.raises(hiveguard.HiveUnloaded, match="list it again"):
            use()


def test_a_hive_that_was_not_loaded_yet_when_it_was_listed_is_read(registry: hiveguard.Registry) -> None:
    registry.register(r"HKU\Later", FaultyDisk(hive(3)))
    with registry.open("HKU") as users:
        later = users.subkeys()[1]
    assert [key.value("v").data for key in later.subkeys()] == [3, 3, 3]
    assert registry.walk("HKU").collect().verdict


def test_a_walk_does_not_follow_links(registry: hiveguard.Registry) -> None:
    with registry.open(MOUNT, write=True) as root, root.create("Up", link=True) as link:
        link.set_value("SymbolicLinkValue", r"\REGISTRY\USER\Test", 6)
    with registry.open(MOUNT, write=True) as root, root.create("Nowhere", link=True) as link:
        link.set_value("SymbolicLinkValue", r"\REGISTRY\USER\Gone", 6)
    walk = registry.walk(MOUNT)
    keys = {key.name: key for key in walk}
    assert sorted(keys) == ["A", "B", "C", "Nowhere", "Test", "Up"]
    assert walk.verdict
    assert keys["Up"].is_link
    assert [value.name for value in keys["Up"].values()] == ["SymbolicLinkValue"]
    with keys["Up"].open() as followed:
        assert followed.path == r"\REGISTRY\USER\Test"


def damaged(registry: hiveguard.Registry, *, shared: bool) -> None:
    """Mounts a hive in which a list leads back up (or two keys share one), and one in which a subkey is no key."""
    builder = HiveBuilder()
    builder.root.key(r"A\B\C")
    builder.root.key(r"A\D")
    image = builder.image()
    a = image.key("A")
    for path in (r"A\B\C", r"A\D") if shared else ():
        image.put_u32(image.key(path), L.NK_SUBKEYS, image.u32(a, L.NK_SUBKEYS))
        image.put_u32(image.key(path), L.NK_SUBKEY_LIST, image.u32(a, L.NK_SUBKEY_LIST))
    if not shared:
        image.put(image.key(r"A\D"), 0, b"zz")
    registry.load(r"HKU\Bad", FaultyDisk(bytes(image.data)))


@pytest.mark.parametrize("by_index", [False, True])
@pytest.mark.parametrize("shared", [False, True])
def test_what_a_damaged_list_does_not_give_is_told(registry: hiveguard.Registry, shared: bool, by_index: bool) -> None:
    damaged(registry, shared=shared)
    with registry.open(r"HKU\Bad\A\B\C" if shared else r"HKU\Bad\A") as key:
        listing = key.subkeys(on_incomplete="record", by_index=by_index)
        assert [child.name for child in listing] == ([] if shared else ["B"])
        assert listing.verdict.ending is hiveguard.Ending.DAMAGED
        with pytest.raises(hiveguard.Incomplete):
            key.open("D")
        # A list that was read whole is a proof of absence, whoever else has it.
        with pytest.raises(hiveguard.NotFound if shared else hiveguard.Incomplete):
            key.open("Nowhere")
        with pytest.raises(hiveguard.NotFound):
            registry.open(r"HKU\Bad\Nowhere")


def test_a_walk_and_a_deletion_end_where_lists_lead_back_up(registry: hiveguard.Registry) -> None:
    damaged(registry, shared=True)
    walk = registry.walk(r"HKU\Bad", on_incomplete="record")
    assert [key.name for key in walk] == ["Bad", "A", "B", "C", "D"]
    assert walk.verdict is not None
    assert walk.verdict.ending is hiveguard.Ending.DAMAGED
    with pytest.raises(hiveguard.AccessDenied):
        registry.delete(r"HKU\Bad\A", tree=True)


def test_values_that_cannot_be_read_are_told(registry: hiveguard.Registry) -> None:
    builder = HiveBuilder()
    for name in ("v", "w"):
        builder.root.key("A").dword(name, 1)
    image = builder.image()
    image.put(image.value("A", "v"), 0, b"zz")
    registry.load(r"HKU\Bad", FaultyDisk(bytes(image.data)))
    with registry.open(r"HKU\Bad\A") as key:
        assert key.values(on_incomplete="record").verdict.ending is hiveguard.Ending.DAMAGED


def test_the_control_set_is_walked_once() -> None:
    with hiveguard.Registry() as registry:
        paths = [key.path for key in registry.walk(r"HKLM\SYSTEM")]
        assert len(paths) == len(set(paths))
        assert registry.open(r"HKLM\SYSTEM\CurrentControlSet\Services").path.endswith(r"\ControlSet001\Services")


def contents(walk: hiveguard.Walk[hiveguard.Key]) -> dict[tuple[str, ...], dict[str | None, object]]:
    return {key.parts[2:]: {value.name: value.data for value in key.values()} for key in walk}


def test_what_is_listed_below_a_link_is_the_link_s_own(registry: hiveguard.Registry) -> None:
    builder = HiveBuilder()
    link = builder.root.key("L").link(r"\REGISTRY\USER\Link\Z")
    link.key("S").text("who", "L's own")
    builder.root.key("Z\\S").text("who", "Z's own")
    registry.load(r"HKU\Link", FaultyDisk(builder.build()))
    walk = registry.walk(r"HKU\Link", on_incomplete="record")
    assert contents(walk)["L", "S"] == {"who": "L's own"}
    assert walk.verdict is not None
    assert walk.verdict.is_complete
    with registry.open(r"HKU\Link") as root:
        listed = {key.name: key for key in root.subkeys()}
        below = listed["L"].subkeys()[0]
        below.set_value("hit", 1)
        assert below.value("who").data == "L's own"
        with registry.open(r"HKU\Link\Z\S") as other:
            assert [value.name for value in other.values()] == ["who"]
        with listed["L"].open() as followed:  # opened, a link is followed
            assert followed.path.endswith(r"\Z")


def test_a_listed_key_is_the_one_that_was_listed(registry: hiveguard.Registry) -> None:
    builder = HiveBuilder()
    key = builder.root.key("K")
    key.another_key("Run").dword("v", 1)
    key.another_key("Run").dword("v", 2)
    key.another_key(r"a\b").dword("v", 3)
    registry.load(r"HKU\Twins", FaultyDisk(builder.build()))
    walk = registry.walk(r"HKU\Twins", on_incomplete="record")
    found = {key.name: [value.data for value in key.values()] for key in walk}
    assert found == {"Twins": [], "K": [], "Run": [1], r"a\b": [3]}
    assert walk.verdict is not None
    assert walk.verdict.ending is hiveguard.Ending.DAMAGED
    assert "key-hidden" in {damage.code for damage in walk.verdict.damage}
    with registry.open(r"HKU\Twins\K") as opened:
        second = [child for child in opened.subkeys(on_incomplete="record") if child.name == "Run"][1]
        with pytest.raises(hiveguard.Incomplete, match="second key of that name"):
            second.value("v")
        assert not second.values(on_incomplete="record").verdict.is_complete


def test_a_hive_that_cannot_be_loaded_has_not_changed(registry: hiveguard.Registry) -> None:
    registry.register(r"HKU\Junk", FaultyDisk(b"no hive" * 600))
    walk = registry.walk("HKU", on_incomplete="record")
    assert "Test" in [key.name for key in walk]
    assert walk.verdict is not None
    assert walk.verdict.ending is hiveguard.Ending.FAILED


def test_a_create_that_is_refused_leaves_nothing(registry: hiveguard.Registry) -> None:
    with registry.open(MOUNT, write=True) as root:
        with pytest.raises(hiveguard.BadArgument):
            root.create("New1\\" + "n" * 300)
        with pytest.raises(hiveguard.BadArgument):
            root.create("New2\\x", class_name=b"c" * 70_000)
        assert not {"New1", "New2"} & {key.name for key in root.subkeys()}
