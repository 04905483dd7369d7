"""``CurrentControlSet`` of a SYSTEM hive that is not in use: the set that its ``Select`` key names.

On a running Windows it is a link that is made at start; in a file there are only ``ControlSet001`` and so on.
Must not know: output. Source: Microsoft, "HKLM\\SYSTEM\\CurrentControlSet Registry Tree".
"""

from __future__ import annotations

from ..core.errors import HiveError, NotFound
from ..regf.value_types import REG_DWORD, type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..registry.hive import Hive
    from .own_keys import OwnKeys

__all__ = ("NAME", "control_set")

NAME = "CurrentControlSet"


def control_set(hive: Hive | OwnKeys, label: str) -> str | None:
    """What stands for ``CurrentControlSet`` in a hive; None where such a key exists or none is selected.

    Raises `NotFound` where what is to select one is no number, and `Incomplete` where it cannot be read.
    """
    try:
        hive.key(NAME)
    except NotFound:
        pass
    except HiveError:
        return None  # that it is not there is not certain: whoever looks for it is told
    else:
        return None
    try:
        current = hive.key("Select").value("Current")
    except NotFound:
        return None
    if current.type != REG_DWORD or len(current.raw) != 4:
        is_what = f"{type_name(current.type)} of {len(current.raw):,} bytes"
        raise NotFound(
            f"{label}: Select\\Current is {is_what}, no number of 32 bits: it selects no control set that "
            f"{NAME} could be; name one, as ControlSet001"
        )
    return f"ControlSet{int.from_bytes(current.raw, 'little'):03}"
