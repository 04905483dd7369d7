"""Everything that is measured, one after the other, and the page made from it.

python -m bench [--quick]
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from bench import environment, lookup, memory, report, walk, writing


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few rounds: to see that it works, not to quote")
    quick = parser.parse_args().quick
    walk.main(["--rounds", "1"] if quick else [])
    lookup.main(["--rounds", "5"] if quick else [])
    memory.main([])
    # In the environment where HiveGuard is installed.
    subprocess.run([environment.prepare().python, "-m", "bench.guard"], cwd=environment.ROOT, check=True)
    writing.main(["--rounds", "2"] if quick else [])
    # These want what the development environment has: inotify's library, the peers' environments.
    for module in ("bench.watch", "bench.trace"):
        subprocess.run([environment.DEVELOPMENT, "-m", module], cwd=environment.ROOT, check=True)
    return report.main()


if __name__ == "__main__":
    sys.exit(main())
