"""Real hives are read exactly: path, name, type and raw bytes of everything equal what several peers agree on.

The identity of a hive is the one that the corpus' manifest gives for each: SHA-256 over all records in
walk order, and a sum of the records' digests that is free of order. With `logs="ignore"` it is that of
the primary file, with logs that of the replayed hive.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import hiveguard
from tests.conftest import Corpus, corpus_rows

pytestmark = pytest.mark.corpus

AGREED = [row for row in corpus_rows() if row.get("hash") != "-" and row.get("agree") != "-"]
REPLAYED = [row for row in corpus_rows() if row.get("replay_hash", "-") != "-"]


def name(row: dict[str, str]) -> str:
    return f"{row['group']}/{row['name']}"


def chunk(content: bytes) -> bytes:
    return len(content).to_bytes(4, "little") + content


def text(characters: str) -> bytes:
    return chunk(characters.encode("utf-16-le", "surrogatepass"))


def identity(path: Path, logs: str) -> tuple[int, int, str, str]:
    """Keys, values, ordered hash, hash of one hive as HiveGuard reads it."""
    keys = values = total = 0
    ordered = hashlib.sha256()
    with hiveguard.open(path, logs=logs) as hive:
        for key in hive.walk(on_incomplete="record"):
            keys += 1
            records = [b"K" + text(key.path)]
            for value in key.values():
                values += 1
                head = b"V" + text(key.path) + text(value.name or "")
                records.append(head + value.type.to_bytes(4, "little") + chunk(value.raw))
            for record in records:
                ordered.update(record)
                total += int.from_bytes(hashlib.sha256(record).digest(), "big")
    return keys, values, ordered.hexdigest(), f"{total % (1 << 256):064x}"


@pytest.mark.parametrize("row", AGREED, ids=name)
def test_primary_file_is_what_peers_agree_on(row: dict[str, str], corpus: Corpus) -> None:
    expected = (int(row["keys"]), int(row["values"]), row["ordered_hash"], row["hash"])
    assert identity(corpus(name(row)), "ignore") == expected


@pytest.mark.parametrize("row", REPLAYED, ids=name)
def test_replayed_hive_is_what_peers_agree_on(row: dict[str, str], corpus: Corpus) -> None:
    expected = (
        int(row["replay_keys"]),
        int(row["replay_values"]),
        row["replay_ordered_hash"],
        row["replay_hash"],
    )
    assert identity(corpus(name(row)), "auto") == expected


def test_a_hive_of_which_no_two_peers_agree_gives_all_that_can_be_reached(corpus: Corpus) -> None:
    with hiveguard.open(corpus("system-corrupted/SYSTEM"), logs="ignore") as hive:
        walk = hive.walk(on_incomplete="record")
        values = keys = 0
        for key in walk:
            keys += 1
            values += len(key.values())
    assert (keys, values) >= (1687, 5618)
    assert walk.verdict is not None
    assert walk.verdict.ending.name == "DAMAGED"
    assert sum(damage.lost for damage in walk.verdict.damage) > 0
