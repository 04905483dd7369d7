"""Access masks: what the bits of one ask for, and whether a handle was opened for what a call needs.

Must not know: keys. Sources: winnt.h (ACCESS_MASK); Microsoft, "Registry Key Security and Access Rights", "Accessing an
Alternate Registry View"; what each call needs: the pages of the calls themselves (RegDeleteTreeW, RegSetValueExW, ...).
"""

from __future__ import annotations

from .constants import (
    KEY_ALL_ACCESS,
    KEY_ENUMERATE_SUB_KEYS,
    KEY_EXECUTE,
    KEY_QUERY_VALUE,
    KEY_READ,
    KEY_SET_VALUE,
    KEY_WOW64_32KEY,
    KEY_WOW64_64KEY,
    KEY_WRITE,
)

__all__ = ("DELETE", "granted", "names_two_views", "told")

DELETE = 0x00010000  # winreg has no name for it
#: the rights that calls ask for
_NAMES = {
    KEY_QUERY_VALUE: "KEY_QUERY_VALUE",
    KEY_SET_VALUE: "KEY_SET_VALUE",
    KEY_ENUMERATE_SUB_KEYS: "KEY_ENUMERATE_SUB_KEYS",
    DELETE: f"DELETE ({DELETE:#x}, in KEY_ALL_ACCESS)",
}
#: bits that stand for other rights, GENERIC_READ first; the last is MAXIMUM_ALLOWED: nobody is refused here
_STAND_FOR = (
    (0x80000000, KEY_READ),
    (0x40000000, KEY_WRITE),
    (0x20000000, KEY_EXECUTE),
    (0x10000000, KEY_ALL_ACCESS),
    (0x02000000, KEY_ALL_ACCESS),
)


def granted(access: int) -> int:
    """The rights of a handle that was opened with a mask."""
    for bit, rights in _STAND_FOR:
        if access & bit:
            access |= rights
    return access


def names_two_views(access: int) -> bool:
    """Whether a mask asks for the 32-bit and the 64-bit view at once, which Windows refuses."""
    return bool(access & KEY_WOW64_32KEY and access & KEY_WOW64_64KEY)


def told(rights: int) -> str:
    """The rights by name."""
    return " and ".join(name for right, name in _NAMES.items() if rights & right)
