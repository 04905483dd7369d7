"""The findings about traces: one table of codes, and the collector that bounds them.

Must not know: files, records. Source: which breach loses records and which is only irregular is HiveGuard's own
judgement, stated here once.
"""

from __future__ import annotations

from ..core.damage import Damage
from .limits import COST_SHOWN, DAMAGE_KEPT

TYPE_CHECKING = False

__all__ = ("CODES", "Findings")

#: code: (whether records are lost, what it means)
CODES: dict[str, tuple[bool, str]] = {
    # the chain of buffers
    "cut": (True, "the file ends inside a buffer"),
    "short": (True, "the file holds fewer buffers than its header counts"),
    "uncounted": (False, "the file holds more buffers than its header counts"),
    "buffer-header": (True, "a buffer's header is damaged; the buffer was skipped"),
    "chain-lost": (True, "no further buffer was found behind a damaged one"),
    "buffer-size": (False, "a buffer's size does not lead to the next one, which was found all the same"),
    "buffer-end": (True, "a buffer claims more bytes than it can hold"),
    "buffer-unused": (False, "the file has room for buffers that was never used"),
    "buffer-type": (False, "a buffer that is not the first one says that it is"),
    "sequence-again": (False, "buffers have sequence numbers that were there before"),
    # inside a buffer
    "record": (True, "a record is damaged; the rest of its buffer was skipped"),
    "items": (False, "the extended items of an event leave the record; all of it is delivered as payload"),
    "compressed": (True, "a compressed buffer does not decompress to the length that it announces"),
    "unsupported-compression": (True, "a buffer is compressed in a way that is not supported"),
    # order and bounds
    "order": (False, "records of one processor stand in front of earlier ones"),
    "unordered": (False, "too many large buffers would stand open together: delivered in file order"),
    "limit-expansion": (True, "the buffers decompress to more than a file of this size can hold"),
}

#: room is left for the first finding of each code
_KEPT = DAMAGE_KEPT - len(CODES)


class Findings:
    """Collects `Damage`, keeps the first `DAMAGE_KEPT` and counts the rest by code."""

    __slots__ = ("_more", "_told", "kept", "lost")

    def __init__(self) -> None:
        self.kept: list[Damage] = []
        self._more: dict[str, int] = {}
        self._told: set[str] = set()
        self.lost = False  #: whether anything found so far cost records

    def add(self, code: str, offset: int | None, cost: str = "") -> None:
        """Note a finding at a position in the file."""
        lost, meaning = CODES[code]
        if lost:
            self.lost = True
        if len(self.kept) >= _KEPT and code in self._told:
            self._more[code] = self._more.get(code, 0) + 1
            return
        self._told.add(code)
        if len(cost) > COST_SHOWN:
            cost = cost[:COST_SHOWN] + "…"
        self.kept.append(Damage(code, offset, "", f"{meaning}: {cost}" if cost else meaning, lost))

    @property
    def damage(self) -> tuple[Damage, ...]:
        """The findings kept one by one."""
        return tuple(self.kept)

    @property
    def more(self) -> tuple[tuple[str, int], ...]:
        """How many more there were, by code."""
        return tuple(sorted(self._more.items()))

    @property
    def loss(self) -> str:
        """What was lost, in one sentence; empty: nothing was."""
        lost = [finding for finding in self.kept if finding.lost]
        if not lost:
            return ""
        count = "1 loss" if len(lost) == 1 else f"{len(lost):,} losses, the first"
        return f"{count} at {lost[0].offset:#x}: {lost[0].cost}" if lost[0].offset is not None else lost[0].cost
