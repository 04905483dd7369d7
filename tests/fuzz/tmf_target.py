"""The invariant of WPP: any TMF file and any payload give a text, or a raw message with its reason, in bounded time.

Must not know: where the bytes come from.
"""

from __future__ import annotations

import json
import signal

from hiveguard.core.errors import HiveError
from hiveguard.testing import TraceBuilder
from hiveguard.trace import limits, open_trace
from hiveguard.trace.tmf import Tmf
from hiveguard.trace.tmf_parser import read_tmf
from hiveguard.trace.wpp_message import WppMessage
from hiveguard.trace.wpp_messages import wpp_messages
from hiveguard.trace.wpp_plan import CUT_MARK
from hiveguard.watch.wpp_words import hive_words
from tests.fuzz.target import SECONDS

MESSAGES = 12  #: of a trace


def read_wpp(file: bytes, payloads: list[tuple[str, int, bytes]], choice: int) -> str:
    """Read a TMF file and a trace with these payloads by it; returns how it went."""
    signal.alarm(SECONDS)
    try:
        return _read(file, payloads, choice)
    finally:
        signal.alarm(0)


def _read(file: bytes, payloads: list[tuple[str, int, bytes]], choice: int) -> str:
    try:
        tmf = read_tmf(file, "mutant")
    except HiveError:
        return "refused"
    _check(tmf)
    builder = TraceBuilder(pointer_size=4 if choice % 3 == 0 else 8, buffer_size=65_536)
    for guid, number, payload in payloads[:MESSAGES]:
        builder.message(number, payload, guid=guid, sequence=number if choice % 7 == 0 else None)
    walk = wpp_messages(open_trace(builder.build()), tmf, on_incomplete="record")
    raw = cut = 0
    for message in walk:
        _check_message(message)
        raw += message.is_raw
        cut += message.is_cut
    verdict = walk.verdict
    assert verdict is not None
    counts = dict(verdict.counts)
    assert counts["messages"] == counts["formatted"] + counts["raw"] == len(payloads[:MESSAGES])
    assert counts["raw"] == raw
    assert verdict.is_complete or verdict.reasons
    assert not (cut and verdict.is_complete)
    return "cut" if cut else "raw" if raw else "formatted"


def _check(tmf: Tmf) -> None:
    assert len(tmf.findings) <= limits.TMF_FINDINGS_KEPT
    for finding in tmf.findings:
        assert str(finding)
        assert len(finding.text) <= limits.COST_SHOWN + 1
    for message in tmf:
        hive_words(message)
        assert 0 <= message.number <= 0xFFFF
        assert len(message.guid) == 16


def _check_message(message: WppMessage) -> None:
    assert message.text is not None or message.reason
    assert message.text is None or len(message.text) <= limits.WPP_TEXT_MAX + 1
    assert not message.is_cut or message.reason
    texts = sum(len(argument.text) for argument in message.arguments)
    assert texts <= limits.WPP_ARGUMENTS_TEXT_MAX + len(CUT_MARK) * len(message.arguments)
    if message.is_cut:
        is_long = message.text is not None and len(message.text) > limits.WPP_TEXT_MAX
        assert is_long or any(CUT_MARK in argument.text for argument in message.arguments)
    elif message.text is not None:
        assert all(argument.value is not None for argument in message.arguments)
    assert message.line()
    json.dumps(message.as_record())
