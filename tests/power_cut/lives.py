"""Lives of a hive: opened, changed, cut off, opened again; at every moment every state that a cut could leave is read.

A state must be the one that was acknowledged last, or one whose commit was tried since. What kind of hive it is,
and what changes in it, is given: a `Session`.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import blake2b
from random import Random
from typing import Protocol

from hiveguard.core.errors import HiveError, NotWritten
from hiveguard.regf.disk import Disk

from .cuts import cuts
from .power_disk import Fault, Files, PowerDisk
from .readings import Disagreement, read

STEPS_MOST = 40  # commits and reconciles in one life


class Session(Protocol):
    """One opening of a hive."""

    @property
    def state(self) -> bytes:
        """The bins as the session has them."""

    def settle(self) -> None:
        """Write back what only the logs had."""

    def step(self, random: Random, tried: Callable[[], None]) -> bool:
        """Commit a change (``tried`` is called when the state stands) or reconcile; whether it was a commit."""

    def examine(self, files: Files, bins: bytes) -> str:
        """What is wrong with a state that is allowed, as far as this kind of hive can tell."""


class Totals:
    """What was done, and what was wrong."""

    def __init__(self) -> None:
        self.lives = self.states = self.distinct = self.acknowledged = self.reconciled = self.failures = 0
        self.objections: list[str] = []

    def __str__(self) -> str:
        return (
            f"{self.lives:,} lives, {self.acknowledged:,} commits acknowledged, {self.reconciled:,} reconciled, "
            f"{self.failures:,} calls failed; {self.states:,} states after a cut ({self.distinct:,} different), "
            f"{len(self.objections):,} wrong"
        )


class _PowerCut(Exception):  # ends a life from within
    """The power went."""


class Chain:
    """One hive's lives, one after the other, all by one seed."""

    def __init__(
        self, files: Files, open_session: Callable[[Disk], Session], seed: int, totals: Totals, *, samples: int
    ) -> None:
        self._random = Random(seed)
        self._seed, self._name = seed, f"seed {seed}"
        self._open = open_session
        self._totals = totals
        self._samples = samples
        self._disk = PowerDisk(files, self._random)
        self._allowed = {read(files)}
        self._session: Session | None = None
        self._known: dict[bytes, bytes | None] = {}  # by the files' digest: the files themselves take gigabytes
        self._bins: dict[bytes, bytes] = {}  # each once
        self._left: Files = files
        self._moments = 0

    def live(self, lives: int) -> None:
        """So many lives, or until something is wrong."""
        for number in range(lives):
            self._totals.lives += 1
            before = len(self._totals.objections)
            self._name = f"seed {self._seed}, life {number}"
            self._life()
            if len(self._totals.objections) > before:
                return

    def _life(self) -> None:
        random, totals = self._random, self._totals
        self._moments = random.choice((random.randrange(1, 14), random.randrange(1, 120)))
        disk = self._disk
        disk.calls, disk.fault, disk.watch = 0, Fault.some(random), self._watch
        self._session = None
        try:
            self._session = session = self._open(disk)
            if session.state not in self._allowed:
                self._object("opened in a state that is neither before nor after")
            session.settle()
            for _ in range(random.randrange(1, STEPS_MOST)):
                self._step(session)
        except NotWritten:
            totals.failures += 1  # it could not be opened for writing
        except _PowerCut:
            pass
        else:
            self._end_at_any_moment()
        if random.random() < 0.3 and not disk.is_lying:
            return  # only the process is killed: the next one sees all that was written, on the disk or not
        self._disk = PowerDisk(self._left, random)
        bins = self._read(self._left)
        self._allowed = {bins} if bins is not None else set()

    def _step(self, session: Session) -> None:
        try:
            if session.step(self._random, lambda: self._allowed.add(session.state)):
                self._allowed = {session.state}
                self._totals.acknowledged += 1
                self._watch()
            else:
                self._totals.reconciled += 1
        except NotWritten:
            self._totals.failures += 1

    def _end_at_any_moment(self) -> None:
        self._moments = 1
        try:
            self._watch()
        except _PowerCut:
            pass

    def _watch(self) -> None:
        """Read every state that a cut could leave now; the power goes when its moment has come."""
        random = self._random
        for count, files in enumerate(cuts(self._disk, random, self._samples), 1):
            self._examine(files)
            if random.randrange(count) == 0:  # each with the same chance
                self._left = files
        self._moments -= 1
        if self._moments <= 0:
            raise _PowerCut

    def _examine(self, files: Files) -> None:
        self._totals.states += 1
        bins = self._read(files)
        if bins is None:
            return
        if bins not in self._allowed:
            self._object("a cut leaves a state that is neither before nor after")
        elif self._session is not None:
            wrong = self._session.examine(files, bins)
            if wrong:
                self._object(wrong)

    def _read(self, files: Files) -> bytes | None:
        """The bins by all readers; None, and an objection, when one refuses them or they do not agree."""
        digest = blake2b(b"".join(files), digest_size=16)
        digest.update(repr([len(part) for part in files]).encode())
        key = digest.digest()
        if key not in self._known:
            self._totals.distinct += 1
            if len(self._known) > 4096:
                self._known.clear()
                self._bins.clear()
            try:
                bins = read(files)
                self._known[key] = self._bins.setdefault(bins, bins)
            except (Disagreement, HiveError) as error:
                self._known[key] = None
                self._object(str(error))
        return self._known[key]

    def _object(self, what: str) -> None:
        self._totals.objections.append(f"{self._name}: {what}")
