"""The picture of a hive for a terminal: coloured blocks, or letters where nothing paints.

Must not know: files, options. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from .cell_looks import look_of, totals_by_look

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .cell_looks import Look
    from .cell_picture import CellPicture, Tile

__all__ = ("ROWS_MOST", "drawn")

ROWS_MOST = 32
#: letters on these are white, on all others black
_DARK = frozenset((16, 239, 25, 97, 36, 166))
_BAR = 24


def drawn(picture: CellPicture, label: str, *, tile: int, columns: int, paint: bool) -> Iterator[str]:
    """The lines of the picture: a heading, the rows of tiles with their positions, the legend."""
    bins = len(picture.bins)
    yield f"{label}: {picture.size:,} bytes, {bins:,} {'bin' if bins == 1 else 'bins'}; one tile is {tile:,} bytes"
    yield ""
    row: list[Tile] = []
    for each in picture.tiles(tile):
        row.append(each)
        if len(row) == columns:
            yield _row(row, paint=paint)
            row = []
    if row:
        yield _row(row, paint=paint)
    yield ""
    yield from _legend(picture, paint=paint)


def shown(tile: Tile) -> Look:
    """What a tile is drawn as: what most of it is; but damage always, and deleted records where nothing lives."""
    if tile.has_damage:
        return look_of("damaged")
    if tile.has_recovered and tile.kind in ("free", "unreferenced", "slack", "tail", "unknown"):
        return look_of("recovered")
    return look_of(tile.kind)


def _row(row: list[Tile], *, paint: bool) -> str:
    parts = [f"{row[0].start:>#11x}  "]
    last = -1
    for look in map(shown, row):
        if paint and look.ansi != last:
            parts.append(_on(look))
            last = look.ansi
        parts.append(look.letter)
    return "".join(parts) + ("\x1b[0m" if paint else "")


def _on(look: Look) -> str:
    return f"\x1b[48;5;{look.ansi};38;5;{15 if look.ansi in _DARK else 16}m"


def _legend(picture: CellPicture, *, paint: bool) -> Iterator[str]:
    for look, count in totals_by_look(picture.totals()):
        share = count / picture.extent
        swatch = f"{_on(look)} {look.letter} \x1b[0m" if paint else f" {look.letter} "
        percent = f"{share:.1%}" if share >= 0.001 else "<0.1%"
        yield f"{swatch} {look.words:<22} {count:>13,}  {percent:>6}  {'#' * round(share * _BAR)}".rstrip()
