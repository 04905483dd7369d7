"""The pytest fixture ``hive_registry``: a new registry in memory behind ``winreg`` for one test.

Must not know: tests. Source: pytest documentation, "Writing plugins".
"""

from __future__ import annotations

import sys

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..embedded.registry import Registry

__all__ = ("hive_registry",)


@pytest.fixture
def hive_registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """A new registry in memory; ``import winreg`` in the code under test finds it. Gives the `Registry`."""
    import hiveguard.winreg as drop_in

    monkeypatch.setitem(sys.modules, "winreg", drop_in)
    yield drop_in.use(None)
    drop_in.use(None)
