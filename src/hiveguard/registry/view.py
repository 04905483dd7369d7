"""What the keys of one reading share: the bytes, their base block, and how sure they are.

Must not know: paths as text, output. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.errors import Incomplete
from ..regf.damage import Findings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..core.ending import Ending
    from ..core.listing import Listing
    from ..core.verdict import Moment, Verdict
    from ..regf.base_block import BaseBlock
    from ..regf.image import Image
    from ..regf.log_report import LogReport
    from ..regf.value import Value
    from .hive_bytes import HiveBytes, Stamp
    from .snapshot import Snapshot

__all__ = ("View",)


class View:
    """One reading of a hive: a snapshot in memory, or blocks read on demand from a file that is watched.

    Two views of a file may differ; the keys of one never do.
    """

    __slots__ = ("_source", "_stamp", "header", "image", "label", "oddities", "report", "root", "snapshot")

    def __init__(
        self,
        image: Image,
        header: BaseBlock,
        label: str,
        root: int | None,
        report: LogReport | None,
        *,
        snapshot: Snapshot | None = None,
        oddities: Findings | None = None,
        source: HiveBytes | None = None,
        stamp: Stamp | None = None,
    ) -> None:
        self.image = image
        self.header = header
        self.label = label
        self.root = root
        self.report = report
        self.snapshot = snapshot
        self.oddities = oddities  # what is wrong with the file as a whole, for those who read only a part
        self._source = source
        self._stamp = stamp

    @classmethod
    def of(cls, snapshot: Snapshot, label: str) -> View:
        """What the keys of one snapshot share."""
        report = snapshot.replay.report
        return cls(snapshot.image, snapshot.header, label, snapshot.root, report, snapshot=snapshot)

    def sound_values(self, values: Listing[Value]) -> Verdict:
        """The verdict on a key's values in which a walk found nothing wrong."""
        return self.verdict(None, {"values": len(values)}, f"the values of a key of {self.label}")

    def spoilt_values(self, wrong: Findings) -> Callable[[Listing[Value]], Verdict]:
        """Gives the verdict on values with findings."""
        return lambda values: self.verdict(wrong, {"values": len(values)}, f"the values of a key of {self.label}")

    def ensure_unchanged(self) -> None:
        """Raise `Incomplete` when the file is not the one any more that this view began to read."""
        if self._source is None or self._source.quick_stamp() == self._stamp:
            return
        from ..core.ending import Ending
        from ..core.verdict import Evidence, Verdict
        from .hive_bytes import GONE

        now = self._source.quick_stamp()
        if now == GONE or self._source.is_replaced():
            ending, what = Ending.HIVE_UNLOADED, "was removed" if now == GONE else "was replaced by another file"
        else:
            ending, what = Ending.CHANGED, "changed"
        reason = f"{self.label} {what} while it was read; open it again"
        raise Incomplete(Verdict(ending, (reason,), evidence=(Evidence(f"a look-up in {self.label}"),)))

    def verdict(
        self,
        findings: Findings | None,
        counts: Mapping[str, int],
        asked: str,
        *,
        least: Ending | None = None,
        reasons: tuple[str, ...] = (),
        stopped_by: str | None = None,
        started: Moment | None = None,
        finished: Moment | None = None,
    ) -> Verdict:
        """The verdict over something that was read here; ``least`` is the mildest ending that it may have."""
        from ..core.ending import Ending
        from ..core.verdict import Evidence, Verdict
        from ..regf.log_report import CLEAN

        ending = least or Ending.COMPLETE
        found = findings.damage if findings is not None else ()
        facts: tuple[str, ...] = ()
        proof: str | None = "stamp"
        attempts = 1
        if self.snapshot is not None:
            ending = max(ending, self.snapshot.ending)
            reasons = self.snapshot.reasons + reasons
            facts, proof, attempts = self.snapshot.facts, self.snapshot.proof, self.snapshot.attempts
        if self.report is not None:
            facts = (*facts, f"logs: {self.report.words}")
            if self.report.applied:
                facts = (*facts, "log entries applied: " + ", ".join(map(str, self.report.applied)))
        if findings is not None and findings.lost:
            ending = max(ending, Ending.DAMAGED)
            reasons = (*reasons, findings.loss)
        if self.report is not None and self.report.state != CLEAN:
            reasons = (*reasons, f"logs {self.report.words}")
        return Verdict(
            ending,
            reasons,
            (*self.oddities.damage, *found) if self.oddities is not None else found,
            findings.more if findings is not None else (),
            (Evidence(asked, facts, proof if ending <= Ending.DAMAGED else None),),
            counts,
            attempts,
            stopped_by,
            started,
            finished,
        )
