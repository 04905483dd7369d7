"""What all tests share: the corpus of real hives, hypothesis profiles, and an account of what was skipped.

Must not know: any room of HiveGuard.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tools import shared_folder

ABSENT = shared_folder.ABSENT
ABSENT_MARK = "shared/ is absent"

# Seeds differ from run to run and are printed (`make pytest` names it); a failure prints a blob that
# repeats it. No deadline: a shared machine's hiccup is no bug, and each test has a time limit.
_shared = {"deadline": None, "print_blob": True, "derandomize": False}
settings.register_profile("quick", max_examples=100, **_shared)
settings.register_profile("ci", max_examples=300, suppress_health_check=[HealthCheck.too_slow], **_shared)
settings.register_profile("thorough", max_examples=5000, **_shared)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "quick"))


class Corpus:
    """The unpacked real hives: `corpus("system-b/SYSTEM_B")` is a path, `rows` what is known of each."""

    def __init__(self, folder: Path, manifest: Path) -> None:
        self.folder = folder
        with manifest.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            self.rows: list[dict[str, str]] = list(reader)

    def __call__(self, name: str) -> Path:
        """The path of GROUP/NAME. Fails the test if the corpus has no such file."""
        path = self.folder / name
        if not path.is_file():
            pytest.fail(f"the corpus has no {name}")
        return path

    def hives(self) -> Iterator[tuple[dict[str, str], Path]]:
        """Each hive's row of the manifest with its path; logs are not among them."""
        for row in self.rows:
            if row["kind"] == "hive":
                yield row, self(f"{row['group']}/{row['name']}")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared folder; skips where there is none."""
    folder = shared_folder.find()
    if folder is None:
        pytest.skip(ABSENT)
    return folder


@pytest.fixture(scope="session")
def corpus(shared: Path) -> Corpus:
    """The corpus of real hives, unpacked and checked once per session; skips where there is none."""
    folder = shared_folder.unpack()
    assert folder is not None
    return Corpus(folder, shared / "corpus" / "MANIFEST.tsv")


def corpus_rows(kind: str = "hive") -> list[dict[str, str]]:
    """Rows of the manifest for parametrising at collection; one empty row where the folder is absent.

    Tests so parametrised also take the `corpus` fixture, which skips them with the reason.
    """
    folder = shared_folder.find()
    if folder is None:
        return [{"group": "absent", "name": "absent"}]
    with (folder / "corpus" / "MANIFEST.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [row for row in rows if row["kind"] == kind]


def pytest_report_header(config: pytest.Config) -> list[str]:
    folder = shared_folder.find()
    return [
        f"hypothesis seed: {config.getoption('--hypothesis-seed', None) or 'of each test, in its failure'}",
        "corpus: " + ("found" if folder else ABSENT),
    ]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how many tests the missing folder cost, and leaves the account where .ci/run finds it."""
    absent = sum(ABSENT_MARK in str(report.longrepr) for report in terminalreporter.stats.get("skipped", []))
    account = {
        outcome: len(terminalreporter.stats.get(outcome, []))
        for outcome in ("passed", "failed", "error", "skipped", "xfailed")
    }
    account["skipped_without_shared"] = absent
    terminalreporter.write_line(f"skipped because shared/ is absent: {absent}")
    target = os.environ.get("HIVEGUARD_TEST_ACCOUNT")
    if target:
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        Path(target).write_text(json.dumps(account) + "\n")
