"""The types of values: their numbers and their names.

Must not know: what data of a type look like (`decode` does). Source: Microsoft, "Registry Value Types" (winnt.h).
"""

__all__ = (
    "REG_BINARY",
    "REG_DWORD",
    "REG_DWORD_BIG_ENDIAN",
    "REG_EXPAND_SZ",
    "REG_LINK",
    "REG_MULTI_SZ",
    "REG_QWORD",
    "REG_SZ",
    "TYPE_NAMES",
    "type_name",
)

REG_SZ = 1
REG_EXPAND_SZ = 2
REG_BINARY = 3
REG_DWORD = 4
REG_DWORD_BIG_ENDIAN = 5
REG_LINK = 6
REG_MULTI_SZ = 7
REG_QWORD = 11

TYPE_NAMES = (
    "REG_NONE",
    "REG_SZ",
    "REG_EXPAND_SZ",
    "REG_BINARY",
    "REG_DWORD",
    "REG_DWORD_BIG_ENDIAN",
    "REG_LINK",
    "REG_MULTI_SZ",
    "REG_RESOURCE_LIST",
    "REG_FULL_RESOURCE_DESCRIPTOR",
    "REG_RESOURCE_REQUIREMENTS_LIST",
    "REG_QWORD",
)


def type_name(number: int) -> str:
    """``REG_SZ``; a type that has no name is its number in hexadecimal."""
    return TYPE_NAMES[number] if number < len(TYPE_NAMES) else f"0x{number:08x}"
