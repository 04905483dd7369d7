"""The write protocol step by step: what is written when, and the failures that chance finds too rarely.

Whenever another state could be left behind by a cut, all of them are read: each must be the state that was
acknowledged last, or one that was tried since. The lives of whole hives are in tests/power_cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from random import Random
from struct import unpack_from

import pytest

from hiveguard.core.errors import NotAHive, NotWritten
from hiveguard.regf import journal as journal_module
from hiveguard.regf import layout as L
from hiveguard.regf.base_block import BaseBlock
from hiveguard.regf.disk import Disk, Part
from hiveguard.regf.journal import Journal
from hiveguard.regf.log_entry import log_entry
from hiveguard.regf.new_hive import new_hive
from hiveguard.regf.replay import sealed
from hiveguard.registry import logs as logs_module
from hiveguard.testing import DirtyHive
from tests.power_cut import second_reader
from tests.power_cut.broken import broken
from tests.power_cut.cuts import cuts
from tests.power_cut.page_lives import page
from tests.power_cut.power_disk import Fault, Files, PowerDisk
from tests.power_cut.readings import hashes, read

PAGE = 4096
TIME = 132_000_000_000_000_000


@pytest.fixture(autouse=True)
def remembered_hashes(request: pytest.FixtureRequest) -> Iterator[None]:
    """Quick ones, but for the logs that a builder made: theirs are Marvin's."""
    with hashes(quick="dirty_hive" not in request.node.name):
        yield


class Chance(Random):
    """Decides all in one way: at 0 what a failed sync should have written is on the disk, at 0.9 it is not."""

    def __init__(self, always: float) -> None:
        super().__init__(1)
        self.always = always

    def random(self) -> float:
        return self.always


def hive_of(pages: int, *, number: int = 1, **fields: int) -> bytes:
    """A clean hive of so many pages; ``fields``: header field to what else it has."""
    hive = new_hive("1.5", "ROOT", TIME)
    head = hive[: L.HEADER_SIZE]
    values = {L.HEADER_SEQ1: number, L.HEADER_SEQ2: number, L.HEADER_BINS_SIZE: pages * PAGE}
    for at, value in values.items():
        head[at : at + 4] = value.to_bytes(4, "little")
    for name, value in fields.items():
        at = getattr(L, name)
        head[at : at + 4] = value.to_bytes(4, "little")
    return sealed(head) + bytes(hive[L.HEADER_SIZE : PAGE]) + b"".join(page(index, 1) for index in range(pages))


class Story:
    """A hive of pages, its journal, and the states that it may be found in."""

    def __init__(self, files: Files | PowerDisk, always: float = 0, journal: type[Journal] = Journal) -> None:
        self.disk = files if isinstance(files, PowerDisk) else PowerDisk(files, Chance(always))
        self.bins = bytearray(read(seen(self.disk)))
        self.allowed = {bytes(self.bins), read(self.disk.left([]))}
        self.generation = 1
        self.wrong = 0
        self.random = Random(1)
        self.read = lru_cache(maxsize=1024)(read)
        self.disk.watch = self._check
        self.journal = journal(self.disk, "HIVE")
        self.journal.settle()

    def _check(self) -> None:
        for files in cuts(self.disk, self.random, 8):
            self.wrong += self.read(files) not in self.allowed

    def fail(self, *calls: int) -> None:
        """Let the calls of the disk with these numbers, counted from now, fail."""
        self.disk.calls = 0
        self.disk.fault = Fault(calls[0], calls[-1] + 1) if calls else Fault()

    def commit(self, changed: Iterable[int], pages: int | None = None, given: dict[int, bytes] | None = None) -> bool:
        """Change pages by their numbers (or to what is given), to a hive of so many; whether it is acknowledged."""
        self.generation += 1
        size = len(self.bins) if pages is None else pages * PAGE
        self.bins = bytearray(bytes(self.bins[:size]).ljust(size, b"\0"))
        for index in changed:
            self.bins[index * PAGE : (index + 1) * PAGE] = (given or {}).get(index) or page(index, self.generation)
        self.allowed.add(bytes(self.bins))
        parts = {index * PAGE: bytes(self.bins[index * PAGE : (index + 1) * PAGE]) for index in changed}
        try:
            self.journal.commit(parts, size)
        except NotWritten:
            return False
        self.allowed = {bytes(self.bins)}
        self._check()
        return True

    def reconcile(self) -> bool:
        try:
            self.journal.reconcile()
        except NotWritten:
            return False
        return True


def seen(disk: PowerDisk) -> Files:
    """The files as a process finds them while the power is on."""
    return disk.left(disk.pending)


def numbers(header: bytes | bytearray) -> tuple[int, int]:
    return unpack_from("<II", header, L.HEADER_SEQ1)


# --- the steps ------------------------------------------------------------------------------------


def test_opening_a_clean_hive_writes_nothing_and_reads_it_once() -> None:
    class Counting(PowerDisk):
        reads = 0

        def read_into(self, part: Part, target: memoryview) -> int:
            self.reads += 1
            return super().read_into(part, target)

        def read(self, part: Part, position: int, count: int) -> bytes:
            assert part is not Part.PRIMARY
            return super().read(part, position, count)

    disk = Counting((hive_of(3) + bytes(8192), b"", b""), Random(1))
    journal = Journal(disk, "HIVE")
    journal.settle()
    assert (disk.reads, disk.calls) == (1, 0)
    assert journal.take_image() == hive_of(3)
    assert (journal.image, journal.is_pending, journal.report.words) == (b"", False, "clean")


def test_a_commit_is_an_entry_and_then_a_mark() -> None:
    story = Story((hive_of(3, number=7, HEADER_FLAGS=1), b"", b""))
    assert story.commit([1, 2])
    primary, log, other = story.disk.left([])
    assert numbers(primary) == (9, 8)
    assert other == b""
    assert (numbers(log), unpack_from("<I", log, L.HEADER_TYPE)) == ((8, 8), (L.FILE_TYPE_NEW_LOG,))
    assert log[48 : L.CHECKSUM_AT] == primary[48 : L.CHECKSUM_AT]  # the other fields are the hive's
    signature, size, flags, number, bins, count, _, _ = L.LOG_ENTRY.unpack_from(log, 512)
    assert (signature, flags, number, bins, count) == (L.HVLE, 1, 8, 3 * PAGE, 1)  # neighbours are one reference
    assert (512 + size) % PAGE == 0
    assert len(log) == 512 + size
    assert L.LOG_REFERENCE.unpack_from(log, 512 + 40) == (0, 3 * PAGE)  # the page at 0 is in it, given or not


def test_a_later_commit_is_only_an_entry() -> None:
    story = Story((hive_of(4), b"", b""))
    assert story.commit([1])
    story.disk.calls = 0
    assert story.commit([1, 3])
    assert story.disk.calls == 2
    primary, log, _ = story.disk.left([])
    assert numbers(primary) == (3, 2)
    assert second_reader.read(primary, [log])[1] == (2, 3)
    references = L.LOG_REFERENCE.iter_unpack(log[3 * PAGE + 40 : 3 * PAGE + 56])
    assert list(references) == [(0, 2 * PAGE), (3 * PAGE, PAGE)]


def test_reconciling_leaves_a_clean_hive_of_exact_length_and_takes_the_other_log() -> None:
    story = Story((hive_of(4) + bytes(8192), b"", b""))
    assert story.commit([1, 4], pages=5)
    assert story.reconcile()
    primary, log, other = story.disk.left([])
    assert (numbers(primary), len(primary)) == ((3, 3), 6 * PAGE)
    assert story.commit([2], pages=3)
    assert story.disk.left([])[1] == log
    assert other == b"" != story.disk.left([])[2]
    assert story.reconcile()
    assert len(story.disk.left([])[0]) == 4 * PAGE
    assert story.wrong == 0


def test_a_dirty_hive_is_written_back_before_anything_else() -> None:
    dirty = DirtyHive()
    story = Story((dirty.primary(), dirty.log(2).build(), dirty.log(3, 4, 5).build()))
    assert story.journal.report.applied == (2, 3, 4, 5)
    primary = story.disk.left([])[0]
    assert numbers(primary) == (6, 6)
    assert primary[PAGE:] == dirty.state(5)[PAGE:]
    assert story.commit([0])
    assert story.wrong == 0


def test_a_dirty_hive_without_logs_is_as_it_is_and_longer_never() -> None:
    dirty = DirtyHive()
    story = Story((dirty.primary() + b"\1" * 8192, b"", b""))
    assert len(story.disk.left([])[0]) == len(dirty.primary())
    assert story.wrong == 0


def test_numbers_wrap() -> None:
    story = Story((hive_of(2, number=0xFFFFFFFE), b"", b""))
    for round_ in range(6):
        assert story.commit([1])
        assert round_ % 2 or story.reconcile()
    assert numbers(story.disk.left([])[0])[1] < 10
    assert story.wrong == 0


@pytest.mark.parametrize(
    "head, words",
    [
        (bytes(512), "HIVE: not a registry hive, it begins with zeros; check the file"),
        (b"regf" + bytes(508), "HIVE: not a whole registry hive, 4,096 bytes hold no key; check the file"),
    ],
)
def test_what_is_no_hive_is_refused(head: bytes, words: str) -> None:
    with pytest.raises(NotAHive) as caught:
        Journal(PowerDisk((head.ljust(PAGE, b"\0"), b"", b""), Random(1)), "HIVE")
    assert str(caught.value) == words


@pytest.mark.parametrize("logs", [(b"", b""), (DirtyHive().log(2).build(), b"")])
def test_a_dirty_hive_or_a_clean_one_that_was_cut_short_is_refused(logs: tuple[bytes, bytes]) -> None:
    for primary, missing in ((hive_of(4)[:-PAGE], "4,096"), (DirtyHive().primary()[:-6000], "6,000")):
        with pytest.raises(NotAHive) as caught:
            Journal(PowerDisk((primary, *logs), Random(1)), "HIVE")
        assert str(caught.value) == f"HIVE: damaged, {missing} bytes are missing at its end; load a sound copy"


@pytest.mark.parametrize("pages", [{4096: b"short"}, {100: bytes(PAGE)}])
def test_a_page_is_a_page(pages: dict[int, bytes]) -> None:
    story = Story((hive_of(3), b"", b""))
    with pytest.raises(NotWritten, match="a page has 4096 bytes and begins at a multiple of that"):
        story.journal.commit(pages, 3 * PAGE)
    assert story.commit([1])


# --- failures -------------------------------------------------------------------------------------


@pytest.mark.parametrize("lands", [0, 0.9])
@pytest.mark.parametrize("call", range(1, 9))
def test_a_failed_commit_and_then_a_reconcile(call: int, lands: float) -> None:
    assert failed_commit(Journal, call, lands) == 0


def failed_commit(journal: type[Journal], call: int, lands: float) -> int:
    """The first commit fails at a call (8: the mark's sync); the primary follows its log all the same."""
    story = Story((hive_of(3), b"", b""), lands, journal)
    story.fail(call)
    assert not story.commit([1, 2])
    story.fail()
    assert story.reconcile()
    assert story.commit([1, 2])
    return story.wrong


@pytest.mark.parametrize("lands", [0, 0.9])
@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("call", range(1, 9))
def test_a_failed_reconcile_and_then_a_commit(call: int, last: bool, lands: float) -> None:
    story = Story((hive_of(3), b"", b""), lands)
    assert story.commit([1, 3], pages=4)
    story.fail(call, 99 if last else call)
    story.reconcile()  # which may have fewer calls
    story.commit([2, 3])
    story.fail()
    story.commit([1, 2, 3], pages=4)
    assert story.reconcile()
    assert story.commit([2], pages=3)
    assert story.wrong == 0


def failed_number(journal: type[Journal]) -> int:
    """An entry is on disk that was not acknowledged; the log that holds it is left, and the other one begun."""
    story = Story((hive_of(4), b"", b""), 0, journal)
    assert story.commit([1])
    story.fail(2)
    assert not story.commit([1, 2])
    story.fail()
    assert story.reconcile()
    assert story.commit([1, 2, 3])
    assert story.reconcile()
    return story.wrong


def test_the_number_of_a_failed_entry_is_not_given_again() -> None:
    assert failed_number(Journal) == 0


def leftover(journal: type[Journal]) -> int:
    """A longer entry fails but is on disk; one of its pages holds what looks like the entry behind a shorter one."""
    story = Story((hive_of(1), b"", b""), 0, journal)
    assert story.commit([0])
    ghost = log_entry(4, 0, PAGE, {0: page(0, 666)}, 4 * PAGE)
    story.fail(2)
    pages = {1: page(1, 9)[:4048] + bytes(ghost[:48]), 2: bytes(ghost[48 : 48 + PAGE])}
    assert not story.commit([0, 1, 2], 3, given=pages)
    story.fail()
    assert story.commit([0], 1)
    return story.wrong


def test_what_a_failed_entry_left_is_no_entry() -> None:
    assert leftover(Journal) == 0


def torn_twice(journal: type[Journal]) -> int:
    """A mark is torn behind its numbers; then the recovery's header, with another length, may be torn there too."""
    story, torn = Story((hive_of(3), b"", b"")), []

    def tear() -> None:
        if story.disk.pending and story.disk.pending[-1].part is Part.PRIMARY:
            mark = story.disk.pending[-1]
            torn.append(story.disk.left([mark._replace(data=(mark.data or b"")[:12])]))

    story.disk.watch = tear
    assert story.commit([0], 1)
    return Story(torn[0], 0, journal).wrong


def test_a_header_torn_twice_never_looks_whole() -> None:
    assert torn_twice(Journal) == 0


class Killed(Exception):
    """The process is gone; the power is not."""


def killed(journal: type[Journal], *calls: int) -> int:
    """Processes die, each after so many calls of its commits, the power stays on; what comes after them may be cut."""
    story = Story((hive_of(4), b"", b""))
    assert story.commit([1])
    assert story.reconcile()
    for call in calls:
        story.disk.calls = 0

        def die(disk: PowerDisk = story.disk, last: int = call) -> None:
            if disk.calls == last:
                raise Killed

        story.disk.watch = die
        with pytest.raises(Killed):
            for index in (1, 2):
                story.commit([index])
            story.commit([3, 4], 5)
            story.reconcile()
            story.commit([1])
        story.disk.watch = lambda: None
        story = Story(story.disk, 0, journal)
    story.commit([2])
    return story.wrong


@pytest.mark.parametrize("call", range(1, 20))
def test_a_killed_writer_and_then_a_cut(call: int) -> None:
    assert killed(Journal, call) == 0


@pytest.mark.parametrize("second", range(1, 9))
@pytest.mark.parametrize("first", [6, 8, 14, 16])
def test_two_killed_writers_and_then_a_cut(first: int, second: int) -> None:
    assert killed(Journal, first, second) == 0


def test_each_of_these_rules_is_needed() -> None:
    assert failed_commit(broken("pages change while the header looks clean"), 8, 0.9)
    assert failed_number(broken("a log goes on where the other one ended"))
    assert torn_twice(broken("pages change while the header looks clean"))
    assert killed(broken("pages change while the header looks clean"), 6)
    assert killed(broken("a dead writer's log is not synced"), 8)
    assert killed(broken("a dead writer's header is not synced"), 16, 3)
    assert leftover(broken("what a log held before is kept"))


# --- limits ---------------------------------------------------------------------------------------


@pytest.fixture
def small_logs(monkeypatch: pytest.MonkeyPatch) -> int:
    """Readers hold no more than so much of a log."""
    for module in (journal_module, logs_module):
        monkeypatch.setattr(module, "LOG_MAX", 16 * PAGE)
    return 16 * PAGE


def test_large_entries_are_found_by_readers(small_logs: int) -> None:
    story = Story((hive_of(12), b"", b""))
    for _ in range(4):
        assert story.commit(range(10))
        assert max(map(len, story.disk.left([])[1:])) <= small_logs
        assert story.reconcile()
    assert story.wrong == 0


def test_more_than_a_log_can_hold_replaces_the_file(small_logs: int) -> None:
    story = Story((hive_of(20), b"", b""))
    assert story.commit([1])
    assert story.commit(range(20))
    primary = story.disk.left([])[0]
    assert not BaseBlock(primary[:PAGE]).is_dirty
    assert len(primary) == 21 * PAGE
    assert story.commit([2])
    assert story.commit(range(14))  # does not fit behind the others, but in a log of its own
    assert story.wrong == 0


@pytest.mark.parametrize("lands", [0, 0.9])
def test_a_replacement_that_failed_is_made_again(small_logs: int, lands: float) -> None:
    """On the disk another file than the one that is seen may have the hive's name: nothing else is written."""
    story = Story((hive_of(20), b"", b""), always=lands)
    assert story.commit([1])
    story.fail(1)
    assert not story.commit(range(20))
    assert not story.reconcile()
    story.fail()
    assert not story.reconcile()
    assert story.commit(range(20))
    assert not story.journal.is_pending
    assert story.commit([2])
    assert story.journal.is_pending
    assert story.wrong == 0


def test_a_long_log_is_written_back_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_module, "_LOG_LONG", 4 * PAGE)
    story = Story((hive_of(40), b"", b""))
    assert story.commit([1])
    assert not story.journal.wants_reconcile
    assert story.commit([2])
    assert story.journal.wants_reconcile
    assert story.commit([3])
    assert second_reader.read(*split(story.disk))[1] == (5,)
    assert story.wrong == 0


def split(disk: Disk) -> tuple[bytes, list[bytes]]:
    primary, *logs = (disk.read(part, 0, disk.size(part)) for part in Part)
    return primary, logs
