"""A .reg file as statements: set a value, delete one, make a key, delete one. Bytes in, nothing opened.

Windows imports what it understands of such a file, leaves out the rest, and says that it succeeded. Here
every line that is left out is told, with its number and why. Must not know: files, hives, whether the root
that a path begins with exists. Sources: the importer and the tests of wine-mirror/wine, ``programs/reg`` (they
run on Windows too); Microsoft, "How to add, modify, or delete registry subkeys and values by using a .reg file".
"""

from __future__ import annotations

import re

from ..core.errors import BadArgument, Unreadable
from ..core.verdict import Frozen
from ..regf.layout import REGF
from ..regf.value_types import REG_BINARY, REG_DWORD, REG_EXPAND_SZ, REG_MULTI_SZ, REG_SZ
from .reg_lines import ANSI_ERRORS, code_page_of, encoding_of, ends_in_half, lines, whole_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    Statement: TypeAlias = "CreateKey | DeleteKey | SetValue | DeleteValue"

__all__ = ("CreateKey", "DeleteKey", "DeleteValue", "Remark", "SetValue", "Skipped", "read_reg")

_HEADER = "Windows Registry Editor Version 5.00"
_OLD_HEADER = "REGEDIT4"
_EMPTY_HEADER = "REGEDIT"  # and whatever else begins so
_BLANKS = " \t"
_SHOWN = 80
_HEAD = 8  #: bytes that are shown of what is no text

_QUOTED = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_EQUALS = re.compile(r"[ \t]*=[ \t]*")
_END = re.compile(r"[ \t]*(?:;.*)?\Z", re.DOTALL)
_DWORD = re.compile(r"dword:([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?\Z", re.DOTALL)
_HEX = re.compile(r"hex(?:\(([0-9A-Fa-f]{1,8})\))?:")
_BYTES = re.compile(r"(?:[0-9A-Fa-f]{2},)*(?:[0-9A-Fa-f]{2},?)?\Z")
_BYTE = re.compile(r"[ \t]*([0-9A-Fa-f]{1,2})[ \t]*\Z")
_MEANINGS = {"\\": "\\", '"': '"', "n": "\n", "r": "\r"}


class CreateKey(Frozen):
    """Make a key, if it is not there. ``line``: its number, from 1. ``path``: as written, with its root."""

    __slots__ = ("line", "path")
    line: int
    path: str

    def __init__(self, line: int, path: str) -> None:
        object.__setattr__(self, "line", line)
        object.__setattr__(self, "path", path)


class DeleteKey(CreateKey):
    """Delete a key with all that is below it. Fields as in `CreateKey`."""

    __slots__ = ()


class DeleteValue(Frozen):
    """Delete a value. ``name``: None for the default value."""

    __slots__ = ("line", "path", "name")
    line: int
    path: str
    name: str | None

    def __init__(self, line: int, path: str, name: str | None) -> None:
        object.__setattr__(self, "line", line)
        object.__setattr__(self, "path", path)
        object.__setattr__(self, "name", name)


class SetValue(Frozen):
    """Set a value: ``type`` is its 32-bit number, ``raw`` its exact bytes, ``name`` None for the default value."""

    __slots__ = ("line", "path", "name", "type", "raw")
    line: int
    path: str
    name: str | None
    type: int
    raw: bytes

    def __init__(self, line: int, path: str, name: str | None, type: int, raw: bytes) -> None:
        object.__setattr__(self, "line", line)
        object.__setattr__(self, "path", path)
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "type", type)
        object.__setattr__(self, "raw", raw)


class Skipped(Frozen):
    """A line that says nothing that could be done. ``text``: its beginning. ``why``: a sentence."""

    __slots__ = ("line", "text", "why")
    line: int
    text: str
    why: str

    def __init__(self, line: int, text: str, why: str) -> None:
        object.__setattr__(self, "line", line)
        object.__setattr__(self, "text", text[:_SHOWN])
        object.__setattr__(self, "why", why)


class Remark(Skipped):
    """Something to know of the file as a whole: nothing was left out, but it may not mean what it seems to."""

    __slots__ = ()


class _Wrong(Exception):
    """Why a line is skipped."""


def read_reg(data: bytes, *, lenient: bool = False, code_page: str = "cp1252") -> Iterator[Statement | Skipped]:
    """The statements of a .reg file in order, with what was `Skipped` and a `Remark` in between.

    ``lenient``: as Windows does it, without complaint: neither is told, an unknown escape stands for its
    character, and data that the end of the file cuts off are taken as they are. ``code_page``: in which 8-bit
    text that is not UTF-8 is read, and the strings in hexadecimal of a REGEDIT4 file.
    Raises, when the first statement is asked for, `Unreadable` if it is no .reg file, and `BadArgument` for a code
    page that is none.
    """
    page = code_page_of(code_page)
    if page is None:
        raise BadArgument(f"code_page={code_page!r}: no code page of 8-bit text; use cp1252, cp1251, cp932 or the like")
    for found in _Reader(data, lenient, page).statements():
        if not (lenient and isinstance(found, Skipped)):
            yield found


class _Reader:
    def __init__(self, data: bytes, lenient: bool, code_page: str) -> None:
        self.encoding, start = encoding_of(data, code_page)
        self.has_mark = bool(start)
        self.lines = lines(data, self.encoding, start)
        self.half = f"{data[-1]:02x}" if ends_in_half(data, self.encoding, start) else ""
        self.number = 1  # of the line that was read last
        self.is_spoilt = False  # whether something in it is no text
        self.lenient = lenient
        self.code_page = code_page
        self.is_old = False
        self.path = ""
        self.no_key = "no key line stands before it"  # why values have nowhere to go; empty: they have
        self.again: tuple[int, str] | None = None  # a line that ended a value and is still to be read
        self.head = data[:_HEAD]
        self.tail = ""  # what stood behind the bracket of the last key line

    def statements(self) -> Iterator[Statement | Skipped]:
        number, header = next(self.lines, (1, ""))
        header = header.lstrip(_BLANKS)
        self.is_old = header == _OLD_HEADER
        if header != _HEADER and not self.is_old:
            if not header.startswith(_EMPTY_HEADER):
                raise Unreadable(f"{self.begins(header)}; a .reg file begins with {_HEADER!r}")
            yield Skipped(number, header, "of a file with this first line Windows imports nothing, nor do we")
            return
        if self.encoding == self.code_page != "utf-8":
            yield Remark(number, header, f"the text is not UTF-8, and was read in {self.code_page}")
        while (found := self._line()) is not None:
            number, line = found
            is_spoilt = self.is_spoilt
            body = line.lstrip(_BLANKS)
            if not body or body[0] in ";#":
                continue
            try:
                if is_spoilt and not self.lenient:
                    says = "the mark at the file's beginning says it is" if self.has_mark else "it was said to be"
                    raise _Wrong(f"it is not UTF-8, as {says}")
                if "\0" in body:
                    if not self.lenient:
                        raise _Wrong("there is a zero character in it")
                    body = body[: body.index("\0")]
                if body[:1] == "[":
                    yield self._key(number, body)
                    if self.tail:
                        yield Skipped(number, self.tail, "it follows the bracket that closes a key, and means nothing")
                elif body[:1] in ('"', "@"):
                    yield self._value(number, body)
                elif body:
                    raise _Wrong("it is neither a key, nor a value, nor a comment")
            except _Wrong as wrong:
                yield Skipped(number, line, str(wrong))
        if self.half:
            yield Skipped(self.number, self.half, "half a character ends the file: a byte is missing, or one too many")

    def begins(self, header: str) -> str:
        """What is no .reg file begins with."""
        text = header[:_SHOWN]
        if self.head.startswith(REGF):
            return "it is a registry hive, and no .reg file"
        if header and not text.isprintable():
            return f"the first line is no text, it begins with {self.head.hex(' ')}"
        return f"the first line is {text!r}"

    def _line(self) -> tuple[int, str] | None:
        if self.again is not None:
            found, self.again = self.again, None
            return found
        read = next(self.lines, None)
        if read is None:
            return None
        self.number, line = read
        whole = whole_text(line, self.encoding)
        self.is_spoilt = whole is not None
        return read if whole is None else (self.number, whole)

    # --- keys -------------------------------------------------------------------------------

    def _key(self, number: int, body: str) -> Statement:
        self.no_key = f"it belongs to the key of line {number}, which was skipped"
        end = body.rfind("]")
        if end < 0:
            raise _Wrong("its bracket is not closed")
        tail = body[end + 1 :]
        self.tail = "" if _END.match(tail) else tail.strip(_BLANKS)
        path = body[1:end]
        deletes = path.startswith("-")
        path = path[deletes:]
        if path[:1] in ("", " ", "\t"):
            raise _Wrong("there is no path right after its bracket" + (" and minus" if deletes else ""))
        path = path.removesuffix("\\")
        if deletes:
            self.no_key = f"it belongs to the key of line {number}, which is deleted"
            return DeleteKey(number, path)
        self.path, self.no_key = path, ""
        return CreateKey(number, path)

    # --- values -----------------------------------------------------------------------------

    def _value(self, number: int, body: str) -> Statement:
        name: str | None = None
        if body[0] == "@":
            at = 1
        else:
            name, at = self._quoted(body, 0)
        equals = _EQUALS.match(body, at)
        if equals is None:
            raise _Wrong("no equals sign follows its name")
        rest = body[equals.end() :]
        kind, raw = self._data(rest)
        if self.no_key:  # only now: the lines on which its data go on are read
            raise _Wrong(self.no_key)
        if raw is None:
            return DeleteValue(number, self.path, name or None)
        return SetValue(number, self.path, name or None, kind, raw)

    def _quoted(self, body: str, at: int) -> tuple[str, int]:
        """The text in quotation marks that begins there, and where it ends."""
        found = _QUOTED.match(body, at)
        if found is None:
            raise _Wrong("a quotation mark is not closed")
        text = found[1]
        return (_ESCAPE.sub(self._meaning, text) if "\\" in text else text), found.end()

    def _meaning(self, escape: re.Match[str]) -> str:
        meaning = _MEANINGS.get(escape[1])
        if meaning is not None:
            return meaning
        if not self.lenient:
            raise _Wrong(f"{escape[0]!r} means nothing; a backslash is written twice")
        return escape[1]

    def _data(self, rest: str) -> tuple[int, bytes | None]:
        """Type and bytes; None for a value that is to be deleted."""
        if rest.startswith('"'):
            text, at = self._quoted(rest, 0)
            self._ended(rest, at)
            return REG_SZ, text.encode("utf-16-le", "surrogatepass") + b"\0\0"
        if rest.startswith("-"):
            self._ended(rest, 1)
            return 0, None
        if rest.startswith("dword:"):
            number = _DWORD.match(rest)
            if number is None:
                raise _Wrong("after dword: stand one to eight hexadecimal digits")
            return REG_DWORD, int(number[1], 16).to_bytes(4, "little")
        prefix = _HEX.match(rest)
        if prefix is None:
            raise _Wrong("its data are of no known form")
        kind = int(prefix[1], 16) if prefix[1] else REG_BINARY
        raw = self._hex(rest[prefix.end() :])
        if self.is_old and kind in (REG_SZ, REG_EXPAND_SZ, REG_MULTI_SZ):
            raw = raw.decode(self.code_page, ANSI_ERRORS).encode("utf-16-le", "surrogatepass")
        return kind, raw

    def _ended(self, rest: str, at: int) -> None:
        if _END.match(rest, at) is None:
            raise _Wrong("something follows its data")

    def _hex(self, rest: str) -> bytes:
        """Bytes in hexadecimal, over as many lines as they go on."""
        raw = bytearray()
        while True:
            part = rest.partition(";")[0].rstrip(_BLANKS)
            goes_on = part.endswith("\\")
            if goes_on:
                part = part[:-1].rstrip(_BLANKS)
                if part and not part.endswith(","):
                    raise _Wrong("a backslash may stand only after a comma")
            raw += _bytes(part)
            if not goes_on:
                return bytes(raw)
            further = self._next_of_hex()
            if further is None:
                if self.lenient:
                    return bytes(raw)
                raise _Wrong("the file ends within its data")
            rest = further

    def _next_of_hex(self) -> str | None:
        while (found := self._line()) is not None:
            body = found[1].lstrip(_BLANKS)
            if not body or body[0] == ";":
                continue
            if body[0] not in "0123456789abcdefABCDEF":
                self.again = found
                raise _Wrong(f"its data do not go on in line {found[0]}")
            return body
        return None


def _bytes(part: str) -> bytes:
    if _BYTES.match(part):
        return bytes.fromhex(part.replace(",", " "))
    digits = part.split(",")
    if not digits[-1].strip(_BLANKS):
        digits.pop()
    found = [_BYTE.match(each) for each in digits]
    if None in found:
        raise _Wrong("its bytes are not one or two hexadecimal digits each, with commas between")
    return bytes(int(each[1], 16) for each in found if each is not None)
