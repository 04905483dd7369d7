"""The findings about files of message formats: one table of codes, and the collector that bounds them.

Must not know: the grammar, traces. Source: HiveGuard's own judgement of what a file may hold.
"""

from __future__ import annotations

from ..core.verdict import Frozen
from .limits import COST_SHOWN, TMF_FINDINGS_KEPT

TYPE_CHECKING = False

__all__ = ("CODES", "TmfFinding", "TmfFindings")

#: code to what it means
CODES: dict[str, str] = {
    "line": "a line that is no part of the grammar; it was passed over",
    "line-length": "a line that is too long; it was passed over",
    "guid": "a line that may have been a message GUID's, and is none: no GUID is known for what follows",
    "no-guid": "a message without a message GUID before it; it was passed over",
    "number": "a message number that no trace can have; the message was passed over",
    "block": "a block without its braces; what it describes may not be whole",
    "argument": "an argument that is no part of the grammar: its message stays raw",
    "item": "an item type that is not known: its message stays raw",
    "enumeration": "an enumeration that the file does not have: its values stay numbers",
    "symbol": "a line of an enumeration that is no symbol and number; it was passed over",
    "differs": "another form of a message that was there before; the first one is used",
    "trailer": "a word behind a message that belongs to no key of its trailer",
    "limit-messages": "more messages than can be kept; it was passed over",
    "limit-arguments": "more arguments than can be kept; their message was passed over",
    "limit-symbols": "more names of values than can be kept; its message was passed over",
    "limit-files": "more files than are read; the rest was passed over",
    "file-size": "a file that is too large for message formats; it was passed over",
    "unreadable": "a file that cannot be read",
}


class TmfFinding(Frozen):
    """One finding: ``code`` of the table, ``file``, ``line`` (from 1; 0: the file as a whole), ``text``: what stands
    there, cut to a bound."""

    __slots__ = ("code", "file", "line", "text")
    code: str
    file: str
    line: int
    text: str

    def __init__(self, code: str, file: str, line: int, text: str) -> None:
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "file", file)
        object.__setattr__(self, "line", line)
        object.__setattr__(self, "text", text)

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        told = f"{where}: {CODES[self.code]}"
        return f"{told}: {self.text}" if self.text else told


class TmfFindings:
    """Collects findings, keeps the first `TMF_FINDINGS_KEPT` (and the first of every code) and counts the rest."""

    __slots__ = ("_codes", "_more", "kept")

    def __init__(self) -> None:
        self.kept: list[TmfFinding] = []
        self._more: dict[str, int] = {}
        self._codes: set[str] = set()

    def add(self, code: str, file: str, line: int, text: str = "") -> None:
        """Note a finding."""
        self.take(TmfFinding(code, file, line, text if len(text) <= COST_SHOWN else text[:COST_SHOWN] + "…"))

    def take(self, finding: TmfFinding) -> None:
        """Note a finding of another collector."""
        if len(self.kept) >= TMF_FINDINGS_KEPT - len(CODES) and finding.code in self._codes:
            self.count(finding.code, 1)
        else:
            self._codes.add(finding.code)
            self.kept.append(finding)

    def count(self, code: str, number: int) -> None:
        """Note findings of which only the number is known."""
        self._more[code] = self._more.get(code, 0) + number

    @property
    def more(self) -> tuple[tuple[str, int], ...]:
        """How many more there were, by code."""
        return tuple(sorted(self._more.items()))
