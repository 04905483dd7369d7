"""A hive that is read while a second thread changes it, unloads it and loads it again: the loop that everybody writes,
and the guarded listing, side by side.

Both read the same key of the same hive file, mounted in an embedded registry, by index, one entry a turn.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from pathlib import Path

import hiveguard
from demo.two_threads import SecondThread
from hiveguard.embedded.live_key import LiveKey
from hiveguard.embedded.live_list import SubkeyList
from hiveguard.registry.listing import Guard
from hiveguard.registry.source import NoMore, Source, Stamp
from hiveguard.testing import HiveBuilder

COUNT = 1_000
MOUNT = "HKU\\Ada"
PLACE = f"{MOUNT}\\Software\\Many"

Steps = Callable[[hiveguard.Registry, Path], Iterator[None]]


class InTurns(Source[LiveKey]):
    """A key's list of subkeys, by index; after each entry the second thread has its turn."""

    __slots__ = ("_list", "_turn")

    def __init__(self, subkeys: SubkeyList, turn: Callable[[], None]) -> None:
        self.label, self.what = subkeys.label, subkeys.what
        self._list = subkeys
        self._turn = turn

    def stamp(self) -> Stamp:
        return self._list.stamp()

    def item(self, index: int) -> LiveKey:
        item = self._list.item(index)
        self._turn()
        return item

    def names(self, items: Sequence[LiveKey]) -> Iterable[Hashable]:
        return self._list.names(items)

    def clock(self) -> int | None:
        return self._list.clock()

    def refresh(self, *, same: bool) -> None:
        self._list.refresh(same=same)


def nothing(registry: hiveguard.Registry, file: Path) -> Iterator[None]:
    """Nobody writes."""
    yield from ()


def deletes(registry: hiveguard.Registry, file: Path) -> Iterator[None]:
    """Deletes the first subkey that is left, below the reader's cursor, 500 times."""
    with registry.open(PLACE, write=True) as key:
        for number in range(500):
            key.delete(f"Key {number:04}")
            yield


def churns(registry: hiveguard.Registry, file: Path) -> Iterator[None]:
    """Makes and deletes a subkey in front of the cursor, in turn."""
    with registry.open(PLACE, write=True) as key:
        for _ in range(COUNT // 2):
            key.create("Aaa").close()
            yield
            key.delete("Aaa")
            yield


def unloads(registry: hiveguard.Registry, file: Path) -> Iterator[None]:
    """Unloads the hive by force, 300 entries in."""
    for _ in range(299):
        yield
    registry.unload(MOUNT, force=True)
    yield


def reloads(registry: hiveguard.Registry, file: Path) -> Iterator[None]:
    """Unloads the hive by force, 300 entries in, and loads it again at once."""
    for _ in range(299):
        yield
    registry.unload(MOUNT, force=True)
    registry.load(MOUNT, file)
    yield


SCENES: tuple[tuple[Steps, str], ...] = (
    (nothing, "quiet"),
    (deletes, "a second thread deletes below the cursor"),
    (churns, "a second thread makes and deletes one key in front of the cursor"),
    (unloads, "a second thread unloads the hive by force"),
    (reloads, "a second thread unloads the hive and loads it again"),
)


def hive_file(folder: Path) -> Path:
    """A user's hive with one key of many subkeys."""
    builder = HiveBuilder(minor=5, file_name="\\??\\C:\\Users\\ada\\NTUSER.DAT")
    for number in range(COUNT):
        builder.root.key(f"Software\\Many\\Key {number:04}").dword("Number", number)
    path = folder / "NTUSER.DAT"
    path.write_bytes(builder.build())
    return path


def plain_loop(source: Source[LiveKey]) -> tuple[list[str], str]:
    """What everybody writes: count up until it says no."""
    names: list[str] = []
    index = 0
    while True:
        try:
            names.append(source.item(index).name)
        except NoMore:
            return names, "259, no more items"
        except hiveguard.HiveError:
            return names, "an error, taken for the end"
        index += 1


def scene(steps: Steps, read: Callable[[LiveKey, Callable[[], None]], str]) -> str:
    """One reading of the key, in a fresh registry, while the second thread does its steps."""
    with tempfile.TemporaryDirectory() as folder:
        file = hive_file(Path(folder))
        with hiveguard.Registry(bare=True, lazy_flush=None) as registry:
            registry.load(MOUNT, file)
            with registry.open(PLACE) as key, SecondThread(steps(registry, file)) as turn:
                return read(key, turn)


def by_loop(key: LiveKey, turn: Callable[[], None]) -> str:
    """The loop's result, and what it does not know."""
    names, end = plain_loop(InTurns(SubkeyList(key, key.handle, key.registry.tree), turn))
    try:
        there = [f"Key {number:04}" for number in range(COUNT)]
        left = {child.name for child in key.registry.open(PLACE).subkeys()} & set(there)
    except hiveguard.HiveError:
        left = set()
    missed, twice = len(left - set(names)), len(names) - len(set(names))
    truth = f"; it missed {missed} that were there throughout" if missed else ""
    truth += f", and gave {twice} twice" if twice else ""
    return f"{len(names):,} entries; {end}{truth}"


def by_guard(key: LiveKey, turn: Callable[[], None], guard: Guard) -> str:
    """The guarded listing's result, and what it says of itself."""
    listing = guard.list(InTurns(SubkeyList(key, key.handle, key.registry.tree), turn), on_incomplete="record")
    verdict = listing.verdict
    proof = next((each.proof for each in verdict.evidence if each.proof), None)
    says = f"complete, proof: {proof}" if verdict else f"INCOMPLETE ({verdict.ending.words})"
    again = f", reading {verdict.attempts}" if verdict.attempts > 1 else ""
    why = f": {verdict.reasons[0]}" if verdict.reasons and not verdict else ""
    return f"{len(listing):,} entries; {says}{again}{why}"


def main() -> None:
    """Show all scenes."""
    print(f"A hive file is mounted; one thread lists a key of {COUNT:,} subkeys by index.\n")
    any_load = Guard(reopen="any")
    for steps, what in SCENES:
        print(f"== {what}")
        print(f"   a plain loop  {scene(steps, by_loop)}")
        print(f"   guarded       {scene(steps, lambda key, turn: by_guard(key, turn, Guard()))}")
        if steps is reloads:
            print(f"   reopen=any    {scene(steps, lambda key, turn: by_guard(key, turn, any_load))}")
        print()
