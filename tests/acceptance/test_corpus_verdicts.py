"""What is said of real hives: sound ones are complete without a word, and each known fault is told."""

from __future__ import annotations

import collections

import pytest

import hiveguard
from hiveguard import Ending
from tests.conftest import Corpus, corpus_rows

pytestmark = pytest.mark.corpus

#: group: the codes that a plain walk of the primary file gives
FAULTS = {
    "sam-bad-hbin": {"bin-header": 1},
    "plaso-corrupt-list": {"not-a-key": 1},
    "yarp-BadBaseBlockHive": {"header-checksum": 1},
    "yarp-BadListHive": {"key-seen": 1},
    "yarp-BadSubkeyHive": {"key-seen": 1},
    "yarp-EffectiveSizeHive": {"header-checksum": 1},
    "yarp-GarbageHive": {"header-checksum": 1},
    "yarp-TruncatedDirtyHive": {"file-short": 1, "cell-outside": 9, "subkeys-missing": 1},
    "yarp-TruncatedHive": {"file-short": 1, "cell-outside": 9, "subkeys-missing": 1},
    "yarp-TruncatedNameHive": {"key-name-cut": 1},
}
#: what a strict walk finds besides, in hives whose plain walk finds nothing
IRREGULAR = {
    "yarp-CompHive": {"strict-hash": 1},
    "yarp-DuplicateSubkeysHive": {"strict-duplicate-key": 1},
    "yarp-InvalidParentHive": {"strict-parent": 1},
    "yarp-WrongOrderHive": {"strict-order": 2},
    "yarp-BadLogHive3": {"strict-unreferenced": 4},
    "yarp-NewDirtyHive1": {"strict-unreferenced": 4},
    "yarp-NewDirtyHive2": {"strict-unreferenced": 4},
    "yarp-NewDirtyHive1-recovered": {"strict-unreferenced": 8},
}
ROWS = [row for row in corpus_rows() if row["group"] not in ("system-corrupted", "big")]


def found(corpus: Corpus, row: dict[str, str], *, strict: bool) -> tuple[hiveguard.Verdict, dict[str, int]]:
    with hiveguard.open(corpus(f"{row['group']}/{row['name']}"), logs="ignore") as hive:
        walk = hive.walk(on_incomplete="record", strict=strict)
        for _ in walk:
            pass
        assert walk.verdict is not None
        return walk.verdict, dict(collections.Counter(damage.code for damage in walk.verdict.damage))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["group"])
def test_verdict(row: dict[str, str], corpus: Corpus) -> None:
    verdict, codes = found(corpus, row, strict=False)
    assert codes == FAULTS.get(row["group"], {})
    lost = any(damage.lost for damage in verdict.damage)
    assert verdict.ending is (Ending.DAMAGED if lost else Ending.COMPLETE)


@pytest.mark.parametrize("row", [row for row in ROWS if row["group"] not in FAULTS], ids=lambda row: row["group"])
def test_strict_verdict(row: dict[str, str], corpus: Corpus) -> None:
    verdict, codes = found(corpus, row, strict=True)
    assert codes == IRREGULAR.get(row["group"], {})
    assert verdict.is_complete
