"""The life of a hive is the table and nothing else."""

from __future__ import annotations

import pytest

from hiveguard.core.errors import InvalidTransition
from hiveguard.embedded.states import TABLE, Answer, Life, On, State


def paths() -> dict[State, list[On]]:
    """The shortest way to every state, from the table itself."""
    found: dict[State, list[On]] = {State.ABSENT: []}
    todo = [State.ABSENT]
    while todo:
        state = todo.pop(0)
        for on in On:
            life = at(found[state])
            if (state, on) in TABLE:
                life.on(on)
                if life.state not in found:
                    found[life.state] = [*found[state], on]
                    todo.append(life.state)
    return found


def at(way: list[On]) -> Life:
    life = Life()
    for on in way:
        life.on(on)
    return life


def test_every_state_can_be_reached_and_left() -> None:
    assert set(paths()) == set(State)
    assert {state for state, _ in TABLE} == set(State)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("on", On)
def test_what_is_not_in_the_table_cannot_happen(state: State, on: On) -> None:
    life = at(paths()[state])
    assert life.state is state
    if (state, on) in TABLE:
        assert life.on(on) is TABLE[state, on]
    else:
        with pytest.raises(InvalidTransition, match=state.value):
            life.on(on)
        assert life.state is state


def test_only_what_goes_on_changes_the_state() -> None:
    assert all(row.to is None for row in TABLE.values() if row.answer is not Answer.GO)


@pytest.mark.parametrize("registered", [False, True])
def test_a_hive_comes_back_to_where_it_was_before_its_load(registered: bool) -> None:
    before = State.REGISTERED if registered else State.ABSENT
    for way in ([On.LOAD_FAILED], [On.LOADED, On.UNLOAD, On.RELEASED]):
        life = at([On.REGISTER] if registered else [])
        for on in (On.LOAD, *way):
            life.on(on)
        assert life.state is before


@pytest.mark.parametrize(("written", "state"), [(False, State.CLEAN), (True, State.DIRTY)])
def test_an_unload_that_fails_leaves_the_hive_as_it_was(written: bool, state: State) -> None:
    life = at([On.LOAD, On.LOADED, *([On.WRITE] if written else []), On.UNLOAD_PENDING])
    assert life.state is State.FLUSHING_OUT
    life.on(On.FLUSH_FAILED)
    assert life.state is state


def test_the_state_cannot_be_set() -> None:
    with pytest.raises(AttributeError):
        Life().state = State.CLEAN  # type: ignore[misc]
