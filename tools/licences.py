"""Checks the licences in a CycloneDX bill of materials against the list of those that we accept.

    licences.py build/sbom.json

For: .ci/run. HiveGuard is Apache-2.0; what it brings along must not bind its users to more than
notices. A component without a licence, with one that is not on the list, or with a forbidden part in
its expression is an error: each is named, and the exit status is 1.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ACCEPTED = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "MIT",
    "MPL-2.0",
    "PSF-2.0",
    "Python-2.0",
    "Unlicense",
    "Zlib",
}

# How older metadata and classifiers spell them.
SPELLINGS = {
    "apache license 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd license": "BSD-3-Clause",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
}


def names(component: dict[str, Any]) -> list[str]:
    """Every licence that a component declares: identifiers, names or expressions."""
    found = []
    for entry in component.get("licenses", []):
        licence = entry.get("license", {})
        text = entry.get("expression") or licence.get("id") or licence.get("name")
        # A whole licence text in the name field tells nothing that could be compared.
        if text and "\n" not in text.strip():
            found.append(text.strip())
    return found


def is_accepted(name: str) -> bool:
    """An expression is accepted if one of its OR branches has accepted parts only."""
    name = name.removeprefix("License :: OSI Approved :: ")
    name = SPELLINGS.get(name.lower(), name)
    branches = re.split(r"\s+OR\s+", name.replace("(", " ").replace(")", " ").strip())
    return any({part.strip() for part in re.split(r"\s+AND\s+", branch)} <= ACCEPTED for branch in branches)


def listed(bill: dict[str, Any]) -> list[dict[str, Any]]:
    """What the bill is about, and every component of it."""
    subject = bill.get("metadata", {}).get("component")
    return ([subject] if subject else []) + list(bill.get("components", []))


def problems(bill: dict[str, Any]) -> list[str]:
    """One sentence for each component whose licence is unknown or not accepted."""
    found = []
    for component in listed(bill):
        who = f"{component['name']} {component.get('version', '')}".strip()
        declared = names(component)
        if not declared:
            found.append(f"{who} declares no licence")
        found += [f"{who} is under {name!r}, which is not accepted" for name in declared if not is_accepted(name)]
    return found


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: licences.py SBOM.json", file=sys.stderr)
        return 2
    bill = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    components = listed(bill)
    if not components:
        print(f"licences: {arguments[0]} lists no component at all: nothing was checked", file=sys.stderr)
        return 1
    for component in components:
        print(f"licences: {component['name']} {component.get('version', '')}: {', '.join(names(component))}")
    found = problems(bill)
    for sentence in found:
        print(f"licences: NOT ACCEPTED: {sentence}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
