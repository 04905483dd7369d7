"""Which argument of a driver's message is the hive and which its mount, by the words of the format before it."""

from __future__ import annotations

import pytest

from hiveguard.trace.tmf_parser import read_tmf
from hiveguard.watch.wpp_words import hive_words

GUID = "6f1d9b0c-5d7e-4b7a-9d55-0c8f3c1e2a90"


def places(format: str) -> tuple[int | None, int | None]:
    """The numbers of the arguments that are the hive and its mount; the message has two texts, 10 and 11."""
    lines = "a, ItemWString -- 10\nb, ItemWString -- 11\ns, ItemNTSTATUS -- 12\n"
    (form,) = read_tmf(f'{GUID} K\n#typev k_c1 10 "%0{format}" // FUNC=f\n{{\n{lines}}}\n'.encode())
    found = hive_words(form)
    assert found is not None
    assert found._status == 2  # known by its type, whether the format names it or not
    file, mount = (None if place is None else 10 + place for place in (found._file, found._mount))
    return file, mount


@pytest.mark.parametrize(
    "format, file, mount",
    [
        # the label is one of the words before the sign, not only the last
        ("HIVE_LOAD hive name: %10!s! at %11!s!", 10, 11),
        ("HIVE_LOAD %11!s!, hive name = '%10!s!'", 10, 11),
        ("HIVE_LOAD file=%10!s! mount point=%11!s!", 10, 11),
        ("HIVE_LOAD mount point=%10!s! file=%11!s!", 11, 10),
        ("HIVE_LOAD mount-point: %10!s! of %11!s!", 11, 10),
        ("HIVE_LOAD mount path=%10!s! hive path=%11!s!", 11, 10),
        ("HIVE_LOAD path of the hive: %11!s!, root key: %10!s!", 11, 10),
        ("HIVE_LOAD key name: %10!s! file name: %11!s!", 11, 10),
        ("HIVE_LOAD hive mount: %10!s! %11!s!", 11, 10),
        # the same without a sign
        ("HIVE_LOAD mount point %10!s! of %11!s!", 11, 10),
        ("HIVE_LOAD key name %10!s!, %11!s!", 11, 10),
        # the words of the message itself and remarks are none
        ("HIVE_LOAD: %10!s! %11!s!", 10, 11),
        ("HIVE_LOAD succeeded: %10!s! %11!s!", 10, 11),
        ("HIVE_LOAD Succeeded: %10!s!", 10, None),
        ("HIVE_LOAD failed: %10!s! %12!s!", 10, None),
        ("HIVE_LOAD = done: %10!s!", 10, None),
        ("HIVE_LOAD (hive): %11!s! %10!s!", 11, 10),
        ("HIVE_LOAD hive=%10!s! failed: %11!s!", 10, None),  # that is why
        ("HIVE_LOAD %10!s!: done: mount=%11!s!", 10, 11),
        # another word with a sign is another label
        ("HIVE_LOAD process=%10!s! file=%11!s!", 11, None),
        ("HIVE_LOAD process name: %10!s! %11!s!", 11, None),
        ("HIVE_LOAD failed reason=%10!s! %11!s!", 11, None),
        ("HIVE_LOAD failed reason=%10!s!", None, None),
        ("HIVE_LOAD file=%10!s! key handle=%11!s!", 10, None),
        ("HIVE_LOAD file size=%10!s! file=%11!s!", 11, None),
        # words before punctuation or another argument belong to that
        ("HIVE_LOAD hive, by=%10!s! %11!s!", 11, None),
        ("HIVE_LOAD mount (user=%10!s!) %11!s!", 11, None),
        ("HIVE_LOAD file %10!s! user=%11!s!", 10, None),
        ("HIVE_LOAD mount=%11!s! user: <%10!s!>", None, 11),
        ("HIVE_LOAD hive: name: %10!s! %11!s!", 11, None),
        # what the format does not name is nobody's
        ("HIVE_LOAD %10!s!", 10, None),
        ("HIVE_LOAD %11!s!", 11, None),
        ("HIVE_LOAD", None, None),
        ("HIVE_LOAD mount=%10!s!", None, 10),
    ],
)
def test_labels(format: str, file: int | None, mount: int | None) -> None:
    assert places(format) == (file, mount)
