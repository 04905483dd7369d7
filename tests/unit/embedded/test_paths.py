"""How a path is read: as in a hive file, literally first, then with slashes and quotes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import hiveguard


@pytest.fixture
def registry() -> Iterator[hiveguard.Registry]:
    with hiveguard.Registry(lazy_flush=None) as made:
        yield made


def test_slashes_lead_from_a_root_as_from_a_key(registry: hiveguard.Registry) -> None:
    with registry.open("HKCU/Software") as key:
        assert key.path.endswith(r"\Software")
    with registry.create("HKCU/Software/Made") as made:
        made.set_value("v", 1)
    assert registry.open(r"HKCU\Software\Made").value("v").data == 1
    assert [key.name for key in registry.walk("HKLM/SOFTWARE/Classes")] == ["Classes"]
    registry.delete("HKCU/Software/Made")
    with pytest.raises(hiveguard.NotFound):
        registry.open("HKCU/Software/Made")
    registry.load("HKU/Ada", None)
    registry.unload(r"HKU\Ada")


def test_a_name_that_holds_a_slash_comes_first(registry: hiveguard.Registry) -> None:
    with registry.open(r"HKCU\Software", write=True) as software:
        software.create("a/b").close()
        software.create(r"a\b").close()
        assert software.open("a/b").name == "a/b"
        software.delete("a/b")
        assert software.open("a/b").name == "b"
        software.delete("a/b")
        assert [key.name for key in software.subkeys()] == ["a", "Classes", "Microsoft"]
    registry.create(r"HKCU\Software\c/d").close()
    assert registry.open(r"HKCU\Software\c/d").name == "c/d"
    assert registry.open('HKCU/Software/"c/d"').name == "c/d"
    registry.delete('HKCU/Software/"c/d"')


@pytest.mark.parametrize("path", ["HKXX", "HKXX/Software", r"HKXX\Software", "Software", "HKCU/Software\\x"])
def test_a_path_that_begins_with_no_root_is_refused(registry: hiveguard.Registry, path: str) -> None:
    for use in (registry.open, registry.create, registry.delete, registry.walk):
        with pytest.raises(hiveguard.BadArgument, match="is no root"):
            use(path)
