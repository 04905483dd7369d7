"""A hive with a history: each state can be told from the others, and logs lead from one to the next.

State n has the value `state` = n in the root, and key `Step<n>` has the value `done` = 1 where it was
0 before. The keys lie in pages of their own, so that after a replay `done` tells exactly which steps
were taken, whatever their order, and `state` the last one. State 1 is the hive at rest.

Must not know: how logs are replayed. Source: none, this is a history made up for tests.
"""

from __future__ import annotations

from ..regf.layout import CHECKSUM_AT
from .hive_builder import HiveBuilder
from .log_builder import LogBuilder, LogEntry
from .old_log_builder import OldLogBuilder
from .specs import DEFAULT_TIME

__all__ = ("DirtyHive",)

#: data that leave room in their page for the value `done` and the value list, and for nothing else
_NEARLY_A_PAGE = 4000
_MASK = 0xFFFFFFFF


class DirtyHive:
    """The states 1 to `last` of one hive.

    With `grows_at` the hive has from that state on a further value `grown`, in a bin that it did not
    have before.
    """

    def __init__(self, minor: int = 5, *, last: int = 5, grows_at: int | None = None) -> None:
        self._minor = minor
        self.last = last
        self._grows_at = grows_at

    def state(self, number: int, *, seq: tuple[int, int] = (1, 1), last_written: int = DEFAULT_TIME) -> bytes:
        """The hive in state `number`, clean unless `seq` says otherwise."""
        builder = HiveBuilder(self._minor, seq=seq, last_written=last_written)
        root = builder.root
        root.dword("state", number)
        for step in range(2, self.last + 1):
            key = root.key(f"Step{step}")
            key.last_write = DEFAULT_TIME
            key.binary("padding", bytes([step]) * _NEARLY_A_PAGE)
            key.dword("done", int(step <= number))
        if self._grows_at is not None and number >= self._grows_at:
            # The last cell in stored order, so that no earlier one moves when it appears.
            root.key(f"Step{self.last}").binary("grown", bytes(3 * _NEARLY_A_PAGE))
        return builder.build()

    def primary(self, seq: tuple[int, int] = (3, 2), *, state: int = 1, sealed: bool = True) -> bytes:
        """The hive file: dirty by its sequence numbers, or with a wrong checksum if not `sealed`."""
        hive = bytearray(self.state(state, seq=seq))
        if not sealed:
            hive[CHECKSUM_AT] ^= 0xFF
        return bytes(hive)

    def entry(self, number: int, *, shift: int = 0) -> LogEntry:
        """The entry that leads from state `number` - 1 to `number`; its sequence is number + shift."""
        before, after = self.state(number - 1), self.state(number)
        return LogEntry.between(before, after, (number + shift) & _MASK)

    def log(self, *numbers: int, shift: int = 0) -> LogBuilder:
        """A new-format log with these entries, in this order."""
        entries = [self.entry(number, shift=shift) for number in numbers]
        return LogBuilder(self.primary(), entries)

    def old_primary(self, *, last_written: int = DEFAULT_TIME) -> bytes:
        """State 1 with the sequence numbers 5/4, as a write that was interrupted leaves it."""
        return self.state(1, seq=(5, 4), last_written=last_written)

    def old_log(self, state: int = 5, **fields: object) -> OldLogBuilder:
        """The old-format log, 5/5 unless said otherwise, that leads from state 1 to `state`."""
        after = self.state(state, seq=(5, 5))
        return OldLogBuilder.between(self.state(1), after, **fields)
