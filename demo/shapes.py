"""One hive in four shapes, what a plain loop says of each, and what HiveGuard says."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import hiveguard
from demo.plain_loop import PATIENCE, plain_loop
from hiveguard.regf.layout import LIST_ELEMENTS
from hiveguard.testing import HiveBuilder, LogBuilder, LogEntry

MAKERS = ("Adobe", "Classes", "Google", "Microsoft", "Mozilla", "Oracle", "Policies", "Python", "Valve")


def user_hive(*, last_run: str = "monday", seq: tuple[int, int] = (7, 7)) -> HiveBuilder:
    """A user's hive after some months: software with settings, a desktop, what runs at log-on."""
    builder = HiveBuilder(minor=5, root_name="ROOT", file_name="\\??\\C:\\Users\\ada\\NTUSER.DAT", seq=seq)
    root = builder.root
    root.key("Control Panel\\Desktop").text("WallPaper", "C:\\Windows\\web\\wallpaper\\img0.jpg")
    root.key("Software\\Microsoft\\Windows\\CurrentVersion\\Run").text("Sync", "C:\\Users\\ada\\sync.exe")
    for maker in MAKERS:
        for product in range(12):
            key = root.key(f"Software\\{maker}\\Product {product:02}")
            key.text("Version", f"{product}.4.{len(maker)}")
            key.dword("Runs", product * 7)
            key.binary("State", bytes(64))
            key.key("Recent").multi("Files", f"report-{product}.docx", "notes.txt")
    root.key("Zulu").text(None, f"last run: {last_run}")
    return builder


def shapes(folder: Path) -> Iterator[tuple[str, Path]]:
    """The four shapes, each with what was done to it."""
    whole = user_hive().build()
    yield "whole", _put(folder, "NTUSER.DAT", whole)
    yield "cut short: the copy was interrupted", _put(folder, "CUT.DAT", whole[: len(whole) * 6 // 10 & ~511])
    image = user_hive().image()
    listing = image.subkey_list("Software\\Valve")
    image.put_u32(listing, LIST_ELEMENTS, image.key("Software"))
    yield "a cycle: one list entry leads back up", _put(folder, "CYCLE.DAT", bytes(image))
    before = user_hive(seq=(8, 7)).build()
    after = user_hive(last_run="tuesday").build()
    path = _put(folder, "DIRTY.DAT", before)
    _put(folder, "DIRTY.DAT.LOG1", LogBuilder(before, [LogEntry.between(before, after, 7)]).build())
    yield "dirty: the last changes are in its log", path


def _put(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def by_plain_loop(path: Path) -> str:
    """What the loop delivers, and all that it lets one know of the end."""
    count, last = 0, ""
    for name, value in plain_loop(path.read_bytes()):
        count += 1
        if name.endswith("Zulu"):
            last = value
        if count >= PATIENCE:
            return f"{count:,} keys and no end in sight; we stopped it"
    return f"{count:,} keys; no error" + (f"; {last!r}" if last else "")


def by_hiveguard(path: Path) -> tuple[str, list[str]]:
    """What HiveGuard delivers and says, with its first findings."""
    last = ""
    with hiveguard.open(path) as hive:
        walk = hive.walk(on_incomplete="record")
        for key in walk:
            if key.name == "Zulu":
                last = str(key.value(None).data)
    verdict = walk.verdict
    assert verdict is not None
    head = "complete" if verdict else f"INCOMPLETE ({verdict.ending.words})"
    text = f"{verdict.count('keys'):,} keys; {head}" + (f"; {last!r}" if last else "")
    found = [
        f"{damage.offset:#08x}  {damage.path or chr(92)}: {damage.cost}" for damage in verdict.damage if damage.offset
    ]
    more = [f"... and {len(found) - 2} more"] if len(found) > 2 else []
    return text, [*verdict.reasons, *found[:2], *more]


def main() -> None:
    """Show the four shapes."""
    print("The same hive file in four shapes.\n")
    with tempfile.TemporaryDirectory() as folder:
        for what, path in shapes(Path(folder)):
            text, why = by_hiveguard(path)
            print(f"== {path.name}: {what}")
            print(f"   a plain loop  {by_plain_loop(path)}")
            print(f"   HiveGuard     {text}")
            for line in why:
                print(f"                 {line}")
            print()
