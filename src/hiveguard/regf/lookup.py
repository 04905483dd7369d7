"""Finding one subkey or value by name: quickly where the lists are sound, with certainty where they are not.

Windows keeps subkeys sorted by upper-cased name, unit by unit; hashes and hints only hint. What the
quick way does not find is searched one by one, so that "not there" is a fact and every listed name can be
reached. Must not know: files, paths. Sources: msuhanov/regf, "Subkeys list"; order and upper case as in `names`.
"""

from __future__ import annotations

from . import layout as L
from .damage import Findings
from .names import fold, lh_hash, order, units
from .records import Budget, read_key, read_leaves, read_value, read_value_name, read_value_offsets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .image import Image
    from .records import KeyNode, Leaf
    from .value import Value

__all__ = ("find_subkey", "find_value")


def _normal(name: str) -> str:
    """A name as the reader itself decodes it: two lone surrogates that make a pair are one character."""
    return name if name.isascii() else units(name).decode("utf-16-le", "surrogatepass")


def find_subkey(image: Image, node: KeyNode, name: str, ordinal: int, findings: Findings) -> KeyNode | None:
    """The subkey of that name, in any case; of several equal ones the ``ordinal``-th.

    The first is the one that a look-up finds, the others follow in stored order. In a sound list that is
    stored order throughout; where hashes or order are wrong it still reaches every one of them.

    None when it is not there; what was unreadable on the way is in ``findings``, and then that is no proof.
    """
    name = _normal(name)
    found = Findings()
    leaves = read_leaves(image, node, found, Budget(image))
    first = _quick(image, leaves, name) if not found.lost else None
    if first is not None:
        if ordinal == 1:
            return first
        ordinal -= 1
    findings.absorb(found)
    wanted = fold(name)
    for leaf in leaves:
        for offset in leaf.offsets:
            if first is not None and offset == first.offset:
                continue
            key = read_key(image, offset, findings)
            if key is not None and fold(key.name) == wanted:
                ordinal -= 1
                if not ordinal:
                    return key
    return None


def _quick(image: Image, leaves: list[Leaf], name: str) -> KeyNode | None:
    """The first match by hash where every leaf has hashes, else by the order; None if that finds none."""
    ignored = Findings()
    if all(leaf.kind == L.LH for leaf in leaves):
        wanted, hashed = fold(name), lh_hash(name)
        for leaf in leaves:
            if hashed in leaf.tags:
                for offset, tag in zip(leaf.offsets, leaf.tags, strict=True):
                    if tag == hashed:
                        key = read_key(image, offset, ignored)
                        if key is not None and fold(key.name) == wanted:
                            return key
        return None
    offsets = [offset for leaf in leaves for offset in leaf.offsets]
    rank = order(name)
    low, high = 0, len(offsets)
    found: KeyNode | None = None
    while low < high:  # the first name that is not below the wanted one
        middle = (low + high) // 2
        key = read_key(image, offsets[middle], ignored)
        if key is None:
            return None
        here = order(key.name)
        if here < rank:
            low = middle + 1
        else:
            high = middle
            if here == rank:
                found = key
    return found


def find_value(image: Image, node: KeyNode, name: str | None, ordinal: int, findings: Findings) -> Value | None:
    """The value of that name (None or '': the default value), in any case; as for `find_subkey`."""
    wanted = fold(_normal(name)) if name else None
    budget = Budget(image)
    for offset in read_value_offsets(image, node, findings, budget):
        named = read_value_name(image, offset, findings)
        if named is None:
            continue
        here = named[1]
        if (here is None) == (wanted is None) and (here is None or fold(here) == wanted):
            ordinal -= 1
            if not ordinal:
                return read_value(image, offset, findings, budget)
    return None
