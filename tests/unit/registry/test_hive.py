"""The face of a hive: what can be opened, what is refused and how, and what holds after it was closed."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

import hiveguard
from hiveguard import BadArgument, HiveError, Incomplete, NotAHive, NotFound, Unreadable
from hiveguard.regf.layout import LIST_ELEMENTS
from hiveguard.testing import HiveBuilder

BUILDER = HiveBuilder()
BUILDER.root.key("A\\B", class_name="class").text("v", "text")
BUILDER.root.key("A").text(None, "default")
BUILDER.root.key("A").text("(Default)", "a name like any other")
HIVE = BUILDER.build()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "hive"
    path.write_bytes(HIVE)
    return path


def test_paths_bytes_and_binary_files_are_opened(path: Path) -> None:
    with path.open("rb") as file:
        for what in (path, str(path), HIVE, bytearray(HIVE), memoryview(HIVE), file, io.BytesIO(HIVE)):
            with hiveguard.open(what) as hive:
                assert hive.key("a/b").value("V").data == "text"
                assert hive.walk().collect().verdict


def test_a_pipe_is_opened() -> None:
    read, write = os.pipe()
    with os.fdopen(read, "rb") as file, os.fdopen(write, "wb") as other:
        other.write(HIVE)
        other.close()
        assert hiveguard.open(file).root.subkeys()[0].name == "A"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "it is empty"),
        (b"regf", "only 4 bytes"),
        (HIVE[:4096], "hold no key"),
        (b"\xff\xfeW\0i\0n\0d\0o\0w\0s\0 \0R\0e\0g\0", ".reg text export"),
        (b"PK\x03\x04" + bytes(600), "zip"),
        (bytes(9000), "begins with zeros"),
        (b"abcd" * 3000, "61 62 63 64"),
    ],
)
def test_what_is_no_hive_is_named(data: bytes, words: str) -> None:
    with pytest.raises(NotAHive, match=words) as raised:
        hiveguard.open(data)
    assert "\n" not in str(raised.value)


def test_what_cannot_be_read_is_refused_in_one_line(tmp_path: Path) -> None:
    for what, words in ((tmp_path / "none", "no such file"), (tmp_path, "folder"), ("a\0b", "null")):
        with pytest.raises(Unreadable, match=words):
            hiveguard.open(what)
    with pytest.raises(Unreadable, match="no such file"):
        hiveguard.open(HIVE, logs=[tmp_path / "none.LOG1"])
    with pytest.raises(BadArgument, match="logs="):
        hiveguard.open(HIVE, logs="replay")  # type: ignore[arg-type]
    with pytest.raises(BadArgument, match="on_incomplete="):
        hiveguard.open(HIVE).walk(on_incomplete="ignore")  # type: ignore[arg-type]
    closed = io.BytesIO(HIVE)
    closed.close()
    with pytest.raises(Unreadable, match="closed"):
        hiveguard.open(closed)
    for wrong in (7, None, io.StringIO("text")):
        with pytest.raises(BadArgument):
            hiveguard.open(wrong)  # type: ignore[arg-type]
    for logs in (None, [3], 3):
        with pytest.raises(BadArgument):
            hiveguard.open(HIVE, logs=logs)  # type: ignore[arg-type]
    for path in (3, (3,), ("A", 1), None):
        with pytest.raises(BadArgument):
            hiveguard.open(HIVE).key(path)  # type: ignore[arg-type]


def test_an_endless_stream_of_something_else_is_refused_at_once() -> None:
    with pytest.raises(NotAHive):
        hiveguard.open("/dev/zero")


def test_absent_keys_and_values_are_not_found() -> None:
    with hiveguard.open(HIVE) as hive:
        for path in ("C", "A\\C", "A\\B\\C"):
            with pytest.raises(NotFound, match="no subkey 'C'"):
                hive.key(path)
        with pytest.raises(NotFound, match="'w'"):
            hive.key("A\\B").value("w")
        with pytest.raises(NotFound, match="default value"):
            hive.key("A\\B").value(None)
        with pytest.raises(NotFound):
            list(hive.walk("C"))


def test_the_default_value_and_one_of_that_name() -> None:
    with hiveguard.open(HIVE) as hive:
        key = hive.key("A")
        assert [value.name for value in key.values()] == [None, "(Default)"]
        assert key.value(None).data == key.value("").data == "default"
        assert key.value("(default)").data == "a name like any other"


def test_what_a_key_tells() -> None:
    with hiveguard.open(HIVE) as hive:
        key = hive.key("a\\b")
        assert (key.path, key.parts, key.name, key.class_name) == ("A\\B", ("A", "B"), "B", "class")
        assert key.parent is not None
        assert key.parent.path == "A"
        assert hive.root.path == ""
        assert hive.root.parent is None
        assert key.security is not None
        assert key.security.sddl
        assert not key.is_link
        assert key.flag_names == ("compressed-name",)
        assert key.last_write_text is not None
        assert key.layer is None
        assert key.predefined_handle is None
        assert "A\\\\B" in repr(key)
        below = hive.walk("A").collect()
        assert [found.path for found in below] == ["A", "A\\B"]


def test_a_closed_hive_says_so(path: Path) -> None:
    hive = hiveguard.open(path)
    key = hive.key("A")
    hive.close()
    hive.close()
    for act in (lambda: hive.key("A\\B"), lambda: list(hive.walk()), lambda: hive.recover(), lambda: hive.log_report):
        with pytest.raises(Unreadable, match="closed"):
            act()
    with pytest.raises(HiveError):
        key.key("B").value("v")


def test_a_listing_that_leads_back_up_says_so() -> None:
    image = BUILDER.image()
    image.put_u32(image.subkey_list("A"), LIST_ELEMENTS, image.key(""))
    with hiveguard.open(bytes(image)) as hive:
        listing = hive.key("A").subkeys()
        assert [damage.code for damage in listing.verdict.damage] == ["key-cycle"]
        assert hive.key("A").key(listing[0].name).subkeys().verdict.irregularities == 1


def test_a_listing_of_a_damaged_key_is_in_the_exception() -> None:
    image = BUILDER.image()
    image.put(image.value("A", "(Default)"), 0, b"zz")
    with hiveguard.open(bytes(image)) as hive:
        key = hive.key("A")
        with pytest.raises(Incomplete) as raised:
            key.values()
        assert [value.name for value in raised.value.items] == [None]  # type: ignore[attr-defined]
        assert raised.value.verdict.damage[0].code == "not-a-value"
        listing = key.values(on_incomplete="record")
        assert len(listing) == 1
        assert not listing.verdict
        assert key.value(None).data == "default"
        with pytest.raises(Incomplete, match="cannot be told for certain"):
            key.value("elsewhere")
        for walked in hive.walk(on_incomplete="record"):
            if walked.name == "A":
                assert not walked.values().verdict
                assert len(walked.values()) == 1


def test_a_relative_path_outlives_a_change_of_folder(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    with hiveguard.open(path.name) as hive:
        monkeypatch.chdir("/")
        assert hive.label == path.name
        assert hive.key("A\\B").value("v").data == "text"
        assert hive.walk().collect().verdict


def test_a_pipe_that_is_called_like_a_log_is_left_alone(path: Path) -> None:
    dirty = bytearray(HIVE)
    dirty[4] ^= 1
    path.write_bytes(dirty)
    os.mkfifo(f"{path}.LOG1")
    with hiveguard.open(path) as hive:
        assert hive.log_report.state == "not replayed"
        assert hive.walk().collect().verdict


def test_a_file_that_is_larger_than_a_hive_can_be_is_refused(path: Path) -> None:
    os.truncate(path, 30 << 30)
    with pytest.raises(NotAHive, match="more than a hive can have"):
        hiveguard.open(path)


def test_class_and_security_of_a_file_that_changed_are_not_given(path: Path) -> None:
    with hiveguard.open(path) as hive:
        key = hive.key("A\\B")
        path.write_bytes(HIVE.replace(b"c\0l\0a\0s\0s", b"o\0t\0h\0e\0r"))
        for ask in (lambda: key.class_name, lambda: key.security, lambda: key.subkeys()):
            with pytest.raises(Incomplete, match="changed"):
                ask()
