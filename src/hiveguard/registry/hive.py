"""A hive file, opened for reading: look-ups read blocks on demand, a walk reads the file once.

Must not know: output, the command line. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.clock import Clock
from ..core.errors import Incomplete, NotAHive
from ..regf.base_block import BaseBlock
from ..regf.damage import Findings
from ..regf.layout import BASE_BLOCK_SIZE
from ..regf.limits import FILE_MAX
from .hive_bytes import open_source
from .hive_key import root_key
from .key import raises
from .logs import Logs
from .view import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike as OsPath
    from types import TracebackType
    from typing import BinaryIO

    from ..core.listing import Listing
    from ..core.verdict import Moment, Verdict
    from ..core.walk import Walk
    from ..regf.log_report import LogReport
    from .diff import Difference
    from .hive_bytes import HiveBytes
    from .hive_key import HiveKey
    from .key import OnIncomplete
    from .logs import LogChoice
    from .path import PathLike
    from .recovered import Recovered
    from .search import Match, Query
    from .snapshot import Snapshot
    from .walk import HiveWalk

__all__ = ("Hive", "open", "recover")

_LOOKUP_ATTEMPTS = 5


def open(  # hiveguard.open
    hive: str | OsPath[str] | bytes | bytearray | memoryview | BinaryIO,
    *,
    logs: LogChoice = "auto",
    clock: Clock | None = None,
    rebuild: bool = False,
) -> Hive:
    """Open a hive file for reading; nothing but its base block is read yet.

    ``hive``: a path, bytes, or a binary file (which is read to its end). ``logs``: ``"auto"`` replays the
    transaction logs that lie beside a dirty hive, in memory; ``"ignore"`` reads it as it is; a list names
    the log files. ``rebuild``: a file whose base block is destroyed is read by the copy that a log has of it, and
    the verdict says so. The file is never written, and nothing is made beside it.

    Raises `Unreadable` when the file cannot be read, `NotAHive` when it is something else.
    """
    source = open_source(hive)
    try:
        chosen = Logs(logs, source.path)
        if rebuild:
            from .rebuilt import rebuilt

            source, chosen = rebuilt(source, chosen)
        return Hive(source, chosen, clock or Clock())
    except BaseException:  # also when interrupted: nobody else has the file to close it
        source.close()
        raise


def recover(
    hive: str | OsPath[str] | bytes | bytearray | memoryview | BinaryIO,
    *,
    logs: LogChoice = "auto",
    clock: Clock | None = None,
) -> Recovered:
    """The deleted keys and values of a hive file, also of one whose base block is destroyed, if a log has a copy of it.

    Arguments and errors as of `open`; what is found is that of `Hive.recover`.
    """
    with open(hive, logs=logs, clock=clock, rebuild=True) as opened:
        return opened.recover()


class Hive:
    """A hive that is open for reading. Use it as a context manager, or `close` it."""

    __slots__ = ("_clock", "_logs", "_lookups", "_source", "header")

    def __init__(self, source: HiveBytes, logs: Logs, clock: Clock) -> None:
        self._source = source
        self._logs = logs
        self._clock = clock
        self._lookups: View | None = None
        head = source.pread(0, BASE_BLOCK_SIZE)
        try:
            self.header = BaseBlock(head)  #: the base block as the file has it
        except NotAHive as error:
            raise NotAHive(f"{source.label}: not a registry hive, {error}; check the file") from None
        if source.size > FILE_MAX:
            raise NotAHive(f"{source.label}: {source.size:,} bytes are more than a hive can have; check the file")
        if source.size < 2 * BASE_BLOCK_SIZE:
            raise NotAHive(
                f"{source.label}: not a whole registry hive, {source.size:,} bytes hold no key; check the file"
            )

    @property
    def label(self) -> str:
        """What the hive is called in messages: its path, or ``<bytes>``."""
        return self._source.label

    @property
    def size(self) -> int:
        """The length of the file in bytes."""
        return self._source.size

    @property
    def is_dirty(self) -> bool:
        """Whether changes are pending: the sequence numbers differ, or the base block's checksum is wrong."""
        return self.header.is_dirty

    @property
    def log_report(self) -> LogReport:
        """What became of the logs beside the hive: looked at even where a clean hive needs none."""
        return self._logs.replay(self.header, self._source, look=True).report

    @property
    def transaction_files(self) -> list[str]:
        """Names of the kernel transaction manager's files beside the hive: reported, never replayed."""
        from .log_search import transaction_files

        return transaction_files(self._source.path) if self._source.path is not None else []

    @property
    def root(self) -> HiveKey:
        """The root key."""
        return self.key("")

    def key(self, path: PathLike) -> HiveKey:
        """The key at a path, in any case; ``""`` is the root. See `path` for quoting and ordinals.

        Raises `NotFound` when it is not there; `Incomplete` when that cannot be known, because a list on the
        way is damaged or the file does not stand still.
        """
        for _ in range(_LOOKUP_ATTEMPTS - 1):
            try:
                return root_key(self._lookup_view()).key(path)
            except Incomplete as error:
                from ..core.ending import Ending

                if error.verdict.ending is not Ending.CHANGED:
                    raise
                self._lookups = None
        return root_key(self._lookup_view()).key(path)

    def walk(
        self, path: PathLike = "", *, on_incomplete: OnIncomplete = "raise", strict: bool = False
    ) -> Walk[HiveKey]:
        """Every key below a path (the key itself first), depth first in stored order, its values read.

        The file is read once, when the first key is asked for: that is the snapshot. Everything that can be
        reached is delivered; then, unless all was well, `Incomplete` is raised (or, with ``"record"``, the loop
        ends) and ``.verdict`` says what was lost. ``strict`` checks besides what a reader does not need.
        """
        return self._walk(path, strict=strict).start(raises=raises(on_incomplete))

    def search(self, query: Query, path: PathLike = "", *, on_incomplete: OnIncomplete = "raise") -> Walk[Match]:
        """The keys and values below a path that a query finds; it ends as a `walk` does."""
        return self._walk(path, strict=False).search(query, raises=raises(on_incomplete))

    def diff(
        self, other: Hive, path: PathLike = "", *, times: bool = False, on_incomplete: OnIncomplete = "raise"
    ) -> Listing[Difference]:
        """What differs in another hive: keys and values added, removed, changed, by path.

        With ``times`` also keys whose last-write time alone differs. Its verdict is that of both walks.
        """
        from ..core.listing import Listing
        from .diff import compare

        raising = raises(on_incomplete)
        one, two = self.walk(path, on_incomplete="record"), other.walk(path, on_incomplete="record")
        found = tuple(compare(one, two, times=times))
        assert one.verdict is not None
        assert two.verdict is not None
        verdict = one.verdict & two.verdict
        if raising and not verdict.is_complete:
            raise Incomplete(verdict, found)
        return Listing(found, verdict)

    def recover(self) -> Recovered:
        """Deleted keys and values, each with where it comes from and how far to trust it; never live ones."""
        from ..core.ending import Ending
        from ..regf.recover import recover
        from .recovered import Recovered

        started = self.now()
        snapshot = self.snapshot()
        found = recover(snapshot.image, snapshot.root, self._logs.files(), snapshot.replay.report.applied)
        counts = {"keys": len(found.keys), "values": len(found.values) + sum(len(key.values) for key in found.keys)}
        reasons = ("more was found than is kept",) if found.cut else ()
        view = View.of(snapshot, self.label)
        verdict = view.verdict(
            None,
            counts,
            f"deleted records in {self.label}",
            least=Ending.STOPPED if found.cut else None,
            reasons=reasons,
            stopped_by="limit" if found.cut else None,
            started=started,
            finished=self.now(),
        )
        return Recovered(found.keys, found.values, verdict)

    def snapshot(self) -> Snapshot:
        """Read the whole hive now, logs applied. Raises `Unreadable` when the file cannot be read."""
        from .snapshot import take_snapshot

        return take_snapshot(self._source, self._logs, self._clock)

    def now(self) -> Moment:
        """This moment by the hive's clock."""
        return self._clock.now()

    def close(self) -> None:
        """Give back the files. Closing twice does nothing."""
        self._source.close()
        self._logs.close()

    def __enter__(self) -> Hive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Hive {self.label}>"

    # --- how it is read ---------------------------------------------------------------------

    def verdict_on(self, snapshot: Snapshot) -> Verdict:
        """The verdict of a walk over a snapshot that was taken before."""
        from .walk import HiveWalk

        walk = HiveWalk(lambda: snapshot, self.label, self._clock, "", strict=False).start(raises=False)
        for _ in walk:
            pass
        assert walk.verdict is not None
        return walk.verdict

    def _walk(self, path: PathLike, *, strict: bool) -> HiveWalk:
        from .walk import HiveWalk

        return HiveWalk(self.snapshot, self.label, self._clock, path, strict=strict)

    def _lookup_view(self) -> View:
        if self._lookups is None:
            self._lookups = self._read_on_demand()
        return self._lookups

    def _read_on_demand(self) -> View:
        from ..regf.image import BLOCK, BlockImage
        from ..regf.root import find_root
        from .hive_bytes import GONE
        from .settle import settle

        source = self._source
        for _ in range(_LOOKUP_ATTEMPTS):
            stamp = source.quick_stamp()
            if stamp is not None and (stamp == GONE or source.is_replaced()):
                raise self._moved("HIVE_UNLOADED", "was removed" if stamp == GONE else "was replaced")
            if settle(source.times(), self._clock):
                continue  # too fresh for its times to prove anything: stamp it again
            try:
                primary = BaseBlock(source.pread(0, BASE_BLOCK_SIZE))
            except NotAHive:
                continue
            header, report, patches, bins, size = primary, None, None, None, source.current_size()
            if primary.is_dirty:
                replay = self._logs.replay(primary, source)
                header, report, patches = replay.header, replay.report, replay.by_block(BLOCK)
                bins = replay.size
                size = max(size, BASE_BLOCK_SIZE + (bins or 0))
            if stamp == source.quick_stamp():
                break
        else:
            raise self._moved("CHANGED", "kept changing")
        image = BlockImage(source.pread, size, patches)
        image.set_claim(header, bins)
        oddities = Findings()
        (header if report is not None and report.header_rebuilt else primary).note_oddities(oddities, size)
        root = find_root(image, header, oddities)
        watched = source if stamp is not None else None
        return View(image, header, source.label, root, report, oddities=oddities, source=watched, stamp=stamp)

    def _moved(self, ending: str, what: str) -> Incomplete:
        """The error of a look-up in a file that did not stand still."""
        from ..core.ending import Ending
        from ..core.verdict import Evidence, Verdict

        reason = f"{self.label} {what} while it was read; open it again"
        return Incomplete(Verdict(Ending[ending], (reason,), evidence=(Evidence(f"a look-up in {self.label}"),)))
