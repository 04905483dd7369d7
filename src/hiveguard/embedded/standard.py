"""The hives that every Windows has, and what is in them before anybody wrote.

Must not know: files. Sources: Microsoft, "Registry Hives"; the link CurrentControlSet is made by Windows' loader
from the value Current of the key Select.
"""

from __future__ import annotations

from ..core.errors import HiveError, NotFound
from ..regf.damage import Findings
from ..regf.editor import Editor
from ..regf.encode import encode
from ..regf.layout import KEY_SYM_LINK, KEY_VOLATILE
from ..regf.records import Budget, read_value
from ..regf.value_types import REG_DWORD, REG_LINK
from .namespace import MACHINE, TOP, USER, USER_SID

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .loaded_hive import LoadedHive

__all__ = ("STANDARD", "fill", "link_control_set")

#: mount to the hive's file name
STANDARD = (
    (f"\\{TOP}\\{MACHINE}\\SYSTEM", "SYSTEM"),
    (f"\\{TOP}\\{MACHINE}\\SOFTWARE", "SOFTWARE"),
    (f"\\{TOP}\\{MACHINE}\\SAM", "SAM"),
    (f"\\{TOP}\\{MACHINE}\\SECURITY", "SECURITY"),
    (f"\\{TOP}\\{USER}\\.DEFAULT", "DEFAULT"),
    (f"\\{TOP}\\{USER}\\{USER_SID}", "NTUSER.DAT"),
)
#: file name to keys that are there from the beginning
_KEYS = {
    "SYSTEM": (
        ("Select",),
        ("ControlSet001", "Control", "Session Manager", "Environment"),
        ("ControlSet001", "Hardware Profiles", "Current", "Software"),
        ("ControlSet001", "Services"),
    ),
    "SOFTWARE": (
        ("Classes",),
        ("Microsoft", "Windows", "CurrentVersion"),
        ("Microsoft", "Windows NT", "CurrentVersion"),
    ),
    "DEFAULT": (("Software",), ("Environment",), ("Control Panel",)),
    "NTUSER.DAT": (("Software", "Microsoft"), ("Software", "Classes"), ("Environment",), ("Control Panel",)),
}
_SELECT = ("Current", "Default", "LastKnownGood")


def fill(file: str, editor: Editor, ticks: int) -> None:
    """Make the keys that a new hive of that name begins with."""
    for names in _KEYS.get(file.upper(), ()):
        node = editor.root
        for name in names:
            found = editor.find_key(node, name)
            node = editor.create_key(node, name, ticks) if found is None else found
    if file.upper() == "SYSTEM":
        select = editor.find_key(editor.root, "Select")
        if select is None:
            raise NotFound("Select: it was made a moment ago; check the hive")
        for name in _SELECT:
            editor.set_value(select, name, REG_DWORD, encode(REG_DWORD, 1), ticks)


def link_control_set(hive: LoadedHive, ticks: int) -> None:
    """Make ``CurrentControlSet``, a volatile link to the control set that Select names, unless it is there."""
    editor = hive.store.editor
    select = editor.find_key(editor.root, "Select")
    if select is None or editor.find_key(editor.root, "CurrentControlSet") is not None:
        return
    record = editor.find_value(select, "Current")
    value = read_value(editor.heap, record, Findings(), Budget(editor.heap)) if record is not None else None
    if value is None or value.type != REG_DWORD or not isinstance(value.data, int):
        return
    volatile, where = hive.volatile(ticks), hive.shadow(hive.root, ticks)
    try:
        link = volatile.create_key(where, "CurrentControlSet", ticks, flags=KEY_VOLATILE | KEY_SYM_LINK)
        target = f"\\{TOP}\\{MACHINE}\\{hive.root.name}\\ControlSet{value.data:03}"
        volatile.set_value(link, "SymbolicLinkValue", REG_LINK, encode(REG_LINK, target), ticks)
    except HiveError:
        return  # without the link the hive is still whole
