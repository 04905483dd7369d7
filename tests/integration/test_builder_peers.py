"""Other people's readers agree with what HiveBuilder makes: every path, name, type and raw byte.

Where a peer is known to be wrong it is left out, and the comment says in what.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from hiveguard.regf.names import order
from hiveguard.testing import HiveBuilder, KeySpec, ListStyle, ValueSpec
from tests.peers.reading import PeerFailed, Record, read_with

pytestmark = pytest.mark.peers

SEGMENT = 16344
NEW_CELLS = range(2, 7)


def told(builder: HiveBuilder) -> list[Record]:
    """What the builder was told, depth first in stored order."""
    records: list[Record] = []
    waiting: list[tuple[KeySpec, list[str]]] = [(builder.root, [])]
    while waiting:
        key, names = waiting.pop()
        records.append(["key", names])
        records += [["value", names, v.name, v.type, v.raw.hex()] for v in key.values]
        style = key.lists or builder.lists
        stored = sorted(key.subkeys, key=lambda k: order(k.name)) if style.ordered else key.subkeys
        waiting.extend((child, [*names, child.name]) for child in reversed(stored))
    return records


def plain(minor: int) -> HiveBuilder:
    """What every peer can read exactly: whole strings, four inline bytes or a cell, simple names."""
    builder = HiveBuilder(minor, seq=(7, 7), file_name="plain")
    root = builder.root
    software = root.key("Software\\HiveGuard", class_name="a class")
    software.text(None, "the default value")
    software.text("Path", "C:\\Program Files\\HiveGuard")
    software.text("Expand", "%SystemRoot%\\x", expand=True)
    software.dword("Count", 0xDEADBEEF)
    software.qword("Large", 1 << 63)
    software.multi("Several", "one", "two", "three")
    software.binary("Cell", bytes(range(200)))
    root.key("Ωmega\\Жук").text("名前", "値")
    for number in range(700):
        root.key(f"Many\\key {number}").dword("n", number)
    return builder


def rich(minor: int) -> HiveBuilder:
    """What exact readers deliver exactly."""
    builder = HiveBuilder(minor, bin_size=8192)
    root = builder.root
    odd = root.key("Odd")
    for size in range(10):
        odd.binary(f"b{size}", bytes(range(1, size + 1)))
        odd.value(f"c{size}", 1, bytes(range(1, size + 1)), storage="cell")
    for kind in (0, 5, 6, 8, 12, 0x1F4, 0x200000, 0xFFFF0012, 0xFFFFFFFF):
        odd.value(f"type {kind:x}", kind, b"raw data")
    odd.text("trailing", "text\0behind the end")
    odd.value("wide", 1, b"w\0", compressed=False)
    odd.value("(default)", 3, b"not the default value")
    root.key("É\x80\x9f\xff", class_name="").text("Größe\xa0", "g")
    root.key("nul\0inside").text("nul\0value", "n")
    root.key("\U0001f600").text("\U0001f600", "smile")
    root.key("\uff21")
    root.key("Link").link("\\REGISTRY\\MACHINE\\Software")
    root.key("other security", security=b"\1\0\0\x80" + bytes(16))
    root.find("Odd").key("wide name").compressed = False
    mixed = root.key("Lists")
    for number in range(2100):
        mixed.key(f"k{number:x}")
    for kind in ("li", "lf", "lh"):
        forced = mixed.key(f"forced {kind}", lists=ListStyle(leaf=kind, limit=4, room=3))
        forced.binary("v", b"value")
        for number in range(10):
            forced.key(f"name {number}")
    deep = root.key("Deep")
    for _ in range(300):
        deep = deep.key("d")
    return builder


def large(minor: int) -> HiveBuilder:
    builder = HiveBuilder(minor)
    for size in (SEGMENT - 1, SEGMENT, SEGMENT + 1, 16380, 16381, 2 * SEGMENT, 2 * SEGMENT + 1, 100_000):
        builder.root.binary(f"v{size}", (bytes(range(251)) * 400)[:size])
    return builder


@pytest.mark.parametrize("minor", NEW_CELLS)
@pytest.mark.parametrize("peer", ["hivex", "dissect", "libregf", "regipy"])
def test_plain_hives(peer: str, minor: int, tmp_path: Path) -> None:
    builder = plain(minor)
    assert read_with(peer, builder.build(), tmp_path) == told(builder)


@pytest.mark.parametrize("minor", NEW_CELLS)
@pytest.mark.parametrize("peer", ["hivex", "dissect"])
def test_rich_hives(peer: str, minor: int, tmp_path: Path) -> None:
    builder = rich(minor)
    assert read_with(peer, builder.build(), tmp_path) == told(builder)


# dissect takes data of 1.4 for plain cells: it looks for big data only in versions above 4.
@pytest.mark.parametrize(
    ("peer", "minor"),
    [("hivex", minor) for minor in NEW_CELLS] + [("dissect", minor) for minor in (2, 3, 5, 6)],
)
def test_large_data(peer: str, minor: int, tmp_path: Path) -> None:
    builder = large(minor)
    assert read_with(peer, builder.build(), tmp_path) == told(builder)


def test_old_cells(tmp_path: Path) -> None:
    """libregf alone of the peers here reads version 1.1."""
    builder = plain(1)
    assert read_with("libregf", builder.build(), tmp_path) == told(builder)


def test_tombstones(tmp_path: Path) -> None:
    """hivex and dissect follow the offset of data that are not there; libregf does not."""
    builder = HiveBuilder(6)
    builder.root.tombstone("gone")
    builder.root.key("Layer").layered = 1
    builder.root.dword("here", 1)
    hive = builder.build()
    assert read_with("libregf", hive, tmp_path) == told(builder)
    with pytest.raises(PeerFailed):
        read_with("hivex", hive, tmp_path)


@pytest.mark.parametrize("peer", ["hivex", "dissect"])
def test_lists_that_windows_would_not_write(peer: str, tmp_path: Path) -> None:
    """Wrong order, two of one name: readable all the same."""
    builder = HiveBuilder(5, lists=ListStyle(ordered=False), tail=b"garbage behind the last bin" * 10)
    for name in ("zeta", "alpha", "Mu", "mu"):
        builder.root.another_key(name).dword("v", 1)
    builder.root.another_value(ValueSpec("twice", 4, b"1234"))
    builder.root.another_value(ValueSpec("twice", 4, b"5678"))
    assert read_with(peer, builder.build(), tmp_path) == told(builder)


def test_nested_roots(tmp_path: Path) -> None:
    builder = HiveBuilder(5, lists=ListStyle(limit=2, nested_roots=True))
    for name in "abcde":
        builder.root.key(name)
    assert read_with("dissect", builder.build(), tmp_path) == told(builder)
