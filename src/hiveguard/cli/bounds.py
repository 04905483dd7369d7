"""Times and sizes as people type them: ``2024-05-01``, ``2024-05-01T10:00+02:00``, ``3d``, ``64k``.

Must not know: hives. Source: ISO 8601; HiveGuard's own contract for the short forms.
"""

from __future__ import annotations

import re
import time
from argparse import ArgumentTypeError

from ..core.filetime import from_unix_ns

__all__ = ("moment", "natural", "positive", "seconds", "size")

_AGO = re.compile(r"(\d+)([smhdw])(?: ago)?")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)([smhdw]?)")
_SIZE = re.compile(r"(\d+)([kmg]?)(?:i?b)?", re.IGNORECASE)
_FACTORS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def moment(text: str) -> int:
    """FILETIME ticks of an ISO 8601 date or date-time (UTC where no zone is given), or of ``2h`` ago."""
    from datetime import UTC, datetime  # a look-up takes no time and does not pay for it

    ago = _AGO.fullmatch(text.strip())
    if ago:
        return from_unix_ns(time.time_ns() - int(ago[1]) * _SECONDS[ago[2]] * 1_000_000_000)
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no time; use 2024-05-01, 2024-05-01T10:00:00Z or 3d (days ago)") from None
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    since = parsed - datetime(1970, 1, 1, tzinfo=UTC)
    return from_unix_ns((since.days * 86400 + since.seconds) * 1_000_000_000 + since.microseconds * 1000)


def seconds(text: str) -> float:
    """Seconds of ``10``, ``0.5``, ``10s``, ``5m``, ``2h``."""
    found = _LENGTH.fullmatch(text.strip())
    if not found:
        raise ArgumentTypeError(f"{text!r} is no length of time; use 10, 0.5s, 5m or 2h")
    return float(found[1]) * _SECONDS[found[2] or "s"]


def natural(text: str) -> int:
    """A whole number, 0 or more."""
    if not text.strip().isdecimal():
        raise ArgumentTypeError(f"{text!r} is no number; use 0, 1, 2 ...")
    return int(text)


def positive(text: str) -> int:
    """A whole number, 1 or more."""
    number = natural(text)
    if not number:
        raise ArgumentTypeError("0 is none of them; use 1, 2, 3 ...")
    return number


def size(text: str) -> int:
    """Bytes of ``4096``, ``64k``, ``1M``."""
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise ArgumentTypeError(f"{text!r} is no size; use 4096, 64k or 1M")
    return int(found[1]) * _FACTORS[found[2].lower()]
