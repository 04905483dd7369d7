"""One message of a TMF file: how its arguments lie and how its text is made.

Must not know: files, traces, payloads. Source: Microsoft, WDK, "Trace message format file".
"""

from __future__ import annotations

from ..core.verdict import Frozen
from .kernel_groups import guid_text
from .tmf_symbols import TmfSymbols

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    T = TypeVar("T", bound=Frozen)

__all__ = ("TmfArgument", "TmfMessage", "restored")


class TmfArgument(Frozen):
    """One argument. ``index``: its number in the format (from 10); ``item``: its type, as the file has it;
    ``expression``: what the source code passes; ``symbols``: (number, name) of a list, set or enumeration, in order;
    ``enumeration``: the name of the enumeration it refers to, or empty."""

    __slots__ = ("enumeration", "expression", "index", "item", "symbols")
    enumeration: str
    expression: str
    index: int
    item: str
    symbols: TmfSymbols

    def __init__(
        self,
        index: int,
        item: str,
        expression: str = "",
        symbols: tuple[tuple[int, str], ...] = (),
        enumeration: str = "",
    ) -> None:
        object.__setattr__(self, "index", index)
        object.__setattr__(self, "item", item)
        object.__setattr__(self, "expression", expression)
        object.__setattr__(self, "symbols", symbols if isinstance(symbols, TmfSymbols) else TmfSymbols(symbols))
        object.__setattr__(self, "enumeration", enumeration)

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.index, self.item, self.expression, self.symbols, self.enumeration))


class TmfMessage(Frozen):
    """One message.

    ``guid``: the message GUID (16 bytes as stored) of its source file; ``number``; ``component``: the friendly name of
    the GUID; ``source``, ``major``, ``minor``: of the GUID's line; ``tag``: source file and line, as one word;
    ``format``: the text with its references; ``level``, ``flags``, ``function``: of the trailer, None where it has
    none; ``arguments``, in the order in which they lie; ``problem``: why a payload cannot be read by it, or empty.
    """

    __slots__ = (
        "arguments",
        "component",
        "flags",
        "format",
        "function",
        "guid",
        "level",
        "major",
        "minor",
        "number",
        "problem",
        "source",
        "tag",
    )
    arguments: tuple[TmfArgument, ...]
    component: str
    flags: str | None
    format: str
    function: str | None
    guid: bytes
    level: str | None
    major: str
    minor: str
    number: int
    problem: str
    source: str
    tag: str

    def __init__(
        self,
        guid: bytes,
        number: int,
        format: str,
        arguments: tuple[TmfArgument, ...] = (),
        *,
        component: str = "",
        source: str = "",
        major: str = "",
        minor: str = "",
        tag: str = "",
        level: str | None = None,
        flags: str | None = None,
        function: str | None = None,
        problem: str = "",
    ) -> None:
        def put(name: str, value: object) -> None:
            object.__setattr__(self, name, value)

        put("guid", guid)
        put("number", number)
        put("format", format)
        put("arguments", arguments)
        put("component", component)
        put("source", source)
        put("major", major)
        put("minor", minor)
        put("tag", tag)
        put("level", level)
        put("flags", flags)
        put("function", function)
        put("problem", problem)

    @property
    def guid_text(self) -> str:
        """The message GUID as people write it: the name of its TMF file."""
        return guid_text(self.guid)

    def with_arguments(self, arguments: tuple[TmfArgument, ...], problem: str) -> TmfMessage:
        """The same message with other arguments."""
        return TmfMessage(
            self.guid,
            self.number,
            self.format,
            arguments,
            component=self.component,
            source=self.source,
            major=self.major,
            minor=self.minor,
            tag=self.tag,
            level=self.level,
            flags=self.flags,
            function=self.function,
            problem=problem,
        )

    def __reduce__(self) -> tuple[object, ...]:
        return (restored, (TmfMessage, *self._fields()))


def restored(kind: type[T], *fields: object) -> T:
    """A value of these fields, in the order of its slots: for pickles and copies of what takes them by name."""
    value = object.__new__(kind)
    for name, field in zip(kind.__slots__, fields, strict=True):
        object.__setattr__(value, name, field)
    return value
