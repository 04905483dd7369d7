"""Which logs are replayed, how far, and what is said of it: the new format (N) and the old (O), row by row.

The set-up of the N rows is a hive 3/2 with entry 2 in LOG1 and entries 3, 4, 5 in LOG2; of the O rows
a hive 5/4 with LOG1 5/5 of the same time. `DirtyHive` tells which entries were applied. Everything
lies in files, as it does in evidence. Rules: msuhanov/regf, "Format of transaction log files".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from struct import pack_into

import pytest

import hiveguard
from hiveguard.regf.layout import (
    BASE_BLOCK_SIZE,
    BIN_LAST_WRITTEN,
    HEADER_SEQ1,
    HEADER_SEQ2,
    LOG_PAGE,
    OLD_LOG_PAGE,
)
from hiveguard.testing import DirtyHive, LogBuilder, OldLogBuilder
from hiveguard.testing.log_builder import changed_pages
from hiveguard.testing.specs import DEFAULT_TIME

HIVE = DirtyHive()
ALL = (2, 3, 4, 5)


@dataclass(frozen=True)
class Outcome:
    """What a hive with its logs came to."""

    state: str
    reason: str
    applied: tuple[int, ...]
    steps: tuple[int, ...]  #: the entries whose mark is in the hive
    last: int  #: the state of the page that every entry holds
    grown: int
    ending: hiveguard.Ending
    codes: frozenset[str]


class Evidence:
    """A folder with a hive and its logs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, primary: bytes, *, named: bool = False, ignore: bool = False, **logs: bytes | LogBuilder) -> Outcome:
        """Write the files, open the hive, and tell what came of it. `named`: the logs are given by path."""
        path = self.folder / "HIVE"
        path.write_bytes(primary)
        paths = []
        for suffix, log in logs.items():
            paths.append(self.folder / f"HIVE.{suffix}")
            paths[-1].write_bytes(log if isinstance(log, bytes) else log.build())
        before = {file: file.read_bytes() for file in self.folder.iterdir()}
        how = "ignore" if ignore else paths if named else "auto"
        with hiveguard.open(path, logs=how) as hive:
            report = hive.log_report
            walk = hive.walk(on_incomplete="record")
            marks, last, grown = [], 0, 0
            for key in walk:
                values = {value.name: value for value in key.values()}
                if "state" in values:
                    last = values["state"].data
                if "done" in values and values["done"].data:
                    marks.append(int(key.name.removeprefix("Step")))
                if "grown" in values:
                    grown = len(values["grown"].raw)
        with hiveguard.open(path, logs=how) as hive:  # a look-up reads the logs' pages in another way
            looked_up = [step for step in ALL if hive.key(f"Step{step}").value("done").data]
            assert looked_up == marks
            assert hive.key("").value("state").data == last
        assert before == {file: file.read_bytes() for file in self.folder.iterdir()}, "the files were touched"
        codes = frozenset(damage.code for damage in walk.verdict.damage)
        return Outcome(
            report.state, report.reason, report.applied, tuple(marks), last, grown, walk.verdict.ending, codes
        )  # fmt: skip


@pytest.fixture
def evidence(tmp_path: Path) -> Evidence:
    return Evidence(tmp_path)


def check(outcome: Outcome, state: str, steps: tuple[int, ...], *reason: str, shift: int = 0) -> None:
    assert (outcome.state, outcome.steps) == (state, steps), outcome
    assert outcome.applied == tuple((step + shift) & 0xFFFFFFFF for step in steps)
    assert outcome.last == (steps[-1] if steps else 1)
    for word in reason:
        assert word.lower() in outcome.reason.lower(), outcome.reason
    assert outcome.ending is hiveguard.Ending.COMPLETE, outcome


def log1() -> LogBuilder:
    return HIVE.log(2)


def log2() -> LogBuilder:
    return HIVE.log(3, 4, 5)


# --- the new format ----------------------------------------------------------------------------


def test_n0_no_log(evidence: Evidence) -> None:
    check(evidence.read(HIVE.primary()), "not replayed", (), "no log")


def test_n1_both_logs(evidence: Evidence) -> None:
    check(evidence.read(HIVE.primary(), LOG1=log1(), LOG2=log2()), "replayed", ALL)


def test_n2_files_exchanged(evidence: Evidence) -> None:
    check(evidence.read(HIVE.primary(), LOG1=log2(), LOG2=log1()), "replayed", ALL)


def test_n3_clean_primary(evidence: Evidence) -> None:
    check(evidence.read(HIVE.primary((3, 3)), LOG1=log1(), LOG2=log2()), "clean", ())


def test_n4_second_log_missing(evidence: Evidence) -> None:
    check(evidence.read(HIVE.primary(), LOG1=log1()), "replayed", (2,), "missing")


def test_n5_first_log_missing(evidence: Evidence) -> None:
    check(evidence.read(HIVE.primary(), LOG2=log2()), "replayed", (3, 4, 5), "missing")


def test_n6_second_log_empty(evidence: Evidence) -> None:
    check(evidence.read(HIVE.primary(), LOG1=log1(), LOG2=b""), "replayed", (2,))


def test_n7_first_log_empty(evidence: Evidence) -> None:
    check(evidence.read(HIVE.primary(), LOG1=b"", LOG2=log2()), "replayed", (3, 4, 5))


def test_n8_bad_header_takes_the_latest_log_alone(evidence: Evidence) -> None:
    outcome = evidence.read(HIVE.primary(sealed=False), LOG1=log1(), LOG2=log2())
    check(outcome, "replayed", (3, 4, 5), "header")
    assert "header-checksum" not in outcome.codes


def test_n9_bad_header_and_an_empty_log(evidence: Evidence) -> None:
    outcome = evidence.read(HIVE.primary(sealed=False), LOG1=log1(), LOG2=b"")
    check(outcome, "replayed", (2,), "header")


def test_n10_first_log_is_older_than_the_hive(evidence: Evidence) -> None:
    outcome = evidence.read(HIVE.primary((4, 3)), LOG1=log1(), LOG2=log2())
    check(outcome, "replayed", (3, 4, 5), "LOG1")


def test_n11_both_logs_are_older_than_the_hive(evidence: Evidence) -> None:
    outcome = evidence.read(HIVE.primary((10, 9)), LOG1=log1(), LOG2=log2())
    check(outcome, "not replayed", (), "older")


def test_n12_gap_between_the_logs(evidence: Evidence) -> None:
    outcome = evidence.read(HIVE.primary(), LOG1=log1(), LOG2=HIVE.log(4, 5))
    check(outcome, "partly replayed", (2,), "gap")


def test_n13_gap_inside_a_log(evidence: Evidence) -> None:
    outcome = evidence.read(HIVE.primary(), LOG1=log1(), LOG2=HIVE.log(3, 5))
    check(outcome, "partly replayed", (2, 3), "gap", "LOG2")


@pytest.mark.parametrize("kept", [8, 40, 600, 4096])
def test_n14_torn_entry(evidence: Evidence, kept: int) -> None:
    log = log2()
    torn = log.build()[: log.starts()[2] + kept]
    outcome = evidence.read(HIVE.primary(), LOG1=log1(), LOG2=torn)
    if kept >= 40:
        check(outcome, "partly replayed", (2, 3, 4), "torn", "5")
    else:
        assert outcome.steps == (2, 3, 4)


@pytest.mark.parametrize("field", ["hash_1", "hash_2"])
def test_n15_n16_wrong_hash(evidence: Evidence, field: str) -> None:
    log = log2()
    setattr(log.entries[1], field, 0x123456789ABCDEF0)
    outcome = evidence.read(HIVE.primary(), LOG1=log1(), LOG2=log)
    check(outcome, "partly replayed", (2, 3), "hash", "4")


def test_n17_first_entry_of_the_first_log_is_bad(evidence: Evidence) -> None:
    log = log1()
    log.entries[0].hash_1 = 1
    outcome = evidence.read(HIVE.primary(), LOG1=log, LOG2=log2())
    check(outcome, "not replayed", (), "first entry")


def test_n18_first_log_has_a_bad_checksum(evidence: Evidence) -> None:
    outcome = evidence.read(HIVE.primary(), LOG1=log1().build(sealed=False), LOG2=log2())
    check(outcome, "replayed", (3, 4, 5), "LOG1")


def test_n19_second_log_has_a_bad_checksum(evidence: Evidence) -> None:
    outcome = evidence.read(HIVE.primary(), LOG1=log1(), LOG2=log2().build(sealed=False))
    check(outcome, "partly replayed", (2,), "LOG2")


def test_n19_bad_log_that_holds_nothing_needed(evidence: Evidence) -> None:
    stale = HIVE.log(2, shift=0xFFFFFFFF).build(sealed=False)
    outcome = evidence.read(HIVE.primary(), LOG1=log1(), LOG2=stale)
    check(outcome, "replayed", (2,), "LOG2")


def test_n20_first_log_was_being_written(evidence: Evidence) -> None:
    log = log1().put_header_u32(HEADER_SEQ2, 1)
    check(evidence.read(HIVE.primary(), LOG1=log, LOG2=log2()), "replayed", (3, 4, 5), "LOG1")


def test_n21_logs_far_ahead_of_the_hive(evidence: Evidence) -> None:
    outcome = evidence.read(HIVE.primary(), LOG1=HIVE.log(2, shift=48), LOG2=HIVE.log(3, 4, 5, shift=48))
    check(outcome, "replayed", ALL, shift=48)


def test_n22_numbers_wrap(evidence: Evidence) -> None:
    shift = 0xFFFFFFFC
    outcome = evidence.read(
        HIVE.primary((0xFFFFFFFF, 0xFFFFFFFE)),
        LOG1=HIVE.log(2, shift=shift),
        LOG2=HIVE.log(3, 4, 5, shift=shift),
    )
    check(outcome, "replayed", ALL, shift=shift)
    assert outcome.applied == (0xFFFFFFFE, 0xFFFFFFFF, 0, 1)


def test_n23_bins_size_is_no_multiple_of_a_page(evidence: Evidence) -> None:
    log = log2()
    log.entries[1].bins_size += 512
    check(evidence.read(HIVE.primary(), LOG1=log1(), LOG2=log), "partly replayed", (2, 3), "4")


def test_n24_an_older_entry_behind_the_last(evidence: Evidence) -> None:
    outcome = evidence.read(HIVE.primary(), LOG1=log1(), LOG2=HIVE.log(3, 4, 5, 2))
    check(outcome, "replayed", ALL)


@pytest.mark.parametrize("number", [1, 9])
def test_n25_first_entry_has_not_the_header_s_number(evidence: Evidence, number: int) -> None:
    log = log1().put_header_u32(HEADER_SEQ1, 2).put_header_u32(HEADER_SEQ2, 2)
    log.entries[0].sequence = number
    check(evidence.read(HIVE.primary(), LOG1=log, LOG2=log2()), "not replayed", ())


def test_n26_single_log(evidence: Evidence) -> None:
    check(evidence.read(HIVE.primary(), LOG=HIVE.log(2, 3, 4, 5)), "replayed", ALL)


def test_n27_junk_beside_two_good_logs(evidence: Evidence) -> None:
    outcome = evidence.read(HIVE.primary(), LOG=b"junk" * 1000, LOG1=log1(), LOG2=log2())
    check(outcome, "replayed", ALL)


def test_n28_both_logs_begin_alike(evidence: Evidence) -> None:
    same = evidence.read(HIVE.primary(), LOG1=HIVE.log(2, 3), LOG2=HIVE.log(2, 3))
    check(same, "replayed", (2, 3))
    for first, second in (((2, 3), ALL), (ALL, (2, 3))):
        outcome = evidence.read(HIVE.primary(), LOG1=HIVE.log(*first), LOG2=HIVE.log(*second))
        check(outcome, "replayed", ALL, "ambiguous")


def test_n29_bad_header_and_a_bad_log(evidence: Evidence) -> None:
    outcome = evidence.read(HIVE.primary(sealed=False), LOG1=log1(), LOG2=log2().build(sealed=False))
    check(outcome, "partly replayed", (2,), "header")


def test_n30_no_signature(evidence: Evidence) -> None:
    with pytest.raises(hiveguard.NotAHive):
        evidence.read(b"xxxx" + HIVE.primary()[4:], LOG1=log1(), LOG2=log2())


def test_n31_an_entry_grows_the_hive(evidence: Evidence) -> None:
    hive = DirtyHive(grows_at=5)
    outcome = evidence.read(hive.primary(), LOG1=hive.log(2), LOG2=hive.log(3, 4, 5))
    check(outcome, "replayed", ALL)
    assert outcome.grown == 3 * 4000
    assert len(hive.primary()) < len(hive.state(5))


@pytest.mark.parametrize("place", ["outside the bins", "beyond the entry"])
def test_n32_bad_page_under_right_hashes(evidence: Evidence, place: str) -> None:
    log = log2()
    entry = log.entries[1]
    if place == "outside the bins":
        entry.pages = [*entry.pages, (entry.bins_size, bytes(LOG_PAGE))]
    else:
        entry.references = [(0, LOG_PAGE), (LOG_PAGE, 3 * LOG_PAGE)]
    check(evidence.read(HIVE.primary(), LOG1=log1(), LOG2=log), "partly replayed", (2, 3), "4")


@pytest.mark.parametrize("size", [0, 8, 256, 511, 516, 8192 + 8, 0x100000, 0xFFFFFE00, 0xFFFFFFFF])
def test_n33_bad_entry_size(evidence: Evidence, size: int) -> None:
    log = log2()
    log.entries[1].size = size
    check(evidence.read(HIVE.primary(), LOG1=log1(), LOG2=log), "partly replayed", (2, 3), "4")


def test_n33_entry_without_pages(evidence: Evidence) -> None:
    log = log2()
    log.entries[1].count = 0
    check(evidence.read(HIVE.primary(), LOG1=log1(), LOG2=log), "partly replayed", (2, 3), "4")


def test_n33_bad_remnant_behind_the_last_entry_is_the_normal_end(evidence: Evidence) -> None:
    log = HIVE.log(3, 4, 5, 2)
    log.entries[3].size = 0
    check(evidence.read(HIVE.primary(), LOG1=log1(), LOG2=log), "replayed", ALL)


def test_n34_logs_ignored(evidence: Evidence) -> None:
    outcome = evidence.read(HIVE.primary(), ignore=True, LOG1=log1(), LOG2=log2())
    check(outcome, "not replayed", (), "asked")


@pytest.mark.parametrize("suffixes", [("log1", "log2"), ("Log1", "LOG2")])
def test_logs_are_found_in_any_case(evidence: Evidence, suffixes: tuple[str, str]) -> None:
    logs = dict(zip(suffixes, (log1(), log2()), strict=True))
    check(evidence.read(HIVE.primary(), **logs), "replayed", ALL)


def test_logs_given_as_bytes() -> None:
    with hiveguard.open(HIVE.primary(), logs=[log1().build(), log2().build()]) as hive:
        assert hive.log_report.state == "replayed"
        assert hive.log_report.applied == ALL
        assert hive.key("").value("state").data == 5


@pytest.mark.parametrize("kept", [0, 100, 511, 512, 516, 551])
def test_logs_shorter_than_their_first_entry(evidence: Evidence, kept: int) -> None:
    outcome = evidence.read(HIVE.primary(), LOG1=log1().build()[:kept])
    check(outcome, "not replayed", ())


# --- the old format ----------------------------------------------------------------------------


def check_old(outcome: Outcome, state: str, *reason: str, ending: str = "COMPLETE") -> None:
    steps = ALL if state == "replayed" else ()
    assert (outcome.state, outcome.steps, outcome.last) == (state, steps, 5 if steps else 1), outcome
    for word in reason:
        assert word.lower() in outcome.reason.lower(), outcome.reason
    assert outcome.ending is hiveguard.Ending[ending], outcome


def old_log(**fields: object) -> bytes:
    return HIVE.old_log(**fields).build()


def test_o1_other_log_empty(evidence: Evidence) -> None:
    check_old(evidence.read(HIVE.old_primary(), LOG1=old_log(), LOG2=b""), "replayed")


def test_o2_clean_primary(evidence: Evidence) -> None:
    check_old(evidence.read(HIVE.state(1, seq=(5, 5)), LOG1=old_log()), "clean")


def test_o3_log_is_older(evidence: Evidence) -> None:
    outcome = evidence.read(HIVE.old_primary(), LOG1=old_log(last_written=DEFAULT_TIME - 1))
    check_old(outcome, "not replayed", "older")


def test_o4_log_is_newer(evidence: Evidence) -> None:
    log = old_log(last_written=DEFAULT_TIME + 1)
    check_old(evidence.read(HIVE.old_primary(), LOG1=log), "not replayed", "differ")
    check_old(evidence.read(HIVE.old_primary(), named=True, LOG1=log), "replayed")


def test_o5_bad_header(evidence: Evidence) -> None:
    primary = bytearray(HIVE.old_primary())
    primary[508] ^= 0xFF
    check_old(evidence.read(bytes(primary), LOG1=old_log()), "replayed", "header")
    pack_into("<Q", primary, BASE_BLOCK_SIZE + BIN_LAST_WRITTEN, DEFAULT_TIME - 1)
    check_old(evidence.read(bytes(primary), LOG1=old_log()), "replayed", "header")


def test_o6_log_was_being_written(evidence: Evidence) -> None:
    check_old(evidence.read(HIVE.old_primary(), LOG1=old_log(seq=(6, 5))), "not replayed", "incomplete")


def test_o7_log_has_a_bad_checksum(evidence: Evidence) -> None:
    log = HIVE.old_log().build(sealed=False)
    check_old(evidence.read(HIVE.old_primary(), LOG1=log), "not replayed", "unusable")


def test_o8_log_has_no_signature(evidence: Evidence) -> None:
    outcome = evidence.read(HIVE.old_primary(), LOG1=old_log(signature=b"DIRX"))
    check_old(outcome, "not replayed", "unusable")


@pytest.mark.parametrize("cut", [1, 512, 5000])
def test_o9_log_is_cut(evidence: Evidence, cut: int) -> None:
    log = HIVE.old_log().build(cut=cut)
    check_old(evidence.read(HIVE.old_primary(), LOG1=log), "not replayed", "cut")


def test_o10_two_old_logs(evidence: Evidence) -> None:
    early = HIVE.old_log(3, last_written=DEFAULT_TIME - 1).build()
    check_old(evidence.read(HIVE.old_primary(), LOG1=early, LOG2=old_log()), "replayed")


def test_o11_single_log(evidence: Evidence) -> None:
    check_old(evidence.read(HIVE.old_primary(), LOG=old_log()), "replayed")


def test_o12_type_2(evidence: Evidence) -> None:
    check_old(evidence.read(HIVE.old_primary(), LOG1=old_log(type=2)), "replayed")


def test_o13_log_speaks_of_more_bins(evidence: Evidence) -> None:
    bins = len(HIVE.state(5)) - BASE_BLOCK_SIZE
    outcome = evidence.read(HIVE.old_primary(), LOG1=old_log(bins_size=bins + 2 * LOG_PAGE))
    check_old(outcome, "replayed", ending="DAMAGED")
    assert "replay-missing-bins" in outcome.codes


def test_old_log_of_single_pages(evidence: Evidence) -> None:
    """Windows marks 4096 bytes at a time, which nobody has to rely on."""
    before, after = HIVE.state(1), HIVE.state(5, seq=(5, 5))
    log = OldLogBuilder(after, changed_pages(before, after, OLD_LOG_PAGE))
    assert len(log.build()) < len(HIVE.old_log().build()) // 2
    check_old(evidence.read(HIVE.old_primary(), LOG1=log.build()), "replayed")


def test_o14_other_log_missing(evidence: Evidence) -> None:
    check_old(evidence.read(HIVE.old_primary(), LOG1=old_log()), "replayed")


# --- beyond the table ----------------------------------------------------------------------------


@pytest.mark.parametrize("left", [1, 4, 20, 39])
def test_a_log_that_ends_in_the_header_of_an_entry_is_torn(left: int) -> None:
    second = log2()
    whole = second.build()
    cut = whole[: second.starts()[2] + left]
    with hiveguard.open(HIVE.primary(), logs=[log1().build(), cut]) as hive:
        assert (hive.log_report.state, hive.log_report.applied) == ("partly replayed", (2, 3, 4))
        assert "torn entry 5" in hive.log_report.reason


def test_a_destroyed_entry_with_a_newer_one_behind_it_is_a_gap() -> None:
    second = log2()
    data = bytearray(second.build())
    data[second.starts()[1] : second.starts()[1] + 4] = b"zzzz"
    with hiveguard.open(HIVE.primary(), logs=[log1().build(), bytes(data)]) as hive:
        assert (hive.log_report.state, hive.log_report.applied) == ("partly replayed", (2, 3))
        assert "gap" in hive.log_report.reason


def test_logs_given_twice_are_applied_once() -> None:
    one, two = log1().build(), log2().build()
    with hiveguard.open(HIVE.primary(), logs=[one, two, one, two]) as hive:
        assert (hive.log_report.state, hive.log_report.applied) == ("replayed", ALL)


def test_the_flag_of_an_entry_reaches_the_base_block() -> None:
    second = log2()
    second.entries[-1].flags = 1
    with hiveguard.open(HIVE.primary(), logs=[log1().build(), second.build()]) as hive:
        assert hive.snapshot().header.flags & 1


def test_a_cut_old_log_does_not_stop_a_whole_one() -> None:
    whole = HIVE.old_log().build()
    with hiveguard.open(HIVE.old_primary(), logs=[whole[:-512], whole]) as hive:
        assert hive.log_report.state == "replayed"


def test_logs_of_both_formats_that_do_not_fit_are_both_told() -> None:
    older = HIVE.old_log(last_written=5).build()
    with hiveguard.open(HIVE.old_primary(), logs=[HIVE.log(1).build(), older]) as hive:
        report = hive.log_report
    assert (report.state, report.applied) == ("not replayed", ())
    assert report.reason == "logs older than the hive; older log: log 2"


def test_a_stale_new_log_does_not_hide_a_fitting_old_one() -> None:
    stale = HIVE.log(1).build()
    with hiveguard.open(HIVE.old_primary(), logs=[stale, HIVE.old_log().build()]) as hive:
        assert hive.log_report.state == "replayed"
