"""The bytes of one trace record of every kind, right or wrong on purpose.

Must not know: buffers, how records are read. Sources: those of `hiveguard.trace.layout`: Geoff Chappell, "Trace
Headers for Event Tracing"; Microsoft, "EVENT_HEADER structure (evntcons.h)", "TraceMessage function (evntrace.h)".
"""

from __future__ import annotations

from collections.abc import Iterable
from struct import pack
from typing import TypedDict
from uuid import UUID

from ..trace.layout import (
    COMPACT32,
    COMPACT64,
    EVENT32,
    EVENT64,
    EVENT_DESCRIPTOR,
    EVENT_FLAG_EXTENDED,
    FULL32,
    FULL64,
    INSTANCE32,
    INSTANCE64,
    ITEM,
    ITEM_HEADER,
    ITEM_MORE,
    MARK_EVENT,
    MARK_MESSAGE,
    MESSAGE_COMPONENT,
    MESSAGE_GUID,
    MESSAGE_PERFORMANCE,
    MESSAGE_POINTER32,
    MESSAGE_POINTER64,
    MESSAGE_SEQUENCE,
    MESSAGE_SYSTEM_INFO,
    MESSAGE_TIME,
    PERFINFO32,
    PERFINFO64,
    PERFINFO_COUNTERS_SHIFT,
    PERFINFO_PEBS,
    SYSTEM32,
    SYSTEM64,
)

__all__ = (
    "ClassicFields",
    "EventFields",
    "Guid",
    "InstanceFields",
    "KernelFields",
    "MessageFields",
    "PerfinfoFields",
    "SystemFields",
    "classic_record",
    "compact_record",
    "event_record",
    "instance_record",
    "message_record",
    "perfinfo_record",
    "raw_guid",
    "raw_record",
    "system_record",
)

#: a GUID as text, as `UUID`, or as the 16 bytes that are stored
Guid = str | UUID | bytes
_NO_GUID = bytes(16)
_RECORD_MAX = 0xFFFF


class EventFields(TypedDict, total=False):
    """What `event_record` takes beside provider, id and payload."""

    pointer_size: int
    version: int
    channel: int
    level: int
    opcode: int
    task: int
    keyword: int
    flags: int
    property: int
    pid: int
    tid: int
    times: int
    activity: Guid
    items: Iterable[tuple[int, bytes]]


class KernelFields(TypedDict, total=False):
    """What `compact_record` takes beside hook and payload."""

    pointer_size: int
    version: int
    pid: int
    tid: int


class SystemFields(KernelFields, total=False):
    """What `system_record` takes beside hook and payload."""

    times: tuple[int, int]


class PerfinfoFields(TypedDict, total=False):
    """What `perfinfo_record` takes beside hook and payload."""

    pointer_size: int
    version: int
    pebs: int | None
    counters: Iterable[int]


class ClassicFields(TypedDict, total=False):
    """What `classic_record` takes beside GUID, opcode and payload."""

    pointer_size: int
    version: int
    level: int
    pid: int
    tid: int
    times: int


class InstanceFields(TypedDict, total=False):
    """What `instance_record` takes beside GUID, opcode and payload."""

    instance: int
    parent: int
    parent_guid: Guid
    pointer_size: int
    version: int
    level: int
    pid: int
    tid: int


class MessageFields(TypedDict, total=False):
    """What `message_record` takes beside number, arguments and time."""

    guid: Guid | None
    component: int | None
    sequence: int | None
    pid: int | None
    tid: int
    performance: bool
    pointer_size: int | None


def raw_guid(guid: Guid) -> bytes:
    """The 16 bytes that are stored."""
    if isinstance(guid, bytes):
        return guid
    return (guid if isinstance(guid, UUID) else UUID(guid)).bytes_le


def _whole(record: bytes) -> bytes:
    if len(record) > _RECORD_MAX:
        raise ValueError(f"a record of {len(record):,} bytes: its size field holds {_RECORD_MAX:,}")
    return record


def _items(items: Iterable[tuple[int, bytes]]) -> bytes:
    found = list(items)
    out = b""
    for number, (kind, data) in enumerate(found):
        size = ITEM_HEADER + len(data) + 7 & ~7
        more = ITEM_MORE if number + 1 < len(found) else 0
        out += (ITEM.pack(size, kind, more, len(data)) + data).ljust(size, b"\0")
    return out


def event_record(
    ticks: int,
    provider: Guid,
    id: int,
    payload: bytes = b"",
    *,
    pointer_size: int = 8,
    version: int = 0,
    channel: int = 0,
    level: int = 4,
    opcode: int = 0,
    task: int = 0,
    keyword: int = 0,
    flags: int = 0,
    property: int = 0,
    pid: int = 4,
    tid: int = 8,
    times: int = 0,
    activity: Guid = _NO_GUID,
    items: Iterable[tuple[int, bytes]] = (),
) -> bytes:
    """A record of a provider with a manifest (or TraceLogging): EVENT_HEADER."""
    extended = _items(items)
    size = 80 + len(extended) + len(payload)
    flags |= EVENT_FLAG_EXTENDED if extended else 0
    kind = EVENT64 if pointer_size == 8 else EVENT32
    head = pack("<HBBHHIIq", size & _RECORD_MAX, kind, MARK_EVENT, flags, property, tid, pid, ticks)
    head += raw_guid(provider) + EVENT_DESCRIPTOR.pack(id, version, channel, level, opcode, task, keyword)
    return _whole(head + pack("<Q", times) + raw_guid(activity) + extended + payload)


def system_record(
    ticks: int,
    hook: int,
    payload: bytes = b"",
    *,
    pointer_size: int = 8,
    version: int = 2,
    pid: int = 4,
    tid: int = 8,
    times: tuple[int, int] = (0, 0),
) -> bytes:
    """A record of the kernel with thread and process: SYSTEM_TRACE_HEADER."""
    kind = SYSTEM64 if pointer_size == 8 else SYSTEM32
    size = 32 + len(payload) & _RECORD_MAX
    return _whole(pack("<HBBHHIIqII", version, kind, MARK_EVENT, size, hook, tid, pid, ticks, *times) + payload)


def compact_record(
    ticks: int,
    hook: int,
    payload: bytes = b"",
    *,
    pointer_size: int = 8,
    version: int = 2,
    pid: int = 4,
    tid: int = 8,
) -> bytes:
    """A record of the kernel without processor times: the compact SYSTEM_TRACE_HEADER. Never seen in real traces."""
    kind = COMPACT64 if pointer_size == 8 else COMPACT32
    size = 24 + len(payload) & _RECORD_MAX
    return _whole(pack("<HBBHHIIq", version, kind, MARK_EVENT, size, hook, tid, pid, ticks) + payload)


def perfinfo_record(
    ticks: int,
    hook: int,
    payload: bytes = b"",
    *,
    pointer_size: int = 8,
    version: int = 2,
    pebs: int | None = None,
    counters: Iterable[int] = (),
) -> bytes:
    """A record of the kernel without thread and process: PERFINFO_TRACE_HEADER.

    ``pebs`` and ``counters`` lengthen the header; such records were never seen in real traces.
    """
    extra = b"" if pebs is None else pack("<Q", pebs)
    counted = list(counters)
    extra += b"".join(pack("<Q", counter) for counter in counted)
    flags = version | (0 if pebs is None else PERFINFO_PEBS) | len(counted) << PERFINFO_COUNTERS_SHIFT
    kind = PERFINFO64 if pointer_size == 8 else PERFINFO32
    size = 16 + len(extra) + len(payload) & _RECORD_MAX
    return _whole(pack("<HBBHHq", flags, kind, MARK_EVENT, size, hook, ticks) + extra + payload)


def classic_record(
    ticks: int,
    guid: Guid,
    opcode: int,
    payload: bytes = b"",
    *,
    pointer_size: int = 8,
    version: int = 2,
    level: int = 0,
    pid: int = 4,
    tid: int = 8,
    times: int = 0,
) -> bytes:
    """A classic event of a class GUID: EVENT_TRACE_HEADER, called FULL."""
    kind = FULL64 if pointer_size == 8 else FULL32
    size = 48 + len(payload) & _RECORD_MAX
    head = pack("<HBBBBHIIq", size, kind, MARK_EVENT, opcode, level, version, tid, pid, ticks)
    return _whole(head + raw_guid(guid) + pack("<Q", times) + payload)


def instance_record(
    ticks: int,
    guid: Guid,
    opcode: int,
    payload: bytes = b"",
    *,
    instance: int = 1,
    parent: int = 0,
    parent_guid: Guid = _NO_GUID,
    pointer_size: int = 8,
    version: int = 2,
    level: int = 0,
    pid: int = 4,
    tid: int = 8,
) -> bytes:
    """A classic event of an instance: EVENT_INSTANCE_GUID_HEADER. Never seen in real traces."""
    kind = INSTANCE64 if pointer_size == 8 else INSTANCE32
    size = 72 + len(payload) & _RECORD_MAX
    head = pack("<HBBBBHIIq", size, kind, MARK_EVENT, opcode, level, version, tid, pid, ticks)
    head += raw_guid(guid) + bytes(8) + pack("<II", instance, parent) + raw_guid(parent_guid)
    return _whole(head + payload)


def message_record(
    number: int,
    arguments: bytes = b"",
    *,
    guid: Guid | None = None,
    component: int | None = None,
    ticks: int | None = None,
    sequence: int | None = None,
    pid: int | None = None,
    tid: int = 8,
    performance: bool = False,
    pointer_size: int | None = 8,
) -> bytes:
    """A message (WPP): what is None is not there. Of a message with a component the GUID is not written."""
    flags = 0
    parts = b""
    if sequence is not None:
        flags |= MESSAGE_SEQUENCE
        parts += pack("<I", sequence)
    if guid is not None:
        flags |= MESSAGE_GUID
    if component is not None:
        flags |= MESSAGE_COMPONENT
        parts += pack("<I", component)
    elif guid is not None:
        parts += raw_guid(guid)
    if performance:
        flags |= MESSAGE_PERFORMANCE
    if ticks is not None:
        flags |= MESSAGE_TIME
        parts += pack("<q", ticks)
    elif performance:
        parts += bytes(8)
    if pid is not None:
        flags |= MESSAGE_SYSTEM_INFO
        parts += pack("<II", tid, pid)
    flags |= {4: MESSAGE_POINTER32, 8: MESSAGE_POINTER64, None: 0}[pointer_size]
    size = 8 + len(parts) + len(arguments)
    return _whole(pack("<HBBHH", size & _RECORD_MAX, 0, MARK_MESSAGE, number, flags) + parts + arguments)


def raw_record(kind: int, content: bytes) -> bytes:
    """A record whose size stands first and of which nothing else is known (types 12, 13, 14)."""
    size = 8 + len(content) & _RECORD_MAX
    return _whole(pack("<HBBI", size, kind, MARK_EVENT, 0) + content)
