"""Opens a recorded trace (.etl) and hands out its records, on any system.

Must not know: what payloads mean. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.errors import BadArgument, NotATrace
from .layout import BUFFER_HEADER, BUFFER_SIZE, SYSTEM_HEADER
from .limits import BUFFER_MAX
from .session import read_session
from .source import open_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from .record_walk import RecordWalk
    from .session import Session
    from .source import FileBytes, MemoryBytes, TraceSource

__all__ = ("Trace", "open_trace")

_ORDERS = ("time", "file")
_HEADER_RECORD_MAX = 65_535  # its size field has 16 bits


class Trace:
    """A recorded trace: ``session`` says what it is of, `records` delivers what it holds.

    Closes its file at the end of a ``with``. Made by `open_trace`.
    """

    __slots__ = ("_source", "session")

    def __init__(self, source: MemoryBytes | FileBytes, session: Session) -> None:
        self._source = source
        self.session = session

    def records(
        self,
        order: str = "time",
        *,
        providers: Iterable[bytes] | None = None,
        on_incomplete: str = "raise",
    ) -> RecordWalk:
        """The records, lazily, in order of ``time`` (over all processors) or as they stand in the ``file``.

        ``providers``: only records of these (16 bytes each, as in `Record.provider`); all others are passed over
        cheaply. Where the trace is not whole, the walk ends with `Incomplete`, or, with ``on_incomplete="record"``,
        quietly; ``.verdict`` then says what is missing.
        """
        if order not in _ORDERS:
            raise BadArgument(f'order={order!r}: records come in order of "time" or of the "file"')
        if on_incomplete not in ("raise", "record"):
            raise BadArgument(f'on_incomplete={on_incomplete!r}: "raise" or "record"')
        from .record_walk import RecordWalk

        wanted = None if providers is None else frozenset(providers)
        return RecordWalk(self._source, self.session, order=order, wanted=wanted, raises=on_incomplete == "raise")

    def close(self) -> None:
        """Close the file; a walk that goes on ends with an error."""
        self._source.close()

    def __enter__(self) -> Trace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Trace of {self._source.name}: {self.session.logger or 'no name'}>"


def open_trace(source: TraceSource) -> Trace:
    """A trace from a path or from bytes. Raises `NotATrace` for what is none, `Unreadable` for what cannot be read."""
    opened = open_source(source)
    try:
        head = opened.read(0, BUFFER_HEADER)
        size = int.from_bytes(head[BUFFER_SIZE : BUFFER_SIZE + 4], "little")
        size = min(max(size, BUFFER_HEADER + SYSTEM_HEADER), BUFFER_MAX, BUFFER_HEADER + _HEADER_RECORD_MAX)
        return Trace(opened, read_session(opened.read(0, size)))
    except NotATrace as error:
        opened.close()
        raise NotATrace(f"{opened.name}: {error}") from None
    except BaseException:  # also when interrupted: nobody else has the file to close it
        opened.close()
        raise
