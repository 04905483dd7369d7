"""``python -m hiveguard``: the command line."""

import sys

from hiveguard.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
