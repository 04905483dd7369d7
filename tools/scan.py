"""Scans locked requirements for known vulnerabilities, and never mistakes silence for health.

    scan.py REQUIREMENTS.txt ...

For: .ci/run. pip-audit alone says "No known vulnerabilities found" and ends 0 when it could look up
nothing at all (an index without advisories, no network). So it is asked strictly; a package that
was skipped is not scanned, and then the last line says NOT SCANNED, loudly. Exit status: 1 only if a
vulnerability was found; not being able to ask is no fault of the change under test.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

SECONDS = 300


class NotAsked(Exception):
    """The advisory service gave no usable answer; the text says what came instead."""


def audit(requirements: str, *, strict: bool) -> tuple[int, list[dict[str, Any]], str]:
    """pip-audit's exit status, what it says of each package, and the last line on stderr."""
    command = [sys.executable, "-m", "pip_audit", "--progress-spinner", "off", "--format", "json"]
    command += ["--require-hashes", "--disable-pip", "--requirement", requirements]
    command += ["--strict"] if strict else []
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise NotAsked(f"no answer within {SECONDS} s") from error
    last = (done.stderr.strip().splitlines() or [""])[-1]
    try:
        packages = json.loads(done.stdout).get("dependencies", []) if done.stdout.strip() else []
    except json.JSONDecodeError as error:
        raise NotAsked(f"pip-audit printed no JSON; {last}") from error
    return done.returncode, packages, last


def scan(requirements: str) -> int:
    """Scan one lock file and say how it ended."""
    try:
        status, packages, last = audit(requirements, strict=True)
        if status and not packages:
            # Strict stops at the first package that it cannot ask about: what of the others?
            _, packages, lenient_last = audit(requirements, strict=False)
            last = last or lenient_last
    except NotAsked as reason:
        print(f"\nNOT SCANNED: {requirements}: {reason}\n")
        return 0
    vulnerable = [package for package in packages if package.get("vulns")]
    for package in vulnerable:
        found = ", ".join(vulnerability["id"] for vulnerability in package["vulns"])
        print(f"scan: VULNERABLE: {package['name']} {package['version']}: {found}")
    skipped = [package for package in packages if "skip_reason" in package]
    if skipped or not packages or (status and not vulnerable):
        of_all = f"{len(skipped)} of {len(packages)} packages skipped" if packages else "no package answered for"
        print(f"\nNOT SCANNED: {requirements}: {of_all}; {last or 'no reason given'}\n")
    else:
        print(f"scan: {requirements}: all {len(packages)} packages scanned, {len(vulnerable)} vulnerable")
    return 1 if vulnerable else 0


def main(arguments: list[str]) -> int:
    if not arguments:
        print("usage: scan.py REQUIREMENTS.txt ...", file=sys.stderr)
        return 2
    return max(scan(requirements) for requirements in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
