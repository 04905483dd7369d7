"""Names of keys and values: how they are stored, compared, hashed and ordered.

Must not know: cells, lists, files. Sources: msuhanov/regf, "Key node" (names), "Fast leaf" (hint),
"Hash leaf" (hash); the order is that of RtlCompareUnicodeString, unit by UTF-16 unit.
"""

from __future__ import annotations

from .layout import HASH_FACTOR

__all__ = ("decode", "encoded_name", "fold", "is_compressible", "lf_hint", "lh_hash", "order", "units")

_table: dict[int, int] | None = None


def fold(name: str) -> str:
    """The name in the registry's upper case: two names are the same key when this is equal."""
    if name.isascii():
        return name.upper()
    global _table
    if _table is None:
        from .upcase import UPCASE

        _table = UPCASE
    return name.translate(_table)


def units(name: str) -> bytes:
    """The name's UTF-16 units, little-endian; lone surrogates are kept as they are."""
    return name.encode("utf-16-le", "surrogatepass")


def order(name: str) -> bytes:
    """A sort key: comparing two of these as bytes is comparing the upper-cased UTF-16 units."""
    return fold(name).encode("utf-16-be", "surrogatepass")


def decode(raw: bytes, *, compressed: bool) -> str:
    """A stored name as text. An odd last byte of an uncompressed name is dropped (the caller notes it).

    A compressed name is Latin-1, byte n is U+00nn: neither ASCII nor windows-1252.
    """
    if compressed:
        return raw.decode("latin-1")
    return raw[: len(raw) & ~1].decode("utf-16-le", "surrogatepass")


def is_compressible(name: str) -> bool:
    """Windows stores a name with one byte a character when every unit is below 256."""
    try:
        name.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def encoded_name(name: str) -> tuple[bytes, bool]:
    """A name as Windows stores it, and whether with one byte a character."""
    if is_compressible(name):
        return name.encode("latin-1"), True
    return units(name), False


def lh_hash(name: str) -> int:
    """The hash of a hash leaf: H = H * 37 + upper-cased unit, modulo 2^32."""
    total = 0
    folded = fold(name)
    if folded.isascii():
        for unit in folded.encode("ascii"):
            total = total * HASH_FACTOR + unit
    else:
        wide = folded.encode("utf-16-le", "surrogatepass")
        for at in range(0, len(wide), 2):
            total = (total * HASH_FACTOR + (wide[at] | wide[at + 1] << 8)) & 0xFFFFFFFF
    return total & 0xFFFFFFFF


def lf_hint(name: str) -> bytes:
    """The hint of a fast leaf: the first four characters as stored, zero padded.

    All zero when one of them is above U+00FF; a hint is only a hint, Windows itself has written others.
    """
    try:
        return name[:4].encode("latin-1").ljust(4, b"\0")
    except UnicodeEncodeError:
        return bytes(4)
