"""A hive as it was before a change: damage and logs, what is refused for them, and what became of them.

Whoever changes a dirty hive makes it clean, and with that what its logs held is in it for good, or lost for good.
Must not know: what is changed. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.ending import Ending
from ..core.errors import HiveError
from ..regf.log_report import CLEAN, NOT_REPLAYED, PARTLY, REPLAYED
from .output import message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..core.verdict import Verdict
    from ..regf.log_report import LogReport
    from .session import Session

__all__ = ("HiveBefore",)

_SHORT = (NOT_REPLAYED, PARTLY)  #: of these the hive does not have all that its logs held

_MISSING = ("what they hold", "put them beside it, or say --anyway")
#: A power cut leaves that, too: an entry that was being written, which nobody was told is safe.
_TORN = ("what else they hold", "say --anyway if a power cut left them so, or put whole ones beside it")


class HiveBefore:
    """What a hive was when it was looked at; nothing is changed yet."""

    def __init__(self, session: Session, hive: str) -> None:
        self._hive = hive
        with session.open(hive) as opened:
            snapshot = opened.snapshot()
            self._verdict = opened.verdict_on(snapshot)
            header = opened.header
        self._logs = snapshot.replay.report
        self._looked = f"sequence {header.seq1}/{header.seq2}" + ("" if header.checksum_ok else ", wrong checksum")

    @property
    def _is_damaged(self) -> bool:
        return self._verdict.ending >= Ending.DAMAGED

    def refuse(self, session: Session) -> None:
        """Raise `HiveError` where a change would make a loss last."""
        if self._is_damaged:
            session.conclude(self._verdict)
            words = self._verdict.ending.words
            raise HiveError(f"{self._hive}: {words}, a change could lose more; recover it, or say --anyway")
        if self._logs.state in _SHORT:
            what, help = _MISSING if self._logs.state == NOT_REPLAYED else _TORN
            raise HiveError(
                f"{self._hive}: its logs are {self._logs.words}, and {what} would be missing for good; {help}"
            )

    def become(self, session: Session, where: str, logs: LogReport | None) -> tuple[str, ...]:
        """What became of its logs and its damage in the changed hive: reasons for the verdict, losses in a line each.

        ``where``: the changed hive; ``logs``: what became of them when it was opened for the change.
        """
        reasons: list[str] = []
        if logs is not None and logs.state != CLEAN:
            reasons.append(_words(logs))
            if logs.state in _SHORT:
                self._tell_loss(where, logs)
        if self._is_damaged:
            with session.open(where) as opened:
                reasons.append(self._damage_in(where, opened.verdict_on(opened.snapshot())))
        return tuple(reasons)

    def _tell_loss(self, where: str, logs: LogReport) -> None:
        what = "what they held" if logs.state == NOT_REPLAYED else "what else they held"
        if where == self._hive:
            message(
                f"{where}: its logs were {logs.words}: {what} is lost from now on; "
                f"the hive looked dirty ({self._looked}), and looks clean now"
            )
        else:
            message(
                f"{where}: the logs of {self._hive} were {logs.words}: {what} is not in it, and it looks clean; "
                f"{self._hive} is as it was"
            )

    def _damage_in(self, where: str, after: Verdict) -> str:
        if after.ending < Ending.DAMAGED:
            message(f"{where}: no damage any more: what could not be read in {self._hive} is not in it")
            return "damaged before, and no more"
        as_before = "as before" if where == self._hive else f"as {self._hive} was"
        message(f"{where}: {after.ending.words}, {as_before} ({(*after.reasons, 'no reason is known')[0]})")
        return "damaged before, and still"


def _words(logs: LogReport) -> str:
    if logs.state not in (REPLAYED, PARTLY):
        return f"logs {logs.words}"
    count = len(logs.applied)
    return f"logs {logs.words}, {count:,} {'entry' if count == 1 else 'entries'}"
