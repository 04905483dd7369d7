"""``hiveguard completion``: the shell completion for bash, zsh or fish."""

from __future__ import annotations

from ..completions import COMPLETIONS
from ..describe import all_verbs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from ..session import Session

EXAMPLES = (
    "source <(hiveguard completion bash)",
    "hiveguard completion zsh > ~/.zfunc/_hiveguard",
    "hiveguard completion fish > ~/.config/fish/completions/hiveguard.fish",
)


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("shell", choices=tuple(COMPLETIONS), help="the shell to complete in")


def run(session: Session) -> None:
    session.out.write(COMPLETIONS[session.options.shell](all_verbs()))
