"""One cell at a time: its content, never a byte beyond it, and what is wrong with it.

Must not know: what cells mean to each other. Source: msuhanov/regf, "Cells"; the older form is in
libyal/libregf, "Hive bin cell".
"""

from __future__ import annotations

from . import layout as L

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .damage import Findings
    from .image import Image

__all__ = ("Cell", "read_cell")


class Cell:
    """A cell that can be read: ``content`` (as much as was asked for), ``length`` of all its content in
    bytes (cut to the file), and ``fault``: '' or the code of what makes its content doubtful.
    """

    __slots__ = ("content", "cost", "fault", "length")

    def __init__(self, content: bytes, length: int, fault: str, cost: str) -> None:
        self.content = content
        self.length = length
        self.fault = fault
        self.cost = cost


def read_cell(image: Image, offset: int, most: int) -> Cell:
    """The cell at a cell offset, at most ``most`` bytes of its content.

    A cell that cannot be read at all has no content, and its fault says why: outside the file, not
    aligned, size 0. One that is free, whose size is no multiple of the alignment or that runs past
    the file's end is read as far as it goes, with a fault.
    """
    header = image.cell_header
    position = L.BASE_BLOCK_SIZE + offset
    if offset == L.NIL or position + header > image.size:
        return Cell(b"", 0, "cell-outside", "no offset" if offset == L.NIL else f"offset {offset:#x}")
    if offset % L.CELL_ALIGNMENT:
        return Cell(b"", 0, "cell-unaligned", f"offset {offset:#x}")
    head = image.read(position, 4)
    if len(head) < 4:
        return Cell(b"", 0, "cell-outside", f"offset {offset:#x}")
    if position >= image.claim:
        image.beyond_claim = True
    (size,) = L.CELL_SIZE.unpack(head)
    fault = cost = ""
    if size > 0:
        fault = "cell-free"
    size = abs(size)
    if size < header:
        return Cell(b"", 0, "cell-size", f"size {size}")
    room = image.size - position
    if size > room:
        fault, cost = "cell-size", f"size {size:#x}, {room:,} bytes are left in the file"
        size = room
    elif size % L.CELL_ALIGNMENT:
        fault, cost = "cell-size", f"size {size}"
    length = size - header
    return Cell(image.read(position + header, min(length, most)), length, fault, cost)


def content_of(
    image: Image, offset: int, signature: int, smallest: int, most: int, findings: Findings, wrong: str
) -> bytes | None:
    """The content of a cell that must carry a signature; None, with a finding, when it does not.

    ``wrong`` is the code for "the cell holds something else".
    """
    cell = read_cell(image, offset, most)
    content = cell.content
    if cell.fault and not content:
        findings.add(wrong, None if offset == L.NIL else offset, _words(cell))
        return None
    if len(content) < smallest or int.from_bytes(content[:2], "little") != signature:
        findings.add(wrong, offset, _words(cell) or f"it begins with {content[:2].hex(' ')}")
        return None
    if cell.fault:
        findings.add(cell.fault, offset, cell.cost)
    return content


def _words(cell: Cell) -> str:
    if not cell.fault:
        return ""
    from .damage import CODES

    meaning = CODES[cell.fault][1]
    return f"{meaning} ({cell.cost})" if cell.cost else meaning
