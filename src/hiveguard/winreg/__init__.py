"""``winreg`` for every machine: the standard library's module on Windows, an embedded registry elsewhere.

Write ``import hiveguard.winreg as winreg``; or call `install` once, and every ``import winreg`` after it gets this
module. Without more the registry is in memory; ``use(folder)``, or the environment variable HIVEGUARD_REGISTRY,
keeps it in a folder.

Nothing is loaded before it is used: every run of pytest where HiveGuard is installed imports this package.
"""

from .install import behind as _behind
from .install import install as install
from .install import is_settled as _is_settled
from .install import use as use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .constants import *  # noqa: F403
    from .functions import *  # noqa: F403
    from .hkey import HKEYType as HKEYType

    error = OSError
else:  # mypy would take a __getattr__ for an answer to every name

    def _names() -> dict[str, object]:
        """All that the module behind has; elsewhere than on Windows it is kept here, and never asked for again."""
        here = globals()
        if "__all__" in here:
            return here
        module = _behind()
        exported = getattr(module, "__all__", None) or tuple(name for name in vars(module) if name[0] != "_")
        names = {name: getattr(module, name) for name in exported} | {"__all__": exported}
        if _is_settled():
            here.update(names)
        return names

    def __getattr__(name: str) -> object:
        if name[0].isupper() or name in ("__all__", "error"):  # not a file of this folder, which is being imported
            names = _names()
            if name in names:
                return names[name]
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*_names()["__all__"], "install", "use"})
