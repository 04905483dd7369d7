"""Hives and logs made to order, valid or broken, for tests that have no Windows at hand.

``HiveBuilder`` makes hive files of any version, ``LogBuilder`` and ``OldLogBuilder`` their
transaction logs, ``DirtyHive`` a hive whose changes still wait in its logs; ``TraceBuilder`` makes recorded traces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .dirty_hive import DirtyHive
    from .hive_builder import HiveBuilder
    from .hive_image import HiveImage
    from .log_builder import LogBuilder, LogEntry
    from .old_log_builder import OldLogBuilder
    from .specs import KeySpec, ListStyle, ValueSpec
    from .trace_builder import TraceBuilder
    from .trace_image import TraceImage

__all__ = (
    "DirtyHive",
    "HiveBuilder",
    "HiveImage",
    "KeySpec",
    "ListStyle",
    "LogBuilder",
    "LogEntry",
    "OldLogBuilder",
    "TraceBuilder",
    "TraceImage",
    "ValueSpec",
)

_HOME = {
    "DirtyHive": "dirty_hive",
    "HiveBuilder": "hive_builder",
    "HiveImage": "hive_image",
    "KeySpec": "specs",
    "ListStyle": "specs",
    "LogBuilder": "log_builder",
    "LogEntry": "log_builder",
    "OldLogBuilder": "old_log_builder",
    "TraceBuilder": "trace_builder",
    "TraceImage": "trace_image",
    "ValueSpec": "specs",
}


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
