"""Finding the transaction logs that lie beside a hive, whatever the case of their names.

Must not know: what logs hold. Source: msuhanov/regf, "Format of transaction log files" (names).
"""

from __future__ import annotations

import os

__all__ = ("is_companion", "log_names", "sibling_logs", "transaction_files")

#: extensions in the order in which they count: a pair wins over the single log of older systems
_PAIR = (".log1", ".log2")
_SINGLE = ".log"
_TRANSACTION_ENDINGS = (".blf", ".regtrans-ms")


def _names(path: str) -> tuple[str, list[str]]:
    folder, name = os.path.split(path)
    try:
        return name.lower(), sorted(os.listdir(folder or "."))
    except OSError:
        return name.lower(), []


def log_names(path: str) -> dict[str, str]:
    """Extension in lower case to path, of every log that lies beside a hive."""
    hive, names = _names(path)
    folder = os.path.dirname(path)
    found: dict[str, str] = {}
    for name in names:
        lower = name.lower()
        for extension in (*_PAIR, _SINGLE):
            # Two names that differ in case only: the first in the order of names is taken.
            if lower == hive + extension and extension not in found:
                log = os.path.join(folder, name)
                if os.path.isfile(log):  # a pipe of that name would keep us waiting
                    found[extension] = log
    return found


def sibling_logs(path: str) -> list[str]:
    """The paths of HIVE.LOG1 and HIVE.LOG2, or of HIVE.LOG where there is neither.

    Where a hive is a link and nothing lies beside that, they are those beside the file: there a writer has them.
    """
    found = log_names(path) or log_names(os.path.realpath(path))
    pair = [found[extension] for extension in _PAIR if extension in found]
    if pair and any(_has_content(log) for log in pair):
        return pair
    return [*pair, *([found[_SINGLE]] if _SINGLE in found else [])]


def _has_content(path: str) -> bool:
    try:
        return os.path.getsize(path) > 0
    except OSError:
        return False


def transaction_files(path: str) -> list[str]:
    """Names of the kernel transaction manager's files beside a hive (not replayed, only reported)."""
    hive, names = _names(path)
    return [
        name for name in names if name.lower().startswith(hive + "{") and name.lower().endswith(_TRANSACTION_ENDINGS)
    ]


def is_companion(name: str) -> bool:
    """Whether a file name is that of a log or transaction file, not of a hive."""
    return name.lower().endswith((*_PAIR, _SINGLE, *_TRANSACTION_ENDINGS))
