"""Paths as a running registry spells them (``HKCU:\\Software``), meant for a hive that is a file.

In the file there is neither the root nor what lies between it and the place where the hive is mounted.
Must not know: output. Sources: Microsoft, "Predefined Keys", "about_Registry_Provider"; regedit's address bar.
"""

from __future__ import annotations

import os

from ..core.errors import HiveError, NotFound
from ..registry.reg_text import prefix_for
from ..registry.roots import LONG_NAMES, NATIVE_ROOTS, SHORT_NAMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..registry.hive import Hive
    from .own_keys import OwnKeys

__all__ = ("without_root",)

#: what may stand before the root
_BEFORE = ("computer\\", "microsoft.powershell.core\\", "registry::")


def without_root(hive: Hive | OwnKeys, label: str, path: str) -> str | None:
    """The path as this hive has it, or what is below its root key; None where no root is spelled in it, or such a
    key exists. ``label``: the hive's file.
    """
    found = _root(path)
    if found is None:
        return None
    root, end = found
    try:
        hive.key(path[:end])
    except NotFound:
        pass
    except HiveError:
        return None  # that it is not there is not certain
    else:
        return None
    separator = "\\" if "\\" in path else "/"
    names = path[end:].strip(separator).split(separator)
    mount = prefix_for(os.path.basename(label)).lower().split("\\")
    between = mount[1:]
    if mount[0] == root.lower() and [name.lower() for name in names[: len(between)]] == between:
        del names[: len(between)]
    return separator.join(names)


def _root(path: str) -> tuple[str, int] | None:
    """The root that a path begins with, and where it ends."""
    lower = path.lower()
    for native, root in NATIVE_ROOTS.items():
        if lower.startswith(native.lower()) and lower[len(native) :][:1] in ("", "\\"):
            return root, len(native)
    at = 0
    for word in _BEFORE:
        if lower.startswith(word, at):
            at += len(word)
    end = next((index for index in range(at, len(path)) if path[index] in "\\/"), len(path))
    name = path[at:end].removesuffix(":").upper()
    name = SHORT_NAMES.get(name, name)
    return (name, end) if name in LONG_NAMES else None
