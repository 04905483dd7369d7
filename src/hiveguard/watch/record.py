"""The stable JSON form of what a watch delivers: documented in docs/events.md, versioned, only added to.

Must not know: where it is written. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.filetime import from_unix_ns, text
from ..core.hive_event import HiveEvent, hive_type
from ..core.liveness import Liveness
from ..core.subscription import Lost

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TypeAlias

    Field: TypeAlias = str | int | list[str] | None
    Item: TypeAlias = HiveEvent | Liveness | Lost

__all__ = ("VERSION", "as_record")

VERSION = 1


def as_record(item: Item) -> Mapping[str, Field]:
    """One item as a flat record. Times are ISO 8601 UTC; what a source does not have is None."""
    if isinstance(item, HiveEvent):
        return {
            "v": VERSION,
            "kind": "event",
            "event": item.kind.value,
            "number": item.number,
            "time": time_text(item.time),
            "mount": item.mount,
            "file": item.file,
            "hive_type": item.hive_type,
            "incarnation": item.incarnation,
            "channel": item.channel,
            "pid": item.pid,
            "tid": item.tid,
            "status": item.status,
            "duration_ns": item.duration,
        }
    if isinstance(item, Liveness):
        return {
            "v": VERSION,
            "kind": "liveness",
            "state": item.state.value,
            "stars": item.stars,
            "time": time_text(item.at.wall),
            "mount": item.mount,
            "file": item.file,
            "hive_type": hive_type(item.file),
            "incarnation": item.incarnation,
            "polled": item.polled.value,
            "said": item.said.value,
            "reasons": list(item.reasons),
        }
    return {
        "v": VERSION,
        "kind": "lost",
        "count": item.count,
        "first": time_text(item.first),
        "last": time_text(item.last),
    }


def time_text(wall: int | None) -> str | None:
    """ns since 1970 as ISO 8601 UTC with seven digits; None stays None."""
    return None if wall is None else text(from_unix_ns(wall))
