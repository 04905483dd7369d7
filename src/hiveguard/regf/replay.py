"""Which logs count, which of their entries, and the pages that come out: an overlay, never a write.

Must not know: files. Sources: msuhanov/regf, "Format of transaction log files" and "Recovery"; the
choices that the specification leaves open were settled against hives that Windows recovered.
"""

from __future__ import annotations

from . import layout as L
from .base_block import BaseBlock, checksum
from .limits import GROWTH_PER_LOG_BYTE
from .log_files import Entry, LogFile, distance, first_entry, old_pages, read_entries
from .log_report import CLEAN, NOT_REPLAYED, PARTLY, REPLAYED, LogReport, Replay

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ("replay", "sealed")


def replay(
    header: BaseBlock, first_bin_time: int | None, file_size: int, logs: Sequence[LogFile], *, named: bool = False
) -> Replay:
    """Decide which logs count for a hive and collect their pages.

    ``header`` is the primary's own base block, ``first_bin_time`` the FILETIME in its first bin (None if
    it has none), ``file_size`` the primary's length in bytes. ``named`` says that the caller chose the logs
    by name: an old-format log that is newer than the hive is then taken.
    """
    seen = tuple((log.name, _words(log)) for log in logs)
    highest = _later(header.seq1, header.seq2)
    if not header.is_dirty:
        newer = [log for log in logs if not log.trouble and log.is_new and _start(log, header.seq2) >= 0]
        note = "; ".join(
            f"entries from {_number(log)} in {log.name} are newer: ignored as Windows does" for log in newer
        )
        return Replay(header, LogReport(CLEAN, note, logs=seen, highest=highest))
    present = [log for log in logs if log.trouble != "empty"]
    result = Replay(header, LogReport(NOT_REPLAYED, "no log; contents may be mid-write", logs=seen, highest=highest))
    if present:
        new = [log for log in present if log.is_new and not log.trouble]
        old = [log for log in present if not log.is_new and not log.trouble]
        if new:
            _replay_new(result, new, [log for log in present if log.trouble], _partner_note(logs))
        if old and result.report.state == NOT_REPLAYED:
            reason = result.report.reason
            _replay_old(result, old, first_bin_time, named=named)
            if new and result.report.state == NOT_REPLAYED:  # neither kind applied: both reasons stand
                result.report.reason = f"{reason}; {result.report.reason}"
        if not new and not old:
            result.report.reason = "; ".join(_unusable(log) for log in present)
    if result.size is not None:
        result.missing = _missing(result, file_size)
        most = max(file_size - L.BASE_BLOCK_SIZE, 0) + GROWTH_PER_LOG_BYTE * sum(len(log.data) for log in logs)
        result.size = min(result.size, most - most % L.BIN_ALIGNMENT)
    return result


def _later(one: int, other: int) -> int:
    return one if distance(one, other) > 0 else other


def _words(log: LogFile) -> str:
    if log.trouble:
        return log.trouble
    assert log.header is not None
    return f"{'new' if log.is_new else 'old'} format, sequence {log.header.seq1}"


def _number(log: LogFile) -> int:
    assert log.header is not None
    return log.header.seq1


def _start(log: LogFile, origin: int) -> int:
    return distance(_number(log), origin)


def _unusable(log: LogFile) -> str:
    if log.trouble == "it was being written":
        return f"log incomplete: {log.name} was being written"
    return f"{log.name} unusable: {log.trouble}"


def _partner_note(logs: Iterable[LogFile]) -> str:
    endings = {log.name.lower()[-5:] for log in logs if log.trouble != "empty"} & {".log1", ".log2"}
    return "partner missing" if len(endings) == 1 else ""


def _replay_new(result: Replay, logs: list[LogFile], unusable: list[LogFile], partner: str) -> None:
    header = result.header
    notes = [partner] if partner else []
    broken = ""  # why less was applied than the logs hold
    if not header.checksum_ok:
        read = [_read(log) for log in logs]
        latest: _Read | None = None
        for one in read:
            if one.entries and (latest is None or distance(one.entries[-1].number, latest.entries[-1].number) > 0):
                latest = one
        if latest is None:
            result.report.reason = f"first entry bad: {read[0].stop or 'not numbered as its header says'}"
            return
        chosen = [latest]
        assert latest.log.header is not None
        result.header = _rebuilt(latest.log.header)
        result.report.header_rebuilt = True
        notes.append("header rebuilt")
    else:
        ordered = sorted(logs, key=lambda log: _start(log, header.seq2))  # modular: nearest the hive first
        ahead = [log for log in ordered if _start(log, header.seq2) >= 0]
        notes += [f"{log.name} stale" for log in ordered if log not in ahead]
        if not ahead:
            result.report.reason = "logs older than the hive"
            return
        read = [_one_of(alike, notes) for alike in _by_number(ahead)]
        first = read[0]
        if not first.entries:
            rest = "".join(f"; {one.log.name} starts at {_number(one.log)}" for one in read[1:])
            result.report.reason = f"first entry bad: {first.stop or 'not numbered as its header says'}{rest}"
            return
        chosen = [first]
        for one in read[1:]:
            last = chosen[-1].entries[-1].number
            gap = distance(_number(one.log), (last + 1) & 0xFFFFFFFF)
            if gap == 0 and one.entries:
                chosen.append(one)
            elif gap == 0:
                broken = one.stop or f"{one.log.name} has no entry {last + 1}"
            elif gap > 0:
                broken = f"gap between the logs: {last} to {_number(one.log)}"
    entries = [entry for one in chosen for entry in one.entries]
    data = [memoryview(one.log.data) for one in chosen for _ in one.entries]
    broken = chosen[-1].stop or broken
    last = entries[-1].number
    for log in unusable:
        stray = first_entry(log.data)
        if stray is not None and stray.number == (last + 1) & 0xFFFFFFFF:
            broken = broken or f"{_unusable(log)}, and it holds entry {stray.number}"
        else:
            notes.append(_unusable(log))
    for entry, source in zip(entries, data, strict=True):
        result.pages += [(offset, source[at : at + length]) for offset, at, length in entry.pages]
    result.size = entries[-1].bins_size
    result.header = _with_flag(result.header, entries[-1].flags)
    report = result.report
    report.state = PARTLY if broken else REPLAYED
    report.reason = "; ".join([broken, *notes] if broken else notes)
    report.applied = tuple(entry.number for entry in entries)
    report.highest = _later(report.highest, last)


def _by_number(logs: list[LogFile]) -> list[list[LogFile]]:
    """Logs in the order of their numbers, those with the same number together."""
    groups: list[list[LogFile]] = []
    for log in logs:
        if groups and _number(groups[-1][0]) == _number(log):
            groups[-1].append(log)
        else:
            groups.append([log])
    return groups


def _one_of(alike: list[LogFile], notes: list[str]) -> _Read:
    """Of several logs that start at one number the one with the most valid entries."""
    if all(log.data == alike[0].data for log in alike):
        return _read(alike[0])
    notes.append("ambiguous: two logs start at the same number")
    return max(map(_read, alike), key=lambda one: len(one.entries))


class _Read:
    __slots__ = ("entries", "log", "stop")

    def __init__(self, log: LogFile, entries: list[Entry], stop: str) -> None:
        self.log = log
        self.entries = entries
        self.stop = stop


def _read(log: LogFile) -> _Read:
    entries: list[Entry] = []
    stop = ""
    for found in read_entries(log):
        if isinstance(found, str):
            stop = found
        else:
            entries.append(found)
    return _Read(log, entries, stop)


def _with_flag(header: BaseBlock, flags: int) -> BaseBlock:
    """The base block with the one flag that an entry carries: whether transactions are pending."""
    bit = L.HEADER_FLAG_PENDING_TRANSACTIONS
    if (header.flags ^ flags) & bit == 0:
        return header
    raw = bytearray(header.raw)
    raw[L.HEADER_FLAGS : L.HEADER_FLAGS + 4] = ((header.flags & ~bit) | (flags & bit)).to_bytes(4, "little")
    return BaseBlock(sealed(raw[: L.HEADER_SIZE]) + bytes(raw[L.HEADER_SIZE :]))


def _rebuilt(copy: BaseBlock) -> BaseBlock:
    """The log's copy of the base block as the hive's own: file type 0."""
    raw = bytearray(copy.raw)
    raw[L.HEADER_TYPE : L.HEADER_TYPE + 4] = L.FILE_TYPE_PRIMARY.to_bytes(4, "little")
    return BaseBlock(sealed(raw))


def sealed(raw: bytearray) -> bytes:
    """A base block with its checksum set right."""
    raw[L.CHECKSUM_AT : L.CHECKSUM_AT + 4] = checksum(bytes(raw)).to_bytes(4, "little")
    return bytes(raw)


def _replay_old(result: Replay, logs: list[LogFile], first_bin_time: int | None, *, named: bool) -> None:
    header, report = result.header, result.report
    times = {header.last_written}
    if not header.checksum_ok and first_bin_time is not None:
        times.add(first_bin_time)
    fitting: list[tuple[int, LogFile]] = []
    for log in logs:
        assert log.header is not None
        written = log.header.last_written
        if written in times or (named and written > header.last_written):
            fitting.append((written, log))
        elif written < header.last_written:
            report.reason = f"older log: {log.name}"
        else:
            report.reason = f"timestamps differ: {log.name} is newer"
    if not fitting:
        return
    for _, log in sorted(fitting, key=lambda one: -one[0]):
        pages = old_pages(log)
        if not isinstance(pages, str):
            break
        report.reason = f"{pages}: {log.name}"
    else:
        return
    assert log.header is not None
    whole = memoryview(log.data)
    result.pages = [(offset, whole[at : at + length]) for offset, at, length in pages]
    result.size = log.header.bins_size
    report.header_rebuilt = not header.checksum_ok
    result.header = _rebuilt(log.header)
    report.state = REPLAYED
    report.reason = "header rebuilt" if report.header_rebuilt else ""
    report.applied = (log.header.seq1,)
    report.highest = _later(report.highest, log.header.seq1)


def _missing(result: Replay, file_size: int) -> int:
    """Bytes of the bins data that neither the file nor any page holds."""
    have = max(file_size - L.BASE_BLOCK_SIZE, 0)
    assert result.size is not None
    if result.size <= have:
        return 0
    covered, at = 0, have
    for start, end in sorted((offset, min(offset + len(data), result.size)) for offset, data in result.pages):
        if end > max(start, at):
            covered += end - max(start, at)
            at = end
    return result.size - have - covered
