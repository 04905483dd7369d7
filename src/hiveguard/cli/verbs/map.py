"""``hiveguard map``: a picture of a hive file."""

from __future__ import annotations

from itertools import islice
from shutil import get_terminal_size
from zlib import crc32

from ...core.ending import Ending
from ...core.errors import BadArgument
from ...core.verdict import Verdict, replace
from ..arguments import add_color, add_format, add_hives
from ..bounds import size
from ..cell_picture import UNIT, CellPicture
from ..escape import visible
from ..inputs import expand
from ..map_svg import svg
from ..map_text import ROWS_MOST, drawn
from ..show import named
from .check import summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from ...registry.hive import Hive
    from ...registry.snapshot import Snapshot
    from ..output import Field
    from ..session import Session

EXAMPLES = (
    "hiveguard map NTUSER.DAT",
    "hiveguard map --format svg -o ntuser.svg NTUSER.DAT",
    "hiveguard map --format jsonl NTUSER.DAT | jq -c 'select(.what==\"free\")'",
)
KINDS = ("text", "svg", "jsonl")
_COLUMNS, _COLUMNS_MOST = 64, 128
_MARGIN = 14  # columns that the positions take


def arguments(parser: ArgumentParser) -> None:
    add_hives(parser)
    parser.add_argument("--tile", type=size, metavar="N", help="text: bytes of one tile (default: so that it fits)")
    parser.add_argument("--no-recovered", action="store_true", help="do not look for deleted records (quicker)")
    add_color(parser)
    add_format(parser, *KINDS)


def run(session: Session) -> None:
    tile: int | None = session.options.tile
    if tile is not None and (tile < UNIT or tile % UNIT):
        raise BadArgument(f"--tile {tile}: a tile is a multiple of {UNIT} bytes")
    paths: list[str] = session.options.inputs
    if session.out.kind == "svg" and len([*islice(expand(paths), 2)]) > 1:
        raise BadArgument("an SVG file holds the picture of one hive; name one")
    session.for_each(paths, lambda hive: _map(session, hive))


def _map(session: Session, hive: Hive) -> None:
    before = _checksum(hive.snapshot())
    verdict = session.verdict_of(hive)
    found = None if session.options.no_recovered else hive.recover()
    snapshot = hive.snapshot()
    if before != _checksum(snapshot):
        reason = f"{hive.label}: it changed between the readings that the picture is made of"
        session.conclude(Verdict(Ending.CHANGED, (reason,)), hive)
    picture = CellPicture(snapshot)
    picture.mark_damage(verdict.damage)
    if found is not None:
        session.conclude(replace(found.verdict, counts={}), hive)
        picture.mark_recovered(found.keys)
        picture.mark_recovered(value for key in found.keys for value in key.values)
        picture.mark_recovered(found.values)
    if session.out.kind == "text":
        _text(session, hive, picture)
    elif session.out.kind == "svg":
        counts = ", ".join(f"{count:,} {name}" for name, count in verdict.counts)
        for part in svg(picture, hive.label, f"{summary(verdict)}: {counts}"):
            session.out.write(part)
    else:
        _records(session, hive, picture)


def _checksum(snapshot: Snapshot) -> int:
    return crc32(snapshot.image.data)


def _text(session: Session, hive: Hive, picture: CellPicture) -> None:
    columns = _COLUMNS
    if session.out.is_terminal:
        room = get_terminal_size().columns - _MARGIN
        columns = max(min(1 << max(room, 1).bit_length() - 1, _COLUMNS_MOST), 16)
    tile = session.options.tile or picture.tile_size(columns * ROWS_MOST)
    for line in drawn(picture, visible(hive.label), tile=tile, columns=columns, paint=session.paints):
        session.out.write(line + "\n")


def _records(session: Session, hive: Hive, picture: CellPicture) -> None:
    for start, end, what in picture.runs():
        record: dict[str, Field] = {"kind": "run", "offset": start, "length": end - start, "what": what}
        session.out.record(named(record, hive, many=session.many))
    total: dict[str, Field] = {"kind": "map", "size": picture.size, "bins": len(picture.bins)}
    total["bytes"] = picture.totals()
    session.out.record(named(total, hive, many=session.many))
