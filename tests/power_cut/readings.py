"""What a reader makes of the files that a cut left: three readers, who must agree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import blake2b

import pytest

import hiveguard
from hiveguard.regf import journal, log_entry, log_files, marvin
from hiveguard.regf.disk import Part
from hiveguard.regf.journal import Journal
from hiveguard.registry import logs as logs_module
from hiveguard.registry.hive_files import MemoryDisk

from . import second_reader
from .power_disk import Files

PAGE = 4096
SMALL_LOGS = 9 * PAGE  # holds entries of up to seven pages
REMEMBERED = 8192  # hashes, each with the bytes it is of


class Disagreement(AssertionError):
    """Two readers took the same files for different hives."""


def read(files: Files) -> bytes:
    """The bins that the files hold, by `hiveguard.open`, by the journal and by the second reader."""
    primary, *logs = files
    bins, applied = second_reader.read(primary, logs)
    with hiveguard.open(primary, logs=logs) as hive:
        snapshot = hive.snapshot()
        image, report = snapshot.image, snapshot.replay.report
        opened = image.read(PAGE, (image.claim - PAGE) // PAGE * PAGE)
        if opened != bins or report.applied != applied:
            raise Disagreement(f"open: {report.words}, entries {report.applied}; the second reader: {applied}")
    disk = MemoryDisk(primary)
    disk.parts[Part.LOG1] += logs[0]
    disk.parts[Part.LOG2] += logs[1]
    writer = Journal(disk, "HIVE")
    if writer.image[PAGE:] != bins or writer.report.applied != applied:
        raise Disagreement(f"the journal: entries {writer.report.applied}; the second reader: {applied}")
    return bins


@contextmanager
def small_logs(size: int) -> Iterator[None]:
    """Within it readers hold no more than so much of a log: more changes at once replace the file."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (journal, logs_module):
            patch.setattr(module, "LOG_MAX", size)
        yield


@contextmanager
def hashes(*, quick: bool) -> Iterator[None]:
    """Within it the same bytes are hashed once: most states differ in a sector or two. ``quick``: by a hash that
    the machine has, in every reader; the protocol asks only that a hash tells bytes apart. That one is quicker than
    remembering what was hashed, which takes gigabytes.
    """

    def machine_hash(data: bytes) -> int:
        return int.from_bytes(blake2b(data, digest_size=8).digest(), "little")

    first = machine_hash if quick else lru_cache(REMEMBERED)(marvin.marvin32)
    second = machine_hash if quick else lru_cache(REMEMBERED)(second_reader.marvin)

    def hashed(data: bytes | memoryview) -> int:
        return first(bytes(data))

    second_reader.entries_of.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        for module in (marvin, log_entry, log_files, journal):
            patch.setattr(module, "marvin32", hashed)
        patch.setattr(second_reader, "marvin", second)
        yield
    second_reader.entries_of.cache_clear()
