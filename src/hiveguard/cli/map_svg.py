"""The picture of a hive as SVG: one file, nothing outside it, a bounded number of elements.

The file runs from left to right and from top to bottom in tiles; neighbours of one kind are one rectangle.
A tile is drawn as what most of it is; damage and deleted records in it are marked by form besides, so
that neither size nor colour-blindness hides them. Must not know: files, options. Source: W3C, SVG 1.1.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from .cell_looks import look_of, totals_by_look
from .escape import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .cell_looks import Look
    from .cell_picture import CellPicture, Tile

__all__ = ("TILES_MOST", "svg")

#: tiles of a picture, and so about the most elements that it has
TILES_MOST = 4096
_BINS_MARKED_MOST = 400
_ROW_LEAST = 15.0  # px, so that the positions beside the rows can be read
_WIDTH = 1200
_LEFT, _RIGHT = 96, 24
_GRID = _WIDTH - _LEFT - _RIGHT
_TOP = 116
_KINDS_TOLD = 4
_FONT = "font-family:'DejaVu Sans',Verdana,Helvetica,Arial,sans-serif"
_STYLE = f"""text{{{_FONT};fill:#222}}
.h{{font-size:22px;font-weight:bold}}.n{{font-size:13px;fill:#555}}.o{{font-size:11px;fill:#666;text-anchor:end}}
.l{{font-size:13px}}.e{{font-size:13px;text-anchor:end}}
.d{{fill:none;stroke:#7a0000;stroke-width:1.6}}.r{{fill:#e69f00;stroke:#222;stroke-width:.7}}
.b{{stroke:#222;stroke-opacity:.45;stroke-width:1}}
.g rect{{stroke:none;shape-rendering:crispEdges}}.g rect:hover{{stroke:#000;stroke-width:1.5}}"""


def svg(picture: CellPicture, label: str, remark: str) -> Iterator[str]:
    """The document in pieces. ``remark``: how the reading ended, told below the title."""
    tile = picture.tile_size(TILES_MOST)
    count = -(-picture.extent // tile)
    columns = 128 if count > 1024 else 64 if count > 256 else 32
    side, high = _GRID / columns, max(_GRID / columns, _ROW_LEAST)
    rows = -(-count // columns)
    legend = totals_by_look(picture.totals())
    bottom = _TOP + rows * high
    height = round(bottom + 86 + 26 * -(-len(legend) // 3) + 56)
    heading = escape(visible(label))
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" '
    yield f'height="{height}" viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="t">\n'
    yield f'<title id="t">{heading}: what each part of the hive file is</title>\n<style>{_STYLE}</style>\n'
    yield '<defs><pattern id="x" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" '
    yield f'fill="{look_of("damaged").fill}"/><path d="M0 6L6 0" stroke="#fff" stroke-width="1.4"/></pattern></defs>\n'
    yield f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>\n'
    yield f'<text class="h" x="24" y="40">{escape(_short(visible(label), 84))}</text>\n'
    bins = len(picture.bins)
    facts = f"{picture.size:,} bytes, {bins:,} {'bin' if bins == 1 else 'bins'}. One tile is {tile:,} bytes, "
    facts += f"a row {tile * columns:,}. A tile is drawn as what most of it is; rest the pointer on it to see more."
    yield f'<text class="n" x="24" y="64">{facts}</text>\n'
    yield f'<text class="n" x="24" y="84">{escape(_short(visible(remark), 150))}</text>\n'
    yield from _grid(picture, tile, columns, side, high)
    yield from _bins(picture, tile, columns, side, high)
    yield from _bar(legend, picture.extent, bottom + 30)
    yield from _legend(legend, picture.extent, bottom + 86)
    yield "</svg>\n"


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most // 2 - 2]} ... {text[-most // 2 + 3 :]}"


def _grid(picture: CellPicture, tile: int, columns: int, side: float, high: float) -> Iterator[str]:
    marks: list[str] = []
    yield '<g class="g">\n'
    row: list[Tile] = []
    number = 0
    for each in picture.tiles(tile):
        row.append(each)
        if len(row) == columns:
            yield from _row(row, number, side, high, marks)
            row, number = [], number + 1
    if row:
        yield from _row(row, number, side, high, marks)
    yield "</g>\n"
    yield from marks


def _row(row: list[Tile], number: int, side: float, high: float, marks: list[str]) -> Iterator[str]:
    top = _TOP + number * high
    middle = top + high / 2
    yield f'<text class="o" x="{_LEFT - 8}" y="{middle + 4:.1f}">{row[0].start:#x}</text>\n'
    first = 0
    for at in range(1, len(row) + 1):
        if at < len(row) and look_of(row[at].kind) is look_of(row[first].kind):
            continue
        group = row[first:at]
        look = look_of(row[first].kind)
        fill = "url(#x)" if look.words == "damaged" else look.fill
        yield f'<rect x="{_LEFT + first * side:.2f}" y="{top:.2f}" width="{len(group) * side:.2f}" '
        yield f'height="{high:.2f}" fill="{fill}"><title>{_told(group)}</title></rect>\n'
        first = at
    radius = min(side * 0.24, 4)
    for at, tile in enumerate(row):
        x = _LEFT + (at + 0.5) * side
        if tile.has_damage and tile.kind != "damaged":
            r = min(side * 0.34, 6)
            cross = f"M{x - r:.1f} {middle - r:.1f}l{2 * r:.1f} {2 * r:.1f}m0 {-2 * r:.1f}l{-2 * r:.1f} {2 * r:.1f}"
            marks.append(f'<path class="d" d="{cross}"><title>{_told([tile])}</title></path>\n')
        elif tile.has_recovered and tile.kind != "recovered":
            circle = f'<circle class="r" cx="{x:.1f}" cy="{middle:.1f}" r="{radius:.1f}">'
            marks.append(f"{circle}<title>{_told([tile])}</title></circle>\n")


def _told(group: Sequence[Tile]) -> str:
    shares: dict[str, int] = {}
    for tile in group:
        for kind, count in tile.shares.items():
            shares[kind] = shares.get(kind, 0) + count
    start, end = group[0].start, group[-1].end
    named = totals_by_look(shares)
    named.sort(key=lambda one: -one[1])
    # What is rare but matters is told even where it is the least of many.
    told = [one for at, one in enumerate(named) if at < _KINDS_TOLD or one[0].words in ("damaged", "recovered")]
    parts = ", ".join(f"{look.words} {_percent(count, end - start)}" for look, count in told)
    return f"{start:#x} to {end - 1:#x} ({end - start:,} bytes): {parts}"


def _percent(count: int, whole: int) -> str:
    share = 100 * count / whole
    return "&lt;0.1%" if share < 0.1 else f"{share:.1f}%"


def _bins(picture: CellPicture, tile: int, columns: int, side: float, high: float) -> Iterator[str]:
    """A line where each bin begins, unless there are too many to be seen."""
    if len(picture.bins) > _BINS_MARKED_MOST:
        return
    for start in picture.bins:
        row, column = divmod(start / tile, columns)
        x, y = _LEFT + column * side, _TOP + row * high
        yield f'<path class="b" d="M{x:.1f} {y:.1f}v{high:.1f}"><title>a bin begins at {start:#x}</title></path>\n'


def _bar(legend: list[tuple[Look, int]], size: int, top: float) -> Iterator[str]:
    """All of the file in one bar."""
    yield '<g class="g">\n'
    x = float(_LEFT)
    for look, count in legend:
        width = _GRID * count / size
        fill = "url(#x)" if look.words == "damaged" else look.fill
        yield f'<rect x="{x:.2f}" y="{top:.1f}" width="{width:.2f}" height="22" fill="{fill}">'
        yield f"<title>{look.words}: {count:,} bytes, {_percent(count, size)}</title></rect>\n"
        x += width
    frame = f'<rect x="{_LEFT}" y="{top:.1f}" width="{_GRID}" height="22" fill="none" stroke="#999"/>'
    yield f"</g>\n{frame}\n"


def _legend(legend: list[tuple[Look, int]], size: int, top: float) -> Iterator[str]:
    rows = -(-len(legend) // 3)
    for at, (look, count) in enumerate(legend):
        x, y = _LEFT + (at // rows) * (_GRID / 3), top + (at % rows) * 26
        fill = "url(#x)" if look.words == "damaged" else look.fill
        yield f'<rect x="{x:.1f}" y="{y:.1f}" width="18" height="16" fill="{fill}" stroke="#888" stroke-width=".7"/>\n'
        if look.words == "recovered":
            yield f'<circle class="r" cx="{x + 9:.1f}" cy="{y + 8:.1f}" r="4"/>\n'
        yield f'<text class="l" x="{x + 27:.1f}" y="{y + 13:.1f}">{look.words}</text>'
        yield f'<text class="e" x="{x + 268:.1f}" y="{y + 13:.1f}">{count:,}</text>'
        yield f'<text class="e" x="{x + 338:.1f}" y="{y + 13:.1f}">{_percent(count, size)}</text>\n'
    y = top + rows * 26 + 20
    yield f'<text class="n" x="{_LEFT}" y="{y:.1f}">A cross: something in this tile is damaged. A dot: a deleted '
    yield "record was found in it. A line at a tile's edge: a bin begins.</text>\n"
