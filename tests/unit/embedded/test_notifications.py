"""Notifications as Win32 has them: one-shot, coalescing, remembered between calls, signalled on close."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import hiveguard
from hiveguard.embedded.live_key import LiveKey
from hiveguard.embedded.notification import Filter


@pytest.fixture
def key() -> Iterator[LiveKey]:
    with hiveguard.Registry(lazy_flush=None) as registry, registry.create(r"HKCU\Software\Watched") as made:
        yield made


def test_it_is_signalled_once_and_coalesces(key: LiveKey) -> None:
    first = key.notify()
    assert not first.is_signalled
    key.set_value("a", 1)
    assert first.wait(0)
    key.set_value("a", 2)
    key.set_value("a", 3)
    second = key.notify()
    assert second.is_signalled  # what changed between two calls is remembered, as one
    assert not key.notify().is_signalled


@pytest.mark.parametrize(
    ("filter", "names", "values", "security"),
    [(Filter.NAME, True, False, False), (Filter.LAST_SET, False, True, False), (Filter.SECURITY, False, False, True)],
)
def test_filters(key: LiveKey, filter: Filter, names: bool, values: bool, security: bool) -> None:
    descriptor = key.security
    assert descriptor is not None
    for change, expected in (
        (lambda watched: watched.create("sub").close(), names),
        (lambda watched: watched.delete("sub"), names),
        (lambda watched: watched.set_value("v", 1), values),
        (lambda watched: watched.delete_value("v"), values),
        (lambda watched: watched.set_security(descriptor.raw), security),
    ):
        with key.open(write=True) as watched:
            notification = watched.notify(filter)
            change(key)
            assert notification.is_signalled == expected


def test_the_same_data_again_signal_nothing(key: LiveKey) -> None:
    key.set_value("v", 1)
    notification = key.notify()
    key.set_value("v", 1)
    assert not notification.is_signalled


def test_depth(key: LiveKey) -> None:
    key.create(r"a\b\c").close()
    with key.open() as shallow, key.open() as deep:
        near, far = shallow.notify(), deep.notify(subtree=True)
        with key.open(r"a\b\c", write=True) as below:
            below.set_value("v", 1)
        assert (near.is_signalled, far.is_signalled) == (False, True)


def test_closing_signals_and_deleting_the_key_itself_does_not(key: LiveKey) -> None:
    child = key.create("child")
    notification, parent = child.notify(), key.notify(Filter.NAME)
    key.delete("child")
    assert not notification.is_signalled
    assert parent.is_signalled
    with pytest.raises(hiveguard.KeyDeleted):
        child.notify()
    child.close()
    assert notification.is_signalled


def test_a_load_and_an_unload_signal_the_parent() -> None:
    with hiveguard.Registry(lazy_flush=None) as registry, registry.open("HKU") as users:
        notification = users.notify(Filter.NAME)
        registry.load(r"HKU\New", None)
        assert notification.is_signalled
        notification = users.notify(Filter.NAME)
        registry.unload(r"HKU\New")
        assert notification.is_signalled


def test_the_first_call_settles_filter_and_depth(key: LiveKey) -> None:
    key.notify(Filter.LAST_SET)
    notification = key.notify(Filter.NAME, subtree=True)
    key.create("sub").close()
    assert not notification.is_signalled
    key.set_value("v", 1)
    assert notification.is_signalled


def test_a_filter_of_nothing_is_refused(key: LiveKey) -> None:
    with pytest.raises(hiveguard.BadArgument, match="filter"):
        key.notify(Filter(0))
