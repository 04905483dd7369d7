"""Deleted records of real hives: the known ones are found, and nothing live is among them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import hiveguard

pytestmark = pytest.mark.corpus

#: hive: paths of deleted keys that are known to lie in it
DELETED = {
    "yarp-DeletedDataHive/DeletedDataHive": {"456"},
    "yarp-DeletedTreeHive/DeletedTreeHive": {
        "1\\2\\3",
        "1\\2\\3\\4",
        "1\\2\\3\\4\\5",
        "1\\2\\3\\4\\New Key #1",
    },
    "yarp-SlackHive/SlackHive": {"key_with_many_subkeys\\2119\\New Key #1"},
}


@pytest.mark.parametrize("name", DELETED)
def test_known_deleted_keys_are_found(name: str, corpus: Callable[[str], Path]) -> None:
    with hiveguard.open(corpus(name)) as hive:
        found = hive.recover()
    assert {key.path for key in found.keys} >= DELETED[name]
    assert found.verdict
    assert all(key.trust == "high" and key.source == "free" for key in found.keys if key.path in DELETED[name])


def test_a_path_that_cannot_be_followed_is_marked(corpus: Callable[[str], Path]) -> None:
    with hiveguard.open(corpus("yarp-DeletedTreePartialPathHive/DeletedTreePartialPathHive")) as hive:
        found = hive.recover().keys
    assert {key.path for key in found} == {"3", "3\\4", "3\\4\\5", "3\\4\\New Key #1"}
    assert all(not key.path_known and key.trust == "medium" for key in found)


@pytest.mark.parametrize(
    "name",
    [
        "ntuser-transactions/NTUSER.DAT",
        "win10-usrclass/UsrClass.dat",
        "win10-sam/SAM",
        "win2012r2-amcache/Amcache.hve",
        "yarp-BadLogHive3/BadLogHive",
        "usrclass-deletedbags/UsrClassDeletedBags.dat",
    ],
)
def test_nothing_live_is_recovered(name: str, corpus: Callable[[str], Path]) -> None:
    folder, file = name.split("/")
    path = next(found for found in corpus_files(corpus, folder) if found.name.lower() == file.lower())
    with hiveguard.open(path) as hive:
        keys, values = set(), set()
        for key in hive.walk():
            keys.add((key.offset, key.name, key.last_write, key.path))
            values |= {value[:4] for value in key.values()}
        found = hive.recover()
    header = 4096 + 4
    assert not {(key.offset - header, key.name, key.last_write, key.path) for key in found.keys} & keys
    recovered = [*found.values, *(value for key in found.keys for value in key.values)]
    assert not {value.value[:4] for value in recovered} & values


def corpus_files(corpus: Callable[[str], Path], folder: str) -> list[Path]:
    return list(corpus.folder.joinpath(folder).iterdir())  # type: ignore[attr-defined]
