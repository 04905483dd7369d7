"""``hiveguard import``: a .reg file into a hive; every line that is left out is named."""

from __future__ import annotations

import os

from ...core.ending import Ending
from ...core.errors import HiveError, NotFound
from ...core.verdict import Verdict
from ...registry.hive_bytes import open_source
from ...registry.reg_reader import CreateKey, DeleteKey, DeleteValue, Remark, SetValue, Skipped, read_reg
from ...registry.reg_text import prefix_for
from ...registry.roots import LONG_NAMES, SHORT_NAMES
from ..changing import add_target, change
from ..error_text import error_text
from ..output import message
from ..places import Places
from ..tree_deletion import delete_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from ...embedded.live_key import LiveKey
    from ...registry.reg_reader import Statement
    from ..session import Session

EXAMPLES = (
    "hiveguard import software.reg NEW.DAT",
    "hiveguard import --write changes.reg NTUSER.DAT",
    "hiveguard import changes.reg SOFTWARE --prefix 'HKEY_LOCAL_MACHINE\\OFFLINE' -o changed",
)


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE.reg", help="a .reg file")
    parser.add_argument("hive", metavar="HIVE", help="a hive file; one that is not there is made")
    parser.add_argument("--prefix", metavar="PATH", help="where the hive is mounted (default: by its file name)")
    parser.add_argument(
        "--lenient", action="store_true", help="as Windows does it: lines that mean nothing are passed over"
    )
    parser.add_argument("--code-page", default="cp1252", metavar="NAME", help="of 8-bit text (default: cp1252)")
    add_target(parser)


def run(session: Session) -> None:
    options = session.options
    source = open_source(options.file)
    try:
        data = source.read_all()
    finally:
        source.close()
    found = list(read_reg(data, lenient=options.lenient, code_page=options.code_page))
    prefix = _prefix(options.prefix, options.hive, found)
    skipped: list[Skipped] = []

    def work(root: LiveKey) -> tuple[int, int]:
        done = _Import(prefix, Places(session, root, options.hive), options.hive, anyway=options.anyway)
        for each in found:
            if isinstance(each, Skipped):
                skipped.append(each)
                continue
            try:
                done.do(each)
            except HiveError as error:
                skipped.append(Skipped(each.line, each.path, error_text(error).replace(root.path, options.hive)))
        return len(done.keys), done.values

    change(session, options.hive, work, may_make=True)
    for each in skipped:
        kind = "" if isinstance(each, Remark) else "skipped: "
        message(f"{options.file}:{each.line}: {kind}{each.why} ({each.text})")
    lost = sum(not isinstance(each, Remark) for each in skipped)
    if lost:
        reason = f"{lost:,} {'line' if lost == 1 else 'lines'} of {options.file} skipped"
        session.conclude(Verdict(Ending.DAMAGED, (reason,)))


class _Import:
    """Statements done one by one below a hive's root key."""

    def __init__(self, prefix: tuple[str, ...], places: Places, hive: str, *, anyway: bool) -> None:
        self._prefix = prefix
        self._places = places
        self._hive = hive
        self._anyway = anyway
        self.keys: set[tuple[str, ...]] = set()
        self.values = 0

    def do(self, statement: Statement) -> None:
        """Do one of them."""
        below = self._names(statement.path)
        names = self._places.in_control_set(below, to_delete=isinstance(statement, DeleteKey))
        keys = self._places.keys
        if isinstance(statement, DeleteKey):
            if not names:
                raise HiveError("the root of the hive cannot be deleted")
            try:
                delete_tree(keys, names, self._hive, anyway=self._anyway)
            except NotFound:
                return  # it is not there any more
            self.keys.add(names)
        elif isinstance(statement, CreateKey):
            self._key(names)
        elif isinstance(statement, SetValue):
            self._key(names).set_value(statement.name, statement.raw, statement.type)
            self.values += 1
        elif isinstance(statement, DeleteValue):
            try:
                keys.open(names).delete_value(statement.name)
            except NotFound:
                return  # it is not there any more
            self.values += 1

    def _key(self, names: tuple[str, ...]) -> LiveKey:
        key = self._places.keys.create(names)
        self.keys.add(names)
        return key

    def _names(self, path: str) -> tuple[str, ...]:
        names = _split(path)
        end = len(self._prefix)
        if tuple(name.lower() for name in names[:end]) != tuple(name.lower() for name in self._prefix):
            raise HiveError(f"{path} is not below {chr(92).join(self._prefix)}; name another place with --prefix")
        return names[end:]


def _split(path: str) -> tuple[str, ...]:
    names = tuple(name for name in path.split("\\") if name)
    first = SHORT_NAMES.get(names[0].upper(), names[0].upper()) if names else ""
    return (first, *names[1:]) if first in LONG_NAMES else names


def _prefix(asked: str | None, hive: str, found: list[Statement | Skipped]) -> tuple[str, ...]:
    """Where the hive is mounted: as asked, by its file name, or (nothing is below that) the first key of the file."""
    if asked is not None:
        return _split(asked)
    prefix = _split(prefix_for(os.path.basename(hive)))
    paths = [_split(each.path) for each in found if not isinstance(each, Skipped)]
    lower = tuple(name.lower() for name in prefix)
    if not paths or any(tuple(name.lower() for name in path[: len(prefix)]) == lower for path in paths):
        return prefix
    start = paths[0][: max(len(paths[0]), 1)]
    message(
        f"{hive}: {chr(92).join(start)} is taken as its root, by the file's first key; --prefix names another place"
    )
    return start
