"""What `Hive.recover` returns: deleted keys and values, with a verdict on the search.

Must not know: where they were found. Source: HiveGuard's own contract.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..core.verdict import Verdict
    from ..regf.recover import RecoveredKey, RecoveredValue

__all__ = ("Recovered",)


class Recovered:
    """``keys``: deleted keys, each with the values that its list still leads to; ``values``: deleted values that no
    found key leads to; ``verdict``: how the search ended (the verdict of a walk is not touched by it).
    """

    __slots__ = ("keys", "values", "verdict")

    def __init__(self, keys: tuple[RecoveredKey, ...], values: tuple[RecoveredValue, ...], verdict: Verdict) -> None:
        self.keys = keys
        self.values = values
        self.verdict = verdict
