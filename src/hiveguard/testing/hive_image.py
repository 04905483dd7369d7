"""A built hive as bytes that can be damaged on purpose: every part is found by its path.

Must not know: how a hive is laid out, what a reader thinks of the damage. Sources: msuhanov/regf,
"Base block", "Hive bin", "Cell".
"""

from __future__ import annotations

from struct import pack_into, unpack_from

from ..regf.layout import (
    BASE_BLOCK_SIZE,
    BIN,
    BIN_HEADER_SIZE,
    CELL_HEADER,
    CELL_SIZE,
    HBIN,
    HEADER_BINS_SIZE,
    NIL,
)
from .base_block import seal
from .cells import bin_for, cell_form, round_up
from .placement import KeyPlacement, Placement, ValuePlacement
from .specs import KeyPath, KeySpec, ValueSpec

__all__ = ("HiveImage",)


class HiveImage:
    """The bytes of a hive, and where each part of it lies.

    Parts are cell offsets, counted from the start of the bins; fields are counted from a cell's
    content, as in `hiveguard.regf.layout`. Where several keys or values have one name, the spec
    itself may be given in place of the path or name. NIL is what a part that is not there has.
    """

    def __init__(self, data: bytearray, placement: Placement, minor: int, bins: list[int]) -> None:
        self.data = data
        self.bins = bins  #: the offset of each bin
        self._placement = placement
        self._cell_header, self._alignment = cell_form(minor)
        self._bins_end = self.header_u32(HEADER_BINS_SIZE)

    def __bytes__(self) -> bytes:
        return bytes(self.data)

    # --- where the parts lie ---------------------------------------------------------------

    def key(self, path: KeyPath | KeySpec) -> int:
        """The key node."""
        return self._key(path).cell

    def subkey_list(self, path: KeyPath | KeySpec) -> int:
        """The list that the key node points at: a leaf, or the index root over several."""
        return self._key(path).subkey_list

    def leaves(self, path: KeyPath | KeySpec) -> tuple[int, ...]:
        """The leaves of the key's subkey list."""
        return self._key(path).leaves

    def value_list(self, path: KeyPath | KeySpec) -> int:
        """The list of the key's values."""
        return self._key(path).value_list

    def security(self, path: KeyPath | KeySpec) -> int:
        """The key's security cell, which it may share with others."""
        return self._key(path).security

    def class_cell(self, path: KeyPath | KeySpec) -> int:
        """The cell of the key's class name."""
        return self._key(path).class_cell

    def value(self, path: KeyPath | KeySpec, name: str | ValueSpec | None) -> int:
        """The value's own cell."""
        return self._value(path, name).cell

    def data_cell(self, path: KeyPath | KeySpec, name: str | ValueSpec | None) -> int:
        """The cell of the value's data; for big data the cell that begins with `db`."""
        return self._value(path, name).data

    def segment_list(self, path: KeyPath | KeySpec, name: str | ValueSpec | None) -> int:
        """The list of the segments of big data."""
        return self._value(path, name).segment_list

    def segments(self, path: KeyPath | KeySpec, name: str | ValueSpec | None) -> tuple[int, ...]:
        """The segments of big data."""
        return self._value(path, name).segments

    def file_offset(self, cell: int, field: int | None = None) -> int:
        """Where a cell (its size field), or a field of its content, lies in the file."""
        return BASE_BLOCK_SIZE + cell + (0 if field is None else self._cell_header + field)

    def _key(self, path: KeyPath | KeySpec) -> KeyPlacement:
        spec = path if isinstance(path, KeySpec) else self._placement.root.find(path)
        return self._placement.keys[spec]

    def _value(self, path: KeyPath | KeySpec, name: str | ValueSpec | None) -> ValuePlacement:
        if not isinstance(name, ValueSpec):
            key = path if isinstance(path, KeySpec) else self._placement.root.find(path)
            name = key.find_value(name)
        return self._placement.values[name]

    # --- cells -----------------------------------------------------------------------------

    def u16(self, cell: int, field: int) -> int:
        """A 16-bit field of a cell."""
        number: int = unpack_from("<H", self.data, self.file_offset(cell, field))[0]
        return number

    def u32(self, cell: int, field: int) -> int:
        """A 32-bit field of a cell."""
        number: int = unpack_from("<I", self.data, self.file_offset(cell, field))[0]
        return number

    def put(self, cell: int, field: int, content: bytes) -> None:
        """Overwrite part of a cell's content."""
        at = self.file_offset(cell, field)
        self.data[at : at + len(content)] = content

    def put_u8(self, cell: int, field: int, number: int) -> None:
        """Overwrite an 8-bit field of a cell."""
        self.put(cell, field, number.to_bytes(1, "little"))

    def put_u16(self, cell: int, field: int, number: int) -> None:
        """Overwrite a 16-bit field of a cell."""
        self.put(cell, field, number.to_bytes(2, "little"))

    def put_u32(self, cell: int, field: int, number: int) -> None:
        """Overwrite a 32-bit field of a cell."""
        self.put(cell, field, number.to_bytes(4, "little"))

    def cell_size(self, cell: int) -> int:
        """The size field as it stands: negative when the cell is allocated."""
        size: int = CELL_SIZE.unpack_from(self.data, self.file_offset(cell))[0]
        return size

    def resize_cell(self, cell: int, size: int) -> None:
        """Write the size field, sign and all; nothing else moves."""
        CELL_SIZE.pack_into(self.data, self.file_offset(cell), size)

    def free_cell(self, cell: int) -> None:
        """Mark a cell free and leave its content, as Windows does."""
        self.resize_cell(cell, abs(self.cell_size(cell)))

    def shrink_cell(self, cell: int, room: int) -> None:
        """Leave a cell just enough for `room` bytes of content, and free the rest of it."""
        size, whole = round_up(self._cell_header + room, self._alignment), -self.cell_size(cell)
        self.resize_cell(cell, -size)
        if size < whole:
            self.resize_cell(cell + size, whole - size)

    def add_cell(self, content: bytes, *, size: int | None = None) -> int:
        """A new cell with this content in a bin of its own behind the others."""
        needed = round_up(self._cell_header + len(content), self._alignment) if size is None else size
        start, length = self._bins_end, bin_for(needed)
        fresh = bytearray(length)
        BIN.pack_into(fresh, 0, HBIN, start, length, 0, 0, 0)
        cell = start + BIN_HEADER_SIZE
        self.data[BASE_BLOCK_SIZE + start : BASE_BLOCK_SIZE + start] = fresh
        self._bins_end += length
        self.bins.append(start)
        self.put(cell, 0, content)
        self.resize_cell(cell, -needed)
        rest = length - BIN_HEADER_SIZE - needed
        if rest:
            self.resize_cell(cell + needed, rest)
        if self._cell_header > CELL_HEADER:
            pack_into("<I", self.data, self.file_offset(cell) + CELL_HEADER, NIL)
            if rest:
                pack_into("<I", self.data, self.file_offset(cell + needed) + CELL_HEADER, BIN_HEADER_SIZE)
        self.put_header_u32(HEADER_BINS_SIZE, self._bins_end)
        self.seal()
        return cell

    # --- bins and the base block -----------------------------------------------------------

    def put_bin(self, index: int, field: int, content: bytes) -> None:
        """Overwrite part of the header of a bin."""
        at = BASE_BLOCK_SIZE + self.bins[index] + field
        self.data[at : at + len(content)] = content

    def header_u32(self, field: int) -> int:
        """A 32-bit field of the base block."""
        number: int = unpack_from("<I", self.data, field)[0]
        return number

    def put_header_u32(self, field: int, number: int) -> None:
        """Overwrite a 32-bit field of the base block; `seal` makes the checksum right again."""
        pack_into("<I", self.data, field, number)

    def seal(self) -> HiveImage:
        """Make the base block's checksum right again."""
        seal(self.data)
        return self
