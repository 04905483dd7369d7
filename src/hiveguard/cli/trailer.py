"""The last line, or the last record: how it ended.

Must not know: verbs. Source: HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.ending import Ending

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..core.damage import Damage
    from ..core.verdict import Verdict
    from .output import Field

__all__ = ("damage_record", "end_record", "line")


def _count(number: int, name: str) -> str:
    return f"{number:,} {name[:-1] if number == 1 and name.endswith('s') else name}"


def line(verdict: Verdict, seconds: float, notes: Sequence[str], *, inputs: int, unread: int, of: str = "hives") -> str:
    """``complete (2 irregularities): 1,204 keys, 5,322 values in 0.08 s``; ``of``: what the inputs are."""
    delivered = ", ".join(_count(number, name) for name, number in verdict.counts)
    if inputs > 1 or unread:
        where = f"{inputs - unread} of {inputs} {of}" if unread else f"{inputs} {of}"
        delivered = f"{delivered} in {where}" if delivered else where
    timed = f"{delivered} in {seconds:.2f} s" if delivered else f"{seconds:.2f} s"
    irregular = verdict.irregularities
    remarks = [*notes]
    if irregular:
        remarks.append("1 irregularity" if irregular == 1 else f"{irregular:,} irregularities")
    if unread:
        return f"INCOMPLETE ({unread} not read): {timed}" + "".join(f"; {reason}" for reason in verdict.reasons[:3])
    if verdict.ending is Ending.COMPLETE:
        remarks += tuple(dict.fromkeys(verdict.reasons))[:3]
        return "complete" + (f" ({'; '.join(remarks)})" if remarks else "") + f": {timed}"
    reasons = "; ".join((*tuple(dict.fromkeys(verdict.reasons))[:3], *remarks)) or "no reason is known"
    if verdict.ending is Ending.STOPPED and verdict.stopped_by == "caller":
        return f"stopped as asked: {timed}: {reasons}"
    return f"INCOMPLETE ({verdict.ending.words}): {timed}: {reasons}"


def damage_record(damage: Damage, hive: str | None = None) -> dict[str, Field]:
    """One finding for machines; ``hive``: whose it is, where there are several."""
    from .output import put_text

    record: dict[str, Field] = {}
    if hive is not None:
        put_text(record, "hive", hive)
    record["code"], record["offset"] = damage.code, damage.offset
    put_text(record, "path", damage.path)
    record["cost"] = damage.cost
    record["lost"] = damage.lost
    return record


def end_record(verdict: Verdict, notes: Sequence[str], hives: Sequence[str], *, code: int) -> dict[str, Field]:
    """The last record of a machine format. ``hives``: whose each finding is, where there are several."""
    from .output import put_text

    record: dict[str, Field] = {"kind": "end", "ending": verdict.ending.name}
    record.update({"keys": 0, "values": 0, **dict(verdict.counts)})
    record["damage"] = [damage_record(damage, hives[at] if hives else None) for at, damage in enumerate(verdict.damage)]
    if verdict.more_damage:
        record["more_damage"] = dict(verdict.more_damage)
    reasons: list[Field] = []
    for reason in (*verdict.reasons, *notes):
        safe: dict[str, Field] = {}
        put_text(safe, "text", reason)
        reasons.append(safe["text"])
    record["reasons"] = reasons
    record["stopped_by"] = verdict.stopped_by
    record["exit_code"] = code
    return record
