"""Makes the software bill of materials (CycloneDX 1.6, JSON) of an installed HiveGuard.

    bill.py PYTHON OUTPUT

PYTHON is the interpreter of an environment that holds the wheel and nothing else.
For: .ci/run. cyclonedx-py lists what is installed; here HiveGuard itself is moved from the list to
the subject of the bill, with the version and licence that the wheel declares.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SUBJECT = "hiveguard"


def about(bill: dict[str, Any]) -> dict[str, Any]:
    """The same bill with HiveGuard as its subject. Raises LookupError if it is not in the list."""
    components = bill.get("components", [])
    subjects = [component for component in components if component["name"] == SUBJECT]
    if len(subjects) != 1:
        raise LookupError(f"the environment has {len(subjects)} packages named {SUBJECT}, expected one")
    rest = [component for component in components if component["name"] != SUBJECT]
    metadata = {**bill.get("metadata", {}), "component": subjects[0]}
    return {**bill, "metadata": metadata, "components": rest}


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print("usage: bill.py PYTHON OUTPUT", file=sys.stderr)
        return 2
    python, output = arguments
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-format", "JSON", python]
    listed = subprocess.run(command, check=True, capture_output=True, text=True)
    bill = about(json.loads(listed.stdout))
    Path(output).parent.mkdir(parents=True, exist_ok=True)
    Path(output).write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")
    subject = bill["metadata"]["component"]
    print(f"bill: {subject['name']} {subject['version']} with {len(bill['components'])} components: {output}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
