"""Putting the drop-in in the place of ``winreg``, and choosing the registry behind it.

Must not know: what its functions do. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import os
import sys

from ..core.errors import HiveError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike

    from ..embedded.registry import Registry

__all__ = ("install", "use")

_ON_WINDOWS = os.name == "nt"  # not sys.platform: programs under test are told that they run on win32


def install() -> None:
    """Let every ``import winreg`` from now on get this module. On Windows the real one stays."""
    if not _ON_WINDOWS:
        sys.modules["winreg"] = sys.modules["hiveguard.winreg"]


def use(where: str | PathLike[str] | Registry | None = None) -> Registry:
    """Another registry behind the functions: kept in a folder, a `Registry` of yours, or (None) a new one in memory.

    Every handle into the one before is closed. Returns the registry. Raises `HiveError` on Windows, whose own
    registry is behind the functions there.
    """
    if _ON_WINDOWS:
        raise HiveError("on Windows the functions are those of its own registry; use hiveguard.Registry beside them")
    from .table import TABLE

    return TABLE.use(where)
