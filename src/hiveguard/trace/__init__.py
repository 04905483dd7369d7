"""Recorded Windows event traces (.etl), read on any system: bytes in, records out, and how that ended.

``open_trace`` gives a `Trace`, its ``records()`` a walk of `Record`. Nothing is imported before it is used.
Must not know: the registry, files beyond reading them.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..core.errors import NotATrace as NotATrace
    from .hive_trace import hive_events as hive_events
    from .record import Record as Record
    from .session import Session as Session
    from .trace import Trace as Trace
    from .trace import open_trace as open_trace

__all__ = ("NotATrace", "Record", "Session", "Trace", "hive_events", "open_trace")

_HOME = {
    "NotATrace": "core.errors",
    "Record": "trace.record",
    "Session": "trace.session",
    "Trace": "trace.trace",
    "hive_events": "trace.hive_trace",
    "open_trace": "trace.trace",
}


def __getattr__(name: str) -> object:
    module = _HOME.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(__import__(f"hiveguard.{module}", fromlist=(name,)), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
