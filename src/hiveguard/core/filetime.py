"""FILETIME: 100-nanosecond ticks since 1601-01-01 UTC, kept as an integer, shown by integer arithmetic.

Never through a float (a fraction of 9,999,999 ticks would round into the next second), and never
limited to what ``datetime`` can hold. Must not know: any registry.
Source: Microsoft, "FILETIME structure (minwinbase.h)".
"""

from __future__ import annotations

__all__ = ("TICKS_PER_SECOND", "UNIX_EPOCH", "from_unix_ns", "text", "to_unix_ns", "to_unix_seconds")

TICKS_PER_SECOND = 10_000_000
UNIX_EPOCH = 116_444_736_000_000_000  #: 1970-01-01 in ticks
_LAST = 2_650_467_743_999_999_999  #: 9999-12-31T23:59:59.9999999, the end of four-digit years
_DAYS_TO_1970 = 134_774


def text(ticks: int) -> str | None:
    """ISO 8601 UTC with seven digits; None for 0 ("never") and beyond the year 9999."""
    if not 0 < ticks <= _LAST:
        return None
    seconds, fraction = divmod(ticks, TICKS_PER_SECOND)
    days, rest = divmod(seconds, 86_400)
    # Civil date from a day count, in the proleptic Gregorian calendar, with years that begin in March.
    shifted = days - _DAYS_TO_1970 + 719_468
    era, day_of_era = divmod(shifted, 146_097)
    year_of_era = (day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted_month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * shifted_month + 2) // 5 + 1
    month = shifted_month + 3 if shifted_month < 10 else shifted_month - 9
    year = year_of_era + era * 400 + (month <= 2)
    return f"{year:04d}-{month:02d}-{day:02d}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}.{fraction:07d}Z"


def to_unix_seconds(ticks: int) -> int:
    """Whole seconds since 1970, rounded down; negative before it."""
    return (ticks - UNIX_EPOCH) // TICKS_PER_SECOND


def from_unix_ns(nanoseconds: int) -> int:
    """Ticks of a Unix time in nanoseconds, rounded down."""
    return nanoseconds // 100 + UNIX_EPOCH


def to_unix_ns(ticks: int) -> int:
    """Nanoseconds since 1970; negative before it."""
    return (ticks - UNIX_EPOCH) * 100
