"""Putting the drop-in in the place of ``winreg``, for good or for a while, and choosing the registry behind it.

Must not know: what its functions do. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from types import ModuleType, TracebackType

    from ..embedded.registry import Registry

__all__ = ("Replacement", "behind", "install", "is_settled", "use")

_ON_WINDOWS = os.name == "nt"  # not sys.platform: programs under test are told that they run on win32
if _ON_WINDOWS:
    import winreg

    _own: ModuleType | None = winreg
else:
    _own = None
_lasting: list[Replacement] = []


def is_settled() -> bool:
    """Whether the module behind is the same for the life of the process."""
    return _own is None


def behind() -> ModuleType:
    """The module that answers: Windows' own on Windows, unless it is replaced; the drop-in elsewhere."""
    if _own is not None and not _lasting:
        return _own
    from . import drop_in

    return drop_in


def install() -> None:
    """Let every ``import winreg`` from now on get this module. On Windows the real one stays."""
    if not _ON_WINDOWS:
        sys.modules["winreg"] = sys.modules["hiveguard.winreg"]


def use(where: str | PathLike[str] | Registry | None = None) -> Registry:
    """Another registry behind the functions: kept in a folder, a `Registry` of yours, or (None) a new one in memory.

    Every handle into the one before is closed. Returns the registry. Raises `HiveError` on Windows, whose own
    registry is behind the functions there, unless tests have replaced it.
    """
    if _own is not None and not _lasting:
        from ..core.errors import HiveError

        raise HiveError("on Windows the functions are those of its own registry; use hiveguard.Registry beside them")
    from .table import TABLE

    return TABLE.use(where)


class Replacement:
    """``with Replacement() as registry``: every ``import winreg`` gets the drop-in over a new registry in memory.

    On Windows too: nothing reaches the machine's registry meanwhile. Afterwards the module and the registry that were
    there before are there again, with the handles into it.
    """

    def __enter__(self) -> Registry:
        from .table import TABLE

        self._before = sys.modules.get("winreg")
        self._kept = TABLE.lay_aside()
        _lasting.append(self)
        sys.modules["winreg"] = sys.modules["hiveguard.winreg"]
        return TABLE.use(None)

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        from .table import TABLE

        _lasting.remove(self)
        if self._before is None:
            sys.modules.pop("winreg", None)
        else:
            sys.modules["winreg"] = self._before
        TABLE.take_up(self._kept)
