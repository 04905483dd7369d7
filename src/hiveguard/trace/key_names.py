"""The names of keys in traces, where most records have only an address.

Names come from what opened or created a key, or from the control blocks that the kernel logger lists. An address is
given away again when its key is closed. Must not know: what the operations do. Sources: manifest of
Microsoft-Windows-Kernel-Registry (ids 1, 2, 13); Microsoft, "Registry_TypeGroup1 class" (opcodes 22 to 25).
"""

from __future__ import annotations

from .limits import NAMES_KEPT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .payload_fields import Payload

__all__ = ("KeyNames",)

_OPENED = (1, 2)
_CLOSED = 13
_KCB_NAMED = (22, 24, 25)
_KCB_GONE = 23


class KeyNames:
    """Address to name, bounded: the oldest are forgotten first (``forgotten``)."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self.forgotten = 0

    def of_manifest(self, number: int, payload: Payload) -> str | None:
        """The whole name of the key of one event of the manifest's family, as far as the trace tells."""
        address = payload.number("KeyObject") or 0
        if number in _OPENED:
            base = payload.text("BaseName") or self._names.get(payload.number("BaseObject") or 0, "")
            name = _join(base, payload.text("RelativeName") or "")
            if address and name:
                self._keep(address, name)
            return name or None
        name = payload.text("KeyName") or self._names.get(address) or ""
        if number == _CLOSED:
            self._names.pop(address, None)
        return name or None

    def of_kernel(self, opcode: int, payload: Payload, *, is_value: bool) -> str | None:
        """The same of the kernel logger's family; ``is_value``: the record's name is a value's."""
        address = payload.number("KeyHandle") or 0
        text = payload.text("KeyName") or ""
        if opcode in _KCB_NAMED:
            if address and text:
                self._keep(address, text)
            return text or None
        known = self._names.get(address, "")
        if opcode == _KCB_GONE:
            self._names.pop(address, None)
        return (known if is_value else _join(known, text)) or None

    def _keep(self, address: int, name: str) -> None:
        if len(self._names) >= NAMES_KEPT:
            self._names.pop(next(iter(self._names)))
            self.forgotten += 1
        self._names[address] = name


def _join(base: str, relative: str) -> str:
    if not base or relative.startswith("\\"):
        return relative
    return f"{base}\\{relative}" if relative else base
