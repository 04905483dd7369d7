"""``winreg`` for every machine: the standard library's module on Windows, an embedded registry elsewhere.

Write ``import hiveguard.winreg as winreg``; or call `install` once, and every ``import winreg`` after it gets this
module. Without more the registry is in memory; ``use(folder)``, or the environment variable HIVEGUARD_REGISTRY,
keeps it in a folder.
"""

import os

if os.name == "nt":  # not sys.platform: programs under test are told that they run on win32
    from winreg import *  # noqa: F403
else:
    from . import constants, functions
    from .constants import *  # noqa: F403
    from .functions import *  # noqa: F403
    from .hkey import HKEYType as HKEYType

    error = OSError
    # What a star import of Windows' own module brings, and nothing of how this one is made.
    __all__ = (
        *(name for name in constants.__dict__ if name.isupper() and name[0] != "_"),
        *functions.__all__,
        "HKEYType",
        "error",
    )

from .install import install as install
from .install import use as use
