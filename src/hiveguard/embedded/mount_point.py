"""A place where a hive is mounted, and everything that happens to the hive there: load, flush, unload.

What may happen in which state stands in `states`; here it is done. Files are read and written without the
registry's lock, so that others can read and write keys meanwhile. Must not know: keys and values.
Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.errors import AccessDenied, AlreadyThere, HiveBusy, HiveError, HiveUnloaded, NotFound
from .states import Answer, Life, On, State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from .ground import Ground
    from .hive_store import HiveStore
    from .key_block import KeyBlock
    from .loaded_hive import LoadedHive
    from .states import Row

__all__ = ("MountPoint",)


class _Outcome:
    """How one load, flush or unload ended, for those that joined it."""

    __slots__ = ("error", "over")

    def __init__(self) -> None:
        self.over = False
        self.error: HiveError | None = None


class MountPoint:
    """``parent``: the key below which the hive is mounted; ``name``: its name there; ``file``: its file, or None."""

    __slots__ = (
        "_flushing",
        "_ground",
        "_life",
        "_loading",
        "_make",
        "_on_change",
        "_open",
        "_unloading",
        "file",
        "hive",
        "is_application",
        "last_written",
        "name",
        "parent",
        "path",
    )

    def __init__(
        self,
        ground: Ground,
        parent: KeyBlock,
        name: str,
        file: str | None,
        open_store: Callable[[], HiveStore],
        make: Callable[[MountPoint, HiveStore], LoadedHive],
        on_change: Callable[[MountPoint], None],
    ) -> None:
        self.parent = parent
        self.name = name
        self.path = f"{parent.path}\\{name}"
        self.file = file
        self.hive: LoadedHive | None = None
        self.is_application = False  # unloaded with its last handle
        self.last_written = 0  # monotonic ns of the last change
        self._ground = ground
        self._life = Life()
        self._open = open_store
        self._make = make
        self._on_change = on_change
        self._loading = self._flushing = self._unloading = _Outcome()

    @property
    def state(self) -> State:
        """Where the hive stands."""
        return self._life.state

    @property
    def is_listed(self) -> bool:
        """Whether its name stands among the subkeys of its parent."""
        if self.hive is not None:
            return not self.hive.ended
        return self.state is State.REGISTERED or (self.state is State.LOADING and self._life.was_registered)

    @property
    def opens(self) -> Callable[[], HiveStore]:
        """What opens its file."""
        return self._open

    def name_file(self, file: str | None, open_store: Callable[[], HiveStore]) -> None:
        """Another file for a hive that is known and not loaded. The lock must be held."""
        self.file, self._open = file, open_store

    # --- asking the table -------------------------------------------------------------------

    def _on(self, what: On, *, status: str | None = None, started: int | None = None) -> Row:
        row = self._life.on(what)
        incarnation = self.hive.incarnation if self.hive is not None else None
        duration = None if started is None else self._ground.clock.monotonic() - started
        for kind in row.emits:
            self._ground.emit(kind, self.path, self.file, incarnation, status=status, duration=duration)
        if row.to is not None:
            self._ground.changed.notify_all()
        return row

    def _ask(self, choose: Callable[[], On]) -> Row:
        """What the table says; waits where it says so, raises what it says. The lock must be held."""
        while True:
            what = choose()
            row = self._on(what)
            if row.answer is Answer.WAIT:
                self._wait(self._flushing if self.state is State.FLUSHING else self._unloading)
            elif row.answer in _REFUSALS:
                kind, why = _REFUSALS[row.answer]
                raise kind(f"{self.path}: {why}")
            else:
                return row

    def _wait(self, outcome: _Outcome) -> None:
        """Wait until something that is going on is over. The lock must be held, and is let go meanwhile."""
        self._ground.wait_for(lambda: outcome.over, self.path)

    def _join(self, outcome: _Outcome) -> None:
        """The same; how it ended is the answer."""
        self._wait(outcome)
        if outcome.error is not None:
            raise outcome.error

    def write(self, *, stored: bool) -> None:
        """Something is about to change; what is not ``stored`` never makes a hive dirty. The lock must be held."""
        state = self._life.state
        if state is not State.DIRTY and (stored or state not in (State.CLEAN, State.FLUSHING)):
            self._ask(lambda: On.WRITE)
        self.last_written = self._ground.clock.monotonic()

    def ready_for_restore(self) -> None:
        """Wait until the content may be replaced. The lock must be held, and is let go meanwhile."""
        self._ground.wait_for(lambda: self.state is not State.FLUSHING, self.path)

    def restore(self) -> None:
        """The content is about to be replaced. The lock must be held."""
        self._ask(lambda: On.RESTORE)
        self.last_written = self._ground.clock.monotonic()

    def admit(self) -> None:
        """A handle is about to be opened. The lock must be held."""
        self._ask(lambda: On.OPEN)

    # --- register, load ---------------------------------------------------------------------

    def register(self) -> None:
        """The mount and its file are known; nothing is read before the first access."""
        with self._ground.changed:
            self._on(On.REGISTER)
            self._on_change(self)

    def unregister(self) -> None:
        """Forget a mount that is registered and not loaded."""
        with self._ground.changed:
            self._on(On.UNREGISTER)
            self._on_change(self)

    def load(self, on: On) -> None:
        """Load the hive (``On.LOAD``), or see that it is there (``On.ACCESS``). The lock must not be held.

        Of several that ask at once one loads, the others share how that ended. A failed load leaves nothing behind.
        """
        with self._ground.changed:
            begun = self.begin_load(on)
        if begun is not None:
            self.finish_load(begun)

    def begin_load(self, on: On) -> _Outcome | None:
        """The first half, with the lock held: what has to be finished without it; None: the hive is there."""
        if self._ground.is_closed and self.state in (State.ABSENT, State.REGISTERED):
            raise HiveBusy(f"{self.path}: the registry was closed; make another one")
        row = self._ask(lambda: on)
        if row.answer is Answer.JOIN:
            self._join(self._loading)
        if row.to is None:
            return None
        self._loading = _Outcome()
        return self._loading

    def finish_load(self, outcome: _Outcome) -> None:
        """The second half: the file is read."""
        ground, store = self._ground, None
        started = ground.clock.monotonic()
        try:
            store = self._open()
            with ground.changed:
                self.hive = self._make(self, store)
                self._on(On.LOADED, status=store.logs, started=started)
                self._on_change(self)
        except BaseException as error:
            # Also when it was interrupted: those that joined must not wait for ever, nor the file stay locked.
            outcome.error = self._as_outcome(error)
            with ground.changed:
                if self.state is State.LOADING:
                    self.hive = None
                    self._on(On.LOAD_FAILED, status=str(error), started=started)
                    self._on_change(self)
                    if store is not None:
                        store.close()
            raise
        finally:
            self._conclude(outcome)

    def wait_for_load(self) -> None:
        """Wait until a load that is going on is over, however it ends. The lock must be held."""
        if self.state is State.LOADING:
            self._wait(self._loading)

    def wait_for_unload(self) -> None:
        """The same for an unload."""
        self._wait(self._unloading)

    # --- flush, reconcile -------------------------------------------------------------------

    def flush(self) -> None:
        """Make every change that was made before this call last. Raises `NotWritten`. The lock must not be held."""
        ground = self._ground
        started = ground.clock.monotonic()
        began_before = True  # a flush that is going on may have taken its pages before this caller's last change
        while True:
            with ground.changed:
                if self.hive is None or self.hive.ended:
                    return  # not loaded, or flushed out a moment ago
                row = self._ask(lambda: On.FLUSH)
                if row.answer is Answer.JOIN:
                    is_last = self.state is State.FLUSHING_OUT  # it takes whatever was accepted
                    self._join(self._unloading if is_last else self._flushing)
                    if is_last or not began_before:
                        return
                    began_before = False
                    continue
                if row.to is None:
                    return
                outcome = self._flushing = _Outcome()
                store = self._loaded().store
            break
        pages: dict[int, bytes] = {}
        try:
            with ground.changed:
                pages, size = store.take()
            if pages:
                store.commit(pages, size)
        except BaseException as error:
            outcome.error = self._as_outcome(error)
            with ground.changed:
                store.give_back(pages)
                self._on(On.FLUSH_FAILED, status=str(error), started=started)
            raise
        else:
            with ground.changed:
                self._on(On.FLUSHED_LATE if store.is_dirty else On.FLUSHED, started=started)
        finally:
            self._conclude(outcome)
        self.reconcile(always=False)

    def _as_outcome(self, error: BaseException) -> HiveError:
        """What those that joined are told."""
        return error if isinstance(error, HiveError) else HiveBusy(f"{self.path}: interrupted; ask again")

    def reconcile(self, *, always: bool) -> None:
        """Write what is only in the log to the primary, if the log is long or ``always``. A failure loses nothing."""
        ground = self._ground
        with ground.changed:
            hive = self.hive
            if hive is None or self.state not in (State.CLEAN, State.DIRTY):
                return
        try:
            done, status = hive.store.reconcile(always=always), None
        except HiveError as error:
            done, status = True, str(error)
        with ground.changed:
            # A flush or an unload that began meanwhile tells how that ended itself.
            if done and self.hive is hive and self.state in (State.CLEAN, State.DIRTY):
                self._on(On.RECONCILED if status is None else On.RECONCILE_FAILED, status=status)

    # --- unload -----------------------------------------------------------------------------

    def unload(self, *, force: bool, close_handles: Callable[[], None]) -> None:
        """Unload the hive, flushed first if it is dirty. The lock must not be held.

        ``close_handles`` closes those that were let go. Raises `AccessDenied` when handles are open and ``force``
        is not set; `NotWritten` when the flush fails: then it is loaded as before.
        """
        ground = self._ground
        started = ground.clock.monotonic()
        with ground.changed:
            close_handles()
            row = self._ask(lambda: self._how_to_unload(force))
            if row.answer is Answer.JOIN:
                self._join(self._unloading)
                return
            outcome = self._unloading = _Outcome()
            hive = self._loaded()
            has_to_flush = self.state is State.FLUSHING_OUT
            if not has_to_flush:
                self._end(hive)
        try:
            if has_to_flush:
                self._flush_out(hive, started)
        except BaseException as error:
            outcome.error = self._as_outcome(error)
            self._conclude(outcome)
            raise
        try:
            hive.store.close()
        finally:
            with ground.changed:
                self._on(On.RELEASED, started=started)
                self.hive = None
                self._on_change(self)
            self._conclude(outcome)

    def _how_to_unload(self, force: bool) -> On:
        hive = self.hive
        if hive is None:
            return On.UNLOAD
        if hive.handles and not force:
            return On.UNLOAD_HELD
        return On.UNLOAD_PENDING if hive.store.is_pending else On.UNLOAD

    def _flush_out(self, hive: LoadedHive, started: int) -> None:
        ground, store = self._ground, hive.store
        pages: dict[int, bytes] = {}
        try:
            with ground.changed:
                pages, size = store.take()
            if pages:
                store.commit(pages, size)
            pages = {}  # acknowledged: a primary that cannot be written loses nothing
            store.reconcile(always=True)
        except BaseException as error:
            with ground.changed:
                store.give_back(pages)
                self._on(On.FLUSH_FAILED, status=str(error), started=started)
            raise
        with ground.changed:
            self._on(On.FLUSHED, started=started)
            self._end(hive)

    def _end(self, hive: LoadedHive) -> None:
        """From now on every handle into the hive is dead."""
        hive.end()
        self._on_change(self)

    def _conclude(self, outcome: _Outcome) -> None:
        with self._ground.changed:
            outcome.over = True
            self._ground.changed.notify_all()

    def _loaded(self) -> LoadedHive:
        if self.hive is None:
            raise HiveUnloaded(f"{self.path}: the hive was unloaded; open the key again")
        return self.hive


_REFUSALS: dict[Answer, tuple[type[HiveError], str]] = {
    Answer.BUSY: (HiveBusy, "the hive is being loaded or unloaded; ask again when that is over"),
    Answer.REFUSED: (AccessDenied, "handles into the hive are open; close them, or force the unload"),
    Answer.UNLOADED: (HiveUnloaded, "the hive was unloaded; open the key again"),
    Answer.NOT_FOUND: (NotFound, "no hive is loaded there; look at what is mounted"),
    Answer.ALREADY: (AlreadyThere, "a hive is loaded there; unload it first"),
}
