"""The life of a hive: one table of what each state does on what. The diagram in docs/states.md is made from it.

A state changes only by `Life.on`; what is not in the table raises `InvalidTransition`. Must not know: files, keys,
threads: it says what is to be done, and others do it. Source: HiveGuard's own contract; the order of what a hive
emits is that of Windows' own traces (unload started, flush inside, unloaded).
"""

from __future__ import annotations

from enum import Enum

from ..core.errors import InvalidTransition
from ..core.hive_event import EventKind as E

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ("BEFORE", "TABLE", "Answer", "Life", "On", "Row", "State")


class State(Enum):
    """Where a hive stands in its life."""

    ABSENT = "absent"
    REGISTERED = "registered"
    LOADING = "loading"
    CLEAN = "clean"
    DIRTY = "dirty"
    FLUSHING = "flushing"
    FLUSHING_OUT = "flushing out"
    UNLOADING = "unloading"


class On(Enum):
    """What can happen to it."""

    REGISTER = "register"
    UNREGISTER = "unregister"
    LOAD = "load"
    ACCESS = "first access"
    LOADED = "read ok"
    LOAD_FAILED = "load failed"
    READ = "read"
    OPEN = "open"
    WRITE = "write"
    RESTORE = "restore"
    SAVE = "save"
    FLUSH = "flush"
    FLUSHED = "flush done"
    FLUSHED_LATE = "flush done, written meanwhile"
    FLUSH_FAILED = "flush failed"
    UNLOAD = "unload, no handles or forced"
    UNLOAD_PENDING = "unload, no handles or forced, entries only in the log"
    UNLOAD_HELD = "unload, handles open"
    RECONCILED = "reconcile done"
    RECONCILE_FAILED = "reconcile failed"
    RELEASED = "memory and file released"


class Answer(Enum):
    """What whoever asked is to do."""

    GO = "go on"
    JOIN = "wait for what is going on; its outcome is the answer"
    WAIT = "wait until it is over, then ask again"
    BUSY = "hive busy"
    REFUSED = "access denied"
    UNLOADED = "hive unloaded"
    NOT_FOUND = "not found"
    ALREADY = "already there"


class Before(Enum):
    """The state that a hive comes back to: the one before its load, or before its unload."""

    LOAD = "as before the load"
    UNLOAD = "as before the unload"


BEFORE = Before


class Row:
    """One line of the table: the next state, what is emitted, and what whoever asked is to do."""

    __slots__ = ("answer", "emits", "to")

    def __init__(self, to: State | Before | None, emits: tuple[E, ...] = (), answer: Answer = Answer.GO) -> None:
        self.to = to  #: None: the same state
        self.emits = emits
        self.answer = answer


S = State
_QUIET = (S.ABSENT, S.REGISTERED)
_LOADED = (S.CLEAN, S.DIRTY, S.FLUSHING)
_SAME = None

#: states, what happens, where it leads, what is emitted, what to do
_LINES: tuple[tuple[tuple[State, ...], On, State | Before | None, tuple[E, ...], Answer], ...] = (
    ((S.ABSENT,), On.REGISTER, S.REGISTERED, (), Answer.GO),
    ((S.REGISTERED,), On.UNREGISTER, S.ABSENT, (), Answer.GO),
    (_QUIET, On.LOAD, S.LOADING, (E.LOAD_STARTED,), Answer.GO),
    ((S.REGISTERED,), On.ACCESS, S.LOADING, (E.LOAD_STARTED,), Answer.GO),
    ((S.ABSENT,), On.ACCESS, _SAME, (), Answer.NOT_FOUND),
    (_QUIET, On.UNLOAD, _SAME, (), Answer.NOT_FOUND),
    ((S.LOADING,), On.LOAD, _SAME, (), Answer.JOIN),
    ((S.LOADING,), On.ACCESS, _SAME, (), Answer.JOIN),
    ((S.LOADING,), On.UNLOAD, _SAME, (), Answer.BUSY),
    ((S.LOADING,), On.LOADED, S.CLEAN, (E.LOADED,), Answer.GO),
    ((S.LOADING,), On.LOAD_FAILED, Before.LOAD, (E.LOAD_FAILED,), Answer.GO),
    (_LOADED, On.LOAD, _SAME, (), Answer.ALREADY),
    (_LOADED, On.ACCESS, _SAME, (), Answer.GO),
    (_LOADED, On.READ, _SAME, (), Answer.GO),
    (_LOADED, On.OPEN, _SAME, (), Answer.GO),
    (_LOADED, On.SAVE, _SAME, (), Answer.GO),
    ((S.CLEAN,), On.WRITE, S.DIRTY, (E.DIRTY,), Answer.GO),
    ((S.CLEAN,), On.RESTORE, S.DIRTY, (E.RESTORED, E.DIRTY), Answer.GO),
    ((S.CLEAN,), On.FLUSH, _SAME, (E.FLUSH_STARTED, E.FLUSHED), Answer.GO),
    ((S.DIRTY,), On.WRITE, _SAME, (), Answer.GO),
    ((S.DIRTY,), On.RESTORE, _SAME, (E.RESTORED,), Answer.GO),
    ((S.DIRTY,), On.FLUSH, S.FLUSHING, (E.FLUSH_STARTED,), Answer.GO),
    ((S.FLUSHING,), On.WRITE, _SAME, (), Answer.GO),
    ((S.FLUSHING,), On.RESTORE, _SAME, (), Answer.WAIT),
    ((S.FLUSHING,), On.FLUSH, _SAME, (), Answer.JOIN),
    ((S.FLUSHING,), On.FLUSHED, S.CLEAN, (E.FLUSHED,), Answer.GO),
    ((S.FLUSHING,), On.FLUSHED_LATE, S.DIRTY, (E.FLUSHED, E.DIRTY), Answer.GO),
    ((S.FLUSHING,), On.FLUSH_FAILED, S.DIRTY, (E.FLUSH_FAILED,), Answer.GO),
    (_LOADED, On.UNLOAD_HELD, _SAME, (E.UNLOAD_REFUSED,), Answer.REFUSED),
    ((S.FLUSHING,), On.UNLOAD, _SAME, (), Answer.WAIT),
    ((S.FLUSHING,), On.UNLOAD_PENDING, _SAME, (), Answer.WAIT),
    ((S.CLEAN,), On.UNLOAD, S.UNLOADING, (E.UNLOAD_STARTED,), Answer.GO),
    ((S.CLEAN,), On.UNLOAD_PENDING, S.FLUSHING_OUT, (E.UNLOAD_STARTED, E.FLUSH_STARTED), Answer.GO),
    ((S.DIRTY,), On.UNLOAD, S.FLUSHING_OUT, (E.UNLOAD_STARTED, E.FLUSH_STARTED), Answer.GO),
    ((S.DIRTY,), On.UNLOAD_PENDING, S.FLUSHING_OUT, (E.UNLOAD_STARTED, E.FLUSH_STARTED), Answer.GO),
    ((S.FLUSHING_OUT,), On.WRITE, _SAME, (), Answer.BUSY),
    ((S.FLUSHING_OUT,), On.OPEN, _SAME, (), Answer.BUSY),
    ((S.FLUSHING_OUT,), On.ACCESS, _SAME, (), Answer.BUSY),
    ((S.FLUSHING_OUT,), On.LOAD, _SAME, (), Answer.BUSY),
    ((S.FLUSHING_OUT,), On.RESTORE, _SAME, (), Answer.BUSY),
    ((S.FLUSHING_OUT,), On.READ, _SAME, (), Answer.GO),
    ((S.FLUSHING_OUT,), On.SAVE, _SAME, (), Answer.GO),
    ((S.FLUSHING_OUT,), On.FLUSH, _SAME, (), Answer.JOIN),
    ((S.FLUSHING_OUT,), On.UNLOAD, _SAME, (), Answer.JOIN),
    ((S.FLUSHING_OUT,), On.UNLOAD_PENDING, _SAME, (), Answer.JOIN),
    ((S.FLUSHING_OUT,), On.UNLOAD_HELD, _SAME, (), Answer.JOIN),
    ((S.FLUSHING_OUT,), On.FLUSHED, S.UNLOADING, (E.FLUSHED,), Answer.GO),
    ((S.FLUSHING_OUT,), On.FLUSH_FAILED, Before.UNLOAD, (E.FLUSH_FAILED, E.UNLOAD_FAILED), Answer.GO),
    ((S.UNLOADING,), On.READ, _SAME, (), Answer.UNLOADED),
    ((S.UNLOADING,), On.WRITE, _SAME, (), Answer.UNLOADED),
    ((S.UNLOADING,), On.OPEN, _SAME, (), Answer.UNLOADED),
    ((S.UNLOADING,), On.LOAD, _SAME, (), Answer.WAIT),
    ((S.UNLOADING,), On.ACCESS, _SAME, (), Answer.WAIT),
    ((S.UNLOADING,), On.UNLOAD, _SAME, (), Answer.JOIN),
    ((S.UNLOADING,), On.UNLOAD_PENDING, _SAME, (), Answer.JOIN),
    ((S.UNLOADING,), On.UNLOAD_HELD, _SAME, (), Answer.JOIN),
    ((S.UNLOADING,), On.RELEASED, Before.LOAD, (E.UNLOADED,), Answer.GO),
    ((S.CLEAN, S.DIRTY), On.RECONCILED, _SAME, (E.RECONCILED,), Answer.GO),
    ((S.CLEAN, S.DIRTY), On.RECONCILE_FAILED, _SAME, (E.RECONCILE_FAILED,), Answer.GO),
)

TABLE: Mapping[tuple[State, On], Row] = {
    (state, on): Row(to, emits, answer) for states, on, to, emits, answer in _LINES for state in states
}


class Life:
    """Where one hive stands. ``state`` is changed by `on` alone."""

    __slots__ = ("_before_load", "_before_unload", "_state")

    def __init__(self) -> None:
        self._state = self._before_load = self._before_unload = State.ABSENT

    @property
    def state(self) -> State:
        """The state now."""
        return self._state

    @property
    def was_registered(self) -> bool:
        """Whether the hive was known before the load that is going on, or that made it what it is."""
        return self._before_load is State.REGISTERED

    def on(self, what: On) -> Row:
        """Let something happen; the line of the table that says what to do. Raises `InvalidTransition`."""
        row = TABLE.get((self._state, what))
        if row is None:
            raise InvalidTransition(
                f"a hive that is {self._state.value} knows no {what.value!r}; ask for its state first"
            )
        if row.to is None:
            return row
        if row.to is State.LOADING:
            self._before_load = self._state
        elif row.to in (State.FLUSHING_OUT, State.UNLOADING) and self._state in _LOADED:
            self._before_unload = self._state
        if row.to is Before.LOAD:
            self._state = self._before_load
        elif row.to is Before.UNLOAD:
            self._state = self._before_unload
        else:
            assert isinstance(row.to, State)
            self._state = row.to
        return row
