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
    from .core.errors import BadArgument as BadArgument
    from .core.errors import HiveError as HiveError
    from .core.errors import Incomplete as Incomplete
    from .core.errors import NotAHive as NotAHive
    from .core.errors import NotFound as NotFound
    from .core.errors import Unreadable as Unreadable
    from .core.listing import Listing as Listing
    from .core.verdict import Evidence as Evidence
    from .core.verdict import Verdict as Verdict
    from .core.walk import Walk as Walk
    from .regf.value import Value as Value
    from .registry.hive import Hive as Hive
    from .registry.hive import open as open
    from .registry.key import Key as Key
    from .registry.search import Query as Query

__version__ = "0.1.0"

#: public name to the module that holds it
_FACE = {
    "BadArgument": "core.errors",
    "Damage": "core.damage",
    "Ending": "core.ending",
    "Evidence": "core.verdict",
    "Hive": "registry.hive",
    "HiveError": "core.errors",
    "Incomplete": "core.errors",
    "Key": "registry.key",
    "Listing": "core.listing",
    "NotAHive": "core.errors",
    "NotFound": "core.errors",
    "Query": "registry.search",
    "Unreadable": "core.errors",
    "Value": "regf.value",
    "Verdict": "core.verdict",
    "Walk": "core.walk",
    "open": "registry.hive",
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
