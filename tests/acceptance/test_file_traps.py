"""The traps that concern the file as a whole: base block, bins, versions, length (X30 to X51)."""

from __future__ import annotations

import pytest

import hiveguard
from hiveguard.regf.layout import (
    BASE_BLOCK_SIZE,
    BIN_ALIGNMENT,
    HEADER_BINS_SIZE,
    HEADER_FORMAT,
    HEADER_MAJOR,
    HEADER_MINOR,
    HEADER_ROOT,
    HEADER_TYPE,
    NIL,
    NK_FLAGS,
)
from hiveguard.testing import HiveBuilder, HiveImage, ListStyle
from tests.acceptance.reading import found, read

COMPLETE, DAMAGED = hiveguard.Ending.COMPLETE, hiveguard.Ending.DAMAGED

NAMES = [f"k{number:02}" for number in range(8)]
PATHS = ["", *NAMES]
OWN_OFFSET, SIZE = 4, 8  # fields of a bin's header


def base(minor: int = 5, **options: object) -> HiveBuilder:
    """Nine keys over eight bins."""
    builder = HiveBuilder(minor, **options)  # type: ignore[arg-type]
    for name in NAMES:
        builder.root.key(name).binary("v", name.encode() * 1000)
    return builder


def check(hive: HiveImage | bytes, ending: hiveguard.Ending, *codes: str, paths: list[str] = PATHS) -> None:
    reading = read(hive)
    assert reading.paths == paths
    assert reading.codes == set(codes)
    assert reading.verdict.ending is ending


# --- the root ----------------------------------------------------------------------------------


@pytest.mark.parametrize("flags", [0x2C, 0x20])
@pytest.mark.parametrize("where", [NIL, 0x7FFFFFF8, "a value", "in a cell"])
def test_x30_root_offset_leads_nowhere(where: int | str, flags: int) -> None:
    image = base().image()
    image.put_u16(image.key(""), NK_FLAGS, flags)
    if where == "a value":
        where = image.value("k03", "v")
    elif where == "in a cell":
        where = image.key("") + 4
    image.put_header_u32(HEADER_ROOT, int(where))
    if flags & 4:
        check(image.seal(), COMPLETE, "root-search")
    else:  # nothing says that what was found is the root
        check(image.seal(), DAMAGED, "root-guessed")


def test_a_destroyed_root_is_never_complete() -> None:
    """Its first child has no parent in the hive any more, and was taken for the root: all others were lost."""
    image = base().image()
    image.put(image.key(""), 0, b"\0\0")
    reading = read(image.seal())
    assert reading.codes == {"root-guessed"}
    assert reading.verdict.ending is DAMAGED


@pytest.mark.parametrize(("sealed", "code"), [(True, "root-listed"), (False, "root-doubtful")])
def test_a_root_offset_that_leads_to_another_key(sealed: bool, code: str) -> None:
    image = base().image()
    image.put_header_u32(HEADER_ROOT, image.key("k03"))
    reading = read(image.seal() if sealed else image)
    assert code in reading.codes
    assert reading.verdict.is_complete is sealed


def test_x30_no_root_at_all() -> None:
    image = HiveBuilder().image()
    image.put(image.key(""), 0, b"zz")
    reading = read(image)
    assert reading.paths == []
    assert reading.verdict.ending is hiveguard.Ending.FAILED
    assert "root-missing" in reading.codes


# --- bins --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "content"),
    [
        (OWN_OFFSET, b"\x10\x20\x30\x40"),
        (0, b"gbin"),
        (SIZE, b"\0\0\0\0"),
        (SIZE, b"\0\0\0\x80"),
        (SIZE, b"\x01\x10\0\0"),
    ],
)
@pytest.mark.parametrize("index", [0, 3])
def test_x31_bad_bin(index: int, field: int, content: bytes) -> None:
    image = base().image()
    image.put_bin(index, field, content)
    check(image, COMPLETE, "bin-header")


@pytest.mark.parametrize("content", [bytes(BIN_ALIGNMENT), b"\xff" * 512])
def test_x34_zeros_or_ff_between_the_bins(content: bytes) -> None:
    image = base().image()
    image.add_cell(b"referenced by nothing")
    image.add_cell(b"in a good bin behind")
    image.put_bin(-2, 0, content)
    check(image, COMPLETE, "bin-header")


# --- the file's length -------------------------------------------------------------------------


def test_x32_file_is_cut() -> None:
    hive = base().build()
    reading = read(hive[: BASE_BLOCK_SIZE + (len(hive) - BASE_BLOCK_SIZE) // 2])
    assert reading.verdict.ending is DAMAGED
    assert "file-short" in reading.codes
    assert reading.paths[:4] == PATHS[:4]
    short = next(damage for damage in reading.verdict.damage if damage.code == "file-short")
    assert f"{(len(hive) - BASE_BLOCK_SIZE) // 2:,}" in short.cost


@pytest.mark.parametrize("minor", [1, 3, 5])
def test_x32_file_is_cut_anywhere(minor: int) -> None:
    """At every byte of every cell: keys and a verdict, and never anything else."""
    builder = HiveBuilder(minor, lists=ListStyle(limit=2))
    for name in "abc":
        builder.root.key(name, class_name="class").text(name, name)
    builder.root.binary("fills the first bin", b"x" * 4000)
    hive = builder.build()
    for length in range(BASE_BLOCK_SIZE + BIN_ALIGNMENT, len(hive)):
        assert "file-short" in read(hive[:length]).codes


def test_x32_size_field_is_twice_the_file() -> None:
    image = base().image()
    image.put_header_u32(HEADER_BINS_SIZE, 2 * image.header_u32(HEADER_BINS_SIZE))
    check(image.seal(), COMPLETE, "file-short")


def test_x33_bins_beyond_the_claim() -> None:
    image = base().image()
    image.put_header_u32(HEADER_BINS_SIZE, BIN_ALIGNMENT)
    check(image.seal(), COMPLETE, "size-claim-short")
    assert found(image, NAMES[-1])


@pytest.mark.parametrize("tail", [b"garbage" * 1000, bytes(262_144), b"x"])
def test_x50_what_follows_the_last_bin_is_ignored(tail: bytes) -> None:
    check(base(tail=tail).build(), COMPLETE)


@pytest.mark.parametrize("length", [0, 3, 100, 511, BASE_BLOCK_SIZE])
def test_x51_too_short_for_a_hive(length: int) -> None:
    with pytest.raises(hiveguard.NotAHive) as told:
        read(base().build()[:length])
    assert len(str(told.value).splitlines()) == 1


@pytest.mark.parametrize("start", [b"\0\0\0\0", b"PK\3\4", b"hbin"])
def test_x51_not_a_hive(start: bytes) -> None:
    with pytest.raises(hiveguard.NotAHive):
        read(start + base().build()[4:])


# --- the base block ----------------------------------------------------------------------------


def test_x35_bad_checksum_means_dirty() -> None:
    image = base().image()
    image.data[508] ^= 1
    check(image, COMPLETE, "header-checksum")
    with hiveguard.open(bytes(image)) as hive:
        assert hive.log_report.state == "not replayed"


@pytest.mark.parametrize(
    ("field", "number"), [(HEADER_MAJOR, 2), (HEADER_MINOR, 99), (HEADER_TYPE, 1), (HEADER_FORMAT, 0)]
)
def test_x36_unknown_header_field(field: int, number: int) -> None:
    image = base().image()
    image.put_header_u32(field, number)
    check(image.seal(), COMPLETE, "header-field")


@pytest.mark.parametrize("minor", range(7))
def test_x37_every_version(minor: int) -> None:
    builder = base(minor)
    builder.root.key("k00").text("Größe Ω", "x")
    builder.root.key("k00", class_name="class").values[0].spare = 0x1234
    hive = builder.build()
    check(hive, COMPLETE)
    with hiveguard.open(hive) as opened:
        key = opened.key("K00")
        assert key.class_name == "class"
        assert key.value("GRÖßE ω").data == "x"
        assert [value.name for value in key.values()] == ["v", "Größe Ω"]
        assert str(key.security)


@pytest.mark.parametrize(("made", "said"), [(5, 1), (1, 5)])
def test_x37_the_root_decides_when_the_base_block_is_damaged(made: int, said: int) -> None:
    image = base(made).image()
    image.put_header_u32(HEADER_MINOR, said)
    check(image, COMPLETE, "header-checksum")
