"""Whatever tree the builder is told of, in whatever version: the reader delivers exactly that, complete."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import hiveguard
from hiveguard.regf.names import fold, order
from hiveguard.testing import HiveBuilder, KeySpec, ListStyle

# Any UTF-16 unit may stand in a name, lone surrogates and NULs too. Two surrogates side by side are
# left out: as text they might be one character or two, as units they are the same.
UNITS = st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"], exclude_characters="\\")
NAMES = st.one_of(st.text(UNITS, min_size=1, max_size=12), st.sampled_from(["\ud800", "a\udc00", "\U0001f600", "ı"]))
DATA = st.one_of(
    st.binary(max_size=12),
    st.integers(min_value=1, max_value=40_000).map(lambda size: (bytes(range(253)) * 160)[:size]),
)
VALUES = st.dictionaries(
    st.one_of(st.none(), NAMES), st.tuples(st.integers(min_value=0, max_value=0xFFFFFFFF), DATA), max_size=4
)
#: (index of an earlier key, which becomes the parent; name; values; time)
KEYS = st.lists(
    st.tuples(st.integers(min_value=0, max_value=1000), NAMES, VALUES, st.integers(min_value=0, max_value=2**63)),
    max_size=25,
)
STYLES = st.builds(
    ListStyle,
    leaf=st.sampled_from([None, "li", "lf", "lh"]),
    limit=st.sampled_from([None, 1, 2, 5]),
    ordered=st.booleans(),
    room=st.integers(min_value=0, max_value=3),
)

Record = tuple[tuple[str, ...], int, list[tuple[str | None, int, bytes]]]


def told(builder: HiveBuilder) -> list[Record]:
    records: list[Record] = []
    waiting: list[tuple[KeySpec, tuple[str, ...]]] = [(builder.root, ())]
    while waiting:
        key, path = waiting.pop()
        records.append((path, key.last_write, [(value.name, value.type, value.raw) for value in key.values]))
        below = list(key.subkeys)
        if builder.lists.ordered:
            below.sort(key=lambda child: order(child.name))
        waiting.extend((child, (*path, child.name)) for child in reversed(below))
    return records


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(minor=st.integers(min_value=0, max_value=6), keys=KEYS, style=STYLES)
def test_what_was_told_is_what_is_read(
    minor: int,
    keys: list[tuple[int, str, dict[str | None, tuple[int, bytes]], int]],
    style: ListStyle,
) -> None:
    builder = HiveBuilder(minor, lists=style)
    made = [builder.root]
    for parent, name, values, last_write in keys:
        key = made[parent % len(made)].key((name,))
        key.last_write = last_write
        for value_name, (kind, raw) in values.items():
            key.value(value_name, kind, raw)
        made.append(key)
    expected = told(builder)
    delivered: list[Record] = []
    with hiveguard.open(builder.build()) as hive:
        parents: list[tuple[str, ...]] = []
        walk = hive.walk()
        for key in walk:
            path = key.parts
            parents.append(path)
            delivered.append((path, key.last_write, [(v.name, v.type, v.raw) for v in key.values()]))
        assert walk.verdict
        assert not walk.verdict.damage
        assert delivered == expected
        for path in parents:
            assert hive.key(tuple(fold(name) for name in path)).parts == path
