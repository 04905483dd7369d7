"""``hiveguard tree``: the keys below a key, as a tree."""

from __future__ import annotations

from ..arguments import add_format, add_key
from ..bounds import natural
from ..show import key_record, named, value_line, value_record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from ...registry.hive import Hive
    from ...registry.hive_key import HiveKey
    from ..session import Session

EXAMPLES = (
    "hiveguard tree NTUSER.DAT Software --depth 2",
    "hiveguard tree --values SAM",
)
COLUMNS = ("kind", "path", "last_write", "subkeys", "values", "name", "type", "type_name", "data", "raw")


def arguments(parser: ArgumentParser) -> None:
    add_key(parser)
    parser.add_argument("--depth", type=natural, metavar="N", help="show only so many levels below the key")
    parser.add_argument("--values", action="store_true", help="show values too")
    add_format(parser)


def run(session: Session) -> None:
    hives, words = session.split(1)
    session.columns(COLUMNS, hives)
    session.for_each(hives, lambda hive: _tree(session, hive, words[0] if words else ""))


def _tree(session: Session, hive: Hive, path: str) -> None:
    """Draw every key as it comes; whether another one follows on its level is known from the parent's count."""
    out, options = session.out, session.options
    top: HiveKey | None = None
    left: list[int] = []  # of each level that is open: how many of its keys are still to come
    hidden = 0
    for key in session.walk(hive, path):
        if top is None:
            top = key
            level = 0
        else:
            level = 1
            above = key.parent
            while above is not top and above is not None:
                level += 1
                above = above.parent
        del left[level:]
        if level:
            left[level - 1] -= 1
        left.append(key.subkey_count)
        if options.depth is not None and level > options.depth:
            hidden += 1
            continue
        if out.kind != "text":
            out.record(named(key_record(key, len(key.values())), hive, many=session.many))
            if options.values:
                for value in key.values():
                    out.record(named(value_record(key.path, value), hive, many=session.many))
            continue
        stem = "".join("│   " if count > 0 else "    " for count in left[: max(level - 1, 0)])
        name = key.name if level else (hive.label if not key.path else f"{hive.label}: {key.path}")
        branch = ("├── " if left[level - 1] > 0 else "└── ") if level else ""
        out.line(f"{stem}{branch}{name}")
        if options.values:
            inner = stem + (("│   " if left[level - 1] > 0 else "    ") if level else "")
            for value in key.values():
                out.line(f"{inner}    {value_line(value)}")
    if hidden:
        session.notes.append(f"stopped as asked at depth {options.depth}: {hidden:,} deeper keys not shown")
