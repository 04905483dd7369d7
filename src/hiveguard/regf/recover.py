"""Deleted keys and values: what still lies where no live record needs the space.

Free cells (which may hold several merged records), cells that nothing leads to, the slack of lists and
cells, the file's tail, and former states of pages that old log entries keep. Each find says where it comes
from and how far to trust it; nothing live is among them. Must not know: files. Sources: msuhanov/regf,
"Deleted data"; what makes a candidate plausible follows the practice of public recovery tools.
"""

from __future__ import annotations

from struct import unpack_from
from typing import NamedTuple

from . import layout as L
from .cell_map import DEAD, KEY, KINDS, VALUE, CellMap, map_cells
from .damage import Findings
from .image import BLOCK, BlockImage, Image, MemoryImage
from .limits import PATH_SHOWN, PATHS_MIN, PATHS_PER_FILE, RECOVERED_MAX
from .log_files import LogFile, stray_entries
from .names import decode
from .records import Budget, read_data
from .value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from mmap import mmap

__all__ = ("RecoveredKey", "RecoveredValue", "Recovery", "recover")

HIGH, MEDIUM, LOW = "high", "medium", "low"
_TRUST = (HIGH, MEDIUM, LOW)

_NAME_MOST = 1024  # bytes of a plausible name
_NULS_MOST = 5
_SUBKEYS_MOST = 10_000
_VALUES_MOST = 1_000
_FIRST_TIME = 119_600_064_000_000_000  # 1980-01-01
_LAST_TIME = 157_766_400_000_000_000  # 2100


class RecoveredValue(NamedTuple):
    """A deleted value. ``value``; ``path``: of the key it belonged to, or None; ``source``: where its record
    lies (``free``, ``unreferenced``, ``slack``, ``tail``, ``log entry 7 of HIVE.LOG1`` ...); ``data_source``:
    where its data lie (``inline``, one of those, or ``reused``: then they may be somebody else's); ``trust``:
    ``high``, ``medium`` or ``low``, and ``doubts`` says why not more; ``offset``: position in the file.
    """

    value: Value
    path: str | None
    source: str
    data_source: str
    trust: str
    doubts: tuple[str, ...]
    offset: int


class RecoveredKey(NamedTuple):
    """A deleted key. ``path``: as far as its parents can be followed; ``path_known``: whether that reaches the
    root; the rest as in `RecoveredValue`; ``values``: those that its list still leads to.
    """

    name: str
    path: str
    path_known: bool
    last_write: int
    source: str
    trust: str
    doubts: tuple[str, ...]
    offset: int
    values: tuple[RecoveredValue, ...]


class Recovery(NamedTuple):
    """All that was found: ``keys`` with their values, ``values`` that no found key leads to, and ``cut``:
    whether there was more than the limit.
    """

    keys: tuple[RecoveredKey, ...]
    values: tuple[RecoveredValue, ...]
    cut: bool


def recover(image: MemoryImage, root: int | None, logs: Sequence[LogFile], applied: Sequence[int]) -> Recovery:
    """Search a hive and its logs for deleted records. ``applied``: the log entries that are in the image."""
    search = _Search(image, map_cells(image, root), root)
    search.search_image()
    for log in logs:
        search.search_log(log, frozenset(applied))
    return search.result()


class _Place:
    """Where one search happens: the bytes, which positions are dead, and what to call the source."""

    def __init__(self, image: Image, is_dead: Callable[[int], bool], source: Callable[[int], str]) -> None:
        self.image = image
        self.is_dead = is_dead
        self.source = source
        self.paths: dict[int, tuple[str, bool, str]] = {}


class _Search:
    def __init__(self, image: MemoryImage, cells: CellMap, root: int | None) -> None:
        self._root = root
        self._image = image
        self._cells = cells
        self._keys: list[RecoveredKey] = []
        self._values: list[RecoveredValue] = []
        self._taken: set[int] = set()  # positions of records that were taken, and their content with logs
        self._known: set[tuple[object, ...]] = set()
        self._owners = dict(cells.slack)
        self._budget = Budget(image)
        self._paths_left = max(PATHS_MIN, image.size * PATHS_PER_FILE)
        self._live = _Place(image, lambda position: False, lambda position: "")
        self._cut = False

    def result(self) -> Recovery:
        return Recovery(tuple(self._keys), tuple(self._values), self._cut)

    # --- where to look ----------------------------------------------------------------------

    def search_image(self) -> None:
        """The hive's own bytes, wherever nothing live is."""
        units = self._cells.units

        def is_dead(position: int) -> bool:
            return position // 8 >= len(units) or units[position // 8] in DEAD

        place = _Place(self._image, is_dead, lambda position: KINDS[self._cells.kind_at(position)])
        self._scan(place, self._image.data, 0, L.BASE_BLOCK_SIZE, lambda position: is_dead(position))

    def search_log(self, log: LogFile, applied: frozenset[int]) -> None:
        """Former states of pages: whole, sound entries of a log that are not in the image."""
        for entry in stray_entries(log):
            if entry.number in applied:
                continue
            whole = memoryview(log.data)
            patches: dict[int, list[tuple[int, memoryview]]] = {}
            for offset, at, length in entry.pages:
                for step in range(0, length, BLOCK):
                    page = whole[at + step : at + step + BLOCK]
                    patches.setdefault(L.BASE_BLOCK_SIZE + offset + step, []).append((0, page))
            former = BlockImage(self._image.read, max(self._image.size, L.BASE_BLOCK_SIZE + entry.bins_size), patches)
            name = f"log entry {entry.number} of {log.name}"
            for offset, at, length in entry.pages:
                start = L.BASE_BLOCK_SIZE + offset

                place = _Place(former, lambda position: True, self._log_source(name))
                self._scan(place, log.data[at : at + length], start, 0, lambda position: True)

    def _log_source(self, name: str) -> Callable[[int], str]:
        """The entry; and whether a live record of the same kind still stands there, of which this is a former state."""

        def source(position: int) -> str:
            kind = self._cells.kind_at(position)
            return f"{name} (earlier state)" if kind in (KEY, VALUE) else name

        return source

    def _scan(self, place: _Place, data: bytes | mmap, base: int, start: int, wanted: Callable[[int], bool]) -> None:
        for signature, take in ((L.NK_SIGNATURE, self._key), (L.VK_SIGNATURE, self._value)):
            at = data.find(signature, start)
            while at >= 0:
                position = base + at
                if not at & 1 and wanted(position):
                    if len(self._keys) + len(self._values) >= RECOVERED_MAX:
                        self._cut = True
                        return
                    take(place, position)
                at = data.find(signature, at + 1)

    # --- keys -------------------------------------------------------------------------------

    def _key(self, place: _Place, position: int) -> None:
        content = place.image.read(position, L.NK_NAME + _NAME_MOST)
        found = _plausible_key(content)
        if found is None or position in self._taken:
            return
        name, last_write, parent = found
        if place.image is not self._image and self._stands_now(position, found):
            return
        header = self._image.cell_header
        offset = position - header - L.BASE_BLOCK_SIZE
        if (offset, name, last_write) in self._known:
            return
        self._known.add((offset, name, last_write))
        self._taken.update(range(position, position + L.NK_NAME + len(name), 2))
        doubts: list[str] = []
        path, known = self._path(place, parent, name, last_write, doubts)
        source = place.source(position)
        values = self._values_of(place, content, path)
        trust = _trust(source, doubts)
        self._keys.append(
            RecoveredKey(name, path, known, last_write, source, trust, tuple(doubts), position, tuple(values))
        )

    def _stands_now(self, position: int, found: tuple[str, int, int]) -> bool:
        """Whether a key of a former state is the one that still stands there."""
        if self._cells.kind_at(position) != KEY:
            return False
        return _plausible_key(self._image.read(position, L.NK_NAME + _NAME_MOST)) == found

    def _value_now(self, position: int) -> tuple[str | None, int, bytes] | None:
        """The name, type and data of the live value at a position; None where there is none."""
        if self._cells.kind_at(position) != VALUE:
            return None
        found = _plausible_value(self._image.read(position, L.VK_NAME + _NAME_MOST), self._image.size)
        if found is None:
            return None
        name, size, where, number, _ = found
        return name, number, read_data(self._image, size, where, 0, Findings(), self._budget)

    def _path(self, place: _Place, parent: int, name: str, last_write: int, doubts: list[str]) -> tuple[str, bool]:
        """The path by parent offsets, and whether it reaches the root; it stops where there is no key."""
        above, known, doubt = self._path_at(place, parent)
        if doubt:
            doubts.append(doubt)
        if parent not in (self._root, L.NIL):
            position = L.BASE_BLOCK_SIZE + parent + self._image.cell_header
            found = _plausible_key(place.image.read(position, L.NK_NAME + _NAME_MOST))
            if found is not None and not place.is_dead(position) and found[1] < last_write:
                doubts.append("its parent was last written before it: the place may have been used again")
        return self._joined(above, name), known

    def _path_at(self, place: _Place, offset: int) -> tuple[str, bool, str]:
        """The path of the key at an offset, whether it reaches the root, and what is doubtful about it.

        Each is found once: a long chain of deleted keys would be climbed for every key of it.
        """
        chain: list[tuple[int, str]] = []
        seen: set[int] = set()
        while True:
            if offset == self._root:
                path, known, doubt = "", True, ""
                break
            if offset in place.paths:
                path, known, doubt = place.paths[offset]
                break
            position = L.BASE_BLOCK_SIZE + offset + self._image.cell_header
            found = None if offset == L.NIL else _plausible_key(place.image.read(position, L.NK_NAME + _NAME_MOST))
            if found is None or offset in seen:
                loop = found is not None
                doubt = "its parents form a loop" if loop else "its parents cannot be followed to the root"
                path, known = "", False
                break
            seen.add(offset)
            chain.append((offset, found[0]))
            offset = found[2]
        for at, name in reversed(chain):
            path = self._joined(path, name)
            place.paths[at] = (path, known, doubt)
        return path, known, doubt

    def _joined(self, above: str, name: str) -> str:
        """A path, cut to its end once all paths together are longer than a file of this size can ask for."""
        self._paths_left -= len(above) + len(name)
        if self._paths_left < 0 and len(above) > PATH_SHOWN:
            above = "…" + above[-PATH_SHOWN:]
        return f"{above}\\{name}" if above else name

    def _values_of(self, place: _Place, content: bytes, path: str) -> Iterator[RecoveredValue]:
        count, listing = unpack_from("<II", content, L.NK_VALUES)
        if not count or listing & 7:
            return
        at = L.BASE_BLOCK_SIZE + listing + self._image.cell_header
        if not place.is_dead(at):
            return
        count = min(count, max(self._budget.elements, 0))
        self._budget.elements -= count
        slots = place.image.read(at, 4 * count)
        for slot in unpack_from(f"<{len(slots) // 4}I", slots):
            position = L.BASE_BLOCK_SIZE + slot + self._image.cell_header
            if slot & 7 or not place.is_dead(position) or position in self._taken:
                continue
            value = self._read_value(place, position, path)
            if value is not None:
                yield value

    # --- values -----------------------------------------------------------------------------

    def _value(self, place: _Place, position: int) -> None:
        if position in self._taken:
            return
        owner = self._owners.get(position - self._image.cell_header - L.BASE_BLOCK_SIZE)
        path = self._path_at(self._live, owner)[0] if owner is not None else None
        value = self._read_value(place, position, path)
        if value is not None:
            self._values.append(value)

    def _read_value(self, place: _Place, position: int, path: str | None) -> RecoveredValue | None:
        content = place.image.read(position, L.VK_NAME + _NAME_MOST)
        found = _plausible_value(content, place.image.size)
        if found is None:
            return None
        name, size, where, number, flags = found
        offset = position - self._image.cell_header - L.BASE_BLOCK_SIZE
        ignored = Findings()
        raw = read_data(place.image, size, where, offset, ignored, self._budget)
        known = (offset, name, number, raw)
        if known in self._known:
            return None
        self._known.add(known)
        if place.image is not self._image and self._value_now(position) == (name, number, raw):
            return None
        self._taken.update(range(position, position + L.VK_NAME + len(name or ""), 2))
        source = place.source(position)
        doubts: list[str] = []
        length = size & ~L.INLINE
        at = L.BASE_BLOCK_SIZE + where + self._image.cell_header
        if not length:
            data_source = "none"
        elif size & L.INLINE:
            data_source = "inline"
        elif place.is_dead(at):
            data_source = place.source(at)
        else:
            data_source = "reused"
            doubts.append("a live record lies where its data were")
        if len(raw) < length:
            doubts.append(f"{length:,} bytes of data, {len(raw):,} were found")
        if path is None:
            doubts.append("its key is not known")
        value = Value((name, number, raw, offset, flags))
        return RecoveredValue(value, path, source, data_source, _trust(source, doubts), tuple(doubts), position)


def _trust(source: str, doubts: Sequence[str]) -> str:
    """High: a whole record in a cell of its own. Each doubt, and a place where anything may lie, lowers it."""
    steps = len(doubts) + (source not in ("free", "unreferenced"))
    return _TRUST[min(steps, len(_TRUST) - 1)]


def _plausible_name(raw: bytes, *, compressed: bool) -> str | None:
    if not compressed and len(raw) & 1:
        return None
    name = decode(raw, compressed=compressed)
    if name.count("\0") > _NULS_MOST or any(character < " " and character != "\0" for character in name):
        return None
    return name


def _plausible_key(content: bytes) -> tuple[str, int, int] | None:
    """The name, the last-write time and the parent of what can be a key node; None for what cannot."""
    if len(content) < L.NK_NAME or content[:2] != L.NK_SIGNATURE:
        return None
    flags, last_write = unpack_from("<HQ", content, L.NK_FLAGS)
    parent, subkeys = unpack_from("<II", content, L.NK_PARENT)
    values, listing = unpack_from("<II", content, L.NK_VALUES)
    (length,) = unpack_from("<H", content, L.NK_NAME_LENGTH)
    if subkeys > _SUBKEYS_MOST or not 0 < length <= _NAME_MOST or len(content) < L.NK_NAME + length:
        return None
    if values > _VALUES_MOST and not flags & L.KEY_PREDEF_HANDLE:
        return None
    if last_write and not _FIRST_TIME <= last_write <= _LAST_TIME:
        return None
    if values and listing != L.NIL and listing & 7:
        return None
    name = _plausible_name(content[L.NK_NAME : L.NK_NAME + length], compressed=bool(flags & L.KEY_COMP_NAME))
    return None if not name else (name, last_write, parent)


def _plausible_value(content: bytes, size: int) -> tuple[str | None, int, int, int, int] | None:
    """The name, data size and offset fields, type and flags of what can be a value; None for what cannot."""
    if len(content) < L.VK_NAME or content[:2] != L.VK_SIGNATURE:
        return None
    length, data_size, where, number, flags = unpack_from("<HIIIH", content, L.VK_NAME_LENGTH)
    if length > _NAME_MOST or len(content) < L.VK_NAME + length or flags & ~(L.VALUE_COMP_NAME | L.VALUE_TOMBSTONE):
        return None
    if data_size & L.INLINE:
        if data_size & ~L.INLINE > L.INLINE_MAX:
            return None
    elif data_size and (where & 7 or not where or where >= size or data_size > size):
        return None
    if not length:
        return None, data_size, where, number, flags
    name = _plausible_name(content[L.VK_NAME : L.VK_NAME + length], compressed=bool(flags & L.VALUE_COMP_NAME))
    return None if name is None else (name, data_size, where, number, flags)
