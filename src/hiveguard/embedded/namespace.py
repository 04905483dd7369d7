"""Where a path begins: ``HKLM\\...``, ``HKEY_CURRENT_USER\\...`` and ``\\REGISTRY\\...`` as names from the top.

Must not know: keys, hives. Sources: Microsoft, "Predefined Keys"; the layout below ``\\REGISTRY`` is that of
Windows' configuration manager. HKEY_CLASSES_ROOT is the machine's half only: it is no merged view.
"""

from __future__ import annotations

from ..core.errors import BadArgument
from ..registry.path import readings
from ..registry.roots import SHORT_NAMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..registry.path import PathLike, Step

__all__ = ("APPLICATIONS", "MACHINE", "TOP", "USER", "USER_SID", "full_readings")

TOP = "REGISTRY"
MACHINE = "MACHINE"
USER = "USER"
APPLICATIONS = "A"
#: the user that HKEY_CURRENT_USER stands for
USER_SID = "S-1-5-21-0-0-0-1000"

#: long name of a root to the names below the top
_ROOTS: dict[str, tuple[str, ...]] = {
    "HKEY_LOCAL_MACHINE": (MACHINE,),
    "HKEY_USERS": (USER,),
    "HKEY_CURRENT_USER": (USER, USER_SID),
    "HKEY_CLASSES_ROOT": (MACHINE, "SOFTWARE", "Classes"),
    "HKEY_CURRENT_CONFIG": (MACHINE, "SYSTEM", "CurrentControlSet", "Hardware Profiles", "Current"),
}


def full_readings(path: PathLike) -> Iterator[tuple[str, ...]]:
    """The ways to read a whole path, as names below the top; raises `BadArgument` when none begins with a root."""
    failure: BadArgument | None = None
    count = 0
    for steps in readings(path):
        try:
            names = from_top(steps, path)
        except BadArgument as error:  # taken literally it begins with no root; with slashes it may
            failure = failure or error
            continue
        count += 1
        yield names
    if failure is not None and not count:
        raise failure


def from_top(steps: tuple[Step, ...], path: object) -> tuple[str, ...]:
    """Names below the top from steps whose first one is a root."""
    names = tuple(name for name, _ in steps if name)
    if not names:
        return ()
    first = names[0].rstrip(":").upper()
    if first == TOP:
        return names[1:]
    root = _ROOTS.get(SHORT_NAMES.get(first, first))
    if root is None:
        raise BadArgument(f"{path!r}: {names[0]!r} is no root; begin with HKLM, HKU, HKCU, HKCR, HKCC or \\REGISTRY")
    return (*root, *names[1:])
