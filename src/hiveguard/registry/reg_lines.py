"""The bytes of a .reg file as numbered lines of text, whatever encoding they are in.

By the byte order mark; else by the zero bytes of UTF-16; else UTF-8 if it is that; else the ANSI code page.
Must not know: what the lines mean. Sources: the importer and the tests of wine-mirror/wine, ``programs/reg``
(they run on Windows too).
"""

from __future__ import annotations

import codecs
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("ANSI_ERRORS", "code_page_of", "encoding_of", "ends_in_half", "lines", "whole_text")

_PEEK = 128  # bytes in which UTF-16 without a mark shows
_CHUNK = 1 << 16
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF8, "utf-8"))

#: how to decode in a code page: a byte that it leaves undefined becomes the character of that number, as in Windows
ANSI_ERRORS = "hiveguard.undefined-byte"


def _undefined(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(map(chr, error.object[error.start : error.end])), error.end


codecs.register_error(ANSI_ERRORS, _undefined)


_ASCII = bytes((9, 10, 13, *range(32, 127)))
#: how Python names what Windows has as a code page of text in bytes; what has states or escapes (utf-7, idna, hz,
#: iso2022) is none in which a line end or a quotation mark would be itself
_PAGES = re.compile(
    r"utf-8|ascii|cp\d+|iso8859-\d+|koi8-[ru]|mac-\w+|tis-620|shift_jis|gbk|gb2312|gb18030|big5|euc_(?:jp|kr)|johab"
)


def code_page_of(name: str) -> str | None:
    """Python's own name of a code page of Windows in which ASCII is itself; None where there is none of that name."""
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    return known if _PAGES.fullmatch(known) and _ASCII.decode(known) == _ASCII.decode("ascii") else None


def encoding_of(data: bytes, code_page: str) -> tuple[str, int]:
    """The encoding, and how many bytes of mark stand in front."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    head = data[:_PEEK]
    low, high = head[::2].count(0), head[1::2].count(0)
    if high > low and high * 4 > len(head):
        return "utf-16-le", 0
    if low > high and low * 4 > len(head):
        return "utf-16-be", 0
    return ("utf-8" if _is_utf8(data) else code_page), 0


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(data), _CHUNK):
            decoder.decode(data[at : at + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def lines(data: bytes, encoding: str, start: int) -> Iterator[tuple[int, str]]:
    """Each line with its number from 1, without its end (LF, CR LF, or CR), decoded one by one.

    A byte that is no UTF-8 is the lone surrogate that Python has for it (`whole_text`); of UTF-16 half a character
    at the end is left out (`ends_in_half`).
    """
    wide = encoding.startswith("utf-16")
    errors = "surrogatepass" if wide else "surrogateescape" if encoding == "utf-8" else ANSI_ERRORS
    feed = "\n".encode(encoding)
    number = 0
    at = start
    while at < len(data):
        end = data.find(feed, at)
        while wide and end >= 0 and (end - start) & 1:  # between two characters only
            end = data.find(feed, end + 1)
        if end < 0:
            end = len(data)
        piece = data[at:end]
        if wide and len(piece) & 1:
            piece = piece[:-1]
        text = piece.decode(encoding, errors)
        at = end + len(feed)
        if text.endswith("\r"):
            text = text[:-1]
        for line in text.split("\r"):
            number += 1
            yield number, line


def ends_in_half(data: bytes, encoding: str, start: int) -> bool:
    """Whether the last byte is half a character."""
    return encoding.startswith("utf-16") and bool((len(data) - start) & 1)


def whole_text(line: str, encoding: str) -> str | None:
    """A line with U+FFFD for each byte that is no UTF-8; None where there is none of them."""
    if encoding != "utf-8" or line.isascii():
        return None
    found = "".join("\ufffd" if "\udc80" <= character <= "\udcff" else character for character in line)
    return found if found != line else None
