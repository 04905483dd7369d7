"""What the channels bring to whoever judges: sightings of hives by the poll, notices from the event channel.

Must not know: files, registries, how anything is judged. Times are ns of the monotonic clock unless they are called
``wall``. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from enum import Enum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

__all__ = ("Answer", "Face", "Notice", "NoticeKind", "Round")


class Face:
    """How one hive looked at one moment.

    ``identity``: what another load of it, or another file in its place, does not have; ``sequence``: a number that
    only grows while it is the same; ``stamp``: differs when anything in it changed; ``is_dirty``: None if that cannot
    be told; ``incarnation``: its source's own number for this load, or None; ``at``: when the look began.
    """

    __slots__ = ("at", "identity", "incarnation", "is_dirty", "sequence", "stamp")

    def __init__(
        self,
        identity: Hashable,
        stamp: Hashable,
        at: int,
        *,
        sequence: int = 0,
        is_dirty: bool | None = None,
        incarnation: int | None = None,
    ) -> None:
        self.incarnation = incarnation
        self.identity = identity
        self.sequence = sequence
        self.stamp = stamp
        self.is_dirty = is_dirty
        self.at = at

    def continues(self, before: Face) -> bool:
        """Whether this is the same incarnation as before: file systems give a deleted file's number to the next."""
        return self.identity == before.identity and self.sequence >= before.sequence

    def __repr__(self) -> str:
        return f"Face({self.identity!r}, {self.stamp!r}, sequence={self.sequence}, is_dirty={self.is_dirty})"


class Answer:
    """What came of asking for one hive: its face, or ``face`` None: there is none now; ``blind``: why it could not be
    asked, or empty."""

    __slots__ = ("blind", "face", "name")

    def __init__(self, name: str, face: Face | None, blind: str = "") -> None:
        self.name = name
        self.face = face
        self.blind = blind

    def __repr__(self) -> str:
        return f"Answer({self.name!r}, {self.blind or self.face!r})"


class Round:
    """One round of the poll over its hives: ``answers`` of those that changed only; the others are as they were.

    ``asked``: the hives that were asked, None for all; ``start`` and ``end``: when; ``blind``: the groups (folders)
    that could not be looked into, and why not.
    """

    __slots__ = ("answers", "asked", "blind", "end", "start", "wall")

    def __init__(
        self,
        answers: tuple[Answer, ...],
        start: int,
        end: int,
        wall: int,
        asked: frozenset[str] | None = None,
        *,
        blind: Mapping[str, str] | None = None,
    ) -> None:
        self.answers = answers
        self.blind = blind or {}
        self.asked = asked
        self.start = start
        self.end = end
        self.wall = wall


class NoticeKind(Enum):
    """What the event channel noticed of a hive."""

    APPEARED = "appeared"
    VANISHED = "vanished"
    TRAFFIC = "traffic"  #: something in it, or in its logs, was touched


class Notice:
    """One notice: ``face`` how the hive looked then, if it was looked at; ``at``: when it was noticed, before that."""

    __slots__ = ("at", "face", "kind", "name", "wall")

    def __init__(self, kind: NoticeKind, name: str, at: int, wall: int, face: Face | None = None) -> None:
        self.kind = kind
        self.name = name
        self.face = face
        self.at = at
        self.wall = wall

    def __repr__(self) -> str:
        return f"Notice({self.kind.value}, {self.name!r})"
