"""The WPP messages of a trace, told by TMF files: every message, as text or raw with the reason, and a verdict.

Must not know: files, output. Sources: Microsoft, "TraceMessage function (evntrace.h)"; WDK, "Trace message format
file"; HiveGuard's own contract.
"""

from __future__ import annotations

from ..core.ending import Ending
from ..core.filetime import text as iso
from ..core.verdict import Evidence, Verdict
from ..core.walk import Progress, Walk
from .kernel_groups import guid_text
from .layout import MESSAGE, RECORD_TYPE
from .limits import WPP_PLANS_KEPT
from .message_head import MessageHead, message_head
from .wpp_causes import WppCauses
from .wpp_message import WppArgument, WppMessage
from .wpp_plan import WppPlan
from .wpp_sequence import WppSequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .record import Record
    from .record_walk import RecordWalk
    from .tmf import Tmf
    from .trace import Trace
    from .wpp_plan import Fields

    WppWalkBase = Walk[WppMessage]
else:
    WppWalkBase = Walk

__all__ = ("WppWalk", "wpp_messages")

_GLOBAL_SEQUENCE = 0x4000  # EVENT_TRACE_USE_GLOBAL_SEQUENCE
_POINTERS = (4, 8)


class WppWalk(WppWalkBase):
    """The messages, one by one. ``records``: the walk over the trace below it, with a verdict of its own: what is wrong
    with the trace as a whole, not with single messages."""

    __slots__ = ("records",)

    def __init__(self, reading: _Reading, *, raises: bool) -> None:
        self.records = reading.records
        super().__init__(reading.messages(), reading.conclude, raises=raises, progress=reading.progress)


def wpp_messages(trace: Trace, tmf: Tmf, *, on_incomplete: str = "raise") -> WppWalk:
    """The messages of a trace, in time order.

    The verdict counts them: ``messages``, ``formatted``, ``raw``; each cause why one is not wholly told is a finding.
    A message without a TMF loses nothing, its bytes are there: the walk may be complete. A cut payload makes it
    DAMAGED, a hole in the message numbers LOST.
    """
    return WppWalk(_Reading(trace, tmf), raises=on_incomplete == "raise")


class _Reading:
    def __init__(self, trace: Trace, tmf: Tmf) -> None:
        self.records: RecordWalk = trace.records(on_incomplete="record")
        self._steps = iter(self.records)  # held, so that only `conclude` ends it
        session = trace.session
        self._clock = session.clock
        self._pointer_size = session.pointer_size
        self._is_shared = bool(session.mode & _GLOBAL_SEQUENCE)
        self._tmf = tmf
        self._plans: dict[tuple[bytes, int], WppPlan] = {}
        self._sequence = WppSequence()
        self._causes = WppCauses()
        self._told = self._raw = self._untimed = 0
        self.progress = Progress()

    # --- messages ---------------------------------------------------------------------------

    def messages(self) -> Iterator[WppMessage]:
        for record in self._steps:
            if record.head[RECORD_TYPE] != MESSAGE:
                continue
            message = self._message(record)
            self._told += 1
            self._raw += message.text is None
            self._untimed += not message.is_timed
            self.progress.values += 1
            yield message

    def _message(self, record: Record) -> WppMessage:
        head = message_head(record.head)  # once: a record reads it anew whenever it is asked
        sequence = head.sequence
        missing = 0 if sequence is None else self._sequence.take(sequence)
        number = record.id or 0
        component_id = head.component
        time = record.time
        is_timed = head.ticks is not None
        if not is_timed:
            time = self._clock.utc(record.place)
        guid = record.provider if any(record.provider) else None
        plan, code, reason = self._plan(guid, number, component_id)
        text: str | None = None
        is_cut = False
        arguments: tuple[WppArgument, ...] = ()
        if plan is not None:
            size = record.pointer_size or self._pointer_size
            size = size if size in _POINTERS else 8
            found = plan.read(record.payload, size)
            arguments = tuple(found.arguments)
            is_cut = found.is_cut or found.is_long
            fields = self._fields(record.cpu, head, plan, time) if plan.has_fields else {}
            text, is_whole = plan.text(found, fields, size)
            code, reason = ("cut" if found.is_cut else "left-over", found.problem) if found.problem else ("", "")
            if found.is_long:
                code, reason = "long-text", "the texts of its arguments are too long"
            elif not is_whole:
                code, reason, is_cut = "long-text", "its text is too long", True
            elif plan.problem and not is_cut:
                code, reason = "format", plan.problem
        if code:
            self._causes.add(code, self._cause(code, reason, guid, number))
        return WppMessage(
            number,
            guid_text(guid) if guid else None,
            record.payload,
            time=time,
            is_timed=is_timed,
            cpu=record.cpu,
            pid=head.process,
            tid=head.thread,
            component_id=component_id,
            sequence=sequence,
            missing=missing,
            form=plan.form if plan is not None else self._tmf.find(guid, number) if guid else None,
            arguments=arguments,
            text=text,
            reason=reason,
            is_cut=is_cut,
        )

    def _plan(self, guid: bytes | None, number: int, component_id: int | None) -> tuple[WppPlan | None, str, str]:
        """What reads this message; else the code and the reason why nothing does."""
        if guid is None:
            if component_id is not None:
                return None, "no-guid", f"it has component id {component_id:#x} and no GUID: no TMF can be chosen"
            return None, "no-guid", "it has no GUID: no TMF can be chosen"
        key = guid, number
        plan = self._plans.get(key)
        if plan is not None:
            return plan, "", ""
        form = self._tmf.find(guid, number)
        if form is None:
            if self._tmf.knows(guid):
                return None, "no-number", f"the TMF of its GUID has no message {number}"
            return None, "no-tmf", f"no TMF for GUID {guid_text(guid)}"
        if form.problem:
            return None, "tmf-problem", form.problem
        if len(self._plans) >= WPP_PLANS_KEPT:
            self._plans.clear()
        plan = self._plans[key] = WppPlan(form)
        return plan, "", ""

    @staticmethod
    def _cause(code: str, reason: str, guid: bytes | None, number: int) -> str:
        """The reason as the verdict counts it: by GUID, and by message where it is of one message."""
        if code in ("no-tmf", "no-guid") or guid is None:
            return reason
        return f"message {number} of {guid_text(guid)}: {reason}"

    @staticmethod
    def _fields(cpu: int, head: MessageHead, plan: WppPlan, time: int | None) -> Fields:
        """What ``%1`` to ``%9`` stand for. Processor times are in no message."""
        form = plan.form
        fields: dict[int, str | int] = {1: form.component, 2: form.tag, 9: cpu}
        moment = iso(time) if time is not None else None
        for number, found in ((3, head.thread), (4, moment), (7, head.sequence), (8, head.process)):
            if found is not None:
                fields[number] = found
        return fields

    # --- the verdict ------------------------------------------------------------------------

    def conclude(self, stopped_by: str | None) -> Verdict:
        records = self.records
        if stopped_by is not None:
            records.close(by=stopped_by)
        read = records.verdict
        assert read is not None
        ending, reasons = read.ending, list(read.reasons)
        missing = self._sequence.missing
        if missing:
            first, last = self._sequence.holes[0]
            where = f"{first:,}" if first == last else f"{first:,} to {last:,}"
            told = f"{missing:,} numbers of messages are missing, the first {where}"
            if self._is_shared:
                ending = max(ending, Ending.UNPROVEN)
                reasons.append(f"{told}: lost, or of another session (the numbers are those of all sessions)")
            else:
                ending = max(ending, Ending.LOST)
                reasons.append(f"{told}: lost")
        if self._causes.is_lossy:
            ending = max(ending, Ending.DAMAGED)
        reasons += [finding.cost for finding in self._causes.damage]
        if not self._told and stopped_by is None:
            reasons.append("the trace has no WPP message")
        return Verdict(
            ending,
            tuple(reasons),
            (*read.damage, *self._causes.damage),
            read.more_damage,
            (Evidence("WPP messages", (*self._facts(), *read.evidence[0].facts)),),
            {"messages": self._told, "formatted": self._told - self._raw, "raw": self._raw},
            1,
            read.stopped_by,
            read.started,
            read.finished,
        )

    def _facts(self) -> Iterator[str]:
        tmf, sequence = self._tmf, self._sequence
        yield f"{len(tmf):,} message formats of {len(tmf.guids):,} GUIDs from {tmf.files:,} TMF files"
        odd = len(tmf.findings) + sum(number for _, number in tmf.more_findings)
        if odd:
            yield f"{odd:,} findings about the TMF files: ask them"
        if sequence.count:
            yield f"{sequence.count:,} messages have numbers, {sequence.missing:,} are missing"
        else:
            yield "the messages have no numbers: a lost one leaves no trace of its own"
        if sequence.again:
            yield f"{sequence.again:,} numbers stood there before"
        if self._untimed:
            yield f"{self._untimed:,} messages have no time of their own and stand where their neighbours do"
