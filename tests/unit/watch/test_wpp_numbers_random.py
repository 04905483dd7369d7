"""A watch of WPP messages in any near order, some of them lost: nothing is held that a missing number may have ended.

What is true is known here, since the messages are made in the order of their numbers. Synthetic.
"""

from __future__ import annotations

import random

import pytest

from hiveguard.core.liveness import LivenessState as S
from hiveguard.trace import open_trace
from hiveguard.trace.wpp_messages import wpp_messages
from hiveguard.watch.watch import Watch
from hiveguard.watch.wpp import WppChannels
from tests.integration.test_trace_wpp_watch import OTHER, TMF, Recording

ROUNDS = 60
UNREAD = 99


def happened(chance: random.Random) -> list[tuple[int, str, str]]:
    """(place, what, hive): a load before whatever needs one."""
    loaded: set[str] = set()
    made = []
    for place in range(chance.randint(2, 8)):
        hive, what = chance.choice("AB"), chance.choice(["load", "unload", "dirty", "other", "unread"])
        if what in ("load", "unload", "dirty") and (what == "load") is (hive in loaded):
            what = "dirty" if what == "load" else "load"
        if what == "load":
            loaded.add(hive)
        elif what == "unload":
            loaded.discard(hive)
        made.append((place, what, hive))
    return made


def recording(messages: list[tuple[int, str, str]], first: int) -> Recording:
    made = Recording(mode=0x8001)
    for place, what, hive in messages:
        number = (first + place) % (1 << 32)
        if what in ("load", "unload", "dirty"):
            getattr(made, what)(file=hive, sequence=number)
        else:
            made.say(OTHER if what == "other" else UNREAD, b"", sequence=number)
    return made


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("as_list", [False, True])
def test_what_is_held_is_what_the_newest_number_shows(seed: int, as_list: bool) -> None:
    chance = random.Random(seed)
    believed = 0
    for _ in range(ROUNDS):
        came = [each for each in happened(chance) if chance.random() > 0.2]
        came.sort(key=lambda each: each[0] + chance.random() * chance.choice([0, 3]))
        walk = wpp_messages(
            open_trace(recording(came, chance.choice([5, 0xFFFF_FFFC])).builder.build()), TMF, on_incomplete="record"
        )
        with Watch(WppChannels(list(walk) if as_list else walk, TMF)) as watched:
            list(watched)
            held = watched.now()
        read = {place: what for place, what, _ in came if what != "unread"}
        for live in held:
            newest = max(place for place, what, hive in came if hive == live.file and what not in ("other", "unread"))
            if live.state is S.UNKNOWN:
                continue
            believed += 1
            assert (live.state is S.UNLOADED) is (read[newest] == "unload"), came
            assert all(place in read for place in range(newest, max(place for place, _, _ in came))), came
    assert believed > ROUNDS / 2
