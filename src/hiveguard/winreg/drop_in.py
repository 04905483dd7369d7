"""All that ``winreg`` has, over an embedded registry: on every machine, Windows as well.

Must not know: when it stands in the place of ``winreg``. Source: Python documentation, "winreg".
"""

from __future__ import annotations

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
