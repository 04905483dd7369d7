"""``hiveguard timeline``: keys by their last-write times."""

from __future__ import annotations

from array import array

from ...core.filetime import text as time_text
from ...core.filetime import to_unix_seconds
from ..arguments import add_format, add_hives
from ..bounds import moment
from ..output import put_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from ...registry.hive import Hive
    from ..output import Field
    from ..session import Session

EXAMPLES = (
    "hiveguard timeline NTUSER.DAT --since 2024-05-01 --until 2024-06-01",
    "hiveguard timeline --format bodyfile C/Users C/Windows/System32/config > body && mactime -b body",
    "hiveguard timeline --format jsonl --since 3d NTUSER.DAT",
)
#: the earliest second that a format can tell; mactime puts 1970 itself to the year 0, and leaves out what was before
_EARLIEST = {"bodyfile": 1, "tln": 0}
KINDS = ("text", "jsonl", "csv", "bodyfile", "tln")
COLUMNS = ("kind", "hive", "time", "path", "deleted")


def arguments(parser: ArgumentParser) -> None:
    add_hives(parser)
    parser.add_argument("--since", type=moment, metavar="TIME", help="from this time on (ISO 8601, UTC; or 3d ago)")
    parser.add_argument("--until", type=moment, metavar="TIME", help="before this time")
    parser.add_argument("--deleted", action="store_true", help="recovered keys too, marked so")
    parser.add_argument(
        "--zero-times",
        action="store_true",
        help="bodyfile: unused times as 0 instead of -1 (names have | as %%7C, line ends as %%250A)",
    )
    add_format(parser, *KINDS)


def run(session: Session) -> None:
    session.out.columns(COLUMNS)
    rows = _Rows()
    session.for_each(session.options.inputs, lambda hive: _collect(session, hive, rows))
    for at in rows.in_order():
        _put(session, rows, at)
    if rows.timeless:
        session.notes.append(f"{rows.timeless:,} keys without a time left out")
    if rows.untold:
        session.notes.append(f"{rows.untold:,} keys left out whose times {session.options.format} cannot tell")
    if rows.outside:
        session.notes.append(f"{rows.outside:,} keys outside the time asked for")


class _Rows:
    """Every key with a time: columns, since there can be a million of them."""

    def __init__(self) -> None:
        self.times = array("Q")
        self.hives = array("I")
        self.deleted = bytearray()
        self.paths: list[str] = []
        self.labels: list[str] = []
        self.timeless = self.untold = self.outside = 0

    def in_order(self) -> list[int]:
        """Positions by time; equal times in the order of reading."""
        return sorted(range(len(self.times)), key=self.times.__getitem__)


def _collect(session: Session, hive: Hive, rows: _Rows) -> None:
    rows.labels.append(hive.label)

    def add(path: str, time: int, *, deleted: bool) -> None:
        if time_text(time) is None:
            rows.timeless += 1
        elif (since is not None and time < since) or (until is not None and time >= until):
            rows.outside += 1
        elif earliest is not None and to_unix_seconds(time) < earliest:
            rows.untold += 1
        else:
            rows.times.append(time)
            rows.hives.append(len(rows.labels) - 1)
            rows.deleted.append(deleted)
            rows.paths.append(path)

    earliest = _EARLIEST.get(session.options.format)
    since, until = session.options.since, session.options.until
    for key in session.walk(hive):
        add(key.path, key.last_write, deleted=False)
    if session.options.deleted:
        for found in hive.recover().keys:
            add(found.path if found.path_known else f"?\\{found.path}", found.last_write, deleted=True)


def _put(session: Session, rows: _Rows, at: int) -> None:
    out, time, path, label = session.out, rows.times[at], rows.paths[at], rows.labels[rows.hives[at]]
    deleted = bool(rows.deleted[at])
    kind = session.options.format
    if kind == "text":
        prefix = f"{label}: " if session.many else ""
        out.line(f"{time_text(time)}  {prefix}{path or chr(92)}{'  (deleted)' if deleted else ''}")
    elif kind == "bodyfile":
        unused = "0" if session.options.zero_times else "-1"
        name = f"[Registry {_base(label)}] {path or chr(92)}{' (deleted)' if deleted else ''}"
        seconds = to_unix_seconds(time)
        out.write(f"0|{_plain(name, control='%25')}|0||0|0|0|{unused}|{seconds}|{unused}|{unused}\n")
    elif kind == "tln":
        mark = "deleted key" if deleted else "key"
        out.write(f"{to_unix_seconds(time)}|REG|||{_plain(f'{_base(label)} {mark} last written: {path or chr(92)}')}\n")
    else:
        record: dict[str, Field] = {"kind": "time"}
        put_text(record, "hive", label)
        record["time"] = time_text(time)
        put_text(record, "path", path)
        record["deleted"] = deleted
        out.record(record)


def _base(label: str) -> str:
    return label.replace("\\", "/").rpartition("/")[2]


def _plain(text: str, control: str = "%") -> str:
    """A name for a line of fields: ``|``, ``%`` and what does not print as ``%7C``.

    mactime turns ``%7C`` back into the character, and drops a line with a line end in it without a word. So in
    its format what does not print is escaped twice, and is shown as ``%0A``.
    """
    return "".join(
        character if character.isprintable() and character not in "|%" else _escaped(character, control)
        for character in text
    )


def _escaped(character: str, control: str) -> str:
    mark = "%" if character.isprintable() else control
    return "".join(f"{mark}{byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))
