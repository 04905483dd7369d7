"""The names of a list, a set or an enumeration, found by number without going through all of them.

A file may name thousands for each of hundreds of arguments, so what finds them is made once, when it is first wanted,
and is shared by all arguments of one enumeration. Must not know: items, messages. Source: HiveGuard's own bounds.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ("TmfSymbols",)

_BITS = 64  # of the widest integer
_ALL = (1 << _BITS) - 1


class TmfSymbols(tuple[tuple[int, str], ...]):
    """(number, name), in order; equal to the plain tuple."""

    _names: dict[int, str]
    _by_bit: tuple[int, dict[int, int]]
    _by_number: dict[int, int]

    def name(self, number: int) -> str | None:
        """The name of a number: the first one where there are several."""
        try:
            names = self._names
        except AttributeError:
            names = self._names = {}
            for known, name in self:
                names.setdefault(known, name)
        return names.get(number)

    def within(self, number: int) -> Iterator[tuple[int, str]]:
        """Those other than 0 whose bits are all set in a number, in order."""
        try:
            found, having = self._by_bit
        except AttributeError:
            found, having = self._by_bit = self._marked_by_bit()
        for bit, those in having.items():
            if not number >> bit & 1:
                found &= ~those
        return self._at(found)

    def of_bits(self, number: int) -> Iterator[tuple[int, str]]:
        """Those whose number is that of a bit that is set in ``number``, in order."""
        try:
            those = self._by_number
        except AttributeError:
            those = self._by_number = self._marked_by_number()
        found = 0
        for bit, marks in those.items():
            if number >> bit & 1:
                found |= marks
        return self._at(found)

    def _at(self, places: int) -> Iterator[tuple[int, str]]:
        # A text is searched faster than an integer of thousands of bits is taken apart.
        digits = f"{places:b}"[::-1]
        at = digits.find("1")
        while at >= 0:
            yield self[at]
            at = digits.find("1", at + 1)

    # Each symbol is one bit of an integer, at its place.

    def _marked_by_bit(self) -> tuple[int, dict[int, int]]:
        """Those that are not 0, and for each bit those that have it."""
        every = bytearray(len(self) // 8 + 1)
        having: dict[int, bytearray] = {}
        for place, (number, _) in enumerate(self):
            if number:
                every[place >> 3] |= 1 << (place & 7)
            left = number & _ALL
            while left:
                bit = left.bit_length() - 1
                left ^= 1 << bit
                having.setdefault(bit, bytearray(len(every)))[place >> 3] |= 1 << (place & 7)
        return int.from_bytes(every, "little"), _integers(having)

    def _marked_by_number(self) -> dict[int, int]:
        """For each number that a bit can have, those that have it."""
        having: dict[int, bytearray] = {}
        for place, (number, _) in enumerate(self):
            if 0 <= number < _BITS:
                having.setdefault(number, bytearray(len(self) // 8 + 1))[place >> 3] |= 1 << (place & 7)
        return _integers(having)

    def __reduce__(self) -> tuple[object, ...]:
        return (TmfSymbols, (tuple(self),))


def _integers(marks: dict[int, bytearray]) -> dict[int, int]:
    return {key: int.from_bytes(those, "little") for key, those in marks.items()}
