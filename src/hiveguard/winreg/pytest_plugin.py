"""For pytest: the fixture ``hive_registry``, and the option ``--hive-winreg`` for modules that import ``winreg`` early.

Must not know: tests. Source: pytest documentation, "Writing plugins". Every run of pytest loads this file where
HiveGuard is installed: nothing else is loaded until it is asked for.
"""

from __future__ import annotations

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..embedded.registry import Registry

__all__ = ("hive_registry", "pytest_addoption", "pytest_configure", "pytest_load_initial_conftests")

_ASKED = "hive_winreg"
_is_replaced = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option and the setting."""
    what = "`import winreg` gets HiveGuard's drop-in for the whole run, before conftest files and tests are imported"
    parser.getgroup("hiveguard").addoption("--hive-winreg", action="store_true", default=False, dest=_ASKED, help=what)
    parser.addini(_ASKED, what, type="bool", default=False)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Before the first conftest file: what it imports may say ``import winreg`` at its top."""
    _replace(early_config, asked=early_config.known_args_namespace.hive_winreg)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """The same for a plugin that a conftest file brought; still before any test module is imported."""
    _replace(config, asked=config.getoption(_ASKED))


def _replace(config: pytest.Config, *, asked: bool) -> None:
    if config.stash.get(_is_replaced, False) or not (asked or config.getini(_ASKED)):
        return
    from .install import Replacement

    replacement = Replacement()
    replacement.__enter__()
    # Not pytest_unconfigure: that is not called when a conftest file fails.
    config.add_cleanup(replacement.__exit__)
    config.stash[_is_replaced] = True


@pytest.fixture
def hive_registry() -> Iterator[Registry]:
    """A new registry in memory; ``import winreg`` in the code under test finds it. Gives the `Registry`."""
    from .install import Replacement

    with Replacement() as registry:
        yield registry
