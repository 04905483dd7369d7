"""The findings about hive files: one table of codes, and the collector that bounds them.

Must not know: files, keys. Source: the rules are those of msuhanov/regf's specification; which
breach loses content and which is only irregular is HiveGuard's own judgement, stated here once.
"""

from __future__ import annotations

from ..core.damage import Damage
from .layout import BASE_BLOCK_SIZE
from .limits import COST_SHOWN, DAMAGE_KEPT, PATH_SHOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ("CODES", "STRICT_CODES", "Findings")

#: code: (whether content is lost, what it means). A breach after which everything was still
#: delivered is an irregularity and loses nothing.
CODES: dict[str, tuple[bool, str]] = {
    # the base block and the file as a whole
    "header-checksum": (False, "the base block's checksum is wrong"),
    "header-field": (False, "a field of the base block has an unknown value"),
    "file-short": (False, "the base block claims more bins data than the file holds"),
    "size-claim-short": (False, "bins lie beyond the size that the base block claims"),
    "root-search": (False, "the root offset leads to no key; another root was found"),
    "root-guessed": (True, "the root offset leads to no key, and none says that it is the root: what is above is lost"),
    "root-listed": (False, "another key lists the root as its subkey"),
    "root-doubtful": (
        True,
        "the checksum is wrong and another key lists the root: what is above is lost",
    ),
    "root-missing": (True, "no root key was found"),
    "replay-missing-bins": (True, "the log speaks of bins that neither it nor the file holds"),
    # bins
    "bin-header": (False, "a bin's signature, offset or size is wrong"),
    # cells
    "cell-outside": (True, "the reference leads outside the file"),
    "cell-unaligned": (True, "the reference is not a cell's place"),
    "cell-size": (True, "the cell's size is impossible"),
    "cell-free": (True, "the referenced cell is marked free: its content may be somebody else's"),
    # keys
    "not-a-key": (True, "the cell holds no key"),
    "key-name-cut": (True, "the key's name runs beyond its cell"),
    "key-name-odd": (True, "the key's UTF-16 name has an odd last byte"),
    "key-name-empty": (False, "the key's name is empty"),
    "key-name-separator": (False, "the key's name holds a backslash"),
    "key-parent": (False, "the key names another key as its parent: a loaded hive leaves it out"),
    "key-astray": (True, "the key names another key as its parent: a loaded hive does not follow it"),
    "key-hidden": (True, "another key of the same name stands before it: a loaded hive finds only that one"),
    "key-seen": (False, "the key was delivered before at another place of the tree"),
    "key-seen-again": (True, "the key was delivered before, and its subkeys are not walked again"),
    "key-cycle": (False, "the list leads back to the key itself, or to one above it"),
    "depth-irregular": (False, "the tree is deeper than Windows allows"),
    "depth": (True, "the tree is too deep to follow"),
    "class-cut": (True, "the class name runs beyond its cell or is not there"),
    "security": (True, "the security descriptor is not there or cannot be read"),
    # subkey lists
    "subkeys-unreadable": (True, "the list of subkeys cannot be read"),
    "list-signature": (True, "the cell holds no subkey list"),
    "list-cut": (True, "the list claims more elements than its cell holds"),
    "list-loop": (True, "the index root leads back to itself"),
    "list-nested": (False, "an index root lies inside an index root"),
    "list-depth": (True, "index roots are nested too deep"),
    "subkeys-missing": (True, "the key counts more subkeys than its list names"),
    "subkeys-uncounted": (False, "the list names more subkeys than the key counts"),
    # values
    "values-unreadable": (True, "the list of values cannot be read"),
    "values-cut": (True, "the key counts more values than its list holds"),
    "not-a-value": (True, "the cell holds no value"),
    "value-name-cut": (True, "the value's name runs beyond its cell"),
    "value-name-odd": (True, "the value's UTF-16 name has an odd last byte"),
    "data-inline-size": (True, "inline data claim more than four bytes"),
    "data-outside": (True, "the value's data lie outside the file"),
    "data-cut": (True, "the value's data run beyond their cell"),
    "data-cell": (True, "the data's cell is free or impossible: what it holds is doubtful"),
    "big-data": (True, "a part of the big data cannot be read"),
    # bounds
    "limit-elements": (True, "more list elements than a file of this size can hold"),
    "limit-data": (True, "more value data than a file of this size can hold"),
    "limit-paths": (True, "the paths are longer than a file of this size can ask for"),
    # strict
    "strict-parent": (False, "the key names another key as its parent"),
    "strict-order": (False, "subkeys are not in ascending order"),
    "strict-duplicate-key": (False, "two subkeys have the same name"),
    "strict-duplicate-value": (False, "two values have the same name"),
    "strict-hash": (False, "a hash or hint in the list differs from the name's"),
    "strict-list-empty": (False, "a subkey list is empty"),
    "strict-name-length": (False, "a name is longer than Windows allows"),
    "strict-cell-start": (False, "a reference is not the start of an allocated cell"),
    "strict-overlap": (False, "two references lead to one cell"),
    "strict-unreferenced": (False, "an allocated cell is referenced by nothing"),
    "strict-cell-chain": (False, "the cells do not fill their bin"),
    "strict-free-neighbours": (False, "two free cells lie side by side"),
    "strict-security": (False, "the ring of security descriptors is broken"),
    "strict-security-count": (False, "a security descriptor counts other references than there are"),
    "strict-descriptor-empty": (False, "a security descriptor is empty"),
    "strict-big-data": (False, "big data have an unusual shape"),
    "strict-header": (False, "the base block breaks a rule of Windows' loader"),
}
#: the codes that only a strict walk gives
STRICT_CODES = frozenset(code for code in CODES if code.startswith("strict-"))

#: room is left for the first finding of each code
_KEPT = DAMAGE_KEPT - len(CODES)


class Findings:
    """Collects `Damage`, keeps the first `DAMAGE_KEPT` and counts the rest by code.

    ``where`` gives the path of what is being read when something is found.
    """

    __slots__ = ("_more", "_told", "kept", "lost", "where")

    def __init__(self, where: Callable[[], str] = str) -> None:
        self.kept: list[Damage] = []
        self._more: dict[str, int] = {}
        self._told: set[str] = set()
        self.lost = False  #: whether anything found so far cost content
        self.where = where

    def add(self, code: str, cell: int | None, cost: str = "", *, base: int = BASE_BLOCK_SIZE) -> None:
        """Note a finding at a cell offset (or, with ``base=0``, at a position in the file)."""
        lost, meaning = CODES[code]
        if lost:
            self.lost = True
        if len(self.kept) >= _KEPT and code in self._told:  # the first of each code is always kept
            self._more[code] = self._more.get(code, 0) + 1
            return
        self._told.add(code)
        path = self.where()
        if len(path) > PATH_SHOWN:
            path = "…" + path[-PATH_SHOWN:]
        if len(cost) > COST_SHOWN:
            cost = cost[:COST_SHOWN] + "…"
        at = None if cell is None else cell + base
        self.kept.append(Damage(code, at, path, f"{meaning}: {cost}" if cost else meaning, lost))

    def absorb(self, other: Findings) -> None:
        """Take over what another collector found."""
        self.take(other.kept, other.more)
        self.lost = self.lost or other.lost

    def take(self, damage: Iterable[Damage], more: Iterable[tuple[str, int]] = ()) -> None:
        """Take over findings of a verdict."""
        for finding in damage:
            self.lost = self.lost or finding.lost
            if len(self.kept) < _KEPT or finding.code not in self._told:
                self._told.add(finding.code)
                self.kept.append(finding)
            else:
                self._more[finding.code] = self._more.get(finding.code, 0) + 1
        for code, count in more:
            self._more[code] = self._more.get(code, 0) + count

    @property
    def loss(self) -> str:
        """What was lost, in one sentence; empty: nothing was."""
        lost = [finding for finding in self.kept if finding.lost]
        if not lost:
            return ""
        count = "1 loss" if len(lost) == 1 else f"{len(lost):,} losses, the first"
        where = f" at {lost[0].path}" if lost[0].path else ""
        return f"{count}{where}: {lost[0].cost}"

    @property
    def damage(self) -> tuple[Damage, ...]:
        """The findings kept one by one."""
        return tuple(self.kept)

    @property
    def more(self) -> tuple[tuple[str, int], ...]:
        """How many more there were, by code."""
        return tuple(sorted(self._more.items()))

    def __len__(self) -> int:
        return len(self.kept) + sum(self._more.values())
