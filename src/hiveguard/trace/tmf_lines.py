"""The lines of a TMF file, each by its own grammar: text in, parts out, None for what is no such line.

Lines are C source in part: a format may hold quotation marks, an argument's expression commas and parentheses. So each
line is read from the end that is certain. Must not know: blocks, files. Sources: Microsoft, WDK, "Trace message format
file", "Trace message prefix"; public TMF files (the old forms ``#type`` and ``FLAG=``).
"""

from __future__ import annotations

from .kernel_groups import guid_bytes
from .limits import TMF_SYMBOLS_MAX
from .tmf_message import TmfArgument

TYPE_CHECKING = False

__all__ = (
    "argument_line",
    "enumeration_line",
    "guid_line",
    "looks_like_guid",
    "message_line",
    "symbol_line",
    "trailer_parts",
)

_HEX = frozenset("0123456789abcdefABCDEF")
_MESSAGE_WORDS = ("#typev", "#type")
_ENUMERATION_WORDS = ("#enumv", "#enum")
#: keys of a trailer, upper case, to the field that they fill
_KEYS = {"LEVEL": "level", "FLAGS": "flags", "FLAG": "flags", "FUNC": "function"}
_DASHES = (8, 13, 18, 23)
#: items whose brackets hold the name of an enumeration, not a list
_ENUMERATED = ("itemenum", "itemflagsenum")
#: bits of the items whose brackets hold names with numbers, which may be negative
_WIDTHS = {"itemlistbyte": 8, "itemlistshort": 16, "itemlistlong": 32}
#: characters of a GUID before its first dash; of one with more than it should have; digits of one that is nearly whole
_GUID_LOOK, _GUID_LOOKS_MAX, _GUID_NEARLY = 8, 48, 26
_OPENING, _CLOSING = "\ufeff{[(<\"'", "}])>\"'"  # what somebody may have put around a GUID
_OPERATORS = frozenset("<>.,()[]{}&*+/:;=!~|%^\"'")  # of C: a word with one is an expression, not the begin of a GUID


def guid_line(line: str) -> tuple[bytes, str, str, str, str] | None:
    """``GUID component // SRC=file MJ= MN=``: the GUID's bytes, component, source, major and minor."""
    words = line.split(None, 1)
    word, rest = words[0] if words else "", words[1] if len(words) == 2 else ""
    if len(word) != 36 or not _HEX.issuperset(word.replace("-", "")) or any(word[at] != "-" for at in _DASHES):
        return None
    if word.count("-") != len(_DASHES):
        return None
    name, _, trailer = rest.partition("//")
    found: dict[str, list[str]] = {"SRC": [], "MJ": [], "MN": []}
    key = ""
    for part in trailer.split():
        left, equals, right = part.partition("=")
        if equals and left in found:
            key, found[left] = left, [right]
        elif key:
            found[key].append(part)  # a file name with a space in it
    source, major, minor = (" ".join(parts) for parts in found.values())
    return guid_bytes(word), name.strip(), source, major, minor


def looks_like_guid(line: str, *, is_inside: bool = False) -> bool:
    """Whether a line that is no GUID's may have been one: it has the keys of one, or begins as one.

    ``is_inside``: of a block, where lines are C source in part: there it has the keys, or is a GUID nearly whole."""
    if argument_line(line) is not None:
        return False
    before, slashes, trailer = line.partition("//")
    if slashes and not before.startswith("#") and any(part.startswith("SRC=") for part in trailer.split()):
        return True
    if symbol_line(line) is not None:
        return False
    words = before.lstrip(_OPENING).split(None, 1)
    word = words[0].rstrip(_CLOSING) if words else ""
    dashes = word.count("-")
    hexes = sum(letter in _HEX for letter in word)
    is_like = len(word) <= _GUID_LOOKS_MAX and (hexes + dashes) * 4 >= len(word) * 3
    if is_like and hexes >= _GUID_NEARLY:
        return True
    if is_inside or not _OPERATORS.isdisjoint(word):
        return False
    begin, dash, _ = word.partition("-")
    if dash and len(begin) == _GUID_LOOK:
        # Only these count: what stands behind them may be words of letters that are digits, too.
        return sum(letter in _HEX for letter in begin) >= _GUID_LOOK - 2
    return is_like and len(word) > 2 * _GUID_LOOK and dashes > 1


def message_line(line: str) -> tuple[str, int, str, str] | None:
    """``#typev tag number "format" // trailer``: tag, number, format, trailer."""
    words = line.split(None, 3)
    if len(words) != 4 or words[0] not in _MESSAGE_WORDS:
        return None
    tag, number, rest = words[1], words[2], words[3].rstrip()
    if not (number.isascii() and number.isdigit()) or not rest.startswith('"'):
        return None
    end = rest.rfind('" //')
    if end > 0:
        return tag, _bounded(number), rest[1:end], rest[end + 4 :].strip()
    if len(rest) > 1 and rest.endswith('"'):
        return tag, _bounded(number), rest[1:-1], ""
    return None


def _bounded(digits: str) -> int:
    """A number of any length, or one that is too large as well."""
    return int(digits.lstrip("0")[:9] or "0")


def trailer_parts(trailer: str) -> tuple[dict[str, str], str]:
    """The parts of ``LEVEL=a FLAGS=b FUNC=c``, and the words that belong to no key. FUNC= takes all that follows."""
    found: dict[str, list[str]] = {}
    stray: list[str] = []
    key = ""
    at = 0
    for word in trailer.split():
        at = trailer.index(word, at)
        left, equals, right = word.partition("=")
        field = _KEYS.get(left.upper()) if equals else None
        if field == "function":
            found[field] = [trailer[at + len(left) + 1 :].strip()]
            break
        if field is not None:
            key, found[field] = field, [right]
        elif key:
            found[key].append(word)
        else:
            stray.append(word)
        at += len(word)
    return {field: " ".join(words) for field, words in found.items()}, " ".join(stray)


def enumeration_line(line: str) -> str | None:
    """``#enumv name``: the name."""
    words = line.split(None, 1)
    return words[1].strip() if len(words) == 2 and words[0] in _ENUMERATION_WORDS else None


def symbol_line(line: str) -> tuple[int, str] | None:
    """``symbol,0x1``: number (32 bits) and symbol."""
    symbol, comma, text = line.rpartition(",")
    number = _number(text.strip())
    return (number & 0xFFFF_FFFF, symbol.strip()) if comma and number is not None else None


def argument_line(line: str) -> TmfArgument | None:
    """``expression, ItemName(list) -- 10``. The expression may hold anything: the last ``, Item`` counts that leads to
    the end of the line."""
    head, dashes, index = line.rpartition(" -- ")
    index = index.strip()
    if not dashes or not (index.isascii() and index.isdigit()) or len(index) > 5:
        return None
    head = head.rstrip()
    at = len(head)
    while True:
        at = head.rfind(", Item", 0, at)
        if at < 0:
            break
        found = _item(head, at + 2)
        if found is not None:
            name, inner = found
            expression = head[:at]
            if name.lower() in _ENUMERATED:
                return TmfArgument(int(index), name, expression, (), inner.strip())
            symbols = _listed(inner, _WIDTHS.get(name.lower(), 0))
            return TmfArgument(int(index), name, expression, symbols) if symbols is not None else None
    return None


def _item(text: str, at: int) -> tuple[str, str] | None:
    """The name of an item and what its brackets hold, if it goes to the end of the text."""
    end = at
    while end < len(text) and (text[end].isalnum() or text[end] == "_"):
        end += 1
    if end == len(text):
        return text[at:], ""
    if text[end] == "(" and text.endswith(")"):
        return text[at:end], text[end + 1 : -1]
    return None


def _listed(text: str, bits: int) -> tuple[tuple[int, str], ...] | None:
    """``a,b=5,c``: each name with its number, counted on from the one before; a negative one as it is stored in so many
    bits; None: too many."""
    if not text.strip():
        return ()
    if text.count(",") >= TMF_SYMBOLS_MAX:
        return None
    found = []
    following = 0
    for part in text.split(","):
        name, equals, given = part.partition("=")
        number = _number(given.strip()) if equals else following
        if number is None:
            name, number = part, following
        stored = number + (1 << bits) if -(1 << bits >> 1) <= number < 0 else number
        found.append((stored, name.strip()))
        following = number + 1
    return tuple(found)


def _number(text: str) -> int | None:
    """A number as C writes it, of 64 bits at most."""
    if not text or len(text) > 20:
        return None
    try:
        return int(text, 16 if text[:3].lower().lstrip("-").startswith("0x") else 10)
    except ValueError:
        return None
