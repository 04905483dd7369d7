"""What became of a hive's logs, and the pages that they gave.

Must not know: how logs are read. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from . import layout as L

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .base_block import BaseBlock

__all__ = ("CLEAN", "NOT_REPLAYED", "PARTLY", "REPLAYED", "LogReport", "Replay")

CLEAN = "clean"
REPLAYED = "replayed"
PARTLY = "partly replayed"
NOT_REPLAYED = "not replayed"


class LogReport:
    """What became of the logs.

    ``state``: ``clean``, ``replayed``, ``partly replayed`` or ``not replayed``; ``reason``: why, or what
    else is worth knowing; ``applied``: the entries' sequence numbers in order (of an old-format log: its
    header's); ``logs``: (name, what it is) of each log that was looked at; ``highest``: the highest
    sequence number seen anywhere (a copy of the hive is numbered above it).
    """

    __slots__ = ("applied", "header_rebuilt", "highest", "logs", "reason", "state")

    def __init__(
        self,
        state: str,
        reason: str = "",
        applied: tuple[int, ...] = (),
        *,
        header_rebuilt: bool = False,
        logs: tuple[tuple[str, str], ...] = (),
        highest: int = 0,
    ) -> None:
        self.state = state
        self.reason = reason
        self.applied = applied
        self.header_rebuilt = header_rebuilt
        self.logs = logs
        self.highest = highest

    @property
    def words(self) -> str:
        """``replayed (partner missing)``"""
        return f"{self.state} ({self.reason})" if self.reason else self.state

    def __repr__(self) -> str:
        return f"LogReport({self.words!r}, applied={self.applied!r})"


class Replay:
    """The outcome: ``header`` (the base block in force), ``size`` of the bins data or None to keep the
    file's, ``pages`` (offset in the bins data: a run of bytes from a log), ``missing`` (bytes that neither
    the file nor a log holds), ``report``.
    """

    __slots__ = ("header", "missing", "pages", "report", "size")

    def __init__(self, header: BaseBlock, report: LogReport) -> None:
        self.header = header
        self.report = report
        self.size: int | None = None
        self.pages: list[tuple[int, memoryview]] = []
        self.missing = 0

    def by_block(self, block: int) -> dict[int, list[tuple[int, memoryview]]]:
        """The overlay by file position of whole blocks: (where in the block, bytes), later ones last."""
        blocks: dict[int, list[tuple[int, memoryview]]] = {}
        for offset, data in self.pages:
            at = L.BASE_BLOCK_SIZE + offset
            while data:
                start = at & -block
                room = start + block - at
                blocks.setdefault(start, []).append((at - start, data[:room]))
                data, at = data[room:], start + block
        return blocks
