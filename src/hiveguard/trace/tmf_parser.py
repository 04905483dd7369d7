"""Reads one TMF file: bytes in, message formats and findings out. No line is lost silently.

Must not know: where the bytes come from, traces. Sources: Microsoft, WDK, "Trace message format file"; public TMF
files, by which enumerations follow the messages that use them.
"""

from __future__ import annotations

from .limits import TMF_ARGUMENTS_MAX, TMF_BYTES_MAX, TMF_LINE_MAX, TMF_SYMBOLS_MAX
from .tmf import Tmf
from .tmf_findings import TmfFindings
from .tmf_lines import (
    argument_line,
    enumeration_line,
    guid_line,
    looks_like_guid,
    message_line,
    symbol_line,
    trailer_parts,
)
from .tmf_message import TmfArgument, TmfMessage
from .tmf_symbols import TmfSymbols
from .wpp_items import is_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("read_tmf",)

_NUMBER_MAX = 0xFFFF  # a message's number has 16 bits in a trace
_LOOK = 500  # characters of a line that is too long by which it is told what it may have been
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read_tmf(data: bytes, name: str = "tmf") -> Tmf:
    """The message formats in the bytes of a file. ``name``: by which its findings are told."""
    findings = TmfFindings()
    if len(data) > TMF_BYTES_MAX:
        findings.add("file-size", name, 0, f"{len(data):,} bytes")
        return Tmf((), findings, files=1)
    reader = _Reader(_text(data), name, findings)
    reader.read()
    return Tmf(reader.resolved(), findings, files=1)


def _text(data: bytes) -> str:
    return _decoded(data).replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")  # whichever code page it was: names in ASCII stay what they are


class _Reader:
    """One pass over the lines."""

    def __init__(self, text: str, name: str, findings: TmfFindings) -> None:
        self._text = text
        self._next_at = 0  # where the next line begins
        self._at = 0  # the number of the line that was read last
        self._name = name
        self._findings = findings
        self._guid: tuple[bytes, str, str, str, str] | None = None
        self._messages: list[tuple[TmfMessage, int]] = []
        self._enumerations: dict[str, TmfSymbols] = {}

    def _find(self, code: str, line: int, text: str = "") -> None:
        self._findings.add(code, self._name, line, text)

    def _next(self, *, is_inside: bool = False) -> str | None:
        """The next line that says anything, ``is_inside`` of a block; None: there is none."""
        text = self._text
        while self._next_at < len(text):
            begin = self._next_at
            end = text.find("\n", begin)
            if end < 0:
                end = len(text)
            self._next_at = end + 1
            self._at += 1
            if end - begin > TMF_LINE_MAX:
                self._find("line-length", self._at, f"{end - begin:,} characters, {text[begin : begin + 40]}")
                if looks_like_guid(text[begin : begin + _LOOK], is_inside=is_inside):
                    self._guid = None
                continue
            line = text[begin:end].strip()
            if line and not line.startswith("//"):
                return line
        return None

    def read(self) -> None:
        """Read all lines."""
        while (line := self._next()) is not None:
            found = guid_line(line)
            if found is not None:
                self._guid = found
                continue
            parts = message_line(line)
            if parts is not None:
                self._message(*parts)
                continue
            name = enumeration_line(line)
            if name is not None:
                self._enumeration(name)
            elif looks_like_guid(line):
                self._lose_guid(self._at, line)
            else:
                self._find("line", self._at, line)

    def _lose_guid(self, at: int, line: str) -> None:
        """What follows is not of the GUID before: it would be told by another's text."""
        self._guid = None
        self._find("guid", at, line)

    # --- blocks -----------------------------------------------------------------------------

    def _block(self, start: int) -> Iterator[tuple[int, str]]:
        """The lines between the braces that follow, each with its number."""
        before = self._at, self._next_at
        line = self._next()
        if line != "{":
            self._find("block", start, "no { follows")
            self._at, self._next_at = before
            return
        doubt: tuple[int, str] | None = None
        while True:
            before = self._at, self._next_at
            line = self._next(is_inside=True)
            if line == "}":
                return
            if line is None or self._begins(line):
                self._find("block", start, "no } follows")
                if doubt is not None:
                    self._lose_guid(*doubt)
                self._at, self._next_at = before
                return
            if doubt is None and looks_like_guid(line):
                doubt = self._at, line  # a damaged argument; but in a block without an end it may stand behind it
            yield self._at, line

    @staticmethod
    def _begins(line: str) -> bool:
        """Whether the line begins something else."""
        if guid_line(line) is not None or message_line(line) is not None or enumeration_line(line) is not None:
            return True
        return looks_like_guid(line, is_inside=True)

    def _message(self, tag: str, number: int, format: str, trailer: str) -> None:
        start, of = self._at, self._guid
        before = len(self._findings.kept), self._findings.more
        arguments, problem = self._arguments(start)
        if not problem and (len(self._findings.kept), self._findings.more) != before:
            problem = "its block in the TMF file is damaged"
        if of is None:
            self._find("no-guid", start, f"{tag} {number}")
            return
        if number > _NUMBER_MAX:
            self._find("number", start, f"{tag} {number}")
            return
        parts, stray = trailer_parts(trailer)
        if stray:
            self._find("trailer", start, stray)
        guid, component, source, major, minor = of
        message = TmfMessage(
            guid,
            number,
            format,
            arguments,
            component=component,
            source=source,
            major=major,
            minor=minor,
            tag=tag,
            level=parts.get("level"),
            flags=parts.get("flags"),
            function=parts.get("function"),
            problem=problem,
        )
        self._messages.append((message, start))

    def _arguments(self, start: int) -> tuple[tuple[TmfArgument, ...], str]:
        found: list[TmfArgument] = []
        indices: set[int] = set()
        problem = ""
        for number, line in self._block(start):
            argument = argument_line(line)
            if argument is None or argument.index in indices:
                self._find("argument", number, line)
                problem = problem or f"line {number} of its TMF file is no argument"
                continue
            if len(found) >= TMF_ARGUMENTS_MAX:
                problem = problem or f"more than {TMF_ARGUMENTS_MAX:,} arguments"
                continue
            if not is_known(argument.item):
                self._find("item", number, argument.item)
                problem = problem or f"unknown item type {argument.item}"
            indices.add(argument.index)
            found.append(argument)
        return tuple(found), problem

    def _enumeration(self, name: str) -> None:
        start = self._at
        found: list[tuple[int, str]] = []
        for number, line in self._block(start):
            symbol = symbol_line(line)
            if symbol is None or len(found) >= TMF_SYMBOLS_MAX:
                self._find("symbol", number, line)
            else:
                found.append(symbol)
        symbols = TmfSymbols(found)  # one for all arguments that use it
        if self._enumerations.setdefault(name, symbols) != symbols:
            self._find("differs", start, f"enumeration {name}")

    # --- the end ----------------------------------------------------------------------------

    def resolved(self) -> Iterator[tuple[TmfMessage, str, int]]:
        """The messages, now that every enumeration of the file is known."""
        for message, line in self._messages:
            if any(argument.enumeration for argument in message.arguments):
                arguments = tuple(self._named(argument, line) for argument in message.arguments)
                message = message.with_arguments(arguments, message.problem)
            yield message, self._name, line

    def _named(self, argument: TmfArgument, line: int) -> TmfArgument:
        name = argument.enumeration
        if not name:
            return argument
        symbols = self._enumerations.get(name)
        if symbols is None:
            self._find("enumeration", line, name)
            return argument
        return TmfArgument(argument.index, argument.item, argument.expression, symbols, name)
