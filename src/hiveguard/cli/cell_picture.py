"""What a picture of a hive shows: every eight bytes by kind, runs of one kind, and tiles of many bytes.

To the kinds of the cell map come what a walk found lost (``damaged``) and the deleted records that were
found (``recovered``); behind the end of a file that was cut comes what its base block claims (``missing``).
Must not know: output, colours. Source: HiveGuard's own contract.
"""

from __future__ import annotations

import re

from ..regf import layout as L
from ..regf.bins import Bin, bin_chain
from ..regf.cell_map import KINDS, map_cells

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..core.damage import Damage
    from ..regf.recover import RecoveredKey, RecoveredValue
    from ..registry.snapshot import Snapshot

__all__ = ("ALL_KINDS", "CellPicture", "Run", "Tile")

UNIT = 8
ALL_KINDS = (*KINDS, "recovered", "missing")
_DAMAGED, _RECOVERED, _MISSING = map(ALL_KINDS.index, ("damaged", "recovered", "missing"))
#: bytes behind the file's end that are drawn where the base block claims them; a greater claim is no picture's matter
_MISSING_MOST = 1 << 28
_RUN = re.compile(rb"(.)\1*", re.DOTALL)

Run = tuple[int, int, str]  # from, to, kind


class Tile:
    """A piece of the file: ``start``, ``end``, ``shares``: bytes by kind, most first; ``kind``: the kind of most."""

    __slots__ = ("end", "kind", "shares", "start")

    def __init__(self, start: int, end: int, shares: dict[str, int]) -> None:
        self.start = start
        self.end = end
        self.shares = shares
        self.kind = max(shares, key=shares.__getitem__)

    @property
    def has_damage(self) -> bool:
        """Whether anything in it is damaged: a picture must not lose that among many sound bytes."""
        return "damaged" in self.shares

    @property
    def has_recovered(self) -> bool:
        """Whether a deleted record was found in it."""
        return "recovered" in self.shares


class CellPicture:
    """One snapshot of a hive, as kinds. ``size`` of the file in bytes; ``extent``: that with what is missing;
    ``bins``: the position of each sound bin.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        image = snapshot.image
        self._image = image
        self._units = map_cells(image, snapshot.root).units
        self.size = self.extent = image.size
        missing = L.BASE_BLOCK_SIZE + snapshot.header.bins_size - self.size
        if snapshot.header.checksum_ok and 0 < missing <= _MISSING_MOST:
            self._units += bytes((_MISSING,)) * (-(-missing // UNIT))
            self.extent = max(self.size + missing, len(self._units) * UNIT)
        self.bins = [
            L.BASE_BLOCK_SIZE + found.offset for found in bin_chain(image, image.claim) if isinstance(found, Bin)
        ]

    # --- what comes to the map ----------------------------------------------------------------

    def mark_damage(self, damage: Iterable[Damage]) -> None:
        """Mark each cell in which something was lost."""
        for found in damage:
            if found.lost and found.offset is not None and 0 <= found.offset < self.size:
                self._fill(found.offset, self._cell_end(found.offset), _DAMAGED)

    def mark_recovered(self, records: Iterable[RecoveredKey | RecoveredValue]) -> None:
        """Mark each deleted record that lies in the file itself; logs are no part of the picture."""
        for record in records:
            if not record.source.startswith("log"):
                self._fill(record.offset, record.offset + self._record_length(record.offset), _RECOVERED)

    def _cell_end(self, position: int) -> int:
        head = self._image.read(position, L.CELL_HEADER)
        if position % UNIT or len(head) < L.CELL_HEADER:
            return position + 1
        length = abs(L.CELL_SIZE.unpack(head)[0])
        known = self._units[position // UNIT]
        end = position + UNIT
        # As far as the cell goes, but never over what is known to be something else.
        while end < min(position + length, self.size) and self._units[end // UNIT] == known:
            end += UNIT
        return end

    def _record_length(self, position: int) -> int:
        head = self._image.read(position, L.NK_NAME)
        if head[:2] == b"nk" and len(head) == L.NK_NAME:
            return L.NK_NAME + int.from_bytes(head[L.NK_NAME_LENGTH : L.NK_NAME_LENGTH + 2], "little")
        return L.VK_NAME + int.from_bytes(head[L.VK_NAME_LENGTH : L.VK_NAME_LENGTH + 2], "little")

    def _fill(self, start: int, end: int, code: int) -> None:
        first, last = start // UNIT, min(-(-end // UNIT), len(self._units))
        if last > first:
            self._units[first:last] = bytes((code,)) * (last - first)

    # --- what is drawn ------------------------------------------------------------------------

    def totals(self) -> dict[str, int]:
        """Bytes by kind, in the order of the file's parts; they add up to its extent."""
        return self._shares(0, len(self._units))

    def _shares(self, first: int, last: int) -> dict[str, int]:
        part = self._units[first:last]
        shares = {kind: part.count(code) * UNIT for code, kind in enumerate(ALL_KINDS)}
        found = {kind: count for kind, count in shares.items() if count}
        if last == len(self._units) and part:  # the last unit may be cut
            found[ALL_KINDS[part[-1]]] -= len(self._units) * UNIT - self.extent
        return found

    def runs(self) -> Iterator[Run]:
        """Each longest piece of one kind, in the order of the file."""
        for found in _RUN.finditer(self._units):
            first, last = found.span()
            yield first * UNIT, min(last * UNIT, self.extent), ALL_KINDS[found[1][0]]

    def tile_size(self, most: int) -> int:
        """The smallest power of two of bytes (8 at least) with which no more than ``most`` tiles are needed."""
        size = UNIT
        while -(-self.extent // size) > most:
            size *= 2
        return size

    def tiles(self, size: int) -> Iterator[Tile]:
        """The file in pieces of ``size`` bytes, a multiple of eight."""
        step = size // UNIT
        for first in range(0, len(self._units), step):
            last = min(first + step, len(self._units))
            yield Tile(first * UNIT, min(last * UNIT, self.extent), self._shares(first, last))
