"""The invariant: any bytes give keys plus a verdict, or `HiveError`; never another exception, never more
than 10 s or 1 GiB.

Must not know: where the bytes come from.
"""

from __future__ import annotations

import resource
import signal
from types import FrameType

import hiveguard
from hiveguard.regf.cell_map import map_cells

SECONDS = 10
BYTES = 1 << 30


class TooSlow(AssertionError):
    """An input took longer than it may."""


def bound_memory() -> None:
    """Let this process have 1 GiB of address space beyond what it has now."""
    with open("/proc/self/statm", encoding="ascii") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + BYTES, now + BYTES))


def bound_time() -> None:
    """Make an input that takes longer than `SECONDS` fail; call `start` and `stop` around each."""

    def late(number: int, frame: FrameType | None) -> None:
        raise TooSlow(f"more than {SECONDS} s")

    signal.signal(signal.SIGALRM, late)


def read_everything(data: bytes, choice: int, logs: tuple[bytes, ...] = ()) -> str:
    """Read bytes in every way that the library has (some ways only for some choices); returns the ending."""
    signal.alarm(SECONDS)
    try:
        return _read(data, choice, logs)
    finally:
        signal.alarm(0)


def _read(data: bytes, choice: int, logs: tuple[bytes, ...]) -> str:
    try:
        hive = hiveguard.open(data, logs=list(logs) if logs else "ignore")
    except hiveguard.HiveError:
        return "refused"
    with hive:
        walk = hive.walk(on_incomplete="record", strict=choice % 4 == 0)
        last = None
        for key in walk:
            for value in key.values():
                value.decode()
            if choice % 2:
                try:
                    key.security  # noqa: B018
                    key.class_name  # noqa: B018
                    key.layer  # noqa: B018
                except hiveguard.HiveError:
                    pass
            last = key
        verdict = walk.verdict
        assert verdict is not None
        assert verdict.is_complete == (verdict.ending is hiveguard.Ending.COMPLETE)
        if any(damage.lost for damage in verdict.damage):
            assert not verdict.is_complete
        if last is not None:
            _look_up(hive, last, choice)
        if choice % 8 == 1:
            hive.recover()
        elif choice % 8 == 3:
            snapshot = hive.snapshot()
            map_cells(snapshot.image, snapshot.root)
        return verdict.ending.name


def _look_up(hive: hiveguard.Hive, key: hiveguard.Key, choice: int) -> None:
    try:
        found = hive.key(key.parts)
        found.subkeys(on_incomplete="record")
        for value in found.values(on_incomplete="record")[:3]:
            found.value(value.name)
        if choice % 2:
            found.key("not there")
    except hiveguard.HiveError:
        return
