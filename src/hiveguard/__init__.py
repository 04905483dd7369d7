"""HiveGuard reads registries that can change, unload, be damaged or go away, and says how every read ended.

>>> import hiveguard
>>> with hiveguard.open("NTUSER.DAT") as hive:       # doctest: +SKIP
...     for key in hive.walk():
...         for value in key.values():
...             print(key.path, value.name, value.data)

Nothing is imported before it is used.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .core.damage import Damage as Damage
    from .core.ending import Ending as Ending
    from .core.errors import AccessDenied as AccessDenied
    from .core.errors import AlreadyThere as AlreadyThere
    from .core.errors import BadArgument as BadArgument
    from .core.errors import HandleClosed as HandleClosed
    from .core.errors import HiveBusy as HiveBusy
    from .core.errors import HiveError as HiveError
    from .core.errors import HiveUnloaded as HiveUnloaded
    from .core.errors import Incomplete as Incomplete
    from .core.errors import InvalidTransition as InvalidTransition
    from .core.errors import KeyDeleted as KeyDeleted
    from .core.errors import NotAHive as NotAHive
    from .core.errors import NotFound as NotFound
    from .core.errors import NotWritten as NotWritten
    from .core.errors import Unavailable as Unavailable
    from .core.errors import Unreadable as Unreadable
    from .core.hive_event import EventKind as EventKind
    from .core.hive_event import HiveEvent as HiveEvent
    from .core.listing import Listing as Listing
    from .core.liveness import Liveness as Liveness
    from .core.liveness import LivenessState as LivenessState
    from .core.subscription import Lost as Lost
    from .core.verdict import Evidence as Evidence
    from .core.verdict import Verdict as Verdict
    from .core.walk import Walk as Walk
    from .embedded.edit import edit as edit
    from .embedded.registry import Registry as Registry
    from .regf.value import Value as Value
    from .registry.create import create as create
    from .registry.hive import Hive as Hive
    from .registry.hive import open as open
    from .registry.hive import recover as recover
    from .registry.key import Key as Key
    from .registry.search import Query as Query
    from .trace.trace import open_trace as open_trace
    from .watch.observer import HiveStateObserver as HiveStateObserver
    from .watch.watch import Watch as Watch
    from .watch.watch import watch as watch

__version__ = "0.1.0"

#: public name to the module that holds it
_FACE = {
    "AccessDenied": "core.errors",
    "AlreadyThere": "core.errors",
    "BadArgument": "core.errors",
    "Damage": "core.damage",
    "Ending": "core.ending",
    "EventKind": "core.hive_event",
    "Evidence": "core.verdict",
    "HandleClosed": "core.errors",
    "Hive": "registry.hive",
    "HiveBusy": "core.errors",
    "HiveError": "core.errors",
    "HiveEvent": "core.hive_event",
    "HiveUnloaded": "core.errors",
    "Incomplete": "core.errors",
    "InvalidTransition": "core.errors",
    "Key": "registry.key",
    "KeyDeleted": "core.errors",
    "HiveStateObserver": "watch.observer",
    "Listing": "core.listing",
    "Liveness": "core.liveness",
    "LivenessState": "core.liveness",
    "Lost": "core.subscription",
    "NotAHive": "core.errors",
    "NotFound": "core.errors",
    "NotWritten": "core.errors",
    "Query": "registry.search",
    "Registry": "embedded.registry",
    "Unavailable": "core.errors",
    "Unreadable": "core.errors",
    "Value": "regf.value",
    "Verdict": "core.verdict",
    "Walk": "core.walk",
    "Watch": "watch.watch",
    "create": "registry.create",
    "edit": "embedded.edit",
    "open": "registry.hive",
    "open_trace": "trace.trace",
    "recover": "registry.hive",
    "watch": "watch.watch",
}

__all__ = tuple(name for name in _FACE if name != "open")  # a star import leaves the built-in alone


def __getattr__(name: str) -> object:
    module = _FACE.get(name)
    if module is None:
        raise AttributeError(f"module 'hiveguard' has no attribute {name!r}")
    # `importlib` costs a third of a start of Python; the built-in does the same.
    found = __import__(f"hiveguard.{module}", fromlist=(name,))
    value: object = getattr(found, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted((*globals(), *_FACE))
