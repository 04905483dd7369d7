"""One change to a key or value, as the lossless stream tells it.

Must not know: who made it. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

__all__ = ("Change", "ChangeKind")


class ChangeKind(Enum):
    """What was done."""

    KEY_CREATED = "key-created"
    KEY_DELETED = "key-deleted"
    VALUE_SET = "value-set"
    VALUE_DELETED = "value-deleted"
    SECURITY_SET = "security-set"


class Change(NamedTuple):
    """``path``: the key, from ``\\REGISTRY`` on; ``value``: a value's name (None: the default one, or no value).

    ``time``: ns since 1970; ``generation``: the registry's counter, so that changes can be set beside stamps.
    """

    kind: ChangeKind
    path: str
    value: str | None
    time: int
    generation: int
