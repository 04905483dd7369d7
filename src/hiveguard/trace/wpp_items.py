"""The item types of WPP arguments: how many bytes each takes, what value they are, and its text.

One table; a name that is not in it makes a message unreadable, since nothing in a payload tells where an argument
ends. Must not know: messages, formats. Sources: Microsoft, WDK, "What are the WPP extended format specification
strings?"; the tests of guscatalano/findneedle, which compare with the WDK's tracefmt; Nefarius.Utilities.ETW and
PerfView (TraceEvent) for items that those tests do not have.
"""

from __future__ import annotations

from . import wpp_item_texts as T
from .wpp_item_bytes import (
    bytes_counted,
    char4,
    fixed,
    guid,
    ipv4,
    ipv6,
    mac,
    pointer,
    port,
    real,
    sid,
    text8,
    text8_counted,
    text16,
    text16_counted,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from .tmf_message import TmfArgument
    from .wpp_item_bytes import Found
    from .wpp_spec import Value

    Read: TypeAlias = Callable[[bytes, int, int], Found]
    Text: TypeAlias = Callable[[Value, TmfArgument, int], str]

__all__ = ("ITEMS", "Item", "is_known")


class Item:
    """One type: ``read(payload, at, pointer_size)`` gives value, where the next one begins, and bits (0: no integer);
    ``text(value, argument, bits)``: its own text."""

    __slots__ = ("is_signed", "read", "text")

    def __init__(self, read: Read, text: Text = T.plain, *, is_signed: bool = False) -> None:
        self.read = read
        self.text = text
        self.is_signed = is_signed


_SIGNED = {
    1: Item(fixed(1), T.character, is_signed=True),
    2: Item(fixed(2), T.decimal, is_signed=True),
    4: Item(fixed(4), T.decimal, is_signed=True),
    8: Item(fixed(8), T.decimal, is_signed=True),
}

#: name in lower case to its type
ITEMS: dict[str, Item] = {
    "itemchar": _SIGNED[1],
    "itemuchar": Item(fixed(1), T.character),
    "itemshort": _SIGNED[2],
    "itemushort": Item(fixed(2)),
    "itemlong": _SIGNED[4],
    "itemulong": Item(fixed(4)),
    "itemulongx": Item(fixed(4), T.hexadecimal),
    "itemlonglong": _SIGNED[8],
    "itemquad": _SIGNED[8],
    "itemulonglong": Item(fixed(8)),
    "itemlonglongx": Item(fixed(8), T.hexadecimal),
    "itemlonglongxx": Item(fixed(8), T.hexadecimal_upper),
    "itemlonglongo": Item(fixed(8), T.octal),
    "itemfloat": Item(real(4), T.general),
    "itemdouble": Item(real(8), T.general),
    "itemptr": Item(pointer, T.pointer),
    # texts
    "itemstring": Item(text8),
    "itemrstring": Item(text8),
    "itemmlstring": Item(text8),
    "itemwstring": Item(text16),
    "itemrwstring": Item(text16),
    "itempstring": Item(text8_counted),
    "itempwstring": Item(text16_counted),
    # identities and addresses
    "itemguid": Item(guid),
    "itemclsid": Item(guid),
    "itemiid": Item(guid),
    "itemlibid": Item(guid),
    "itemsid": Item(sid),
    "itemipaddr": Item(ipv4),
    "itemipv6addr": Item(ipv6),
    "itemmacaddr": Item(mac),
    "itemport": Item(port),
    # codes with names
    "itemntstatus": Item(fixed(4), T.ntstatus),
    "itemnterror": Item(fixed(4), T.ntstatus),
    "itemhresult": Item(fixed(4), T.hresult),
    "itemwinerror": Item(fixed(4), T.winerror),
    "itemndis_status": Item(fixed(4), T.ndis_status),
    "itemndis_oid": Item(fixed(4), T.ndis_oid),
    # times
    "itemtimestamp": Item(fixed(8), T.moment, is_signed=True),
    "itemwaittime": Item(fixed(8), T.moment, is_signed=True),
    "itemtimedelta": Item(fixed(8), T.span, is_signed=True),
    # lists, sets, enumerations
    "itemlistbyte": Item(fixed(1), T.listed),
    "itemlistshort": Item(fixed(2), T.listed),
    "itemlistlong": Item(fixed(4), T.listed),
    "itemsetbyte": Item(fixed(1), T.set_of),
    "itemsetshort": Item(fixed(2), T.set_of),
    "itemsetlong": Item(fixed(4), T.set_of),
    "itemenum": Item(fixed(4), T.enumerated),
    "itemflagsenum": Item(fixed(4), T.flagged),
    # bytes
    "itemchar4": Item(char4),
    "itemhexdump": Item(bytes_counted, T.dump),
    "itemhexbytes": Item(bytes_counted, T.dump),
}


def is_known(name: str) -> bool:
    """Whether arguments of this type can be read; case does not matter."""
    return name.lower() in ITEMS
