"""The message formats of any number of TMF files, by message GUID and number.

Must not know: how the files are read, traces. Source: Microsoft, WDK, "Trace message format file"; that one message may
stand in it twice, and that the first one counts, is seen in public files made of two symbol files.
"""

from __future__ import annotations

from .limits import TMF_ARGUMENTS_KEPT, TMF_MESSAGES_MAX, TMF_SYMBOLS_KEPT
from .tmf_findings import TmfFinding, TmfFindings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .tmf_message import TmfMessage

__all__ = ("Tmf",)


class Tmf:
    """Message formats. Immutable; ``a | b`` has those of both, the first one where both have it.

    ``findings``: what is odd about the files, with file and line; ``more_findings``: how many more, by code.
    ``repeated``: how many messages stood there again, unchanged. ``files``: how many were read.
    """

    __slots__ = (
        "_arguments",
        "_guids",
        "_messages",
        "_names",
        "_symbols",
        "files",
        "findings",
        "more_findings",
        "repeated",
    )

    def __init__(
        self,
        messages: Iterable[tuple[TmfMessage, str, int]] = (),
        findings: TmfFindings | None = None,
        *,
        files: int = 0,
    ) -> None:
        """``messages``: each with its file and line."""
        notes = findings or TmfFindings()
        self._messages: dict[tuple[bytes, int], TmfMessage] = {}
        self._symbols: dict[int, int] = {}  # how many each enumeration or list has, by which one it is
        self._names = 0  # of them together
        self._arguments = 0  # of all messages together
        self.repeated = 0
        for message, file, line in messages:
            self._take(message, file, line, notes)
        self._settle(notes, files)

    def _take(self, message: TmfMessage, file: str, line: int, notes: TmfFindings) -> None:
        key = message.guid, message.number
        known = self._messages.get(key)
        if known is None:
            beyond = self._beyond(message)
            if beyond:
                notes.add(beyond, file, line, f"{message.tag} {message.number}")
            else:
                self._messages[key] = message
        elif known == message:
            self.repeated += 1
        else:
            notes.add("differs", file, line, f"{message.guid_text} {message.number} of {known.tag} and {message.tag}")

    def _beyond(self, message: TmfMessage) -> str:
        """The code of the bound that leaves no room for it, its arguments and their names; else empty, and they
        count."""
        if len(self._messages) >= TMF_MESSAGES_MAX:
            return "limit-messages"
        if self._arguments + len(message.arguments) > TMF_ARGUMENTS_KEPT:
            return "limit-arguments"
        fresh = {id(each.symbols): len(each.symbols) for each in message.arguments if each.symbols}
        new = sum(count for which, count in fresh.items() if which not in self._symbols)
        if self._names + new > TMF_SYMBOLS_KEPT:
            return "limit-symbols"
        self._symbols.update(fresh)
        self._names += new
        self._arguments += len(message.arguments)
        return ""

    def _settle(self, notes: TmfFindings, files: int) -> None:
        self.files = files
        self.findings: tuple[TmfFinding, ...] = tuple(notes.kept)
        self.more_findings = notes.more
        self._guids = frozenset(guid for guid, _ in self._messages)

    @classmethod
    def joined(cls, parts: Iterable[tuple[str, Tmf]], findings: TmfFindings | None = None) -> Tmf:
        """All of these together; each with the name by which it is told."""
        notes = findings or TmfFindings()
        whole = cls()
        files = 0
        for name, part in parts:
            files += part.files
            whole.repeated += part.repeated
            for finding in part.findings:
                notes.take(finding)
            for code, number in part.more_findings:
                notes.count(code, number)
            for message in part:
                whole._take(message, name, 0, notes)
        whole._settle(notes, files)
        return whole

    def __or__(self, other: Tmf) -> Tmf:
        return Tmf.joined((("the first", self), ("the second", other)))

    def find(self, guid: bytes, number: int) -> TmfMessage | None:
        """The message of a GUID (16 bytes as stored) and number."""
        return self._messages.get((guid, number))

    def knows(self, guid: bytes) -> bool:
        """Whether there is any message of this GUID."""
        return guid in self._guids

    @property
    def guids(self) -> frozenset[bytes]:
        """The message GUIDs."""
        return self._guids

    def __iter__(self) -> Iterator[TmfMessage]:
        return iter(self._messages.values())

    def __len__(self) -> int:
        return len(self._messages)

    def __repr__(self) -> str:
        return f"<Tmf: {len(self):,} messages of {len(self._guids):,} GUIDs, {len(self.findings):,} findings>"
