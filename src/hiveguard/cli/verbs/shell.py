"""``hiveguard shell``: an interactive shell over hives or an embedded registry; the same commands from a script."""

from __future__ import annotations

import os
import sys

from ...core.errors import BadArgument, HiveError
from ...embedded.registry import Registry
from ...embedded.states import State
from ...registry.copy import clean_copy
from ...registry.hive_files import MemoryDisk
from ...registry.reg_text import prefix_for
from ..interrupts import Interrupts
from ..output import message
from ..shell import Shell
from ..shell_terminal import lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from ..session import Session

EXAMPLES = (
    "hiveguard shell NTUSER.DAT",
    "hiveguard shell NTUSER.DAT -c 'cd Software' -c ls",
    "hiveguard shell --registry FOLDER < commands.txt",
)


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("hives", nargs="*", metavar="HIVE", help="hive files to load; without any an embedded registry")
    parser.add_argument("--write", action="store_true", help="changes go to the hive files themselves")
    parser.add_argument("--registry", metavar="FOLDER", help="the embedded registry that is kept in a folder")
    parser.add_argument(
        "-c", "--command", action="append", metavar="LINE", help="run this line and leave; may be repeated"
    )
    parser.set_defaults(at_once=True)


def run(session: Session) -> None:
    options = session.options
    if options.hives and options.registry:
        raise BadArgument("--registry is a registry of its own; leave the hives out, or load them in the shell")
    if options.registry:
        try:
            os.makedirs(options.registry, exist_ok=True)
        except OSError as error:
            raise HiveError(f"{options.registry}: {error.strerror}; name another folder") from None
    interrupts = Interrupts(at_prompt=False)  # before there is a prompt a Ctrl-C ends us
    interrupts.install()  # before there are locks: a KeyboardInterrupt would leave them locked
    with Registry(options.registry, bare=bool(options.hives)) as registry:
        shell = Shell(registry, session, interrupts)
        for hive in options.hives:
            mount = _mount(session, registry, hive)
            shell.place = shell.place or mount
            with interrupts:
                pass  # a signal that came while it was loaded
        shell.tell_logs()
        interrupts.at_prompt = not options.command and sys.stdin is not None and sys.stdin.isatty()
        try:
            for line in options.command if options.command else lines(shell):
                shell.run(line)
            with interrupts:
                pass  # a signal behind the last change is told
        finally:
            for path, (file, state) in registry.hives().items():
                if state is State.DIRTY and file is None and options.hives:
                    message(f"{path}: changed in memory only, and not saved; use save in the shell, or --write")


def _mount(session: Session, registry: Registry, hive: str) -> str:
    """Load a hive where Windows would have it; a copy in memory unless its file may be written."""
    names = prefix_for(os.path.basename(hive)).split("\\")
    if names == ["HKEY_CURRENT_USER"]:
        mount = "HKCU"
    elif len(names) == 2:
        mount = f"HKLM\\{names[1]}" if names[0] == "HKEY_LOCAL_MACHINE" else f"HKU\\{names[1]}"
    else:
        mount = f"HKU\\{os.path.basename(hive)}"
    if session.options.write:
        registry.load(mount, hive)
        return mount
    with session.open(hive) as opened:
        snapshot = opened.snapshot()
        session.conclude(opened.verdict_on(snapshot), opened)
        registry.load(mount, MemoryDisk(b"".join(clean_copy(snapshot))))
    return mount
