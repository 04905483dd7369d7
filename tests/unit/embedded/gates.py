"""A disk that stops in the middle until it is let go on, and threads whose end is awaited: fakes for races."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread

from hiveguard.regf.disk import Part
from tests.unit.embedded.faulty_disk import FaultyDisk

SECONDS = 30


class Gate:
    """``reached``: somebody stands before it; ``open``: it lets them through."""

    def __init__(self) -> None:
        self.reached = Event()
        self.open = Event()

    def pass_through(self) -> None:
        self.reached.set()
        assert self.open.wait(SECONDS)

    def await_somebody(self) -> None:
        assert self.reached.wait(SECONDS)


class GatedDisk(FaultyDisk):
    """``gates``: what is to stop at the next such call ("size", "sync", "close"), once each."""

    def __init__(self, primary: bytes | None = None) -> None:
        super().__init__(primary)
        self.gates: dict[str, Gate] = {}

    def stop_at(self, call: str) -> Gate:
        gate = self.gates[call] = Gate()
        return gate

    def _pass(self, call: str) -> None:
        gate = self.gates.pop(call, None)
        if gate is not None:
            gate.pass_through()

    def size(self, part: Part) -> int:
        self._pass("size")
        return super().size(part)

    def sync(self, part: Part) -> None:
        self._pass("sync")
        super().sync(part)

    def close(self) -> None:
        self._pass("close")
        super().close()


class Task:
    """Something done in a thread: `result` waits for it, and raises what it raised."""

    def __init__(self, do: Callable[[], object]) -> None:
        self._do = do
        self._answer: object = None
        self._error: BaseException | None = None
        self.thread = Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        try:
            self._answer = self._do()
        except BaseException as error:  # noqa: BLE001  # handed to whoever asks
            self._error = error

    @property
    def is_over(self) -> bool:
        return not self.thread.is_alive()

    def result(self) -> object:
        self.thread.join(SECONDS)
        assert not self.thread.is_alive(), "still waiting"
        if self._error is not None:
            raise self._error
        return self._answer
