"""One run of a verb: its options, its hives, its output, and the verdict over all of it.

Must not know: which verb it is. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import os
import time

from ..core.clock import Clock
from ..core.ending import Ending
from ..core.errors import BadArgument, HiveError, Incomplete, NotFound, NotWritten
from ..core.verdict import Verdict, replace
from ..regf.damage import Findings
from ..registry.hive import open as open_hive
from . import exit_codes, trailer
from .error_text import error_text
from .inputs import LIVE, Input, expand, split_inputs, stdin
from .output import Output, message, tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterator, Sequence
    from typing import Protocol, TypeVar

    from ..core.verdict import Moment
    from ..core.walk import Walk
    from ..registry.hive import Hive
    from ..registry.hive_key import HiveKey
    from .output import Field
    from .own_keys import OwnKeys
    from .stop import Stop

    T = TypeVar("T")

    class _Closable(Protocol):
        """A walk over anything."""

        @property
        def verdict(self) -> Verdict | None: ...
        def close(self, *, by: str) -> None: ...


__all__ = ("Session",)

#: how walks say that a signal ended them
_BY_SIGNAL = (": ended early by the signal", "stopped by signal before the end of the trace")
_CONTROL_SET = "currentcontrolset"


class Session:
    """What a verb works with. ``many``: whether there are several hives, so that records name theirs.

    ``verdict`` is the verdict over everything so far, ``code`` the gravest exit code; ``notes`` are remarks
    for the trailer.
    """

    def __init__(self, options: Namespace, stop: Stop) -> None:
        self.options = options
        self._stop = stop
        output: str | None = options.output
        # Whether -o names a folder: one that exists, or a name that ends as a folder's does.
        self.goes_to_folder = output is not None and (output.endswith(("/", os.sep)) or os.path.isdir(output))
        self.out = Output(options.format, None if self.goes_to_folder else output, stop, force=options.force)
        if self.goes_to_folder and not options.takes_folder:
            raise BadArgument(f"{output}: it is a folder; name a file")
        self.verdict = Verdict.empty()
        self.code = exit_codes.COMPLETE
        self.notes: list[str] = []
        self.many = False
        self.inputs = 0
        self.of = "hives"  # what the inputs are
        self.unread = 0
        self._failure = Verdict.empty()  # what an error makes of a run in which nothing was read
        self._walk: _Closable | None = None
        self._steps: Iterator[object] | None = None
        self._last = Verdict.empty()
        self._label = ""  # of the hive that is being read
        self._damaged: list[str] = []  # the hive of each of the verdict's findings
        self._started = time.monotonic()

    def now(self) -> Moment:
        """This moment, for a verdict."""
        return Clock().now()

    # --- hives ------------------------------------------------------------------------------

    def split(self, rest: int) -> tuple[list[str], list[str]]:
        """The hives and the words behind them (the key, the value) of a verb that takes both."""
        return split_inputs(self.options.inputs, self.options.key, rest)

    def columns(self, names: tuple[str, ...], paths: Sequence[str]) -> None:
        """The columns of a csv output; with several hives the first says which one."""
        self.out.columns(("hive", *names) if _are_many(paths) else names)

    def for_each(self, paths: Sequence[str], work: Callable[[Hive], None]) -> None:
        """Do something with every hive that is meant; a bad one does not stop the others."""
        self.many = _are_many(paths)
        for each in expand(paths):
            self.read_one(each, work)

    def read_one(self, each: Input, work: Callable[[Hive], None]) -> None:
        """Do something with one hive; what goes wrong with it is told and remembered."""
        self.inputs += 1
        self._label = each.path
        try:
            if each.error is not None:
                raise each.error
            with self.open(each.path) as hive:
                self._label = hive.label
                work(hive)
        except Incomplete as incomplete:
            self.conclude(incomplete.verdict)  # the trailer tells
        except NotFound as not_found:
            self.fail(not_found)
        except NotWritten:
            raise  # our own output: no hive is to blame, and no other one would fare better
        except HiveError as failure:
            self.unread += 1
            self.fail(failure)

    def open(self, path: str) -> Hive:
        """Open one hive with the logs that were asked for."""
        logs = self.options.logs or ["auto"]
        choice = logs[0] if len(logs) == 1 and logs[0] in ("auto", "ignore") else logs
        source = stdin() if path == "-" else path
        return open_hive(source, logs=choice, rebuild=self.options.rebuild)  # type: ignore[arg-type]

    def another_output(self, target: str) -> Output:
        """One more file to write."""
        return Output(self.out.kind, target, self._stop, force=self.options.force)

    def fail(self, error: HiveError) -> None:
        """Report an error on one line and remember its exit code."""
        code = exit_codes.of_error(error)
        self.note_code(code)
        if code != exit_codes.NOT_THERE:  # that is an answer
            self._failure = Verdict(_ending_of(error), (error_text(error),))
        if self.out.kind in ("jsonl", "json"):
            from .output import put_text

            record: dict[str, Field] = {"kind": "error"}
            put_text(record, "message", error_text(error))
            record["exit_code"] = code
            self.out.record(record)
        message(error_text(error))

    def note_code(self, code: int) -> None:
        """Take over an exit code if it is graver than those before."""
        self.code = exit_codes.gravest(self.code, code)

    # --- reading ----------------------------------------------------------------------------

    def place(self, hive: Hive, path: str) -> str:
        """The path of a key as this hive has it, and a line that says so where that is another than was typed.

        A live registry's root (``HKLM:\\...``) is taken off; ``CurrentControlSet`` is the set that is selected.
        """
        path = self.without_root(hive, hive.label, path)
        start = path.lstrip("\\/")
        if start[: len(_CONTROL_SET)].lower() != _CONTROL_SET or start[len(_CONTROL_SET) :][:1] not in ("", "\\", "/"):
            return path
        from .control_set import NAME, control_set

        found = control_set(hive, hive.label)
        if found is None:
            return path
        message(f"{hive.label}: {NAME} is taken as {found}, by Select\\Current")
        return found + start[len(NAME) :]

    def without_root(self, hive: Hive | OwnKeys, label: str, path: str) -> str:
        """The path without a live registry's root, and a line that says so. ``label``: the hive's file."""
        if path.lower().startswith(LIVE):
            from .live_root import without_root

            rest = without_root(hive, label, path)
            if rest is not None:
                message(f"{label}: {path} is taken as {rest or 'the root key'}, as the file has it")
                return rest
        return path

    def key(self, hive: Hive, path: str) -> HiveKey:
        """The key that was asked for."""
        return hive.key(self.place(hive, path))

    def walk(self, hive: Hive, path: str | tuple[str, ...] = "", *, strict: bool = False) -> Iterator[HiveKey]:
        """The keys of a walk, with progress; its verdict is concluded when it ends."""
        from .progress import Meter

        if isinstance(path, str):
            path = self.place(hive, path)
        meter = Meter(hive.label)
        try:
            for key in self._steps_of(hive.walk(path, on_incomplete="record", strict=strict)):
                yield key
                meter.tick()
        finally:
            meter.erase()
        self.conclude(self._last, hive)

    def begin(self, label: str) -> None:
        """Go on with this input, which is no hive."""
        self.inputs += 1
        self._label = label

    def read(self, walk: Walk[T]) -> Iterator[T]:
        """The items of any walk; how it ended is concluded, whatever ends it."""
        yield from self._steps_of(walk)
        self.conclude(self._last)

    def _steps_of(self, walk: Walk[T]) -> Iterator[T]:
        steps = iter(walk)
        self._walk, self._steps = walk, steps  # held, so that a signal leaves it to `interrupted` to end the walk
        for item in steps:  # noqa: UP028  # a generator that is dropped would end what it yields from
            yield item
        self._walk = self._steps = None
        assert walk.verdict is not None
        self._last = walk.verdict

    def verdict_of(self, hive: Hive, *, strict: bool = False) -> Verdict:
        """The verdict of a whole walk whose keys nobody needs; with what a loaded hive would leave out."""
        found = Findings()
        for key in self.walk(hive, strict=strict):
            if not strict and key.is_astray:  # a strict walk tells it, too
                found.where = key.path.__str__
                found.add("key-parent", key.offset)
        if not found:
            return self._last
        astray = Verdict(Ending.COMPLETE, damage=found.damage, more_damage=found.more)
        self.conclude(astray, hive)
        return self._last & astray

    @property
    def paints(self) -> bool:
        """Whether text may be coloured."""
        asked = self.options.color
        if asked != "auto":
            return bool(asked == "always")
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        return self.out.is_terminal and not plain

    def conclude(self, verdict: Verdict, hive: Hive | None = None) -> None:
        """Take a verdict into the one over everything, and its exit code."""
        label = hive.label if hive is not None else self._label
        if self._is_one_of_many and verdict.reasons:
            # Of many hives only what is wrong with one is worth the trailer's room.
            keeps = not (self.many and verdict.is_complete)
            begin = f"{label}: "
            told = (reason if reason.startswith(begin) else begin + reason for reason in verdict.reasons if keeps)
            verdict = replace(verdict, reasons=tuple(told))
        self._damaged += [label] * len(verdict.damage)
        self.verdict &= verdict
        self.note_code(exit_codes.of_verdict(verdict))

    @property
    def _is_one_of_many(self) -> bool:
        return self.many or self.inputs > 1  # `diff` reads two, and neither is one of many

    # --- ending -----------------------------------------------------------------------------

    def interrupted(self, number: int) -> None:
        """A signal ended it: conclude what was being read."""
        from signal import Signals

        reason = f"ended by {Signals(number).name}"
        self.verdict &= Verdict(Ending.STOPPED, (reason,), stopped_by="signal")
        if self._walk is not None:
            self._walk.close(by="signal")
            verdict = self._walk.verdict
            assert verdict is not None
            # That a signal ended the walk is told, and which one.
            others = tuple(told for told in verdict.reasons if not told.endswith(_BY_SIGNAL))
            self.conclude(replace(verdict, reasons=others))
            self._walk = self._steps = None
        self.code = exit_codes.of_signal(number)

    def finish(self) -> int:
        """Write the trailer, give the output its name; returns the exit code."""
        try:
            if self.out.is_file and self._has_nothing_whole():
                self._discard()
            elif self.out.kind == "jsonl":
                self.out.record(trailer.end_record(self._final(), self.notes, self._hives_of_damage(), code=self.code))
            self.out.finish()
        except NotWritten as error:
            self.fail(error)
            self._discard()
        if self.out.is_broken:
            self.verdict &= Verdict(Ending.FAILED, ("what was found could not be written",))
        told_there = self.out.kind == "jsonl" and not self.out.is_discarded and not self.out.is_broken
        was_stopped = self.code >= exit_codes.of_signal(0)
        if not told_there and (self.verdict.attempts or self.inputs > 1 or was_stopped):
            seconds = time.monotonic() - self._started
            tell(
                trailer.line(
                    self.verdict,
                    seconds,
                    tuple(dict.fromkeys(self.notes)),
                    inputs=self.inputs,
                    unread=self.unread,
                    of=self.of,
                )
            )
        return self.code

    def _discard(self) -> None:
        if self.out.is_file:
            self.notes.append(f"{self.options.output} not written")
            self.out.discard()

    def _has_nothing_whole(self) -> bool:
        """Whether it was not written, a signal ended it, or nothing could be read: no file must look like an answer."""
        if self.out.is_broken or self.code >= exit_codes.of_signal(0):
            return True
        return not self.verdict.attempts or (self.unread > 0 and not self.many)

    def _hives_of_damage(self) -> list[str]:
        return self._damaged if self._is_one_of_many else []

    def _final(self) -> Verdict:
        if not self.unread:
            # Where nothing could be begun no reading has told why; "complete" would be all that is left to say.
            return self.verdict if self.verdict.attempts else self.verdict & self._failure
        reason = f"{self.unread} of {self.inputs} {self.of} could not be read"
        return self.verdict & Verdict(Ending.UNAVAILABLE, (reason,))


def _ending_of(error: HiveError) -> Ending:
    if isinstance(error, Incomplete):
        return error.verdict.ending
    could_not_be_read = exit_codes.of_error(error) in (exit_codes.CANNOT_READ, exit_codes.of_ending(Ending.UNAVAILABLE))
    return Ending.UNAVAILABLE if could_not_be_read else Ending.FAILED


def _are_many(paths: Sequence[str]) -> bool:
    return len(paths) > 1 or any(os.path.isdir(path) for path in paths)
