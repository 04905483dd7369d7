"""The names of the registry's roots, short, long and as the kernel has them.

Must not know: any registry. Source: Microsoft, "Predefined Keys"; "about_Registry_Provider".
"""

from __future__ import annotations

__all__ = ("LONG_NAMES", "NATIVE_ROOTS", "SHORT_NAMES")

#: short name to long name
SHORT_NAMES = {
    "HKLM": "HKEY_LOCAL_MACHINE",
    "HKCU": "HKEY_CURRENT_USER",
    "HKCR": "HKEY_CLASSES_ROOT",
    "HKU": "HKEY_USERS",
    "HKCC": "HKEY_CURRENT_CONFIG",
}
LONG_NAMES = frozenset(SHORT_NAMES.values())
#: the kernel's own names of two of them
NATIVE_ROOTS = {"\\REGISTRY\\MACHINE": "HKEY_LOCAL_MACHINE", "\\REGISTRY\\USER": "HKEY_USERS"}
