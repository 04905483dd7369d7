"""One record of a trace: who logged what and when, and its payload as bytes.

A record is a tuple underneath (a trace may hold millions): what every consumer asks for stands in it, the rest is
read from the raw header when it is asked for. A field that the record's header does not have is None.

Must not know: files, buffers, what a payload means. Sources: those of the layout table.
"""

from __future__ import annotations

from _operator import itemgetter

from .kernel_groups import guid_text
from .layout import (
    COMPACT32,
    COMPACT64,
    ERROR,
    EVENT32,
    EVENT64,
    EVENT_ACTIVITY,
    EVENT_DESCRIPTOR,
    EVENT_DESCRIPTOR_AT,
    EVENT_FLAG_EXTENDED,
    EVENT_FLAGS,
    EVENT_HEADER,
    EVENT_PROPERTY,
    FULL32,
    FULL64,
    FULL_LEVEL,
    FULL_OPCODE,
    FULL_VERSION,
    INSTANCE32,
    INSTANCE64,
    INSTANCE_ID,
    INSTANCE_PARENT,
    INSTANCE_PARENT_GUID,
    ITEM_RELATED_ACTIVITY,
    KERNEL_HOOK,
    KERNEL_VERSION,
    MESSAGE,
    MESSAGE_FLAGS,
    MESSAGE_NUMBER,
    MESSAGE_POINTER32,
    MESSAGE_POINTER64,
    MESSAGE_TIME,
    PERFINFO32,
    PERFINFO64,
    RECORD_PROCESS,
    RECORD_THREAD,
    RECORD_TYPE,
    SYSTEM32,
    SYSTEM64,
    TIMED,
    WNODE,
)
from .message_head import MessageHead, message_head

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .extended import ExtendedItem

__all__ = ("KINDS", "Record")

#: the type byte of a record to the name of its header and the pointer size of its payload (0: not told there)
KINDS: dict[int, tuple[str, int]] = {
    SYSTEM32: ("system", 4),
    SYSTEM64: ("system", 8),
    COMPACT32: ("compact", 4),
    COMPACT64: ("compact", 8),
    PERFINFO32: ("perfinfo", 4),
    PERFINFO64: ("perfinfo", 8),
    FULL32: ("full", 4),
    FULL64: ("full", 8),
    INSTANCE32: ("instance", 4),
    INSTANCE64: ("instance", 8),
    EVENT32: ("event", 4),
    EVENT64: ("event", 8),
    MESSAGE: ("message", 0),
    TIMED: ("raw", 0),
    ERROR: ("raw", 0),
    WNODE: ("raw", 0),
}
_KERNEL = frozenset((SYSTEM32, SYSTEM64, COMPACT32, COMPACT64, PERFINFO32, PERFINFO64))
_CLASSIC = frozenset((FULL32, FULL64, INSTANCE32, INSTANCE64))
_EVENT = frozenset((EVENT32, EVENT64))
#: the headers with thread and process at 8 and 12
_WITH_THREAD = frozenset((SYSTEM32, SYSTEM64, COMPACT32, COMPACT64, *_CLASSIC, *_EVENT))
_RAW = frozenset((TIMED, ERROR, WNODE))


class Record(tuple):  # type: ignore[type-arg]  # a plain tuple underneath: immutable and cheap
    """A record: ``(place, time, cpu, provider, payload, head)``.

    ``place``: the raw clock ticks by which it is ordered; of a record without a time those of the record before it on
    its processor. ``time``: 100-ns ticks since 1601 UTC, or None (no time in it, or an unknown clock). ``cpu``: the
    processor's number. ``provider``: 16 bytes as stored: the provider of an event, the class of a classic or kernel
    record, the GUID of a message (zeros where there is none). ``payload``: what follows the header and its extended
    items. ``head``: the raw header with those items.
    """

    __slots__ = ()

    def __new__(cls, place: int, time: int | None, cpu: int, provider: bytes, payload: bytes, head: bytes) -> Record:
        return tuple.__new__(cls, (place, time, cpu, provider, payload, head))

    def __getnewargs__(self) -> tuple[object, ...]:
        return tuple(self)

    if TYPE_CHECKING:

        @property
        def place(self) -> int: ...
        @property
        def time(self) -> int | None: ...
        @property
        def cpu(self) -> int: ...
        @property
        def provider(self) -> bytes: ...
        @property
        def payload(self) -> bytes: ...
        @property
        def head(self) -> bytes: ...

    else:
        place = property(itemgetter(0))
        time = property(itemgetter(1))
        cpu = property(itemgetter(2))
        provider = property(itemgetter(3))
        payload = property(itemgetter(4))
        head = property(itemgetter(5))

    @property
    def type(self) -> int:
        """The byte that names the header's form."""
        return self.head[RECORD_TYPE]

    @property
    def kind(self) -> str:
        """``system``, ``compact``, ``perfinfo``, ``full``, ``instance``, ``event``, ``message`` or ``raw``."""
        return KINDS[self.head[RECORD_TYPE]][0]

    @property
    def pointer_size(self) -> int | None:
        """Bytes of a pointer in the payload, 4 or 8; None where the record does not tell."""
        head = self.head
        size = KINDS[head[RECORD_TYPE]][1]
        if not size and head[RECORD_TYPE] == MESSAGE:
            flags = head[MESSAGE_FLAGS]
            size = 8 if flags & MESSAGE_POINTER64 else 4 if flags & MESSAGE_POINTER32 else 0
        return size or None

    @property
    def ticks(self) -> int | None:
        """The raw time in the session's clock; None where the record has none."""
        kind = self.head[RECORD_TYPE]
        if kind in _RAW or (kind == MESSAGE and not self.head[MESSAGE_FLAGS] & MESSAGE_TIME):
            return None
        return self.place

    @property
    def tid(self) -> int | None:
        """The thread's id (0xFFFFFFFF where Windows knew none)."""
        head = self.head
        if head[RECORD_TYPE] in _WITH_THREAD:
            return int.from_bytes(head[RECORD_THREAD : RECORD_THREAD + 4], "little")
        return self._message.thread if head[RECORD_TYPE] == MESSAGE else None

    @property
    def pid(self) -> int | None:
        """The process's id (0xFFFFFFFF where Windows knew none)."""
        head = self.head
        if head[RECORD_TYPE] in _WITH_THREAD:
            return int.from_bytes(head[RECORD_PROCESS : RECORD_PROCESS + 4], "little")
        return self._message.process if head[RECORD_TYPE] == MESSAGE else None

    @property
    def provider_text(self) -> str | None:
        """The provider as people write a GUID; None where there is none."""
        return guid_text(self.provider) if any(self.provider) else None

    @property
    def _descriptor(self) -> tuple[int, int, int, int, int, int, int] | None:
        if self.head[RECORD_TYPE] not in _EVENT:
            return None
        found: tuple[int, int, int, int, int, int, int] = EVENT_DESCRIPTOR.unpack_from(self.head, EVENT_DESCRIPTOR_AT)
        return found

    @property
    def _message(self) -> MessageHead:
        return message_head(self.head)

    @property
    def hook(self) -> int | None:
        """The hook id of a kernel record: its group in the high byte, its opcode in the low one."""
        head = self.head
        if head[RECORD_TYPE] not in _KERNEL:
            return None
        return head[KERNEL_HOOK] | head[KERNEL_HOOK + 1] << 8

    @property
    def id(self) -> int | None:
        """The id of an event, or the number of a message."""
        head = self.head
        if head[RECORD_TYPE] in _EVENT:
            return head[EVENT_DESCRIPTOR_AT] | head[EVENT_DESCRIPTOR_AT + 1] << 8
        if head[RECORD_TYPE] == MESSAGE:
            return head[MESSAGE_NUMBER] | head[MESSAGE_NUMBER + 1] << 8
        return None

    @property
    def opcode(self) -> int | None:
        """The opcode of an event, the event type of a classic record, the low byte of a hook id."""
        head = self.head
        kind = head[RECORD_TYPE]
        if kind in _KERNEL:
            return head[KERNEL_HOOK]
        if kind in _CLASSIC:
            return head[FULL_OPCODE]
        descriptor = self._descriptor
        return descriptor[4] if descriptor else None

    @property
    def version(self) -> int | None:
        """The version of the payload's layout."""
        head = self.head
        kind = head[RECORD_TYPE]
        if kind in _KERNEL:
            return head[KERNEL_VERSION]
        if kind in _CLASSIC:
            return head[FULL_VERSION] | head[FULL_VERSION + 1] << 8
        descriptor = self._descriptor
        return descriptor[1] if descriptor else None

    @property
    def level(self) -> int | None:
        """The level (1 critical to 5 verbose, 0 always)."""
        if self.head[RECORD_TYPE] in _CLASSIC:
            return self.head[FULL_LEVEL]
        descriptor = self._descriptor
        return descriptor[3] if descriptor else None

    @property
    def channel(self) -> int | None:
        """The channel of an event."""
        descriptor = self._descriptor
        return descriptor[2] if descriptor else None

    @property
    def task(self) -> int | None:
        """The task of an event."""
        descriptor = self._descriptor
        return descriptor[5] if descriptor else None

    @property
    def keyword(self) -> int | None:
        """The keywords of an event, 64 bits."""
        descriptor = self._descriptor
        return descriptor[6] if descriptor else None

    @property
    def flags(self) -> int | None:
        """The flags of an event or of a message, as stored."""
        head = self.head
        if head[RECORD_TYPE] in _EVENT:
            return head[EVENT_FLAGS] | head[EVENT_FLAGS + 1] << 8
        if head[RECORD_TYPE] == MESSAGE:
            return head[MESSAGE_FLAGS] | head[MESSAGE_FLAGS + 1] << 8
        return None

    @property
    def properties(self) -> int | None:
        """The event properties, as stored."""
        head = self.head
        if head[RECORD_TYPE] not in _EVENT:
            return None
        return head[EVENT_PROPERTY] | head[EVENT_PROPERTY + 1] << 8

    @property
    def activity(self) -> bytes | None:
        """The activity id of an event: 16 bytes."""
        if self.head[RECORD_TYPE] not in _EVENT:
            return None
        return self.head[EVENT_ACTIVITY : EVENT_ACTIVITY + 16]

    @property
    def items(self) -> tuple[ExtendedItem, ...]:
        """The extended items of an event, in stored order; those that run beyond the record are left out."""
        head = self.head
        if head[RECORD_TYPE] not in _EVENT or not head[EVENT_FLAGS] & EVENT_FLAG_EXTENDED:
            return ()
        from .extended import read_items

        return read_items(head, EVENT_HEADER)

    @property
    def related(self) -> bytes | None:
        """The related activity id of an event, or the parent's GUID of an instance: 16 bytes."""
        head = self.head
        if head[RECORD_TYPE] in (INSTANCE32, INSTANCE64):
            return head[INSTANCE_PARENT_GUID : INSTANCE_PARENT_GUID + 16]
        for item in self.items:
            if item.type == ITEM_RELATED_ACTIVITY and len(item.data) == 16:
                return item.data
        return None

    @property
    def instance(self) -> tuple[int, int] | None:
        """Of an instance record its id and its parent's."""
        head = self.head
        if head[RECORD_TYPE] not in (INSTANCE32, INSTANCE64):
            return None
        own, parent = head[INSTANCE_ID:INSTANCE_PARENT], head[INSTANCE_PARENT:INSTANCE_PARENT_GUID]
        return int.from_bytes(own, "little"), int.from_bytes(parent, "little")

    @property
    def sequence(self) -> int | None:
        """The sequence number of a message, where its session counts."""
        return self._message.sequence if self.head[RECORD_TYPE] == MESSAGE else None

    @property
    def component(self) -> int | None:
        """The component id that a message has instead of a GUID."""
        return self._message.component if self.head[RECORD_TYPE] == MESSAGE else None

    def __repr__(self) -> str:
        who = self.provider_text or "no provider"
        what = f"hook {self.hook:#06x}" if self.hook is not None else f"id {self.id}, opcode {self.opcode}"
        return f"<{self.kind} record: {who}, {what}, cpu {self.cpu}, {len(self.payload)} bytes>"
