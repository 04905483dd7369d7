"""One thing that happened to a hive: the closed list of kinds, and what is known of it.

Used by every source of such events. A field that a source does not have is None, never guessed. Must not know:
any source. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from enum import Enum

from .verdict import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ("EventKind", "HiveEvent", "hive_type")

#: Names of hive files that Windows gives, in upper case (Microsoft, "Registry Hives").
_TYPES = {
    "AMCACHE.HVE": "AMCACHE",
    "BBI": "BBI",
    "BCD": "BCD",
    "COMPONENTS": "COMPONENTS",
    "DEFAULT": "DEFAULT",
    "DRIVERS": "DRIVERS",
    "ELAM": "ELAM",
    "NTUSER.DAT": "NTUSER",
    "SAM": "SAM",
    "SECURITY": "SECURITY",
    "SOFTWARE": "SOFTWARE",
    "SYSTEM": "SYSTEM",
    "USRCLASS.DAT": "USRCLASS",
}


def hive_type(file: str | None) -> str | None:
    """Which of Windows' hives a file is, by its name."""
    if file is None:
        return None
    return _TYPES.get(file.replace("\\", "/").rpartition("/")[2].upper())


class EventKind(Enum):
    """What happened to a hive."""

    LOAD_STARTED = "load-started"
    LOADED = "loaded"
    LOAD_FAILED = "load-failed"
    UNLOAD_STARTED = "unload-started"
    UNLOADED = "unloaded"
    UNLOAD_REFUSED = "unload-refused"
    UNLOAD_FAILED = "unload-failed"
    DIRTY = "dirty"
    FLUSH_STARTED = "flush-started"
    FLUSHED = "flushed"
    FLUSH_FAILED = "flush-failed"
    RESTORED = "restored"
    RECONCILED = "reconciled"
    RECONCILE_FAILED = "reconcile-failed"
    OWNER_LOST = "owner-lost"
    INVENTORY = "inventory"


class HiveEvent(Frozen):
    """One thing that happened to a hive.

    ``kind``; ``number``: its place in the order of its source, from 1; ``time``: ns since 1970 UTC by the source's
    clock, None where that cannot be told; ``mount``: the path where the hive is mounted; ``file``: its file;
    ``incarnation``: which load of it;
    ``channel``: where this was learnt (``embedded``); ``pid``, ``tid``; ``status``: None, or what went wrong (of
    ``loaded``: what became of the logs of a dirty hive); ``duration``: ns that it took.
    """

    __slots__ = (
        "kind",
        "number",
        "time",
        "mount",
        "file",
        "incarnation",
        "channel",
        "pid",
        "tid",
        "status",
        "duration",
    )
    kind: EventKind
    number: int
    time: int | None
    mount: str | None
    file: str | None
    incarnation: int | None
    channel: str
    pid: int | None
    tid: int | None
    status: str | None
    duration: int | None

    def __init__(
        self,
        kind: EventKind,
        number: int,
        time: int | None,
        mount: str | None = None,
        file: str | None = None,
        incarnation: int | None = None,
        channel: str = "",
        pid: int | None = None,
        tid: int | None = None,
        status: str | None = None,
        duration: int | None = None,
    ) -> None:
        def put(name: str, value: object) -> None:
            object.__setattr__(self, name, value)

        put("kind", kind)
        put("number", number)
        put("time", time)
        put("mount", mount)
        put("file", file)
        put("incarnation", incarnation)
        put("channel", channel)
        put("pid", pid)
        put("tid", tid)
        put("status", status)
        put("duration", duration)

    @property
    def hive_type(self) -> str | None:
        """Which of Windows' hives it is, by the name of its file: ``SYSTEM``, ``NTUSER`` ...; None: none of them."""
        return hive_type(self.file)

    def as_record(self) -> Mapping[str, object]:
        """The event as a flat record; the kind is its word."""
        record = {name: getattr(self, name) for name in self.__slots__}
        record["kind"] = self.kind.value
        return record
