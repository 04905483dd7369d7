"""Reading a hive file whole, once, with its logs, and saying whether it stood still meanwhile.

The bytes that are held are the snapshot. Before and after, device, inode, size, both times and the
first 512 bytes are compared; equal stamps prove something only if the file was not touched within a
tick of the reading. Must not know: keys. Source: HiveGuard's own contract; the rule is that of a
"racily clean" entry in git's index.
"""

from __future__ import annotations

from mmap import mmap

from ..core.ending import Ending
from ..core.errors import Incomplete, NotAHive
from ..core.verdict import Verdict
from ..regf.base_block import BaseBlock
from ..regf.bins import check_bins
from ..regf.damage import Findings
from ..regf.image import MemoryImage
from ..regf.layout import BASE_BLOCK_SIZE
from ..regf.log_report import Replay
from ..regf.root import find_root
from .hive_bytes import GONE
from .settle import NEAR, near

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..core.clock import Clock
    from .hive_bytes import HiveBytes
    from .logs import Logs

__all__ = ("ATTEMPTS", "DEADLINE", "Snapshot", "take_snapshot")

#: Readings before a file that will not stand still is given up.
ATTEMPTS = 5
#: Nanoseconds that the guard may spend on reading again and on waiting for a time to pass.
DEADLINE = 2_000_000_000
#: ns by which the two clocks may part during a reading before one of them counts as set.
_JUMP = 16_000_000
_MARGIN = 1_000_000
#: Pauses before reading again, in ns.
_BACKOFF = (0, 1_000_000, 5_000_000, 25_000_000, 125_000_000)


class Snapshot:
    """A hive's bytes at one moment.

    ``image`` (logs applied), ``header`` (in force), ``replay``, ``root`` (the root key's cell offset, or
    None), ``findings`` about the file as a whole, ``ending`` (COMPLETE when it stood still), ``reasons``,
    ``facts`` for the evidence, ``proof``, ``attempts``.
    """

    __slots__ = ("attempts", "ending", "facts", "findings", "header", "image", "proof", "reasons", "replay", "root")

    def __init__(self, image: MemoryImage, primary: BaseBlock, replay: Replay) -> None:
        self.image = image
        self.replay = replay
        self.header = replay.header
        self.ending = Ending.COMPLETE
        self.reasons: tuple[str, ...] = ()
        self.facts: tuple[str, ...] = ()
        self.proof: str | None = "exact"
        self.attempts = 1
        self.findings = Findings()
        if replay.report.header_rebuilt:
            primary = replay.header
        primary.note_oddities(self.findings, image.size)
        if replay.missing:
            self.findings.add("replay-missing-bins", None, f"{replay.missing:,} bytes")
        image.set_claim(self.header, replay.size)
        check_bins(image, self.findings, claim_trusted=self.header.checksum_ok)
        self.root = find_root(image, self.header, self.findings)


def take_snapshot(source: HiveBytes, logs: Logs, clock: Clock) -> Snapshot:
    """Read the hive and its logs under the rule above. Raises `Unreadable`; `Incomplete` when it is no hive now."""
    started = clock.monotonic()
    logs.prepare(source)  # their stamps count from the first reading on
    differed: list[str] = []
    earlier: tuple[object, object] | None = None
    attempt = 0
    while True:
        attempt += 1
        wall, steady = clock.pair()
        before = (source.stamp(), logs.stamp())
        if earlier is not None and before != earlier:
            differed.append(f"{source.label} changed between two readings")
        snapshot: Snapshot | None = None
        try:
            snapshot = _read(source, logs)
        except NotAHive:
            differed.append(f"{source.label} held no hive when it was read (reading {attempt})")
        after = earlier = (source.stamp(), logs.stamp())
        finished, passed = clock.pair()
        if snapshot is None:
            if attempt >= ATTEMPTS or clock.monotonic() - started >= DEADLINE:
                gone = _went_away(source, after[0])
                ending = Ending.HIVE_UNLOADED if gone else Ending.CHANGED
                raise Incomplete(Verdict(ending, (gone,) if gone else tuple(differed), attempts=attempt))
            clock.sleep(_BACKOFF[attempt - 1])
            continue
        snapshot.attempts = attempt
        if before[0] is None:
            return snapshot
        gone = _went_away(source, after[0])
        if gone:
            snapshot.ending, snapshot.reasons, snapshot.proof = Ending.HIVE_UNLOADED, (gone,), None
            return snapshot
        over = clock.monotonic() - started >= DEADLINE
        if before == after:
            times = (*source.times(), *logs.times())
            close = near(times, wall, finished)
            jumped = abs((finished - wall) - (passed - steady)) > _JUMP
            if not close and not jumped:
                snapshot.proof = "stamp"
                snapshot.facts = (
                    f"{source.label}: device, inode, size, times and the first 512 bytes alike before and after",
                )
                return snapshot
            if over:
                snapshot.ending, snapshot.proof = Ending.CHANGED if differed else Ending.UNPROVEN, None
                snapshot.reasons = ("the file was touched too close to the reading to tell", *differed[:ATTEMPTS])
                return snapshot
            attempt -= 1  # only the clock has to move on
            # A reading that took long may have outlasted the wait already.
            clock.sleep(NEAR if jumped else max(max(close) + NEAR + _MARGIN - finished, 0))
            continue
        differed.append(f"{source.label} changed while it was read (reading {attempt})")
        if attempt >= ATTEMPTS or over:
            snapshot.ending, snapshot.reasons, snapshot.proof = Ending.CHANGED, tuple(differed), None
            return snapshot
        clock.sleep(_BACKOFF[attempt - 1])


def _went_away(source: HiveBytes, stamp: object) -> str:
    if stamp is not None and isinstance(stamp, tuple) and stamp[:1] == GONE:
        return f"{source.label} was removed while it was read"
    if source.is_replaced():
        return f"{source.label} was replaced by another file while it was read"
    return ""


def _read(source: HiveBytes, logs: Logs) -> Snapshot:
    primary = BaseBlock(source.pread(0, BASE_BLOCK_SIZE))
    replay = logs.replay(primary, source)
    if not replay.pages and (replay.size is None or BASE_BLOCK_SIZE + replay.size <= source.current_size()):
        return Snapshot(MemoryImage(source.read_all()), primary, replay)
    size = max(source.current_size(), BASE_BLOCK_SIZE + (replay.size or 0))
    memory = mmap(-1, size)  # anonymous: its slices are bytes, and it is patched in place
    with memoryview(memory) as whole:
        source.read_into(whole)
        for offset, data in replay.pages:
            at = BASE_BLOCK_SIZE + offset
            data = data[: max(size - at, 0)]
            whole[at : at + len(data)] = data
    return Snapshot(MemoryImage(memory), primary, replay)
