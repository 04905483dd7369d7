"""What the verbs that change hives share: where the changed hive goes, and that nothing is changed by accident.

Must not know: what is changed. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import os

from ..core.ending import Ending
from ..core.errors import AlreadyThere, BadArgument, HiveError, Incomplete, Unreadable
from ..core.verdict import Evidence, Verdict, replace
from ..embedded.edit import edit
from .hive_before import HiveBefore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable

    from ..embedded.live_key import LiveKey
    from .session import Session

__all__ = ("add_target", "change")


def add_target(parser: ArgumentParser) -> None:
    """Where the changed hive goes."""
    parser.add_argument("-o", "--output", metavar="FILE", dest="into", help="a new file that gets the changed hive")
    parser.add_argument("--write", action="store_true", help="change HIVE itself")
    parser.add_argument(
        "--anyway", action="store_true", help="change a hive that is damaged, or whose logs are missing, too"
    )


def change(session: Session, hive: str, work: Callable[[LiveKey], tuple[int, int]], *, may_make: bool = False) -> None:
    """Do the work on the hive's root key, in a new file or in place; it gives how many keys and values were changed.

    ``may_make``: a hive that is not there is made. Whatever goes wrong, the file is left as it was.
    """
    options = session.options
    is_there = os.path.lexists(hive)
    if not is_there and not may_make:
        raise Unreadable(f"{hive}: there is no such file; check the path", 2)
    if options.write and options.into is not None:
        raise BadArgument("-o and --write: the changes go to a new file or into the hive itself; give one of them")
    if is_there and not options.write and options.into is None:
        raise BadArgument(f"{hive}: it would be changed; name a new file with -o, or say --write to change it itself")
    if options.into is not None and os.path.lexists(options.into):
        raise AlreadyThere(f"{options.into}: there already; name another file")
    before = HiveBefore(session, hive) if is_there else None
    if before is not None and not options.anyway:
        before.refuse(session)
    started = session.now()
    editing = edit(hive, into=options.into)
    with editing as root:
        try:
            keys, values = work(root)
        except Incomplete as incomplete:
            raise Incomplete(_in_file(incomplete.verdict, root.path, hive)) from None
        except HiveError as error:
            error.args = (str(error).replace(root.path, hive), *error.args[1:])
            raise
    where = options.into if options.into is not None else hive
    session.inputs += 1
    session.notes.append(f"{where} written")
    asked = f"a change of {hive}"
    fact = f"{where}: every change is on the disk"
    reasons = before.become(session, where, editing.logs) if before is not None else ()
    session.conclude(
        Verdict(
            Ending.COMPLETE,
            reasons,
            evidence=(Evidence(asked, (fact, *reasons), "exact"),),
            counts={"keys": keys, "values": values},
            attempts=1,
            started=started,
            finished=session.now(),
        )
    )


def _in_file(verdict: Verdict, mount: str, hive: str) -> Verdict:
    """A verdict that names the hive's file: where it is mounted for the moment is nobody's business."""
    return replace(verdict, reasons=tuple(reason.replace(mount, hive) for reason in verdict.reasons))
