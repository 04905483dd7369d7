"""Registry records of one time on several processors: they have no order, but what follows something does not stand
before it.

Each processor's own records are in order. Under a coarse clock (system time) one tick covers milliseconds of work. Must
not know: what records do to hives. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from collections import deque

from .limits import SAME_TIME_BYTES, SAME_TIME_KEPT
from .registry_payloads import MANIFEST_GUID

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .record import Record

__all__ = ("SameTimes", "in_order")

#: what goes first where nothing else tells: starts of calls from the outer to the inner, what is within, ends from the
#: inner to the outer
_WITHIN = 2
_MANIFEST = {
    **dict.fromkeys((20, 32, 37, 39), 0),
    **dict.fromkeys((16, 22, 41), 1),
    **dict.fromkeys((19, 31, 45), 3),
    **dict.fromkeys((21, 36, 38, 40), 4),
}
_KERNEL = {36: 0, 37: 3}


class SameTimes:
    """Groups of records: one, or those of one time on several processors. ``split``: groups that were too large to be
    kept together."""

    def __init__(self, records: Iterator[Record]) -> None:
        self._records = records
        self.split = 0

    def __iter__(self) -> Iterator[list[Record]]:
        group: list[Record] = []
        size = 0
        over: Record | None = None  # the last one of a group of this time that was too large
        for record in self._records:
            if group and record.place != group[0].place:
                yield from _apart(group)
                group, size, over = [], 0, None
            elif group and (len(group) >= SAME_TIME_KEPT or size > SAME_TIME_BYTES):
                self.split += any(each.cpu != record.cpu for each in group)
                yield from _apart(group)
                over, group, size = record, [], 0
            elif over is not None and record.cpu != over.cpu:
                self.split += 1
                over = None
            group.append(record)
            size += len(record.payload)
        yield from _apart(group)


def _apart(group: list[Record]) -> Iterator[list[Record]]:
    if all(record.cpu == group[0].cpu for record in group):
        for record in group:
            yield [record]
    else:
        yield group


def in_order(group: list[Record], waits: Callable[[Record], bool]) -> Iterator[Record]:
    """An order that may have been. ``waits``: whether what a record follows was not taken yet; asked again behind each
    one that was."""
    queues: dict[int, deque[Record]] = {}
    for record in group:
        queues.setdefault(record.cpu, deque()).append(record)
    while queues:
        heads = [queue[0] for queue in queues.values()]
        ready = [record for record in heads if not waits(record)]
        record = min(ready or heads, key=_rank)
        queue = queues[record.cpu]
        queue.popleft()
        if not queue:
            del queues[record.cpu]
        yield record


def _rank(record: Record) -> int:
    if record.provider == MANIFEST_GUID:
        return _MANIFEST.get(record.id or 0, _WITHIN)
    return _KERNEL.get(record.opcode or 0, _WITHIN)
