"""``CurrentControlSet`` of a SYSTEM hive that is not in use: the set that its ``Select`` key names.

On a running Windows it is a link that is made at start; in a file there are only ``ControlSet001`` and so on.
Must not know: output. Source: Microsoft, "HKLM\\SYSTEM\\CurrentControlSet Registry Tree".
"""

from __future__ import annotations

from ..core.errors import HiveError, NotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..registry.hive import Hive
    from ..registry.key import Key

__all__ = ("NAME", "control_set")

NAME = "CurrentControlSet"


def control_set(hive: Hive | Key) -> str | None:
    """What stands for ``CurrentControlSet`` in a hive (or below its root key).

    None where such a key exists or none is selected.
    """
    try:
        hive.key(NAME)
    except NotFound:
        pass
    except HiveError:
        return None  # that it is not there is not certain
    else:
        return None
    try:
        number = hive.key("Select").value("Current").data
    except HiveError:
        return None
    return f"ControlSet{number:03}" if isinstance(number, int) else None
