"""The environment variables that the command line heeds: one table.

Source: no-color.org; terminfo(5); HiveGuard's own contract.
"""

from __future__ import annotations

__all__ = ("VARIABLES",)

#: variable to what it does, for the help and the manual
VARIABLES = {
    "NO_COLOR": "if it is set to anything, --color auto does not colour",
    "TERM": "if it is dumb, --color auto does not colour",
    "HIVEGUARD_REGISTRY": "the folder that keeps the registry behind hiveguard.winreg",
    "XDG_STATE_HOME": "the folder below which the shell keeps its history",
    "COLUMNS": "the width of the terminal, where it cannot be asked",
}
