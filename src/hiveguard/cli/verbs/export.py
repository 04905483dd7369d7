"""``hiveguard export``: a .reg file, JSON, CSV, or a clean copy of the hive with its logs applied."""

from __future__ import annotations

import os

from ...core.ending import Ending
from ...core.errors import BadArgument
from ...core.verdict import Verdict
from ...registry.copy import clean_copy, is_sparse, packed_copy
from ...registry.reg_fit import RegFit
from ...registry.reg_text import BOM, HEADER, encode, key_lines, prefix_for
from ..arguments import add_format, add_key
from ..inputs import expand
from ..output import Output, message
from .dump import dump_records

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from ...registry.hive import Hive
    from ..session import Session

EXAMPLES = (
    "hiveguard export NTUSER.DAT Software -o software.reg",
    "hiveguard export --prefix 'HKEY_LOCAL_MACHINE\\OFFLINE' SOFTWARE -o offline.reg",
    "hiveguard export --format hive NTUSER.DAT -o clean.dat",
    "hiveguard export --format hive C/Windows/System32/config -o clean/",
)
KINDS = ("reg", "json", "csv", "hive")
_NAMED = 10  #: of what is left out


def arguments(parser: ArgumentParser) -> None:
    add_key(parser)
    parser.add_argument("--prefix", metavar="PATH", help="reg: where the hive is mounted (default: by its file name)")
    parser.add_argument("--as-is", action="store_true", help="hive: keep the free space of a hive that is mostly free")
    add_format(parser, *KINDS, default="reg")
    parser.set_defaults(takes_folder=True)


def run(session: Session) -> None:
    hives, words = session.split(1)
    path = words[0] if words else ""
    kind = session.options.format
    if kind == "hive" and path:
        raise BadArgument("a clean copy is always of the whole hive; leave the key out")
    if kind in ("json", "csv"):
        session.for_each(hives, lambda hive: dump_records(session, hive, path))
        return
    if session.out.is_terminal and not session.goes_to_folder:
        what = "a hive" if kind == "hive" else "a .reg file (UTF-16)"
        raise BadArgument(f"{what} is nothing for a terminal; name a file with -o")
    several = len(hives) > 1 or any(os.path.isdir(hive) for hive in hives)
    if session.goes_to_folder or (several and kind == "hive"):
        _into_folder(session, hives, path)
        return
    session.for_each(hives, lambda hive: _export(session, session.out, hive, path))


def _into_folder(session: Session, hives: list[str], path: str) -> None:
    """Each hive to a file of its own name in the folder of -o, below it as it lies below what was named."""
    options = session.options
    if not session.goes_to_folder:
        raise BadArgument("copies of several hives need a folder to go to; give one with -o FOLDER/")
    extension = ".reg" if options.format == "reg" else ""
    for given in hives:
        for each in expand([given]):
            name = os.path.relpath(each.path, given) if os.path.isdir(given) else os.path.basename(each.path)
            target = os.path.join(options.output, name + extension)

            def one(hive: Hive, target: str = target) -> None:
                out = session.another_output(target)
                try:
                    _export(session, out, hive, path)
                    out.finish()
                finally:
                    out.discard()

            session.read_one(each, one)


def _export(session: Session, out: Output, hive: Hive, path: str) -> None:
    if session.options.format == "hive":
        _copy(session, out, hive)
    else:
        _reg(session, out, hive, path)


def _copy(session: Session, out: Output, hive: Hive) -> None:
    snapshot = hive.snapshot()
    verdict = hive.verdict_on(snapshot)
    if not session.options.as_is and verdict.is_complete and not verdict.damage and is_sparse(snapshot):
        out.write_bytes(packed_copy(snapshot))
        session.notes.append("free space left out; --as-is keeps it")
    else:
        for part in clean_copy(snapshot):
            out.write_bytes(part)
    session.conclude(verdict, hive)


def _reg(session: Session, out: Output, hive: Hive, path: str) -> None:
    prefix, guess = session.options.prefix, None
    if prefix is None:
        prefix = prefix_for(os.path.basename(hive.label))
        guess = f"{hive.label}: written below {prefix}, by its file name; --prefix names another place"
    left_out = 0
    not_carried = {"last-write times": 0, "security descriptors": 0, "class names": 0, "symbolic links": 0}
    tail = ""
    fit = RegFit()
    for key in session.walk(hive, path):
        out.preamble(BOM + encode(HEADER))
        if guess is not None:
            message(guess)
            guess = None
        why = fit.key(key)
        values, others = fit.values(key) if why is None else ([], [])
        unwritten = [(key.path, why)] if why is not None else []
        unwritten += [(f"{key.path}, value {value.name or '(Default)'}", why) for value, why in others]
        for name, what in unwritten[: max(_NAMED - left_out, 0)]:
            message(f"{hive.label}: {name!r} left out: a .reg file cannot hold {what}")
        left_out += len(unwritten)
        if why is not None:
            continue
        not_carried["last-write times"] += key.last_write != 0
        not_carried["security descriptors"] += key.has_security
        not_carried["class names"] += key.has_class
        not_carried["symbolic links"] += key.is_link
        out.write_encoded(encode(key_lines(key, values, prefix)))
        tail = "\r\n"
    out.write_encoded(encode(tail))
    if left_out:
        if left_out > _NAMED:
            message(f"{hive.label}: {left_out - _NAMED:,} more left out; --format json holds all of them")
        what = "1 key or value" if left_out == 1 else f"{left_out:,} keys and values"
        reason = f"{what} left out that a .reg file cannot hold"
        session.conclude(Verdict(Ending.STOPPED, (reason,), stopped_by="limit"), hive)
    lost = ", ".join(f"{count:,} {what}" for what, count in not_carried.items() if count)
    if lost:
        reason = f"a .reg file cannot carry {lost}"
        session.conclude(Verdict(Ending.STOPPED, (reason,), stopped_by="caller"), hive)
