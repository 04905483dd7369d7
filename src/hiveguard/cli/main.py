"""The command line's entry: find the verb, run it, end with a trailer and an exit code.

Must not know: what verbs do. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import sys

from .. import __version__
from .verb_table import VERBS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ("main",)

_SIGINT = 2  # the module `signal` costs a tenth of a start, and not every verb needs it


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line; returns its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in ("-h", "--help", "help"):
        if words[1:2] and words[1] in VERBS:
            return main([words[1], "--help"])
        return _help(asked=bool(words))
    if words[0] in ("-V", "--version"):
        return _version()
    if words[0] not in VERBS:
        return _unknown(words[0])
    return _run(words[0], words[1:])


def _run(verb: str, words: list[str]) -> int:
    from ..core.errors import HiveError
    from .arguments import parser_for
    from .error_text import error_text
    from .exit_codes import of_error, of_signal
    from .output import ClosedPipe, message
    from .session import Session
    from .stop import Interrupted, Stop
    from .verb_table import load

    stop = Stop()
    session: Session | None = None
    try:
        try:
            options = parser_for(verb).read(words)
            if not options.at_once:  # what answers at once need not pay for taking over signals
                stop.install()
            session = Session(options, stop)
            try:
                load(verb).run(session)
            except HiveError as error:
                session.fail(error)
            return session.finish()
        except KeyboardInterrupt as interrupt:
            number = interrupt.number if isinstance(interrupt, Interrupted) else _SIGINT
            if session is None:
                return of_signal(number)
            session.interrupted(number)
            return session.finish()
        except HiveError as error:
            message(error_text(error))
            return of_error(error)
        finally:
            if session is not None:
                session.out.discard()
    except ClosedPipe:
        return 0
    except SystemExit as ended:  # from argparse: --help, or a usage error that is told already
        return ended.code if isinstance(ended.code, int) else 0


def _help(*, asked: bool) -> int:
    from .environment import VARIABLES
    from .exit_codes import MEANINGS, USAGE
    from .output import print_text

    width = max(map(len, VERBS))
    verbs = "\n".join(f"  {verb:<{width}}  {summary}" for verb, summary in VERBS.items())
    codes = "\n".join(f"  {code:>3}  {meaning}" for code, meaning in MEANINGS.items())
    wide = max(map(len, VARIABLES))
    variables = "\n".join(f"  {name:<{wide}} {what}" for name, what in VARIABLES.items())
    text = f"""HiveGuard {__version__}: reads and writes Windows registry hives, and says of every read how it ended.

usage: hiveguard VERB [options] HIVE ...

verbs:
{verbs}

  hiveguard VERB --help    the verb's options, with examples
  hiveguard --version      version of HiveGuard and of Python

example:
  hiveguard ls NTUSER.DAT 'Software\\Microsoft'

exit codes:
{codes}

environment:
{variables}
"""
    if asked:
        return print_text(text)
    sys.stderr.write(text)
    return USAGE


def _version() -> int:
    import platform

    from .output import print_text

    return print_text(f"hiveguard {__version__}\nPython {platform.python_version()}\n")


def _unknown(word: str) -> int:
    from difflib import get_close_matches

    from .exit_codes import USAGE
    from .output import message

    what = "option" if word.startswith("-") else "verb"
    near = get_close_matches(word, VERBS, 1)
    message(f"unknown {what} {word!r}" + (f"; did you mean {near[0]}?" if near else "; see hiveguard --help"))
    return USAGE
