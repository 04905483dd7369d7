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
#: label before an argument to what it is
_LABELS = {
    "file": _FILE,
    "hive": _FILE,
    "path": _FILE,
    "key": _MOUNT,
    "mount": _MOUNT,
    "root": _MOUNT,
}
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
    labels: dict[int, str] = {}
    others: set[int] = set()  # what has a label, and is neither
    before = ""
    for piece in format_pieces(form.format):
        if piece.kind == "text":
            before = piece.text
            if kind is None:
                kind = next((WORDS[word] for word in _words(before) if word in WORDS), None)
            continue
        if piece.kind == "argument":
            label = _last_word(before).lower()
            if label in _LABELS:
                labels.setdefault(piece.number, _LABELS[label])
            elif label.upper() not in WORDS and _is_labelled(before):
                others.add(piece.number)
        before = ""
    if kind is None:
        return None
    places: dict[str, int] = {}
    unnamed: list[int] = []
    status = None
    for place, argument in enumerate(form.arguments):
        item = argument.item.lower()
        if item in _STATUSES and status is None:
            status = place
        elif item in _TEXTS and argument.index in labels:
            places.setdefault(labels[argument.index], place)
        elif item in _TEXTS and argument.index not in others:
            unnamed.append(place)
    for name in (_FILE, _MOUNT):
        if name not in places and unnamed:
            places[name] = unnamed.pop(0)
    return HiveWords(kind, places.get(_FILE), places.get(_MOUNT), status)


def _words(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() or letter == "_" else " " for letter in text).split()


def _last_word(text: str) -> str:
    words = _words(text)
    return words[-1] if words else ""


def _is_labelled(text: str) -> bool:
    """Whether a text ends in a word and ``=`` or ``:``."""
    end = text.rstrip(" \t\"'<[({>")
    return end.endswith(("=", ":")) and bool(_words(end))
