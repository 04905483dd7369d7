"""One WPP message of a trace: when, where and by whom it was logged, its arguments as values, and its text.

Must not know: how a text is made, output. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.filetime import text as iso
from ..core.verdict import Frozen
from .tmf_message import restored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    from .tmf_message import TmfMessage
    from .wpp_spec import Value

    Field: TypeAlias = str | int | bool | list[dict[str, str | int | None]] | None

__all__ = ("VERSION", "WppArgument", "WppMessage")

VERSION = 1  #: of the record that a message becomes


class WppArgument(Frozen):
    """One argument. ``index``: its number in the format; ``item``: its type; ``value``: an int, a float, bytes or a
    str, None where the payload ends before it; ``text``: its own text."""

    __slots__ = ("index", "item", "text", "value")
    index: int
    item: str
    text: str
    value: Value

    def __init__(self, index: int, item: str, value: Value, text: str) -> None:
        object.__setattr__(self, "index", index)
        object.__setattr__(self, "item", item)
        object.__setattr__(self, "value", value)
        object.__setattr__(self, "text", text)

    def __reduce__(self) -> tuple[object, ...]:
        return (type(self), (self.index, self.item, self.value, self.text))


class WppMessage(Frozen):
    """One message.

    ``time``: 100-ns ticks since 1601 UTC; where the message has none (``is_timed`` False) that of the record before it
    on its processor. ``guid``: the message GUID as text, None for a message with a ``component_id`` instead.
    ``number``; ``sequence``: its number in the session, where that counts; ``missing``: how many numbers were missing
    directly before it when it came (a late one may have filled the hole since). ``form``: its format in the TMF, None
    where there is none. ``text``: None where the message stays raw. ``reason``: why it is raw, or not wholly as its
    format says; empty: it is. ``is_cut``: the payload ends before its last argument, or a text is longer than any may
    be. ``payload``: the bytes of the arguments, always.
    """

    __slots__ = (
        "arguments",
        "component_id",
        "cpu",
        "form",
        "guid",
        "is_cut",
        "is_timed",
        "missing",
        "number",
        "payload",
        "pid",
        "reason",
        "sequence",
        "text",
        "tid",
        "time",
    )
    arguments: tuple[WppArgument, ...]
    component_id: int | None
    cpu: int
    form: TmfMessage | None
    guid: str | None
    is_cut: bool
    is_timed: bool
    missing: int
    number: int
    payload: bytes
    pid: int | None
    reason: str
    sequence: int | None
    text: str | None
    tid: int | None
    time: int | None

    def __init__(
        self,
        number: int,
        guid: str | None,
        payload: bytes,
        *,
        time: int | None = None,
        is_timed: bool = True,
        cpu: int = 0,
        pid: int | None = None,
        tid: int | None = None,
        component_id: int | None = None,
        sequence: int | None = None,
        missing: int = 0,
        form: TmfMessage | None = None,
        arguments: tuple[WppArgument, ...] = (),
        text: str | None = None,
        reason: str = "",
        is_cut: bool = False,
    ) -> None:
        put = object.__setattr__
        put(self, "number", number)
        put(self, "guid", guid)
        put(self, "payload", payload)
        put(self, "time", time)
        put(self, "is_timed", is_timed)
        put(self, "cpu", cpu)
        put(self, "pid", pid)
        put(self, "tid", tid)
        put(self, "component_id", component_id)
        put(self, "sequence", sequence)
        put(self, "missing", missing)
        put(self, "form", form)
        put(self, "arguments", arguments)
        put(self, "text", text)
        put(self, "reason", reason)
        put(self, "is_cut", is_cut)

    def __reduce__(self) -> tuple[object, ...]:
        return (restored, (WppMessage, *self._fields()))

    @property
    def is_raw(self) -> bool:
        """Whether no text could be made."""
        return self.text is None

    @property
    def component(self) -> str | None:
        """The friendly name of the GUID."""
        return self.form.component if self.form is not None else None

    @property
    def tag(self) -> str | None:
        """Source file and line, as one word."""
        return self.form.tag if self.form is not None else None

    @property
    def level(self) -> str | None:
        """The level's name."""
        return self.form.level if self.form is not None else None

    @property
    def flags(self) -> str | None:
        """The name of the flag."""
        return self.form.flags if self.form is not None else None

    @property
    def function(self) -> str | None:
        """The function that logged it."""
        return self.form.function if self.form is not None else None

    @property
    def values(self) -> tuple[Value, ...]:
        """The values of the arguments, in order."""
        return tuple(argument.value for argument in self.arguments)

    def line(self) -> str:
        """The message as a line: ``[cpu]pid.tid::time [component]text``, the ids in hex; ``~`` before a time that is
        not its own."""
        ids = ".".join("----" if number is None else f"{number:04X}" for number in (self.pid, self.tid))
        moment = (iso(self.time) if self.time is not None else None) or "no time"
        name = self.component or self.guid or f"component {self.component_id}"
        begin = f"[{self.cpu}]{ids}::{'' if self.is_timed else '~'}{moment} [{name}]"
        if self.text is None:
            return f"{begin}#{self.number} raw, {len(self.payload):,} bytes: {self.reason}"
        return f"{begin}{self.text}" + (f"  ({self.reason})" if self.reason else "")

    def as_record(self) -> Mapping[str, Field]:
        """The message as a flat record, versioned and only added to. The payload is there where it is not told by the
        arguments; bytes are hex, floating-point numbers text, so that no reader changes them."""
        record: dict[str, Field] = {
            "v": VERSION,
            "kind": "message",
            "time": iso(self.time) if self.time is not None else None,
            "cpu": self.cpu,
            "pid": self.pid,
            "tid": self.tid,
            "guid": self.guid,
            "number": self.number,
            "component": self.component,
            "tag": self.tag,
            "level": self.level,
            "flags": self.flags,
            "function": self.function,
            "text": self.text,
            "arguments": [_told(argument) for argument in self.arguments],
        }
        if not self.is_timed:
            record["is_timed"] = False
        if self.component_id is not None:
            record["component_id"] = self.component_id
        if self.sequence is not None:
            record["sequence"] = self.sequence
        if self.missing:
            record["missing"] = self.missing
        if self.reason:
            record["reason"] = self.reason
            record["is_cut"] = self.is_cut
            record["payload"] = self.payload.hex()
        return record


def _told(argument: WppArgument) -> dict[str, str | int | None]:
    value = argument.value
    if isinstance(value, bytes):
        value = value.hex()
    elif isinstance(value, float):
        value = repr(value)
    told: dict[str, str | int | None] = {"index": argument.index, "item": argument.item, "value": value}
    if argument.text != str(value):
        told["text"] = argument.text
    return told
