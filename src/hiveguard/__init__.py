"""HiveGuard reads Windows registry hives and says of every read how it ended."""

from __future__ import annotations

__version__ = "0.1.0"
