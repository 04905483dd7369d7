"""Other people's readers agree with what is written: every path, name, type and raw byte, after many changes.

The long run is ``python -m tests.integration.edited_hives``.
"""

from __future__ import annotations

import random
from itertools import islice
from pathlib import Path

import pytest

from tests.integration.edited_hives import KINDS, Words, edited, ours
from tests.peers.reading import read_all_with

HIVES = 6


@pytest.mark.parametrize(("version", "words", "peers"), KINDS)
def test_written_hives_are_sound(version: str, words: Words, peers: tuple[str, ...]) -> None:
    seed = random.randrange(10**9)
    print(f"seed: {seed}")
    for image, told in islice(edited(version, words, seed), HIVES):
        assert ours(image) == told


@pytest.mark.peers
@pytest.mark.parametrize(
    ("version", "words", "peer"), [(version, words, peer) for version, words, peers in KINDS for peer in peers]
)
def test_peers_read_written_hives(version: str, words: Words, peer: str, tmp_path: Path) -> None:
    seed = random.randrange(10**9)
    print(f"seed: {seed}")
    hives = list(islice(edited(version, words, seed), HIVES))
    assert read_all_with(peer, [image for image, _ in hives], tmp_path) == [told for _, told in hives]
