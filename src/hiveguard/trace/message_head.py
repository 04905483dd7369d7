"""The header of a message (WPP): which optional parts it has, and where its arguments begin.

Must not know: message formats. Sources: Microsoft, "TraceMessage function (evntrace.h)" for the flags and the order of
the parts; Geoff Chappell, "MESSAGE_TRACE_HEADER" for the reserved bytes of the performance flag.
"""

from __future__ import annotations

from struct import Struct

from .layout import (
    MESSAGE_COMPONENT,
    MESSAGE_FLAGS,
    MESSAGE_GUID,
    MESSAGE_HEADER,
    MESSAGE_PERFORMANCE,
    MESSAGE_SEQUENCE,
    MESSAGE_SYSTEM_INFO,
    MESSAGE_TIME,
)

__all__ = ("MessageHead", "message_head", "message_header_size")

_U32 = Struct("<I").unpack_from
_I64 = Struct("<q").unpack_from
_TWO = Struct("<II").unpack_from


class MessageHead:
    """The optional parts of one message; None for those that it does not have."""

    __slots__ = ("component", "guid", "process", "sequence", "size", "thread", "ticks")

    def __init__(self) -> None:
        self.sequence: int | None = None
        self.guid: bytes | None = None
        self.component: int | None = None
        self.ticks: int | None = None
        self.thread: int | None = None
        self.process: int | None = None
        self.size = MESSAGE_HEADER


def message_header_size(flags: int) -> int:
    """Bytes from the start of a message to its arguments, told by its flags alone."""
    size = MESSAGE_HEADER
    if flags & MESSAGE_SEQUENCE:
        size += 4
    if flags & MESSAGE_COMPONENT:
        size += 4
    elif flags & MESSAGE_GUID:
        size += 16
    if flags & (MESSAGE_TIME | MESSAGE_PERFORMANCE):
        size += 8
    if flags & MESSAGE_SYSTEM_INFO:
        size += 8
    return size


def message_head(data: bytes, at: int = 0) -> MessageHead:
    """The parts of the message at a position; the bytes of its whole header are there."""
    flags = data[at + MESSAGE_FLAGS] | data[at + MESSAGE_FLAGS + 1] << 8
    start = at
    head = MessageHead()
    at += MESSAGE_HEADER
    if flags & MESSAGE_SEQUENCE:
        (head.sequence,) = _U32(data, at)
        at += 4
    if flags & MESSAGE_COMPONENT:
        (head.component,) = _U32(data, at)
        at += 4
    elif flags & MESSAGE_GUID:
        head.guid = data[at : at + 16]
        at += 16
    if flags & MESSAGE_TIME:
        (head.ticks,) = _I64(data, at)
        at += 8
    elif flags & MESSAGE_PERFORMANCE:
        at += 8
    if flags & MESSAGE_SYSTEM_INFO:
        head.thread, head.process = _TWO(data, at)
        at += 8
    head.size = at - start
    return head
