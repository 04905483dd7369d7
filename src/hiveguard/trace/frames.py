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
    COMPACT_HEADER,
    EVENT,
    EVENT_HEADER,
    FULL,
    FULL_HEADER,
    HOOK_GROUP_MASKS,
    HOOK_GROUP_MASKS_END,
    INSTANCE32,
    INSTANCE64,
    INSTANCE_HEADER,
    MESSAGE_START,
    MESSAGE_USUAL_HEADER,
    MESSAGE_USUAL_PARTS,
    PERFINFO,
    PERFINFO_COUNTERS,
    PERFINFO_COUNTERS_SHIFT,
    PERFINFO_PEBS,
    RAW_HEADER,
    SIZE_FIRST,
    SYSTEM,
    SYSTEM_HEADER,
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

_MASKS = (HOOK_GROUP_MASKS, HOOK_GROUP_MASKS_END)
_event = EVENT.unpack_from
_perfinfo = PERFINFO.unpack_from
_system = SYSTEM.unpack_from
_full = FULL.unpack_from
_message = MESSAGE_START.unpack_from
_usual = MESSAGE_USUAL_PARTS.unpack_from
_size_first = SIZE_FIRST.unpack_from


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
        while at < soft:
            kind = body[at + 2]
            if 17 < kind < 20:  # EVENT32, EVENT64
                size, mark, flags, ticks, provider = _event(body, at)
                stop = at + size
                if mark != 0xC0 or size < 80 or stop > end:
                    problem = "record"
                    break
                place = ticks
                if wanted is None or provider in wanted:
                    payload = at + 80
                    if flags & 1:
                        payload = end_of_items(body, payload, stop)
                        if payload < 0:
                            self.bad_items.append(at)
                            payload = at + 80
                    append(
                        (
                            ticks,
                            ticks + shift
                            if even
                            else start + (ticks - origin) * multiplier // divisor
                            if divisor
                            else None,
                            cpu,
                            provider,
                            body[payload:stop],
                            body[at:payload],
                        )
                    )
            elif 15 < kind < 18:  # PERFINFO32, PERFINFO64
                version, mark, size, hook, ticks = _perfinfo(body, at)
                stop = at + size
                if mark != 0xC0 or size < 16 or stop > end:
                    problem = "record"
                    break
                payload = at + 16
                if version > 0xFF:  # flags that lengthen the header
                    payload += (8 if version & PERFINFO_PEBS else 0) + 8 * (
                        (version & PERFINFO_COUNTERS) >> PERFINFO_COUNTERS_SHIFT
                    )
                    if payload > stop:
                        problem = "record"
                        break
                place = ticks
                if hook < 0x21 and hook in masks_hooks:
                    self._masks(ticks, hook == HOOK_GROUP_MASKS_END, body[payload:stop])
                provider = groups[hook >> 8]
                if wanted is None or provider in wanted:
                    append(
                        (
                            ticks,
                            ticks + shift
                            if even
                            else start + (ticks - origin) * multiplier // divisor
                            if divisor
                            else None,
                            cpu,
                            provider,
                            body[payload:stop],
                            body[at:payload],
                        )
                    )
            elif 0 < kind < 5:  # SYSTEM32, SYSTEM64, COMPACT32, COMPACT64
                mark, size, hook, _, _, ticks = _system(body, at)
                stop = at + size
                payload = at + (SYSTEM_HEADER if kind < 3 else COMPACT_HEADER)
                if mark != 0xC0 or payload > stop or stop > end:
                    problem = "record"
                    break
                if body[at + 1]:
                    version = body[at + 1] << 8
                    payload += (8 if version & PERFINFO_PEBS else 0) + 8 * (
                        (version & PERFINFO_COUNTERS) >> PERFINFO_COUNTERS_SHIFT
                    )
                    if payload > stop:
                        problem = "record"
                        break
                place = ticks
                if hook < 0x21 and hook in masks_hooks:
                    self._masks(ticks, hook == HOOK_GROUP_MASKS_END, body[payload:stop])
                provider = groups[hook >> 8]
                if wanted is None or provider in wanted:
                    append(
                        (
                            ticks,
                            ticks + shift
                            if even
                            else start + (ticks - origin) * multiplier // divisor
                            if divisor
                            else None,
                            cpu,
                            provider,
                            body[payload:stop],
                            body[at:payload],
                        )
                    )
            elif kind > 19 or kind == 10 or kind == 11:  # FULL32, FULL64, INSTANCE32, INSTANCE64
                if kind > 21:
                    if body[at : at + 4] == b"\xff\xff\xff\xff":  # nothing follows in this buffer
                        at = end
                        break
                    problem = "record"
                    break
                size, mark, ticks, provider = _full(body, at)
                stop = at + size
                payload = at + (INSTANCE_HEADER if kind in (INSTANCE32, INSTANCE64) else FULL_HEADER)
                if mark != 0xC0 or payload > stop or stop > end:
                    problem = "record"
                    break
                place = ticks
                if wanted is None or provider in wanted:
                    append(
                        (
                            ticks,
                            ticks + shift
                            if even
                            else start + (ticks - origin) * multiplier // divisor
                            if divisor
                            else None,
                            cpu,
                            provider,
                            body[payload:stop],
                            body[at:payload],
                        )
                    )
            elif kind == 0:  # MESSAGE
                size, mark, _, flags = _message(body, at)
                stop = at + size
                if mark != 0x90 or size < 8 or stop > end:
                    problem = "record"
                    break
                if flags & 0x3F == 0x2A:  # GUID, time, thread and process
                    payload = at + MESSAGE_USUAL_HEADER
                    if payload > stop:
                        problem = "record"
                        break
                    provider, place = _usual(body, at + 8)
                    timed = True
                else:
                    payload = at + message_header_size(flags)
                    if payload > stop:
                        problem = "record"
                        break
                    parts = message_head(body, at)
                    provider = parts.guid or UNKNOWN_CLASS
                    timed = parts.ticks is not None
                    if parts.ticks is not None:
                        place = parts.ticks
                if wanted is None or provider in wanted:
                    time = clock.utc(place) if timed else None
                    append((place, time, cpu, provider, body[payload:stop], body[at:payload]))
            elif 11 < kind < 15:  # TIMED, ERROR, WNODE: nothing is known but their size
                size, mark = _size_first(body, at)
                stop = at + size
                if mark != 0xC0 or size < RAW_HEADER or stop > end:
                    problem = "record"
                    break
                if wanted is None or UNKNOWN_CLASS in wanted:
                    append((place, None, cpu, UNKNOWN_CLASS, body[at + RAW_HEADER : stop], body[at : at + RAW_HEADER]))
            else:
                problem = "record"
                break
            at = stop + 7 & -8
        return rows, at, place, problem
