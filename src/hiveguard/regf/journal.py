"""The write protocol of one hive: a change is in the log before it is acknowledged, the primary follows later.

Whatever is cut off in between, the next reader finds the state before a change or the one after it. Everything
goes through a `Disk`. Must not know: cells, paths, locks. Sources: msuhanov/regf, "Format of transaction log
files" and "Dirty hives"; the order of the steps, and how entries are numbered, is HiveGuard's own, such that every
state on disk is one that Windows reads rightly (docs/writing.md).
"""

from __future__ import annotations

from struct import pack_into

from ..core.errors import NotAHive, NotWritten
from . import layout as L
from .base_block import BaseBlock
from .disk import Part
from .limits import FILE_MAX, LOG_MAX
from .log_entry import log_entry
from .log_files import LogFile, distance
from .log_report import CLEAN, NOT_REPLAYED, LogReport
from .marvin import marvin32
from .replay import replay, sealed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .disk import Disk
    from .log_report import Replay

__all__ = ("Journal",)

_LOG_LONG = 8 << 20  #: bytes of log after which the primary has to follow
_LOG_SHARE = 4  #: or this part of the hive
_PIECE = 1 << 20  #: bytes of the hive that are copied at once; whole pages
_OTHER = {Part.LOG1: Part.LOG2, Part.LOG2: Part.LOG1}
_NUMBERS = 0xFFFFFFFF


class Journal:
    """One hive's files while it is written. Not for several threads at once.

    Made, it has read the hive and replayed its logs, and written nothing: ``image`` (base block and bins, logs
    applied), ``header`` (in force), ``report`` (what became of the logs). `settle` must follow before any `commit`.
    Raises `NotAHive` or `Unreadable`.
    """

    def __init__(self, disk: Disk, label: str) -> None:
        self._disk = disk
        self._label = label
        size = disk.size(Part.PRIMARY)
        if size > FILE_MAX:
            raise NotAHive(f"{label}: {size:,} bytes are more than a hive can have; check the file")
        image = bytearray(size)
        with memoryview(image) as whole:
            count = disk.read_into(Part.PRIMARY, whole)
        del image[count:]
        try:
            primary = BaseBlock(bytes(image[: L.BASE_BLOCK_SIZE]))
        except NotAHive as error:
            raise NotAHive(f"{label}: not a registry hive, {error}; check the file") from None
        if size < 2 * L.BASE_BLOCK_SIZE:
            raise NotAHive(f"{label}: not a whole registry hive, {size:,} bytes hold no key; check the file")
        self.image = image
        self.header = primary
        self.report = LogReport(CLEAN)
        self._pending: dict[int, bytes] = {}  # pages that the primary does not have yet, as they are in the log
        self._log: Part | None = None  # the log that holds them; None: no entry since the last reconcile
        self._next_log = Part.LOG1
        self._log_end = 0
        self._void: list[Part] = []  # logs that do not count, though they would beside a torn header
        self._first = 0  # the number of the log's first entry
        self._is_on_disk = False  # whether what was read is on the disk, and not only in a cache
        self._is_marked = False  # whether the primary says on disk, for certain, that it is dirty
        self._is_tried = False  # whether an entry that was not acknowledged may lie at the log's end
        self._is_replacing = False  # whether a replacement of the primary was begun, and is not known to have ended
        self._bins_size = 0  # as of the last entry, or of the primary
        self._read_logs(primary)
        image[: L.HEADER_SIZE] = self.header.raw[: L.HEADER_SIZE]
        self._first_page = bytes(image[L.BASE_BLOCK_SIZE : L.BASE_BLOCK_SIZE + L.LOG_PAGE])

    def _read_logs(self, primary: BaseBlock) -> None:
        disk = self._disk
        logs: list[LogFile] = []
        for part in _OTHER:
            data = disk.read(part, 0, min(disk.size(part), LOG_MAX))
            logs.append(LogFile(f"{self._label}.{part.name}", data))
        numbers = {part: _numbers(log) for part, log in zip(_OTHER, logs)}
        highest = primary.seq1 if distance(primary.seq1, primary.seq2) > 0 else primary.seq2
        highest = (highest - 1) & _NUMBERS
        newest: int | None = None
        for part, used in numbers.items():
            for number in used:
                if distance(number, highest) > 0:
                    highest = number
                if newest is None or distance(number, newest) > 0:
                    newest, self._next_log = number, _OTHER[part]
        self._highest = highest
        image, at = self.image, L.BASE_BLOCK_SIZE
        if not primary.is_dirty:
            self._ensure_whole(at + primary.bins_size - len(image))
            self._bins_size = primary.bins_size & -L.BIN_ALIGNMENT
            del image[at + self._bins_size :]
            return
        first_bin = None
        if image[at : at + 4] == L.HBIN:
            first_bin = int.from_bytes(image[at + L.BIN_LAST_WRITTEN : at + L.BIN_LAST_WRITTEN + 8], "little")
        if not any(log.data for log in logs):  # a pair wins over the single log of older systems
            logs += [LogFile(name, data) for name, data in disk.older_logs(LOG_MAX)]
        outcome = replay(primary, first_bin, len(image), logs)
        self._take_over(outcome)
        applied = outcome.report.applied
        if applied:
            self._first = applied[0]
            for part, log in zip(_OTHER, logs):
                is_left_out = not log.trouble and log.header is not None and log.header.seq1 not in applied
                if is_left_out and any(distance(number, applied[-1]) > 0 for number in numbers[part]):
                    self._void.append(part)

    def _ensure_whole(self, missing: int) -> None:
        """Refuse a hive that was cut short: to write it would make the loss last."""
        if missing > 0:
            raise NotAHive(f"{self._label}: damaged, {missing:,} bytes are missing at its end; load a sound copy")

    def _take_over(self, outcome: Replay) -> None:
        """Lay the pages of a replay over the image; they are what the primary does not have."""
        image, at, size = self.image, L.BASE_BLOCK_SIZE, outcome.size
        self.header, self.report = outcome.header, outcome.report
        if size is None:
            size = self.header.bins_size if self.header.checksum_ok else len(image) - at
            self._ensure_whole(at + size - len(image))
        self._ensure_whole(outcome.missing)
        self._bins_size = size = size & -L.BIN_ALIGNMENT
        image += bytes(max(at + size - len(image), 0))
        touched: set[int] = set()
        for offset, run in outcome.pages:
            image[at + offset : at + offset + len(run)] = run[: max(len(image) - at - offset, 0)]
            touched.update(range(offset & -L.LOG_PAGE, offset + len(run), L.LOG_PAGE))
        del image[at + size :]
        self._pending = {page: bytes(image[at + page : at + page + L.LOG_PAGE]) for page in touched if page < size}

    def settle(self) -> None:
        """Write to the primary what was only in its logs. Raises `NotWritten`: nothing is lost then."""
        if self.report.state == NOT_REPLAYED:  # no log has a copy of the header yet, which is about to be written
            self.commit({}, self._bins_size)
        elif self.report.state != CLEAN:
            for part in _OTHER:
                if part in self._void:
                    self._disk.resize(part, 0)
                # Who wrote it may have died before a sync: what was read must be on the disk as well.
                if part in self._void or self._disk.size(part):
                    self._disk.sync(part)
        if self.report.state != CLEAN:
            self._write_back()

    def take_image(self) -> bytearray:
        """The image, handed over: who takes it changes it."""
        image, self.image = self.image, bytearray()
        return image

    # --- state ------------------------------------------------------------------------------

    @property
    def is_pending(self) -> bool:
        """Whether the log holds what the primary does not."""
        return self._log is not None

    @property
    def wants_reconcile(self) -> bool:
        """Whether the log has grown so long that the primary should follow."""
        return self._log is not None and self._log_end > min(_LOG_LONG, self._bins_size // _LOG_SHARE)

    # --- steps 1 to 3: the log --------------------------------------------------------------

    def commit(self, pages: Mapping[int, bytes], bins_size: int) -> None:
        """Make pages (offset in the bins data: 4096 bytes) outlive a power cut. Returns when they do.

        The hive may have shrunk, or grown: then every page that it grew by is among them. Raises `NotWritten`:
        then nothing of this call is acknowledged, and the same pages, or newer ones, have to be given again.
        """
        pages = {0: self._first_page, **{offset: page for offset, page in pages.items() if offset < bins_size}}
        if any(offset % L.LOG_PAGE or len(page) != L.LOG_PAGE for offset, page in pages.items()):
            raise NotWritten(f"{self._label}: a page has {L.LOG_PAGE} bytes and begins at a multiple of that")
        more = (len(pages) + 2) * L.LOG_PAGE + len(pages) * L.LOG_REFERENCE.size  # at most
        if self._is_replacing or more > LOG_MAX:
            self._replace(pages, bins_size)
            return
        if self._log is not None and (self._log_end > _LOG_LONG or self._log_end + more > LOG_MAX):
            self.reconcile()  # behind so much no reader looks any more
        begins = self._log is None
        part = self._next_log if self._log is None else self._log
        # A log never goes on where the other one ended, and takes no number that failed there.
        number = (self._highest + 1 + begins) & _NUMBERS
        at = L.LOG_PAGES_AT if begins else self._log_end
        entry = log_entry(number, self.header.flags & 1, bins_size, pages, at)
        disk = self._disk
        if not self._is_on_disk:  # who left it clean may have died before a sync: on the disk it may need its log
            disk.sync(Part.PRIMARY)
            self._is_on_disk = True
        if begins or self._is_tried:  # old data, or what a failed attempt left, may look like the next entry
            disk.resize(part, at)
            disk.sync(part)
        self._is_tried = True
        if begins:
            disk.write(part, 0, self._header(number, number, bins_size, L.FILE_TYPE_NEW_LOG))
        disk.write(part, at, entry)
        disk.sync(part)
        # It may be read from now on, acknowledged or not: its number is used.
        self._is_tried = False
        self._log, self._log_end, self._highest = part, at + len(entry), number
        if begins:
            self._first = number
        self._pending.update(pages)
        self._first_page = pages[0]
        self._bins_size = bins_size
        if not self._is_marked:
            self._mark()

    def _mark(self) -> None:
        """Let the primary say that it is dirty: only then does a reader look at the log."""
        there = (self._disk.size(Part.PRIMARY) - L.BASE_BLOCK_SIZE) & -L.BIN_ALIGNMENT  # less than a log's copy may say
        size = min(self.header.bins_size, there)
        header = self._header((self._first + 1) & _NUMBERS, self._first, size, L.FILE_TYPE_PRIMARY)
        self._disk.write(Part.PRIMARY, 0, header)
        self._disk.sync(Part.PRIMARY)
        self._is_marked = True

    # --- step 4: the primary ----------------------------------------------------------------

    def reconcile(self) -> None:
        """Let the primary follow its log. Raises `NotWritten`: nothing is lost then, the log still holds it all."""
        if self._is_replacing:
            raise NotWritten(f"{self._label}: its file is being replaced; flush again")
        if self._log is not None:
            self._write_back()

    def _write_back(self) -> None:
        disk, end = self._disk, L.BASE_BLOCK_SIZE + self._bins_size
        if not self._is_marked:
            # While it looks clean, or may do so on disk, none of its pages may change. And over a torn header no clean
            # one is written: to the checksum equal numbers add up to nothing, so that one torn again behind them
            # could look whole.
            self._mark()
        if disk.size(Part.PRIMARY) < end:  # first of all: a full disk is found out before any page is written
            disk.resize(Part.PRIMARY, end)
            disk.sync(Part.PRIMARY)
        for start, run in _runs(self._pending, self._bins_size):
            disk.write(Part.PRIMARY, L.BASE_BLOCK_SIZE + start, run)
        disk.sync(Part.PRIMARY)
        number = (self._highest + 1) & _NUMBERS
        header = self._header(number, number, self._bins_size, L.FILE_TYPE_PRIMARY)
        self._is_marked = False  # from here on it may look clean on disk, whatever comes of it
        disk.write(Part.PRIMARY, 0, header)
        disk.sync(Part.PRIMARY)
        self._start_over(header)
        if disk.size(Part.PRIMARY) > end:
            disk.resize(Part.PRIMARY, end)
            disk.sync(Part.PRIMARY)

    def _start_over(self, header: bytes) -> None:
        """The primary has it all, on disk: the log has served, the next entry goes to the other one."""
        self.header = BaseBlock(header + self.header.raw[L.HEADER_SIZE :])
        if self._log is not None:
            self._next_log = _OTHER[self._log]
        self._log, self._log_end, self._is_tried = None, 0, False
        self._pending = {}

    # --- what no log can hold ---------------------------------------------------------------

    def _replace(self, pages: Mapping[int, bytes], bins_size: int) -> None:
        """Put a whole new file in the primary's place. Until it is there the old one and its log stay as they are."""
        number = (self._highest + 1) & _NUMBERS
        header = self._header(number, number, bins_size, L.FILE_TYPE_PRIMARY)
        self._is_marked, self._is_replacing = False, True
        self._disk.replace(self._contents(header, {**self._pending, **pages}, bins_size))
        self._is_replacing, self._is_on_disk = False, True
        self._first_page = pages[0]
        self._bins_size = bins_size
        self._start_over(header)

    def _contents(self, header: bytes, pages: Mapping[int, bytes], bins_size: int) -> Iterator[bytes]:
        """The primary with other pages, piece by piece."""
        disk = self._disk
        yield header + disk.read(Part.PRIMARY, L.HEADER_SIZE, L.BASE_BLOCK_SIZE - L.HEADER_SIZE)
        for start in range(0, bins_size, _PIECE):
            length = min(_PIECE, bins_size - start)
            piece = bytearray(disk.read(Part.PRIMARY, L.BASE_BLOCK_SIZE + start, length).ljust(length, b"\0"))
            for at in range(0, length, L.LOG_PAGE):
                page = pages.get(start + at)
                if page is not None:
                    piece[at : at + L.LOG_PAGE] = page
            yield bytes(piece)

    def _header(self, seq1: int, seq2: int, bins_size: int, kind: int) -> bytes:
        raw = bytearray(self.header.raw[: L.HEADER_SIZE])
        for at, number in (
            (L.HEADER_SEQ1, seq1),
            (L.HEADER_SEQ2, seq2),
            (L.HEADER_BINS_SIZE, bins_size),
            (L.HEADER_TYPE, kind),
        ):
            pack_into("<I", raw, at, number)
        return sealed(raw)


def _numbers(log: LogFile) -> list[int]:
    """Every number that a reader may yet find in a log, wherever its entry lies and whether its pages are whole."""
    numbers = []
    if log.header is not None and log.header.checksum_ok and log.is_new:
        numbers.append(log.header.seq1)
    at = log.data.find(L.HVLE, L.LOG_PAGES_AT)
    while 0 <= at <= len(log.data) - L.LOG_REFERENCES:
        _, _, _, number, _, _, _, hash2 = L.LOG_ENTRY.unpack_from(log.data, at)
        if not at % L.LOG_SECTOR and marvin32(log.data[at : at + L.LOG_ENTRY_HASHED]) == hash2:
            numbers.append(number)
        at = log.data.find(L.HVLE, at + 4)
    return numbers


def _runs(pages: Mapping[int, bytes], size: int) -> list[tuple[int, bytes]]:
    """Pages that lie within the hive, neighbours joined."""
    runs: list[tuple[int, list[bytes]]] = []
    for offset in sorted(pages):
        if offset >= size:
            break
        if runs and runs[-1][0] + L.LOG_PAGE * len(runs[-1][1]) == offset:
            runs[-1][1].append(pages[offset])
        else:
            runs.append((offset, [pages[offset]]))
    return [(start, b"".join(parts)) for start, parts in runs]
