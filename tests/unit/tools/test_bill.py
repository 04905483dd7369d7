"""HiveGuard is what the bill of materials is about, not one of its parts."""

from __future__ import annotations

import pytest

from tools import bill


def test_hiveguard_becomes_the_subject() -> None:
    listed = {"metadata": {"timestamp": "t"}, "components": [{"name": "rich"}, {"name": "hiveguard"}]}
    made = bill.about(listed)
    assert made["metadata"] == {"timestamp": "t", "component": {"name": "hiveguard"}}
    assert made["components"] == [{"name": "rich"}]


def test_environment_without_hiveguard_is_an_error() -> None:
    with pytest.raises(LookupError, match="0 packages named hiveguard"):
        bill.about({"components": [{"name": "rich"}]})
