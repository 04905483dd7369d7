"""A second replayer of transaction logs, made from the published format alone: it shares no code with the first.

It says what the bins of a hive hold after its logs, and the numbers of the entries that were applied. Must not know:
anything of hiveguard. Source: msuhanov/regf, "Base block", "Format of transaction log files".
"""

from __future__ import annotations

import struct
from functools import lru_cache

PAGE = 4096
Reading = tuple[bytes, tuple[int, ...]]
Pages = list[tuple[int, bytes]]


class Refused(Exception):  # an answer, not an error
    """The bytes are no hive."""


def read(primary: bytes, logs: list[bytes]) -> Reading:
    """The bins data in force and the numbers of the entries that were applied (an old log's: its header's)."""
    if primary[:4] != b"regf" or len(primary) < 2 * PAGE:
        raise Refused
    seq1, seq2, size = _u32(primary, 4), _u32(primary, 8), _u32(primary, 40)
    sound = _is_sound(primary)
    stored = (len(primary) - PAGE) // PAGE * PAGE
    bins = bytearray(primary[PAGE:])
    claimed = min(size // PAGE * PAGE, stored) if sound else stored
    if sound and seq1 == seq2:
        return bytes(bins[:claimed]), ()
    new = [log for log in logs if _is_log(log, b"HvLE", (6,))]
    entries = _choose(new, seq2 if sound else None)
    if entries:
        for _, _, pages in entries:
            _lay(bins, pages)
        final = entries[-1][1]
        return bytes(bins[:final].ljust(final, b"\0")), tuple(number for number, _, _ in entries)
    old = [log for log in logs if _is_log(log, b"DIRT", (1, 2))]
    times = {_u64(primary, 12)} | (set() if sound else {_u64(primary, PAGE + 20)})
    for log in sorted(old, key=lambda log: -_u64(log, 12)):
        dirty = _old_pages(log) if _u64(log, 12) in times else None
        if dirty is not None:
            _lay(bins, dirty)
            final = _u32(log, 40)
            return bytes(bins[:final].ljust(final, b"\0")), (_u32(log, 4),)
    return bytes(bins[:claimed]), ()


def _choose(logs: list[bytes], begin: int | None) -> list[tuple[int, int, Pages]]:
    """The entries that count, in order. ``begin``: the second number of a sound primary."""
    if begin is None:
        best: list[tuple[int, int, Pages]] = []
        for log in logs:
            found = entries_of(log)
            if found and (not best or _ahead(found[-1][0], best[-1][0]) > 0):
                best = found
        return best
    fitting = [log for log in logs if _ahead(_u32(log, 4), begin) >= 0]
    fitting.sort(key=lambda log: (_ahead(_u32(log, 4), begin), -len(entries_of(log))))
    if not fitting:
        return []
    chosen = entries_of(fitting[0])
    for log in fitting[1:]:
        if chosen and _u32(log, 4) == (chosen[-1][0] + 1) % 2**32:
            chosen = chosen + entries_of(log)
    return chosen


@lru_cache(maxsize=512)
def entries_of(log: bytes) -> list[tuple[int, int, Pages]]:
    """Number, bins size and pages of the entries from the first on, until one is not the next."""
    found, at, expected = [], 512, _u32(log, 4)
    while log[at : at + 4] == b"HvLE" and at + 40 <= len(log):
        size, _, number, bins, count, hash1, hash2 = struct.unpack_from("<IIIIIQQ", log, at + 4)
        if number != expected or size < 512 or size % 512 or at + size > len(log) or bins % PAGE or not count:
            break
        if 40 + 8 * count > size or marvin(log[at : at + 32]) != hash2 or marvin(log[at + 40 : at + size]) != hash1:
            break
        where, pages = at + 40 + 8 * count, []
        for index in range(count):
            offset, length = struct.unpack_from("<II", log, at + 40 + 8 * index)
            if offset % PAGE or length % PAGE or offset + length > bins or where + length > at + size:
                return found
            pages.append((offset, log[where : where + length]))
            where += length
        found.append((number, bins, pages))
        at, expected = at + size, (expected + 1) % 2**32
    return found


def _old_pages(log: bytes) -> Pages | None:
    bitmap = log[516 : 516 + _u32(log, 40) // PAGE]
    at = (516 + len(bitmap) + 511) // 512 * 512
    pages = []
    for index in range(8 * len(bitmap)):
        if bitmap[index // 8] & 1 << index % 8:
            pages.append((512 * index, log[at : at + 512]))
            at += 512
    return pages if at <= len(log) and len(bitmap) == _u32(log, 40) // PAGE else None


def _is_log(log: bytes, magic: bytes, types: tuple[int, ...]) -> bool:
    return (
        len(log) > 516
        and log[:4] == b"regf"
        and log[512:516] == magic
        and _u32(log, 28) in types
        and _is_sound(log)
        and _u32(log, 4) == _u32(log, 8)
    )


def _lay(bins: bytearray, pages: Pages) -> None:
    for offset, data in pages:
        bins += bytes(max(offset - len(bins), 0))
        bins[offset : offset + len(data)] = data


def _is_sound(header: bytes) -> bool:
    total = 0
    for word in struct.unpack("<127I", header[:508]):
        total ^= word
    return _u32(header, 508) == {0: 1, 0xFFFFFFFF: 0xFFFFFFFE}.get(total, total)


def _ahead(number: int, origin: int) -> int:
    difference = (number - origin) % 2**32
    return difference - 2**32 if difference >= 2**31 else difference


def _u32(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "little")


def _u64(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 8], "little")


def marvin(data: bytes) -> int:
    """Marvin32 with the seed of the registry's logs."""
    high, low = divmod(0x82EF4D887A4E55C5, 2**32)
    full = 2**32 - 1
    for word in struct.unpack(f"<{len(data) // 4 + 2}I", data + struct.pack("<II", 0x80, 0)):
        low = low + word & full
        high ^= low
        low = (low << 20 & full | low >> 12) + high & full
        high = (high << 9 & full | high >> 23) ^ low
        low = (low << 27 & full | low >> 5) + high & full
        high = high << 19 & full | high >> 13
    return high * 2**32 + low
