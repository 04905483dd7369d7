"""Any sequence of changes leaves a hive that breaks no rule and holds exactly what was put into it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.property.edited_hive import Model, content_of, editor_of, image_of

NAMES = st.text(st.characters(codec=None, exclude_characters="\\"), min_size=1, max_size=8).filter(
    lambda name: name.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass") == name
)
SIZES = st.sampled_from([0, 1, 2, 3, 4, 5, 8, 100, 4000, 16344, 16345, 40000])


@pytest.mark.parametrize("version", ["1.3", "1.4", "1.5", "1.6"])
@given(data=st.data())
def test_changes_leave_a_sound_hive(version: str, data: st.DataObject) -> None:
    model = Model(editor_of(version))
    few = data.draw(st.lists(NAMES, min_size=1, max_size=6))
    for _ in range(data.draw(st.integers(1, 30))):
        path = data.draw(st.sampled_from(sorted(model.nodes)))
        name = data.draw(st.sampled_from(few))
        match data.draw(st.sampled_from(["create", "delete", "set", "set", "unset"])):
            case "create":
                model.create(path, name)
            case "delete":
                model.delete(path)
            case "set":
                size = data.draw(SIZES)
                raw = (name.encode("utf-8", "surrogatepass") * (size + 1))[:size]
                model.set(path, (data.draw(st.sampled_from([None, name])), data.draw(st.integers(0, 2**32 - 1)), raw))
            case "unset":
                model.unset(path, name)
    model.check()


@pytest.mark.parametrize("version", ["1.3", "1.5"])
def test_many_subkeys_split_their_lists(version: str) -> None:
    seed = 7
    chance = random.Random(seed)
    editor = editor_of(version)
    numbers = list(range(6000))
    chance.shuffle(numbers)
    nodes = {}
    for number in numbers:
        nodes[number] = editor.create_key(editor.root, f"Key{number:05}", 1)
    found = content_of(image_of(editor.heap))
    assert list(found)[1:] == [f"Key{number:05}" for number in range(6000)]
    chance.shuffle(numbers)
    for number in numbers[:5990]:
        editor.delete_key(editor.root, nodes[number], 1)
    left = sorted(numbers[5990:])
    assert list(content_of(image_of(editor.heap)))[1:] == [f"Key{number:05}" for number in left]
    for number in left:
        editor.delete_key(editor.root, nodes[number], 1)
    assert list(content_of(image_of(editor.heap))) == [""]
    editor.heap.cut()
    assert editor.heap.bins_size <= 16 * 1024
