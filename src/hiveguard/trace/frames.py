"""The records of one buffer: the hot loop. Everything that a record is made of is decided here and nowhere else.

One branch for each family of headers, the frequent ones first, no call and no object but the row itself: a row is
what a `Record` holds, so that it becomes one without being looked at. Must not know: files, chains, payloads.
Sources: those of the layout table; that a record begins at a multiple of 8 from the start of its buffer, and that the
bytes between two records mean nothing, is what real traces show.
"""

from __future__ import annotations

from .extended import end_of_items
from .kernel_groups import CLASS_GUIDS, UNKNOWN_CLASS
from .layout import (
    ERROR,
    EVENT,
    EVENT_HEADER,
    FULL,
    FULL32,
    FULL_HEADER,
    HOOK_GROUP_MASKS,
    HOOK_GROUP_MASKS_END,
    INSTANCE32,
    INSTANCE_HEADER,
    MESSAGE_START,
    MESSAGE_USUAL_PARTS,
    PERFINFO,
    PERFINFO_COUNTERS_SHIFT,
    PERFINFO_PEBS,
    RAW_HEADER,
    SYSTEM,
    TIMED,
    WNODE,
)
from .message_head import message_head, message_header_size

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Set as AbstractSet
    from typing import TypeAlias

    from .clock import SessionClock

    #: place, time, cpu, provider, payload, head
    Row: TypeAlias = tuple[int, int | None, int, bytes, bytes, bytes]

__all__ = ("PADDING", "Frames")

#: behind the valid bytes of a buffer, so that no header is read beyond the end of what there is
PADDING = bytes(EVENT_HEADER)

#: bytes of the header, by the record's type
_OTHERS = {
    FULL32: FULL_HEADER,
    INSTANCE32: INSTANCE_HEADER,
    TIMED: RAW_HEADER,
    ERROR: RAW_HEADER,
    WNODE: RAW_HEADER,
}
_RECORD_TOO_LONG = 1 << 16  # no record has a header of this size: a type that is not known
_MASKS = (HOOK_GROUP_MASKS, HOOK_GROUP_MASKS_END)
_event = EVENT.unpack_from
_perfinfo = PERFINFO.unpack_from
_system = SYSTEM.unpack_from
_full = FULL.unpack_from
_message = MESSAGE_START.unpack_from
_usual = MESSAGE_USUAL_PARTS.unpack_from


class Frames:
    """Takes buffers apart, for one walk.

    ``wanted``: only records of these providers become rows (None: all). ``masks`` is told every change of the
    kernel's group masks: (place, whether the masks end here, the payload). ``bad_items``: where events stand whose
    extended items leave them; whoever calls empties it.
    """

    __slots__ = ("_clock", "_masks", "_wanted", "bad_items")

    def __init__(
        self, clock: SessionClock, wanted: AbstractSet[bytes] | None, masks: Callable[[int, bool, bytes], None]
    ) -> None:
        self._clock = clock
        self._wanted = wanted
        self._masks = masks
        self.bad_items: list[int] = []

    def rows(self, body: bytes, at: int, soft: int, end: int, cpu: int, place: int) -> tuple[list[Row], int, int, str]:
        """The rows of the records that begin before ``soft``.

        ``body``: the buffer without its header, valid up to ``end``, with `PADDING` behind. Gives the rows, where to
        go on, the last record's place, and the code of what stopped the reading before ``soft`` (empty: nothing).
        """
        rows: list[Row] = []
        append = rows.append
        clock, wanted = self._clock, self._wanted
        origin, start, multiplier, divisor = clock.origin, clock.start, clock.multiplier, clock.divisor
        even = multiplier == divisor
        shift = start - origin
        groups, masks_hooks = CLASS_GUIDS, _MASKS
        problem = ""
        # A branch finds out where the record ends, where its payload begins, when and of whom it is; the row is made
        # behind the branches. Numbers stand here as numbers: a name that is looked up costs, a million times.
        while at < soft:
            kind = body[at + 2]
            if kind > 17:
                if kind < 20:  # EVENT32, EVENT64
                    size, mark, flags, ticks, provider = _event(body, at)
                    stop = at + size
                    payload = at + 80
                    if mark != 0xC0 or payload > stop or stop > end:
                        problem = "record"
                        break
                    if flags & 1:
                        payload = end_of_items(body, payload, stop)
                        if payload < 0:
                            self.bad_items.append(at)
                            payload = at + 80
                elif kind < 22:  # FULL64, INSTANCE64
                    size, mark, ticks, provider = _full(body, at)
                    stop = at + size
                    payload = at + 48 if kind == 20 else at + 72
                    if mark != 0xC0 or payload > stop or stop > end:
                        problem = "record"
                        break
                else:
                    if body[at : at + 4] == b"\xff\xff\xff\xff":  # nothing follows in this buffer
                        at = end
                    else:
                        problem = "record"
                    break
            elif kind > 15 or 0 < kind < 5:  # PERFINFO, SYSTEM, COMPACT, of 32 and 64 bits
                if kind > 15:
                    version, mark, size, hook, ticks = _perfinfo(body, at)
                    payload = at + 16
                else:
                    version, mark, size, hook, ticks = _system(body, at)
                    payload = at + 32 if kind < 3 else at + 24
                stop = at + size
                if version > 0xFF:  # flags that lengthen the header
                    payload += 8 * (version >> PERFINFO_COUNTERS_SHIFT & 7) + (8 if version & PERFINFO_PEBS else 0)
                if mark != 0xC0 or payload > stop or stop > end:
                    problem = "record"
                    break
                if hook < 0x21 and hook in masks_hooks:
                    self._masks(ticks, hook == HOOK_GROUP_MASKS_END, body[payload:stop])
                provider = groups[hook >> 8]
            elif kind:  # FULL32, INSTANCE32; TIMED, ERROR, WNODE, of which nothing is known but their size
                size, mark, ticks, provider = _full(body, at)
                stop = at + size
                payload = at + (_OTHERS.get(kind) or _RECORD_TOO_LONG)
                if mark != 0xC0 or payload > stop or stop > end:
                    problem = "record"
                    break
                if kind > 11:
                    if wanted is None or UNKNOWN_CLASS in wanted:
                        append((place, None, cpu, UNKNOWN_CLASS, body[payload:stop], body[at:payload]))
                    at = stop + 7 & -8
                    continue
            else:  # MESSAGE
                size, mark, _, flags = _message(body, at)
                stop = at + size
                payload = at + (40 if flags & 0x3F == 0x2A else message_header_size(flags))
                if mark != 0x90 or payload > stop or stop > end:
                    problem = "record"
                    break
                if flags & 0x3F == 0x2A:  # GUID, time, thread and process
                    provider, ticks = _usual(body, at + 8)
                else:
                    parts = message_head(body, at)
                    provider = parts.guid or UNKNOWN_CLASS
                    if parts.ticks is None:
                        if wanted is None or provider in wanted:
                            append((place, None, cpu, provider, body[payload:stop], body[at:payload]))
                        at = stop + 7 & -8
                        continue
                    ticks = parts.ticks
            place = ticks
            if wanted is None or provider in wanted:
                if even:
                    time: int | None = ticks + shift
                else:
                    time = start + (ticks - origin) * multiplier // divisor if divisor else None
                append((ticks, time, cpu, provider, body[payload:stop], body[at:payload]))
            at = stop + 7 & -8
        return rows, at, place, problem
