"""What the kernel recorded, as a function of time. Synthetic: the masks of real traces have no registry group."""

from __future__ import annotations

import pytest

from hiveguard.testing import TraceBuilder
from hiveguard.trace import open_trace
from hiveguard.trace.group_masks import REGISTRY, REGISTRY_HIVE, REGISTRY_NOTIFICATION, GroupMasks

HIVES = (0x00020000, 0, 0x01000000)
NONE = (0,)
T = 10**10


def masks_of(builder: TraceBuilder, order: str = "time") -> GroupMasks:
    walk = open_trace(builder.build()).records(order)
    for _ in walk:
        pass
    return walk.masks


def test_file_that_does_not_tell() -> None:
    masks = masks_of(TraceBuilder().event(bytes(16), 1))
    assert masks.changes == ()
    assert masks.at(T) is None
    assert masks.recorded(REGISTRY).answer == "unknown"


@pytest.mark.parametrize("perfinfo", [False, True])
@pytest.mark.parametrize("order", ["file", "time"])
def test_recorded_from_the_start_to_the_end(perfinfo: bool, order: str) -> None:
    """As real sessions have it: zero masks, the real ones, zero ones at the end."""
    builder = TraceBuilder()
    builder.group_masks(NONE, at=T, perfinfo=perfinfo)
    builder.group_masks(HIVES, at=T + 10, perfinfo=perfinfo).group_masks(NONE, ends=True, at=T + 10, perfinfo=perfinfo)
    builder.group_masks(NONE, at=T + 90, cpu=1).group_masks(HIVES, ends=True, at=T + 90, cpu=1)
    masks = masks_of(builder, order)
    assert len(masks.changes) == 3
    for group in (REGISTRY, REGISTRY_HIVE):
        assert masks.recorded(group).answer == "partly"
        assert masks.recorded(group).spans == ((T + 10, T + 90),)
        assert masks.recorded(group, T + 10, T + 90).answer == "yes"
        assert masks.recorded(group, T + 20, T + 30).answer == "yes"
        assert masks.recorded(group, T + 95).answer == "no"
    assert masks.recorded(REGISTRY_NOTIFICATION).answer == "no"
    assert masks.at(T + 5) == (0,) * 8
    assert masks.at(T + 10) == (0x20000, 0, 0x01000000, 0, 0, 0, 0, 0)
    assert masks.at(T - 1) == (0,) * 8, "the mask that ends at T + 10 held before"


def test_mask_that_nothing_ends() -> None:
    masks = masks_of(TraceBuilder().group_masks(HIVES, at=T))
    assert masks.recorded(REGISTRY_HIVE).answer == "yes"
    assert masks.recorded(REGISTRY_HIVE).spans == ((T, None),)
    assert masks.recorded(REGISTRY_HIVE, T - 5).answer == "partly"
    assert masks.recorded(REGISTRY_NOTIFICATION, T - 5, T - 1).answer == "unknown"


def test_spans_that_touch_are_one() -> None:
    builder = TraceBuilder().group_masks(HIVES, at=T).group_masks((0x00020001, 0, 0x01000000), at=T + 5)
    masks = masks_of(builder.group_masks(NONE, at=T + 9).group_masks(HIVES, at=T + 12))
    assert masks.recorded(REGISTRY_HIVE).spans == ((T, T + 9), (T + 12, None))


def test_masks_are_seen_though_only_other_records_are_wanted() -> None:
    builder = TraceBuilder().group_masks(HIVES, at=T).event(bytes(16), 1)
    walk = open_trace(builder.build()).records(providers=[b"x" * 16])
    assert list(walk) == []
    assert walk.masks.recorded(REGISTRY_HIVE).answer == "yes"
    assert walk.verdict is not None
    assert "changed 1 times" in walk.verdict.evidence[0].facts[-1]


def test_changes_beyond_those_kept_make_the_answer_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hiveguard.trace.group_masks.MASKS_KEPT", 2)
    builder = TraceBuilder()
    for number in range(4):
        builder.group_masks(HIVES if number % 2 else NONE, at=T + number)
    masks = masks_of(builder)
    assert masks.lost == 2
    assert masks.recorded(REGISTRY).answer == "unknown"


def test_record_too_short_for_masks_is_no_change() -> None:
    assert masks_of(TraceBuilder().system(5, bytes(31))).changes == ()
