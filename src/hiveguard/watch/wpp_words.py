"""Which WPP messages are about hives, and which of their arguments is what.

A message is known by a word of its format, an argument by the label before it (``file=%10!s!``) or else by its place.
Must not know: traces, who is told. Source: HiveGuard's own contract (docs/wpp.md).
"""

from __future__ import annotations

from ..core.hive_event import EventKind
from ..trace.wpp_format import format_pieces

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..trace.tmf_message import TmfMessage
    from ..trace.wpp_message import WppArgument, WppMessage

__all__ = ("WORDS", "HiveWords", "hive_words")

#: word of a format to what it says
WORDS: dict[str, EventKind] = {
    "HIVE_LOAD": EventKind.LOADED,
    "HIVE_LOAD_SUCCESS": EventKind.LOADED,
    "HIVE_UNLOADING": EventKind.UNLOAD_STARTED,
    "HIVE_UNLOAD": EventKind.UNLOADED,
    "HIVE_DIRTY": EventKind.DIRTY,
}
#: what such a message says if its status is a failure
_FAILED = {EventKind.LOADED: EventKind.LOAD_FAILED, EventKind.UNLOADED: EventKind.UNLOAD_FAILED}
_CANNOT_DELETE = 0xC0000121  # STATUS_CANNOT_DELETE: handles are open
_FILE, _MOUNT = "file", "mount"
#: word of a label before an argument to what it is
_LABELS = {
    "file": _FILE,
    "hive": _FILE,
    "key": _MOUNT,
    "mount": _MOUNT,
    "root": _MOUNT,
}
_PATH = "path"  # the hive's, unless another word says of what (``mount path``)
_NOUNS = frozenset(("name", "point"))  # which add nothing to the word before (``mount point %10!s!``)
#: last words of a label by which it is that of something else (``key handle=``)
_NO_PATHS = frozenset(("address", "count", "handle", "id", "index", "length", "number", "object", "size", "type"))
#: what a message says of its end, which is no label of what follows
_REMARKS = frozenset(
    [
        "complete",
        "completed",
        "done",
        "ended",
        "failed",
        "failure",
        "finished",
        "loaded",
        "ok",
        "succeeded",
        "success",
        "successful",
        "successfully",
        "unloaded",
    ]
)
_OTHER, _NONE = "other", ""
_TEXTS = frozenset(
    ("itemstring", "itemrstring", "itemwstring", "itemrwstring", "itempstring", "itempwstring", "itemmlstring")
)
#: item of a status to whether a value of it is a failure
_STATUSES = {
    "itemntstatus": lambda code: code >> 31 == 1,
    "itemnterror": lambda code: code >> 31 == 1,
    "itemhresult": lambda code: code >> 31 == 1,
    "itemwinerror": lambda code: code != 0,
}


class HiveWords:
    """A message about hives: ``kind``, and the places of its arguments (None: it has none such)."""

    __slots__ = ("_file", "_mount", "_status", "kind")

    def __init__(self, kind: EventKind, file: int | None, mount: int | None, status: int | None) -> None:
        self.kind = kind
        self._file = file
        self._mount = mount
        self._status = status

    def file(self, message: WppMessage) -> str | None:
        """The path of the hive; None: it is not there, or not whole."""
        return _text(message, self._file)

    def mount(self, message: WppMessage) -> str | None:
        """Where it is mounted; None: that is not told."""
        return _text(message, self._mount)

    def happened(self, message: WppMessage) -> tuple[EventKind, str | None] | None:
        """What happened, and the status where it is a failure; None: whether it happened is in a status that is cut."""
        if self._status is None:
            return self.kind, None
        argument = _argument(message, self._status)
        if argument is None or not isinstance(argument.value, int):
            return None if self.kind in _FAILED else (self.kind, None)
        code = argument.value & 0xFFFF_FFFF
        if not _STATUSES[argument.item.lower()](code):
            return self.kind, None
        if self.kind is EventKind.UNLOADED and code == _CANNOT_DELETE:
            return EventKind.UNLOAD_REFUSED, argument.text
        return _FAILED.get(self.kind, self.kind), argument.text


def _argument(message: WppMessage, place: int | None) -> WppArgument | None:
    return message.arguments[place] if place is not None and place < len(message.arguments) else None


def _text(message: WppMessage, place: int | None) -> str | None:
    argument = _argument(message, place)
    if argument is None or not isinstance(argument.value, str) or argument.text != argument.value:
        return None  # a text that is cut has a mark behind it
    return argument.value or None


def hive_words(form: TmfMessage) -> HiveWords | None:
    """What a message says of hives; None: nothing."""
    kind = None
    texts = {argument.index for argument in form.arguments if argument.item.lower() in _TEXTS}
    labels: dict[int, str] = {}  # of the arguments that the format names
    before = ""
    for piece in format_pieces(form.format):
        if piece.kind == "text":
            before = piece.text
            if kind is None:
                kind = next((WORDS[word] for word in _words(before) if word in WORDS), None)
            continue
        if piece.number in texts:
            label = _label(before, is_first=not labels)
            if labels.get(piece.number, _NONE) not in (_FILE, _MOUNT):
                labels[piece.number] = label or labels.get(piece.number, _NONE)
        before = ""
    if kind is None:
        return None
    places: dict[str, int] = {}
    unnamed: list[int] = []
    status = None
    for place, argument in enumerate(form.arguments):
        label = labels.get(argument.index, _OTHER)
        if argument.item.lower() in _STATUSES and status is None:
            status = place  # known by its type: it counts even where the text leaves it out
        elif label == _NONE:
            unnamed.append(place)
        elif label != _OTHER:
            places.setdefault(label, place)
    for name in (_FILE, _MOUNT):
        if name not in places and unnamed:
            places[name] = unnamed.pop(0)
    return HiveWords(kind, places.get(_FILE), places.get(_MOUNT), status)


def _words(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() or letter == "_" else " " for letter in text).split()


def _label(before: str, *, is_first: bool) -> str:
    """What the text before an argument says that it is; ``is_first``: no text stands before it in the message."""
    end = before.rstrip(" \t\"'<[({>")
    if not end.endswith(("=", ":")):
        words = [word.lower() for word in _words(before)]
        if len(words) > 1 and words[-1] in _NOUNS:
            words.pop()
        return _meaning(words[-1:]) or _NONE
    said = _segment(end)
    words = [word.lower() for word in said if word not in WORDS and word.lower() not in _REMARKS]
    if not words:
        # A remark about the hive that was named before has its reason behind it (``%10!s! failed: %11!s!``).
        return _NONE if is_first or not said or not WORDS.keys().isdisjoint(said) else _OTHER
    return _OTHER if words[-1] in _NO_PATHS else _meaning(words) or _OTHER


def _meaning(words: list[str]) -> str | None:
    """The last word that is one of a label decides."""
    found = [_LABELS[word] for word in words if word in _LABELS]
    return found[-1] if found else _FILE if _PATH in words else None


def _segment(text: str) -> list[str]:
    """The words directly before the sign at the end of a text, back to any other sign; a dash may join two."""
    end = len(text)
    while end and not (text[end - 1].isalnum() or text[end - 1] == "_"):
        end -= 1
    begin = end
    while begin and (text[begin - 1].isalnum() or text[begin - 1] in "_ \t" or _joins(text, begin - 1)):
        begin -= 1
    return _words(text[begin:end])


def _joins(text: str, at: int) -> bool:
    return text[at] == "-" and text[at - 1 : at].isalnum() and text[at + 1 : at + 2].isalnum()
