"""The logs' bytes, looked at field by field, without any replay."""

from __future__ import annotations

from struct import unpack_from

import pytest

from hiveguard.regf.layout import (
    BASE_BLOCK_SIZE,
    HEADER_BINS_SIZE,
    HEADER_SEQ1,
    LOG_ENTRY,
    LOG_PAGE,
    LOG_REFERENCE,
)
from hiveguard.regf.marvin import marvin32
from hiveguard.testing import DirtyHive, LogBuilder, OldLogBuilder
from hiveguard.testing.base_block import header_checksum
from hiveguard.testing.log_builder import LogEntry, changed_pages

SCENE = DirtyHive()


def entries(log: bytes) -> list[tuple[int, bytes]]:
    """(position, bytes) of every entry by its own size field."""
    found, at = [], 512
    while log[at : at + 4] == b"HvLE":
        (size,) = unpack_from("<I", log, at + 4)
        found.append((at, log[at : at + size]))
        at += size
    return found


def test_entries_are_hashed_and_padded_to_pages() -> None:
    log = SCENE.log(3, 4, 5).build()
    assert unpack_from("<IIIIIIII", log, 4)[:2] == (3, 3)
    assert unpack_from("<I", log, 28) == (6,)
    assert header_checksum(log) == unpack_from("<I", log, 508)[0]
    found = entries(log)
    assert [LOG_ENTRY.unpack_from(entry)[3] for _, entry in found] == [3, 4, 5]
    for at, entry in found:
        assert (at + len(entry)) % LOG_PAGE == 0
        *_, hash_1, hash_2 = LOG_ENTRY.unpack_from(entry)
        assert hash_1 == marvin32(entry[40:])
        assert hash_2 == marvin32(entry[:32])
    assert [at for at, _ in found] == SCENE.log(3, 4, 5).starts()


def test_an_entry_leads_from_one_state_to_the_next() -> None:
    hive = bytearray(SCENE.state(2))
    for _, entry in entries(SCENE.log(3).build()):
        count = LOG_ENTRY.unpack_from(entry)[5]
        at = 40 + LOG_REFERENCE.size * count
        for index in range(count):
            offset, length = LOG_REFERENCE.unpack_from(entry, 40 + LOG_REFERENCE.size * index)
            hive[BASE_BLOCK_SIZE + offset : BASE_BLOCK_SIZE + offset + length] = entry[at : at + length]
            at += length
    assert hive == SCENE.state(3)


def test_each_step_changes_a_page_of_its_own() -> None:
    pages = [
        {at for offset, content in SCENE.entry(number).pages for at in range(offset, offset + len(content), LOG_PAGE)}
        for number in range(2, 6)
    ]
    for index, one in enumerate(pages):
        assert len(one) == 2
        for other in pages[index + 1 :]:
            assert one & other == {0}


@pytest.mark.parametrize("field", ["flags", "signature", "size", "count", "hash_1", "hash_2"])
def test_one_wrong_field_leaves_the_hashes_right(field: str) -> None:
    entry = SCENE.entry(3)
    setattr(entry, field, b"HvLX" if field == "signature" else 1)
    log = LogBuilder(SCENE.primary(), [entry]).build()
    signature, size, flags, _, _, count, hash_1, hash_2 = LOG_ENTRY.unpack_from(log, 512)
    written = {"flags": flags, "signature": signature, "size": size, "count": count}
    written |= {"hash_1": hash_1, "hash_2": hash_2}
    assert written[field] == getattr(entry, field)
    if field != "hash_2":
        assert hash_2 == marvin32(log[512 : 512 + 32])
    if field != "hash_1":
        assert hash_1 == marvin32(log[512 + 40 :])


def test_header_fields_can_be_wrong() -> None:
    log = SCENE.log(2).put_header_u32(HEADER_SEQ1, 7)
    assert unpack_from("<II", log.build(), 4) == (7, 2)
    unsealed = log.build(sealed=False)
    assert header_checksum(unsealed) != unpack_from("<I", unsealed, 508)[0]


def test_old_log_pages_follow_the_bitmap_in_its_order() -> None:
    log = SCENE.old_log(3).build()
    assert log[512:516] == b"DIRT"
    (size,) = unpack_from("<I", log, HEADER_BINS_SIZE)
    bitmap = log[516 : 516 + size // 4096]
    assert set(bitmap) == {0, 0xFF}
    hive, at = bytearray(SCENE.state(1)), 1024
    for page in range(size // 512):
        if bitmap[page >> 3] >> (page & 7) & 1:
            hive[BASE_BLOCK_SIZE + 512 * page : BASE_BLOCK_SIZE + 512 * (page + 1)] = log[at : at + 512]
            at += 512
    assert at == len(log)
    assert hive[BASE_BLOCK_SIZE:] == SCENE.state(3)[BASE_BLOCK_SIZE:]


def test_old_log_bitmap_moves_the_pages_of_a_large_hive() -> None:
    large = 4096 * 600
    log = OldLogBuilder(SCENE.state(1), [(512, b"x" * 512)], bins_size=large, type=2).build()
    assert log.index(b"x" * 512) == 1536
    assert log[516] == 0b10
    assert unpack_from("<I", log, 28) == (2,)


def test_growth_reaches_beyond_the_hive_before() -> None:
    scene = DirtyHive(grows_at=5)
    entry = scene.entry(5)
    assert entry.bins_size > LogEntry.between(scene.state(2), scene.state(3), 3).bins_size
    ends = [offset + len(content) for offset, content in entry.pages]
    assert BASE_BLOCK_SIZE + max(ends) == len(scene.state(5)) > len(scene.state(4))
    assert not changed_pages(scene.state(4), scene.state(4))
