"""Writes what is made from tables in the code: the man page, the completions, docs/cli.md, docs/states.md.

    interface.py [--check]

For: `make interface`; with --check (`make docs-check`) nothing is written, and what is out of date is named.
"""

from __future__ import annotations

import sys
from pathlib import Path

from hiveguard import __version__
from hiveguard.cli.completions import bash, fish, zsh
from hiveguard.cli.describe import all_verbs
from hiveguard.cli.manual import man_page, reference_page
from tools import states

ROOT = Path(__file__).resolve().parents[1]


def pages() -> dict[str, str]:
    """Each file that is made, by its path in the project, with its text."""
    verbs = all_verbs()
    return {
        "share/man/man1/hiveguard.1": man_page(verbs, __version__),
        "share/bash-completion/completions/hiveguard": bash(verbs),
        "share/zsh/site-functions/_hiveguard": zsh(verbs),
        "share/fish/vendor_completions.d/hiveguard.fish": fish(verbs),
        "docs/cli.md": reference_page(verbs),
        "docs/states.md": states.page(),
    }


def outdated(root: Path = ROOT) -> list[str]:
    """The files that are not what they would be if they were made now."""
    return [
        name
        for name, text in pages().items()
        if not (root / name).is_file() or (root / name).read_text(encoding="utf-8") != text
    ]


def main(arguments: list[str]) -> int:
    stale = outdated()
    if arguments == ["--check"]:
        for name in stale:
            print(f"interface: {name} is out of date; run `make interface`")
        return 1 if stale else 0
    for name in stale:
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(pages()[name], encoding="utf-8")
        print(f"interface: {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
