"""The own text of an argument: what ``%10!s!`` shows of it, from its value, its place in the TMF and its bits.

Where the WDK's tracefmt answers in local time or with an account's name, the text here is UTC and the SID: it must not
depend on the machine that reads. Must not know: payloads. Sources: those of `hiveguard.trace.wpp_items`.
"""

from __future__ import annotations

from ..core.filetime import TICKS_PER_SECOND
from ..core.filetime import text as iso
from . import wpp_symbols as S
from .limits import WPP_ARGUMENTS_TEXT_MAX
from .wpp_spec import as_signed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from .tmf_message import TmfArgument
    from .wpp_spec import Value

    Text: TypeAlias = Callable[[Value, TmfArgument, int], str]

__all__ = (
    "character",
    "decimal",
    "dump",
    "enumerated",
    "flagged",
    "general",
    "hexadecimal",
    "hexadecimal_upper",
    "hresult",
    "listed",
    "moment",
    "ndis_oid",
    "ndis_status",
    "ntstatus",
    "octal",
    "plain",
    "pointer",
    "set_of",
    "span",
    "winerror",
)

_OR = " | "


def plain(value: Value, _: TmfArgument, __: int) -> str:
    """As it is."""
    return str(value)


def decimal(value: Value, _: TmfArgument, bits: int) -> str:
    """A signed number."""
    return str(as_signed(_integer(value), bits))


def _integer(value: Value) -> int:
    return value if isinstance(value, int) else 0


def character(value: Value, _: TmfArgument, __: int) -> str:
    """The character with this number."""
    return chr(_integer(value) & 0xFF)


def _formatted(notation: str) -> Text:
    def text(value: Value, _: TmfArgument, bits: int) -> str:
        return format(_integer(value) & ((1 << bits) - 1), notation)

    return text


hexadecimal = _formatted("x")
hexadecimal_upper = _formatted("X")
octal = _formatted("o")


def pointer(value: Value, _: TmfArgument, bits: int) -> str:
    """All digits of an address."""
    return f"{_integer(value):0{bits // 4}X}"


def general(value: Value, _: TmfArgument, __: int) -> str:
    """A floating-point number with six digits: the notation of the source is not in the file."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def dump(value: Value, _: TmfArgument, __: int) -> str:
    """Bytes in hex."""
    return value.hex().upper() if isinstance(value, bytes) else ""


# --- codes with names -----------------------------------------------------------------------


def _coded(find: Callable[[int], str | None], notation: str = "#010x") -> Text:
    def text(value: Value, _: TmfArgument, __: int) -> str:
        code = _integer(value) & 0xFFFF_FFFF
        name = find(code)
        return f"{code:{notation}}({name})" if name else f"{code:{notation}}"

    return text


ntstatus = _coded(S.NTSTATUS.get)
hresult = _coded(S.hresult_name)
winerror = _coded(S.WIN32.get, "d")
ndis_status = _coded(S.NDIS_STATUS.get)
ndis_oid = _coded(S.NDIS_OID.get)


# --- times ----------------------------------------------------------------------------------


def moment(value: Value, argument: TmfArgument, bits: int) -> str:
    """A FILETIME in UTC; a negative one, as waits have, is a span. What is no date stays a number."""
    ticks = as_signed(_integer(value), bits)
    if ticks < 0:
        return span(value, argument, bits)
    found = iso(ticks)
    return f"{found[:10]} {found[11:23]}Z" if found else str(ticks)


def span(value: Value, _: TmfArgument, bits: int) -> str:
    """100-ns units as seconds with three digits."""
    ticks = as_signed(_integer(value), bits)
    seconds, rest = divmod(abs(ticks), TICKS_PER_SECOND)
    return f"{'-' if ticks < 0 else ''}{seconds}.{rest // 10_000:03d}s"


# --- lists, sets, enumerations --------------------------------------------------------------


def listed(value: Value, argument: TmfArgument, _: int) -> str:
    """A number of a list, and its name there."""
    number = _integer(value)
    name = argument.symbols.name(number)
    return f"{number:#010x}({name})" if name is not None else f"{number:#010x}"


def set_of(value: Value, argument: TmfArgument, bits: int) -> str:
    """The names of the bits that are set; those without one as a number."""
    number = left = _integer(value) & ((1 << bits) - 1)
    names = []
    room = WPP_ARGUMENTS_TEXT_MAX
    for bit, name in argument.symbols.of_bits(number):
        names.append(name)
        left &= ~(1 << bit)
        room -= len(name) + 1
        if room < 0:
            break  # longer than it may be: whoever asked cuts it
    return "[" + ",".join((*names, f"{left:#x}") if left else names) + "]"


def enumerated(value: Value, argument: TmfArgument, _: int) -> str:
    """The symbol of a number."""
    number = _integer(value)
    return argument.symbols.name(number) or f"{number:#x}"


def flagged(value: Value, argument: TmfArgument, _: int) -> str:
    """The symbols whose bits are all set, what no symbol covers as a number, and the number itself."""
    number = left = _integer(value)
    if not number:
        return argument.symbols.name(0) or "0x0"
    names = []
    room = WPP_ARGUMENTS_TEXT_MAX
    for bits, name in argument.symbols.within(number):
        names.append(name)
        left &= ~bits
        room -= len(name) + len(_OR)
        if room < 0:
            break  # as above
    if not names:
        return f"{number:#x}"
    if left:
        names.append(f"{left:#x}")
    return f"{_OR.join(names)}({number:#x})"
