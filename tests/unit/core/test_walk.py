"""When one learns how a walk ended: at its end, after a break, at an error, never before."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hiveguard import Ending, Incomplete, Verdict, Walk
from hiveguard.core.walk import Progress

_ENDINGS = {None: Ending.COMPLETE, "error": Ending.FAILED}


def walk(*, ending: Ending = Ending.COMPLETE, raises: bool = True, fail: BaseException | None = None) -> Walk[int]:
    def steps() -> Iterator[int]:
        yield from range(3)
        if fail is not None:
            raise fail

    def conclude(stopped_by: str | None) -> Verdict:
        return Verdict(max(ending, _ENDINGS.get(stopped_by, Ending.STOPPED)), stopped_by=stopped_by)

    return Walk(steps(), conclude, raises=raises, progress=Progress())


def test_there_is_no_verdict_before_the_end() -> None:
    whole = walk()
    seen = []
    for item in whole:
        assert whole.verdict is None
        seen.append(item)
    assert seen == [0, 1, 2]
    assert whole.verdict == Verdict()


def test_an_incomplete_walk_delivers_everything_and_then_raises() -> None:
    damaged, seen = walk(ending=Ending.DAMAGED), []
    with pytest.raises(Incomplete, match='on_incomplete="record"') as raised:
        seen.extend(damaged)
    for item in damaged:
        seen.append(item)
    assert raised.value.verdict is damaged.verdict
    assert damaged.verdict is not None
    assert damaged.verdict.ending is Ending.DAMAGED


def test_an_incomplete_walk_that_records_ends_like_any_loop() -> None:
    damaged = walk(ending=Ending.DAMAGED, raises=False)
    assert list(damaged) == [0, 1, 2]
    assert damaged.verdict == Verdict(Ending.DAMAGED)


@pytest.mark.parametrize(("ending", "stands"), [(Ending.COMPLETE, Ending.STOPPED), (Ending.DAMAGED, Ending.DAMAGED)])
def test_a_break_stops_at_once_and_raises_nothing(ending: Ending, stands: Ending) -> None:
    broken = walk(ending=ending)
    for _ in broken:
        break
    assert broken.verdict == Verdict(stands, stopped_by="caller")
    assert list(broken) == []


def test_a_break_is_noticed_after_items_were_taken_one_by_one() -> None:
    broken = walk()
    assert next(broken) == 0
    for item in broken:
        assert item == 1
        break
    assert broken.verdict is not None
    assert broken.verdict.stopped_by == "caller"
    with pytest.raises(StopIteration):
        next(broken)


def test_a_walk_can_be_ended_before_it_began() -> None:
    unused = walk()
    unused.close(by="deadline")
    assert unused.verdict == Verdict(Ending.STOPPED, stopped_by="deadline")


def test_a_walk_is_a_context_manager() -> None:
    with walk() as left:
        assert next(left) == 0
    assert left.verdict is not None
    assert left.verdict.ending is Ending.STOPPED


def test_an_error_and_an_interrupt_are_told_apart() -> None:
    failing = walk(fail=OSError("disk"))
    with pytest.raises(OSError, match="disk"):
        list(failing)
    assert failing.verdict is not None
    assert failing.verdict.ending is Ending.FAILED
    stopped = walk(fail=KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        list(stopped)
    assert stopped.verdict is not None
    assert stopped.verdict.stopped_by == "signal"


def test_collecting_gives_a_listing_or_the_items_in_the_exception() -> None:
    listing = walk().collect()
    assert tuple(listing) == (0, 1, 2)
    assert listing[0] == 0
    assert listing[1:] == (1, 2)
    assert 2 in listing
    assert listing.verdict == Verdict()
    with pytest.raises(Incomplete) as raised:
        walk(ending=Ending.CHANGED).collect()
    assert raised.value.items == (0, 1, 2)
    partly = walk(ending=Ending.CHANGED, raises=False)
    assert next(partly) == 0
    assert tuple(partly.collect()) == (1, 2)
