"""One operation on a key as a trace recorded it.

Must not know: where it came from. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.verdict import Frozen

TYPE_CHECKING = False

__all__ = ("KeyOperation", "RawEvent")


class KeyOperation(Frozen):
    """``name``: the operation as its source calls it (``SetValueKey``); ``time``: ns since 1970 UTC, or None; ``key``:
    its whole name as far as the trace tells, or None; ``value``: the value's name, or None; ``status``: the NTSTATUS,
    or None; ``channel``: ``manifest`` or ``kernel``; ``pid``, ``tid``; ``is_cut``: its payload ended before its
    layout."""

    __slots__ = ("channel", "is_cut", "key", "name", "pid", "status", "tid", "time", "value")
    name: str
    time: int | None
    key: str | None
    value: str | None
    status: int | None
    channel: str
    pid: int | None
    tid: int | None
    is_cut: bool

    def __init__(
        self,
        name: str,
        time: int | None,
        channel: str,
        *,
        key: str | None,
        value: str | None,
        status: int | None,
        pid: int | None,
        tid: int | None,
        is_cut: bool,
    ) -> None:
        def put(field: str, given: object) -> None:
            object.__setattr__(self, field, given)

        put("name", name)
        put("time", time)
        put("channel", channel)
        put("key", key)
        put("value", value)
        put("status", status)
        put("pid", pid)
        put("tid", tid)
        put("is_cut", is_cut)


class RawEvent(Frozen):
    """A registry event whose payload has no public description: passed on as bytes."""

    __slots__ = ("channel", "number", "payload", "pid", "tid", "time")
    channel: str
    number: int
    time: int | None
    payload: bytes
    pid: int | None
    tid: int | None

    def __init__(
        self, channel: str, number: int, time: int | None, payload: bytes, *, pid: int | None, tid: int | None
    ) -> None:
        def put(field: str, given: object) -> None:
            object.__setattr__(self, field, given)

        put("channel", channel)
        put("number", number)
        put("time", time)
        put("payload", payload)
        put("pid", pid)
        put("tid", tid)
