"""The algebra of verdicts, endings and moments."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiveguard import Damage, Ending, Evidence, Verdict
from hiveguard.core.verdict import Moment

moments = st.builds(Moment, st.integers(0, 9), st.integers(0, 9))
damages = st.builds(
    Damage, st.sampled_from(["a", "b"]), st.integers(0, 3) | st.none(), st.just("k"), st.just("c"), st.booleans()
)
verdicts = st.builds(
    Verdict,
    ending=st.sampled_from(Ending),
    reasons=st.lists(st.sampled_from(["x", "y"]), max_size=2).map(tuple),
    damage=st.lists(damages, max_size=2).map(tuple),
    more_damage=st.dictionaries(st.sampled_from(["a", "b"]), st.integers(1, 3)).map(lambda d: tuple(sorted(d.items()))),
    evidence=st.lists(st.builds(Evidence, st.just("q")), max_size=1).map(tuple),
    counts=st.dictionaries(st.sampled_from(["keys", "values"]), st.integers(0, 3)),
    attempts=st.integers(0, 3),
    stopped_by=st.sampled_from([None, "caller", "limit"]),
    started=st.none() | moments,
    finished=st.none() | moments,
)


@given(verdicts, verdicts, verdicts)
def test_joining_is_associative(a: Verdict, b: Verdict, c: Verdict) -> None:
    assert (a & b) & c == a & (b & c)


@given(verdicts)
def test_the_empty_verdict_is_the_identity(a: Verdict) -> None:
    assert a & Verdict.empty() == a == Verdict.empty() & a


@given(verdicts, verdicts)
def test_the_graver_ending_stands_and_everything_is_kept(a: Verdict, b: Verdict) -> None:
    both = a & b
    assert both.ending == max(a.ending, b.ending)
    assert both.reasons == a.reasons + b.reasons
    assert both.damage == a.damage + b.damage
    assert both.attempts == a.attempts + b.attempts
    assert both.count("keys") == a.count("keys") + b.count("keys")
    assert bool(both) == (bool(a) and bool(b))


@given(verdicts)
def test_a_verdict_is_a_value(a: Verdict) -> None:
    assert pickle.loads(pickle.dumps(a)) == a
    assert hash(a) == hash(pickle.loads(pickle.dumps(a)))
    with pytest.raises(AttributeError):
        a.ending = Ending.COMPLETE  # type: ignore[misc]
    assert a.ending.words in repr(a) or a.ending.name in repr(a)


def test_endings_are_in_the_order_of_gravity() -> None:
    assert [ending.name for ending in Ending] == [
        "COMPLETE",
        "UNPROVEN",
        "STOPPED",
        "CHANGED",
        "LOST",
        "ACCESS_DENIED",
        "DAMAGED",
        "KEY_DELETED",
        "HIVE_UNLOADED",
        "HANDLE_CLOSED",
        "UNAVAILABLE",
        "FAILED",
    ]
    assert list(Ending) == sorted(Ending)


def test_only_complete_is_true() -> None:
    assert [ending for ending in Ending if Verdict(ending)] == [Ending.COMPLETE]


def test_irregularities_leave_a_verdict_complete() -> None:
    verdict = Verdict(damage=(Damage("bin-header", 4096, "", "odd", False),))
    assert verdict
    assert (verdict.irregularities, verdict.losses) == (1, 0)
