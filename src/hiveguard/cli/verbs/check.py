"""``hiveguard check``: the verdict on hives, with all damage."""

from __future__ import annotations

from ...core.ending import Ending
from ..arguments import add_color, add_format, add_hives
from ..bounds import natural
from ..output import put_text
from ..trailer import damage_record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from ...core.verdict import Verdict
    from ...registry.hive import Hive
    from ..output import Field
    from ..session import Session

EXAMPLES = (
    "hiveguard check NTUSER.DAT",
    "hiveguard check --strict --summary C/Windows/System32/config C/Users",
    "hiveguard check --format jsonl *.DAT",
)
COLUMNS = ("kind", "hive", "ending", "keys", "values", "losses", "irregularities", "logs", "reasons")


def arguments(parser: ArgumentParser) -> None:
    add_hives(parser)
    parser.add_argument("--strict", action="store_true", help="check besides what a reader does not need")
    parser.add_argument("--summary", action="store_true", help="only the table, not each finding")
    parser.add_argument(
        "--limit", type=natural, default=100, metavar="N", help="findings shown of each hive (default: 100)"
    )
    add_color(parser)
    add_format(parser)


def run(session: Session) -> None:
    session.out.columns(COLUMNS)
    rows: list[tuple[str, Verdict]] = []
    session.for_each(session.options.inputs, lambda hive: _check(session, hive, rows))
    if session.out.kind == "text" and (len(rows) > 1 or session.options.summary):
        _table(session, rows)


def _check(session: Session, hive: Hive, rows: list[tuple[str, Verdict]]) -> None:
    verdict = session.verdict_of(hive, strict=session.options.strict)
    rows.append((hive.label, verdict))
    if session.out.kind == "text":
        if not session.options.summary:
            _findings(session, hive, verdict)
    else:
        record: dict[str, Field] = {"kind": "hive"}
        put_text(record, "hive", hive.label)
        record["ending"] = verdict.ending.name
        record.update(dict(verdict.counts))
        record["losses"], record["irregularities"] = verdict.losses, verdict.irregularities
        record["reasons"] = list(verdict.reasons)
        record["damage"] = [damage_record(damage) for damage in verdict.damage]
        record["more_damage"] = dict(verdict.more_damage)
        session.out.record(record)


def _findings(session: Session, hive: Hive, verdict: Verdict) -> None:
    out, limit = session.out, max(session.options.limit, 0)
    out.line(f"{hive.label}: {summary(verdict)}")
    for damage in verdict.damage[:limit]:
        where = f"{damage.offset:#010x}" if damage.offset is not None else "-"
        mark = "lost" if damage.lost else "irregular"
        out.line(f"  {where:>10}  {mark:<9}  {damage.code:<20}  {damage.path or chr(92)}: {damage.cost}")
    more = len(verdict.damage) - limit + sum(count for _, count in verdict.more_damage)
    if more > 0:
        out.line(f"  ... and {more:,} more (--limit shows more of them)")


def summary(verdict: Verdict) -> str:
    """The ending with the reasons, for one line."""
    word = verdict.ending.words if verdict.ending is not Ending.COMPLETE else "complete"
    parts = [*verdict.reasons]
    if verdict.irregularities:
        parts.append(f"{verdict.irregularities:,} irregular")
    return word + (f" ({'; '.join(parts)})" if parts else "")


def _table(session: Session, rows: list[tuple[str, Verdict]]) -> None:
    out = session.out
    width = max((len(label) for label, _ in rows), default=4)
    paint = session.paints
    out.line(f"{'hive':<{width}}  {'ending':<14} {'keys':>9} {'values':>9} {'lost':>7} {'irregular':>9}  notes")
    for label, verdict in rows:
        lost = verdict.losses + sum(count for _, count in verdict.more_damage)
        word = f"{verdict.ending.words:<14}"
        if paint:
            word = f"\x1b[{32 if verdict.is_complete else 31}m{word}\x1b[0m"
        notes = next((reason for reason in verdict.reasons if reason.startswith("logs ")), "")
        out.plain(label, width)
        out.write(f"  {word} {verdict.count('keys'):>9,} {verdict.count('values'):>9,} {lost:>7,}")
        out.write(f" {verdict.irregularities:>9,}  ")
        out.line(notes)
